import Consent
import Insight
import Model
import Store

/// What passed between a member and all persons together, read for one answer that is kept nowhere.
///
/// Of the member's own interactions alone, so that nothing is in it which the member may not see.
struct Correspondence: Sendable {
  let exchanges: [Exchange]
  /// Methods that the member has switched off.
  let off: Set<Analysis>

  /// What is older says nothing of how it is now.
  static let days = SuggestNext.years * 365

  /// Reads what passed in so many days before an instant; nothing if all of `methods` are switched off.
  static func read(
    _ store: Store, _ viewer: Viewer, before at: Instant, days: Double = Correspondence.days,
    for methods: Set<Analysis>
  ) async throws -> Correspondence {
    let (account, member) = (viewer.account, viewer.member)
    return try await store.read(account) { session in
      let off = try Analyses.off(member, account, in: session)
      if methods.isSubset(of: off) { return Correspondence(exchanges: [], off: off) }
      let exchanges = try Exchanges.of(member, since: at.advanced(byDays: -days), account, in: session)
      return Correspondence(exchanges: exchanges.filter { $0.at < at }, off: off)
    }
  }

  /// The touches of each person, each interaction once, in the part that says most.
  var touches: [ID<Person>: [Touch]] {
    var touches: [ID<Person>: [Touch]] = [:]
    for exchange in exchanges {
      var parts: [ID<Person>: TiePart] = [:]
      for one in exchange.people {
        let part = TiePart(exchange.kind, one.role, exchange.direction, viaList: exchange.viaList)
        parts[one.person] = min(parts[one.person] ?? part, part)
      }
      for (person, part) in parts where part != .none {
        touches[person, default: []].append(
          Touch(
            at: exchange.at, direction: part.direction, recipients: exchange.recipients, kind: exchange.kind,
            viaList: exchange.viaList, author: exchange.author))
      }
    }
    return touches
  }
}
