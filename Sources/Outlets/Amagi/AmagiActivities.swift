public import Consent
import Formats
import Model
import Wire

extension AmagiCRM {
  /// A meeting becomes an appointment; amagi-crm books no two at once, so one that meets another becomes a task.
  ///
  /// Mails, calls and notes become tasks that are done. The key stands in the last line of the free text.
  public func log(
    _ activities: [ActivityWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    return try await oneByOne(activities, permit, refusal: AmagiCRM.refusalOfEntry) { activity, permit in
      guard let contact = activity.remotes.first.flatMap({ Int64($0) }) else {
        return .refused(field: nil, why: "nobody who took part has a contact in amagi-crm")
      }
      return try await log(activity, contact, permit, check)
    }
  }

  private func log(
    _ activity: ActivityWrite, _ contact: Int64, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    if activity.isRetry, let earlier = try await entered(activity, contact) { return earlier }
    let note = ActivityNote(activity)
    let notes = note.text(withSubject: false)
    let title = activity.subject.map(oneLine).flatMap { $0.isEmpty ? nil : $0 } ?? note.title
    if activity.kind == .meeting, let end = activity.endsAt, end > activity.at {
      let body: JSON = [
        "title": .text(title), "contact_id": .int(contact), "notes": .text(notes),
        "start": .text(activity.at.description), "end": .text(end.description),
      ]
      do {
        let made = try await talk.change(
          .post, "/api/appointments", body, keys: ["title", "contact_id", "notes", "start", "end"], permit, check: check
        )
        return AmagiCRM.entered("appointments", made)
      } catch AmagiTalk.Refused.taken {
        // The hour is booked: the meeting is kept all the same.
      }
    }
    let body: JSON = [
      "title": .text(title), "contact_id": .int(contact), "notes": .text(notes), "due_date": .text(activity.at.date),
      "done": true,
    ]
    let made = try await talk.change(
      .post, "/api/tasks", body, keys: ["title", "contact_id", "notes", "due_date", "done"], permit, check: check)
    return AmagiCRM.entered("tasks", made)
  }

  /// What an earlier try entered.
  private func entered(_ activity: ActivityWrite, _ contact: Int64) async throws -> CRMAnswer? {
    let line = ActivityNote.line(activity.key)
    func found(_ kind: String, _ target: String) async throws -> CRMAnswer? {
      let shown = try await talk.ask(target)
      guard let mine = shown.asList?.first(where: { $0[key: "notes"]?.asText?.hasSuffix(line) == true }) else {
        return nil
      }
      return AmagiCRM.entered(kind, mine)
    }
    if activity.kind == .meeting, let end = activity.endsAt,
      let answer = try await found(
        "appointments",
        "/api/appointments?include_cancelled=true&start=\(activity.at.description)&end=\(end.description)")
    {
      return answer
    }
    return try await found("tasks", "/api/tasks?contact_id=\(contact)")
  }

  private static func entered(_ kind: String, _ shown: JSON) -> CRMAnswer {
    .written(remote: "\(kind)/\(shown[key: "id"]?.asInt ?? 0)", digest: digest(shown))
  }

  /// Over all that was written, so that any edit of it shows.
  private static func digest(_ shown: JSON) -> String {
    let parts = ["title", "due_date", "start", "end", "notes"].map { shown[key: $0]?.asText ?? "" }
    return ActivityNote.digest((parts + [shown[key: "done"] == true ? "done" : ""]).joined(separator: "\u{0}"))
  }

  public func retract(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    let parts = remote.split(separator: "/")
    guard parts.count == 2, parts[0] == "tasks", let id = Int64(parts[1]) else {
      return .refused(field: nil, why: "amagi-crm deletes no appointment: it can be cancelled there by hand")
    }
    let shown = try await talk.ask("/api/tasks").asList?.first { $0[key: "id"]?.asInt == id }
    guard let shown else { return .written(remote: remote, digest: "") }
    return AmagiCRM.digest(shown) == digest ? try await remove(task: id, permit, check) : .changed
  }

  func remove(
    task id: Int64, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    do {
      _ = try await talk.change(.delete, "/api/tasks/\(id)", nil, keys: [], permit, check: check)
    } catch AmagiTalk.Refused.gone {
      // Somebody else removed it in this moment.
    }
    return .written(remote: "tasks/\(id)", digest: "")
  }
}
