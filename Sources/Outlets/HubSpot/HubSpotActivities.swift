public import Consent
import Formats
import Model
import Wire

extension HubSpotCRM {
  /// The number of the plain association of an activity with a contact, and with a company.
  static func association(_ kind: HubSpotTalk.Kind, with other: HubSpotTalk.Kind) -> Int64? {
    switch (kind, other) {
    case (.emails, .contacts): 198
    case (.emails, .companies): 186
    case (.meetings, .contacts): 200
    case (.meetings, .companies): 188
    case (.calls, .contacts): 194
    case (.calls, .companies): 182
    case (.notes, .contacts): 202
    case (.notes, .companies): 190
    case (.tasks, .contacts): 204
    case (.tasks, .companies): 192
    default: nil
    }
  }

  /// What there is no kind of its own for becomes a note.
  static func kind(_ activity: ActivityWrite) -> HubSpotTalk.Kind {
    switch activity.kind {
    case .mail: .emails
    case .meeting: .meetings
    case .call: .calls
    case .text, .note: .notes
    }
  }

  /// Each is made once: its key is a value that HubSpot keeps unique.
  public func log(
    _ activities: [ActivityWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    try await check()
    return try await answers(
      activities.indices, [.emails, .meetings, .calls, .notes], { HubSpotCRM.kind(activities[$0]) }, permit
    ) { kind, mine, answers, permit in
      try await log(kind, mine, activities, &answers, permit, check)
    }
  }

  private func log(
    _ kind: HubSpotTalk.Kind, _ mine: [Int], _ activities: [ActivityWrite], _ answers: inout [CRMAnswer?],
    _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws {
    let retried = mine.filter { activities[$0].isRetry }.map { activities[$0].key }
    let there = try await look(kind, retried, by: HubSpotValues.person, permit, check)
    var waiting: [Int] = []
    for place in mine {
      if let row = there[activities[place].key], let id = row[key: "id"]?.asText {
        answers[place] = .written(
          remote: "\(kind.rawValue)/\(id)", digest: HubSpotCRM.digest(kind, HubSpotValues.properties(row) ?? [:]))
      } else if let text = activities[place].text, text.utf16.count > HubSpotValues.longest {
        answers[place] = .refused(
          field: nil, why: "longer than the \(HubSpotValues.longest) characters that HubSpot keeps")
      } else {
        waiting.append(place)
      }
    }
    let inputs = waiting.map { place in
      HubSpotBatch.Input(
        place: place, trace: activities[place].key, id: nil, body: input(kind, activities[place]))
    }
    let batch = HubSpotBatch(
      kind: kind, target: talk.objects(kind, "/batch/create"), schema: activitySchema(kind),
      written: { _, id, shown in
        .written(remote: "\(kind.rawValue)/\(id)", digest: HubSpotCRM.digest(kind, shown))
      },
      refused: { onceAnswer($0, kind) })
    try await send(inputs, batch, &answers, permit, check)
  }

  /// An activity or a task with this key that is there already is the one that was to be made.
  func onceAnswer(_ refused: HubSpotTalk.Refused, _ kind: HubSpotTalk.Kind) -> CRMAnswer {
    if refused.category == "CONFLICT" || refused.status == 409, let id = refused.ids.last {
      return .written(remote: "\(kind.rawValue)/\(id)", digest: "")
    }
    return answer(refused)
  }

  private func input(_ kind: HubSpotTalk.Kind, _ activity: ActivityWrite) -> JSON {
    var properties = activityProperties(kind, activity)
    properties[HubSpotValues.person] = activity.key
    properties["hs_timestamp"] = activity.at.description
    if let owner { properties["hubspot_owner_id"] = owner }
    return HubSpotCRM.linked(kind, properties, with: activity.remotes, trace: activity.key)
  }

  /// A new object with what it is linked with.
  static func linked(
    _ kind: HubSpotTalk.Kind, _ properties: [String: String], with remotes: [String], trace: String
  ) -> JSON {
    let links = remotes.compactMap { HubSpotCRM.place($0) }.compactMap { place -> JSON? in
      guard let number = association(kind, with: place.kind) else { return nil }
      return [
        "to": ["id": .text(place.id)],
        "types": [["associationCategory": "HUBSPOT_DEFINED", "associationTypeId": .int(number)]],
      ]
    }
    return [
      "properties": texts(properties), "associations": .list(links), "objectWriteTraceId": .text(trace),
    ]
  }

  static func texts(_ properties: [String: String]) -> JSON {
    .object(properties.sorted { $0.key < $1.key }.map { JSON.Pair(key: $0.key, value: .text($0.value)) })
  }

  /// No more than the level lets through: a subject or a text is only there where it was given.
  private func activityProperties(_ kind: HubSpotTalk.Kind, _ activity: ActivityWrite) -> [String: String] {
    var made: [String: String] = [:]
    switch kind {
    case .emails:
      made["hs_email_direction"] = activity.direction == .inward ? "INCOMING_EMAIL" : "EMAIL"
      made["hs_email_status"] = "SENT"
      made["hs_email_subject"] = activity.subject
      made["hs_email_text"] = activity.text
    case .meetings:
      made["hs_meeting_start_time"] = activity.at.description
      made["hs_meeting_end_time"] = (activity.endsAt ?? activity.at).description
      made["hs_meeting_outcome"] = "COMPLETED"
      made["hs_meeting_title"] = activity.subject
      made["hs_meeting_body"] = activity.text
    case .calls:
      made["hs_call_direction"] = activity.direction == .inward ? "INBOUND" : "OUTBOUND"
      made["hs_call_status"] = "COMPLETED"
      made["hs_call_duration"] = activity.endsAt.map { String(max(0, $0.milliseconds - activity.at.milliseconds)) }
      made["hs_call_title"] = activity.subject
      made["hs_call_body"] = activity.text
    default: made["hs_note_body"] = HubSpotCRM.note(activity)
    }
    return made
  }

  /// A note cannot be empty.
  private static func note(_ activity: ActivityWrite) -> String {
    let what = activity.kind == .text ? "Text message" : "Note"
    let way = activity.direction == .inward ? ", received" : activity.direction == .outward ? ", sent" : ""
    let said = [activity.subject, activity.text].compactMap { $0 }.filter { !$0.isEmpty }
    return said.isEmpty ? what + way : said.joined(separator: "\n")
  }

  private func activitySchema(_ kind: HubSpotTalk.Kind) -> PayloadSchema {
    var keys: Set = [
      "inputs", "properties", "associations", "to", "id", "types", "associationCategory", "associationTypeId",
      "objectWriteTraceId", HubSpotValues.person,
    ]
    if owner != nil { keys.insert("hubspot_owner_id") }
    return PayloadSchema(.json, keys: keys.union(HubSpotCRM.written(kind)))
  }

  /// The properties in which an activity is written, by which an edit shows.
  static func written(_ kind: HubSpotTalk.Kind) -> [String] {
    let own: [String] =
      switch kind {
      case .emails: ["hs_email_direction", "hs_email_status", "hs_email_subject", "hs_email_text"]
      case .meetings:
        [
          "hs_meeting_start_time", "hs_meeting_end_time", "hs_meeting_outcome", "hs_meeting_title", "hs_meeting_body",
        ]
      case .calls:
        ["hs_call_direction", "hs_call_status", "hs_call_duration", "hs_call_title", "hs_call_body"]
      default: ["hs_note_body"]
      }
    return own + ["hs_timestamp"]
  }

  private static func digest(_ kind: HubSpotTalk.Kind, _ shown: [String: String]) -> String {
    ActivityNote.digest(written(kind).map { shown[$0] ?? "" }.joined(separator: "\u{0}"))
  }

  public func retract(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    guard let (kind, id) = HubSpotCRM.place(remote) else { return .changed }
    guard let row = try await look(kind, [id])[id] else { return .written(remote: remote, digest: "") }
    guard HubSpotCRM.digest(kind, HubSpotValues.properties(row) ?? [:]) == digest else { return .changed }
    return try await archive(kind, id, permit, check)
  }

  /// Puts an object into the bin, from where it can be restored there for 90 days.
  func archive(
    _ kind: HubSpotTalk.Kind, _ id: String, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    do {
      _ = try await talk.change(
        .delete, talk.objects(kind, "/\(id)"), nil, PayloadSchema(.empty), permit, check: check)
    } catch let refused as HubSpotTalk.Refused where refused.status == 404 {
      // Somebody else removed it in this moment.
    } catch let refused as HubSpotTalk.Refused {
      throw HubSpotCRM.trouble(refused)
    }
    return .written(remote: "\(kind.rawValue)/\(id)", digest: "")
  }
}
