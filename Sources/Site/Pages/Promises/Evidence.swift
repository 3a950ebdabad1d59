import Consent
import Flows
import Model
import Store

/// What of the promises can be seen in an account at this moment, each in a sentence with its figures.
struct Evidence: Sendable {
  let hall: Hall
  let viewer: Viewer

  /// By the number of the promise; what cannot be looked at is not there.
  func all() async throws -> [Int: String] {
    let store = hall.store
    let sources = try await store.sources(viewer.account, member: viewer.member)
    let destinations = try await store.destinations(viewer.account, member: viewer.member)
    let grants = try await store.grants(viewer.account, member: viewer.member)
    var found = of(grants, sources, destinations)
    found.merge(try await reading(sources)) { $1 }
    found.merge(try await people()) { $1 }
    found.merge(try await ledger()) { $1 }
    return found
  }

  private func count(_ number: Int, _ one: String, _ many: String) -> String { Words.count(number, one, many) }

  private func of(
    _ grants: [Grant], _ sources: [SourceState], _ destinations: [Destination]
  ) -> [Int: String] {
    let live = grants.filter { $0.withdrawnAt == nil }
    let reading = grants.filter { if case .source = $0.target { $0.scope == .read } else { false } }
    let warranted = reading.count { $0.warranty != nil }
    let leaving = live.filter { $0.scope == .write }
    let revoked = sources.count { $0.source.revokedAt != nil } + destinations.count { $0.revokedAt != nil }
    var hosts = destinations.filter { $0.revokedAt == nil }.compactMap { $0.server?.host }
    hosts += sources.filter { $0.source.revokedAt == nil }.compactMap { $0.source.server?.host }
    let parties = Set(hosts).sorted()
    let talks = parties.isEmpty ? "no server" : count(parties.count, "server", "servers")
    let named = parties.isEmpty ? "" : ": " + parties.joined(separator: ", ")
    var found: [Int: String] = [:]
    found[2] = "Kith talks with \(talks) for you\(named)."
    found[3] = "No outside party is used in any function."
    found[4] = "No outside party is on."
    found[13] =
      leaving.isEmpty
      ? "No grant allows to change anything anywhere."
      : "\(count(leaving.count, "grant allows", "grants allow")) to write; each stands under What you allowed."
    found[16] =
      "\(count(revoked, "source or CRM was", "sources and CRMs were")) cut off; \(live.count) of \(grants.count) grants are live."
    found[23] = "\(count(grants.count, "grant is", "grants are")) kept with the words that you read."
    found[39] = "\(warranted) of \(count(reading.count, "grant", "grants")) to read carry your statement of the right."
    found[114] = "Each of \(count(live.count, "live grant", "live grants")) has a button that withdraws it."
    return found
  }

  private func reading(_ sources: [SourceState]) async throws -> [Int: String] {
    let folders = try await hall.store.completeness(viewer.account, viewer.member)
    let there = folders.reduce(0) { $0 + $1.onServer }
    let held = folders.reduce(0) { $0 + $1.held }
    let gap = folders.reduce(0) { $0 + $1.gap }
    let troubles = sources.count { $0.trouble != nil }
    var found: [Int: String] = [:]
    found[82] = "Of \(there) items there \(held) are held, \(there - held - gap) left out by rule, \(gap) missing."
    found[98] =
      troubles == 0
      ? "No source has a trouble."
      : "\(count(troubles, "source has", "sources have")) a trouble, told with its remedy under What is read."
    return found
  }

  private func people() async throws -> [Int: String] {
    let store = hall.store
    let members = try await store.members(viewer.account)
    let shares = try await store.shares(viewer)
    let sessions = try await hall.signIn.sessions(viewer)
    let off = try await store.analysesOff(viewer.account, viewer.member)
    let all = try await store.see(viewer) { try Seeing.counts(in: $0) }.values.reduce(0, +)
    let mine = shares.count { $0.member == viewer.member }
    let administrators = members.count { $0.role == .administrator }
    let hash = try await store.passwordHash(viewer.account, viewer.member)
    var found: [Int: String] = [:]
    found[7] = "You see \(count(all, "person or organisation", "people and organisations")), all of this account."
    found[8] =
      mine == 0
      ? "You share nothing: nobody else sees your people."
      : "You share by \(count(mine, "rule", "rules")); each has a way back."
    found[9] =
      "\(count(members.count, "member", "members")), \(administrators) of them administrators; "
      + "\(count(shares.count, "rule", "rules")) of sharing."
    found[22] =
      "\(Analysis.allCases.count - off.count) of \(Analysis.allCases.count) methods are on; each has its switch."
    found[27] = "\(Schema.embedded.labels.count) columns, every one labelled."
    found[32] =
      hash == nil ? "No password is kept of you." : "Your password is kept as an argon2id string alone."
    found[41] = "This site sets \(count(SiteCookie.allCases.count, "cookie", "cookies")), and it is declared."
    found[42] = "\(count(sessions.count, "session", "sessions")), each with its time and place."
    if let record = try await hall.operatorRecord() {
      found[26] = "This server is run by \(record.name), \(record.address)."
    }
    return found
  }

  private func ledger() async throws -> [Int: String] {
    let lines = try await hall.store.ledger(viewer.account)
    let refused = lines.count { $0.line.outcome != "permitted" }
    let purposes = Set(lines.map(\.line.purpose)).count
    return [
      30: "\(count(lines.count, "line stands", "lines stand")) in the ledger, \(refused) of them refusals.",
      113: "\(purposes) purposes were used so far, each of the policy's list.",
    ]
  }
}
