import Formats
import Model
import Synchronization

/// What one conversation was told a moment ago of records: a change right after needs no look of its own.
final class HubSpotMemory: Sendable {
  /// So long what was told counts as what stands there, in milliseconds.
  static let holds: Int64 = 5_000
  /// More than this is not kept.
  static let most = 10_000

  private let rows = Mutex<[String: (row: JSON, at: Instant)]>([:])

  func hold(_ remote: String, _ row: JSON, at instant: Instant) {
    rows.withLock { if $0.count < HubSpotMemory.most { $0[remote] = (row, instant) } }
  }

  /// What was told of a record, and when, if that was a moment ago.
  func row(_ remote: String, at now: Instant) -> (row: JSON, at: Instant)? {
    rows.withLock { rows in
      rows[remote].flatMap { now.milliseconds - $0.at.milliseconds <= HubSpotMemory.holds ? $0 : nil }
    }
  }

  /// They are being written: only a look can tell what stands there now.
  func forget(_ remotes: some Sequence<String>) {
    rows.withLock { rows in for remote in remotes { rows[remote] = nil } }
  }
}
