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
    var answers: [CRMAnswer] = []
    for activity in activities {
      guard let contact = activity.remotes.first.flatMap({ Int64($0) }) else {
        answers.append(.refused(field: nil, why: "nobody who took part has a contact in amagi-crm"))
        continue
      }
      do {
        answers.append(try await log(activity, contact, permit, check))
      } catch AmagiTalk.Refused.unfit {
        answers.append(.refused(field: nil, why: "amagi-crm refused it"))
      } catch let trouble as Trouble where activities.count > 1 {
        answers.append(.failed(trouble))
      }
    }
    return answers
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
        return AmagiCRM.entered("appointments", made, notes)
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
    return AmagiCRM.entered("tasks", made, notes)
  }

  /// What an earlier try entered.
  private func entered(_ activity: ActivityWrite, _ contact: Int64) async throws -> CRMAnswer? {
    let line = ActivityNote.line(activity.key)
    func found(_ kind: String, _ target: String) async throws -> CRMAnswer? {
      let shown = try await talk.ask(target)
      guard let mine = shown.asList?.first(where: { $0[key: "notes"]?.asText?.hasSuffix(line) == true }) else {
        return nil
      }
      return AmagiCRM.entered(kind, mine, mine[key: "notes"]?.asText ?? "")
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

  private static func entered(_ kind: String, _ shown: JSON, _ notes: String) -> CRMAnswer {
    .written(remote: "\(kind)/\(shown[key: "id"]?.asInt ?? 0)", digest: ActivityNote.digest(notes))
  }
}
