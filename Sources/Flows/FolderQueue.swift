import Model
import Plans
import Readers
import Store
import Synchronization

/// A folder of a server that is to be read, and what is known of it.
struct Reading: Sendable {
  var folder: IMAPFolder
  var state: FolderState
}

/// The folders of one run: whoever is free takes the next.
final class FolderQueue: Sendable {
  private struct State {
    var waiting: ArraySlice<Reading>
    var stored = 0
    var complaints: [String] = []
  }

  let count: Int
  /// How many mails are there that are not held, by the counts alone.
  let missing: Int
  private let state: Mutex<State>

  init(_ readings: [Reading]) {
    let missing = readings.map { max(0, ($0.folder.status?.count ?? 0) - $0.state.held) }
    count = zip(readings, missing).count { $0.1 > 0 }
    self.missing = missing.reduce(0, +)
    // The largest first: then all end at about the same time.
    let order = readings.indices.sorted { (missing[$1], $0) < (missing[$0], $1) }
    state = Mutex(State(waiting: order.map { readings[$0] }[...]))
  }

  func next() -> Reading? { state.withLock { $0.waiting.popFirst() } }

  func note(_ outcome: PullFolder.Outcome) {
    state.withLock {
      $0.stored += outcome.stored
      if let complaint = outcome.complaint { $0.complaints.append(complaint) }
    }
  }

  var outcome: (stored: Int, complaints: [String]) { state.withLock { ($0.stored, $0.complaints) } }
}

/// Mails that were looked at, of all that are there; for the bar.
final class Tally: Sendable {
  private let counts = Mutex((done: 0, total: 0))
  private let progress: @Sendable (Progress) -> Void

  init(_ progress: @escaping @Sendable (Progress) -> Void) { self.progress = progress }

  func expect(_ total: Int) { counts.withLock { $0.total = total } }

  func end() { add(counts.withLock { $0.total - $0.done }) }

  func add(_ mails: Int) {
    let (done, total) = counts.withLock { counts in
      counts.done += mails
      return counts
    }
    progress(Progress(step: "reading mails", done: min(done, total), total: total))
  }
}

/// What was said over the connections of one run, one after the other.
final class Transcripts: Sendable {
  private let clock: @Sendable () -> Instant
  private let begun = Mutex<[Transcript]>([])

  init(clock: @escaping @Sendable () -> Instant) { self.clock = clock }

  func begin() -> Transcript {
    let transcript = Transcript(clock: clock)
    begun.withLock { $0.append(transcript) }
    return transcript
  }

  var all: [Transcript.Line] { begun.withLock { $0 }.flatMap(\.lines) }
}
