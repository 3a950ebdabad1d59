import Consent
import Formats
import Model
import Synchronization

/// What one conversation has seen: a change then needs no look of its own at what it changes.
final class TrytonMemory: Sendable {
  private struct State {
    var parties: [Int64: TrytonParty] = [:]
    var known = TrytonValues.Known()
  }

  private let state = Mutex(State())

  var known: TrytonValues.Known { state.withLock { $0.known } }

  func party(_ id: Int64) -> TrytonParty? { state.withLock { $0.parties[id] } }

  func hold(_ party: TrytonParty) {
    state.withLock { state in
      state.parties[party.id] = party
      for tag in party.tags { state.known.tags[oneLine(tag.name)] = tag.id }
      for relation in party.relations {
        state.known.organisations[oneLine(relation.name)] = relation.to
        state.known.relation = relation.type
      }
    }
  }

  /// What it says of itself is not known any more.
  func forget(_ id: Int64) { state.withLock { $0.parties[id] = nil } }

  func learn(_ body: (inout TrytonValues.Known) -> Void) { state.withLock { body(&$0.known) } }

  /// Parties made for organisations that nobody belongs to any more.
  var idle: [TrytonParty] {
    state.withLock { state in
      state.parties.values.filter {
        $0.code.hasPrefix(TrytonParty.organisationMark) && !$0.isRelated && !$0.isTouched && $0.mechanisms.isEmpty
      }
    }
  }
}
