import Model
import Synchronization

/// What one conversation was told of contacts: a moment ago, a change needs no look of its own.
final class AmagiMemory: Sendable {
  /// So long what was told counts as what stands there, in milliseconds.
  private static let holds: Int64 = 2_000
  /// More contacts than this are not kept.
  private static let most = 10_000

  private struct State {
    var ids: Set<Int64> = []
    var contacts: [Int64: AmagiContact] = [:]
    var at: Instant?
  }

  private let state = Mutex(State())

  /// Keeps all there are, as they were told at an instant.
  func hold(_ all: [Int64: AmagiContact], at instant: Instant) {
    state.withLock { $0 = State(ids: Set(all.keys), contacts: all.count <= AmagiMemory.most ? all : [:], at: instant) }
  }

  func knows(_ id: Int64) -> Bool { state.withLock { $0.ids.contains(id) } }

  /// Whether all there are fit on one page, so that one question tells of each of them.
  func fits(_ page: Int) -> Bool { state.withLock { !$0.ids.isEmpty && $0.ids.count <= page } }

  func isFresh(at now: Instant) -> Bool {
    state.withLock { state in
      state.at.map { $0 <= now && now.milliseconds - $0.milliseconds <= AmagiMemory.holds } ?? false
    }
  }

  /// What was told of a contact a moment ago, once: after a change only a look can tell what stands there.
  func take(_ id: Int64, at now: Instant) -> AmagiContact? {
    isFresh(at: now) ? state.withLock { $0.contacts.removeValue(forKey: id) } : nil
  }
}
