import Flows
import Model
import Synchronization

/// Shows how far a step has come, on a terminal alone: a pipe and a log get nothing.
final class ProgressBar: Sendable {
  private let isShown = Console.errorIsTerminal
  private let last = Mutex<ContinuousClock.Instant?>(nil)

  /// Draws at most twenty times a second.
  func show(_ progress: Progress) {
    guard isShown else { return }
    let now = ContinuousClock.now
    let due = last.withLock { last in
      if let last, now - last < .milliseconds(50), progress.done != progress.total { return false }
      last = now
      return true
    }
    if due { Console.overwrite(ProgressBar.line(progress)) }
  }

  func end() { if isShown { Console.overwrite("") } }

  static func line(_ progress: Progress) -> String {
    guard let total = progress.total, total > 0 else { return "\(progress.step)  \(progress.done)" }
    let width = 30
    let filled = min(width, progress.done * width / total)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    return "\(progress.step)  \(bar)  \(progress.done) of \(total)"
  }
}
