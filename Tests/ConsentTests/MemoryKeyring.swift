import Consent
import Model
import Synchronization

/// A keyring in memory, for tests of the gate alone.
final class MemoryKeyring: Keyring {
  private struct State {
    var keys: [WrappedKey] = []
    var suppressed: Set<KeyID> = []
    var generation: Int64 = 0
  }

  private let state = Mutex(State())

  func keys(_ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]?) async throws -> [WrappedKey] {
    state.withLock { state in
      state.keys.filter { $0.account == account && $0.kind == kind && (ids?.contains($0.id) ?? true) }
    }
  }

  func add(_ keys: [WrappedKey]) async throws {
    state.withLock { state in
      for key in keys
      where !state.keys.contains(where: { $0.account == key.account && $0.kind == key.kind && $0.id == key.id }) {
        state.keys.append(key)
      }
    }
  }

  func replace(_ keys: [WrappedKey]) async throws {
    state.withLock { state in
      for key in keys {
        state.keys.removeAll { $0.account == key.account && $0.kind == key.kind && $0.id == key.id }
        state.keys.append(key)
      }
      state.generation += 1
    }
  }

  func destroy(_ account: ID<Account>, _ kind: WrappedKey.Kind, _ ids: [KeyID]) async throws {
    state.withLock { state in
      state.keys.removeAll { $0.account == account && $0.kind == kind && ids.contains($0.id) }
      state.generation += 1
    }
  }

  func state(_ account: ID<Account>) async throws -> KeyringState {
    state.withLock { KeyringState(generation: $0.generation, suppressed: $0.suppressed) }
  }

  func move(
    _ member: ID<Member>, from old: ID<Account>, to new: ID<Account>, replacing keys: [WrappedKey]
  ) async throws {
    state.withLock { state in
      state.keys.removeAll { key in
        key.account == old && keys.contains { $0.kind == key.kind && $0.id == key.id }
      }
      for at in state.keys.indices where state.keys[at].member == member { state.keys[at].account = new }
      state.keys += keys
      state.generation += 1
    }
  }

  func suppress(_ id: KeyID) {
    state.withLock { state in
      state.suppressed.insert(id)
      state.keys.removeAll { $0.kind == .handle && $0.id == id }
      state.generation += 1
    }
  }

  var all: [WrappedKey] { state.withLock { $0.keys } }
}
