public import Consent
import Formats
import Model

extension TrytonCRM {
  /// Interactions become notes of a party: Tryton has no meetings and no calls, and its mails cannot be written.
  public func log(
    _ activities: [ActivityWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    var answers = [CRMAnswer?](repeating: nil, count: activities.count)
    try await findNotes(activities, &answers)
    for place in activities.indices
    where answers[place] == nil && activities[place].remotes.first.flatMap({ Int64($0) }) == nil {
      answers[place] = .refused(field: nil, why: "nobody who took part has a party in Tryton")
    }
    try await note(activities.indices.filter { answers[$0] == nil }, activities, &answers, permit, check)
    return answers.map { $0 ?? .changed }
  }

  /// What an earlier try entered, by the key in its last line.
  private func findNotes(_ activities: [ActivityWrite], _ answers: inout [CRMAnswer?]) async throws {
    let again = activities.indices.filter { activities[$0].isRetry }
    guard !again.isEmpty else { return }
    let domain =
      ["OR"] + again.map { JSON.list(["message", "like", .text("%\(ActivityNote.line(activities[$0].key))")]) }
    let shown = try await talk.ask(
      "model.ir.note.search_read",
      [[["resource", "like", "party.party,%"], .list(domain)], 0, nil, [["id", "ASC"]], ["message"]])
    for note in shown.asList ?? [] {
      guard let id = note[key: "id"]?.asInt, let message = note[key: "message"]?.asText else { continue }
      for place in again where answers[place] == nil && message.hasSuffix(ActivityNote.line(activities[place].key)) {
        answers[place] = .written(remote: "ir.note,\(id)", digest: ActivityNote.digest(message))
      }
    }
  }

  public func retract(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    guard remote.hasPrefix("ir.note,"), let id = Int64(remote.dropFirst("ir.note,".count)) else { return .changed }
    let shown = try await talk.ask(
      "model.ir.note.search_read", [[["id", "=", .int(id)]], 0, 1, nil, ["message"]])
    guard let note = shown.asList?.first else { return .written(remote: remote, digest: "") }
    guard ActivityNote.digest(note[key: "message"]?.asText ?? "") == digest else { return .changed }
    do {
      _ = try await talk.change("model.ir.note.delete", [[.int(id)]], keys: [], permit, check: check)
      return .written(remote: remote, digest: "")
    } catch TrytonTalk.Refused.outrun {
      return .changed
    } catch TrytonTalk.Refused.told(let words) {
      return try .refused(field: nil, why: TrytonRefusal(words).why)
    }
  }

  private func note(
    _ places: [Int], _ activities: [ActivityWrite], _ answers: inout [CRMAnswer?],
    _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws {
    guard !places.isEmpty else { return }
    let messages = places.map { ActivityNote(activities[$0]).text(withSubject: true) }
    let rows = zip(places, messages).map { place, message -> JSON in
      ["resource": .text("\(TrytonParty.model),\(activities[place].remotes.first ?? "")"), "message": .text(message)]
    }
    do {
      let made = try await talk.change(
        "model.ir.note.create", [.list(rows)], keys: ["resource", "message"], permit, check: check)
      for (index, id) in (made.asList ?? []).compactMap(\.asInt).enumerated() where index < places.count {
        answers[places[index]] = .written(remote: "ir.note,\(id)", digest: ActivityNote.digest(messages[index]))
      }
    } catch TrytonTalk.Refused.told(let words) {
      let refusal = try TrytonRefusal(words)
      if places.count == 1 { return answers[places[0]] = .refused(field: nil, why: refusal.why) }
      try await note(Array(places[..<(places.count / 2)]), activities, &answers, permit, check)
      try await note(Array(places[(places.count / 2)...]), activities, &answers, permit, check)
    }
  }
}
