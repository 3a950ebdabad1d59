public import Model
import Synchronization

/// What was said to a server in one run and how it answered, for the owner to read: no secret, and nothing of a mail.
public final class Transcript: Sendable {
  public struct Line: Sendable, Equatable {
    public let at: Instant
    public let text: String
  }

  /// Enough for every command of a large mailbox; a server that makes us talk without end fills no memory.
  static let limit = 5_000
  /// Sets of uids can be long; their beginning tells enough.
  static let longest = 300

  private let clock: @Sendable () -> Instant
  private let kept = Mutex<[Line]>([])

  public init(clock: @escaping @Sendable () -> Instant) { self.clock = clock }

  /// All lines, the oldest first.
  public var lines: [Line] { kept.withLock { $0 } }

  func add(_ text: String) {
    let line = Line(at: clock(), text: Transcript.harmless(text))
    kept.withLock { lines in
      if lines.count >= Transcript.limit { lines.removeFirst(lines.count / 2) }
      lines.append(line)
    }
  }

  /// One line, without what steers a terminal.
  private static func harmless(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars.prefix(longest) {
      out.unicodeScalars.append(scalar.value < 32 || (0x7f...0x9f).contains(scalar.value) ? " " : scalar)
    }
    return text.unicodeScalars.count > longest ? out + "…" : out
  }
}
