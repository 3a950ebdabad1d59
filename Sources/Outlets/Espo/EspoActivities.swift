public import Consent
import Formats
import Model
import Wire

extension EspoCRM {
  /// Meetings and calls that were held, where somebody is named whose they are; all else is posted to the record.
  public func log(
    _ activities: [ActivityWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    return try await oneByOne(activities, permit, refusal: EspoCRM.refusalOfEntry) { activity, permit in
      guard let place = EspoRecord.place(activity.remotes.first) else {
        return .refused(field: nil, why: "nobody who took part has a record in EspoCRM")
      }
      return try await log(activity, place, permit, check)
    }
  }

  private func log(
    _ activity: ActivityWrite, _ place: (entity: EspoRecord.Entity, id: String),
    _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    let kind: String? =
      switch activity.kind {
      case .meeting where owner != nil: "Meeting"
      case .call where owner != nil: "Call"
      default: nil
      }
    let line = ActivityNote.line(activity.key)
    if activity.isRetry {
      let shown =
        if let kind {
          try await talk.change(
            .get, EspoTalk.list(kind, EspoCRM.written, [.init("description", "contains", line)]), nil, keys: [], permit,
            check: check)
        } else {
          try await talk.ask("\(place.entity.rawValue)/\(place.id)/stream?maxSize=\(EspoTalk.page)")
        }
      let earlier = shown[key: "list"]?.asList?.first {
        $0[key: kind == nil ? "post" : "description"]?.asText?.hasSuffix(line) == true
      }
      if let earlier, let id = earlier[key: "id"]?.asText {
        return .written(remote: "\(kind ?? "Note")/\(id)", digest: EspoCRM.digest(earlier))
      }
    }
    let body = body(activity, kind, place)
    let made = try await talk.change(
      .post, kind ?? "Note", .object(body), keys: Set(body.map(\.key)), permit, check: check)
    return .written(remote: "\(kind ?? "Note")/\(made[key: "id"]?.asText ?? "")", digest: EspoCRM.digest(made))
  }

  /// The fields that are written, by which an edit shows.
  private static let written = ["name", "status", "dateStart", "dateEnd", "description", "post"]

  private static func digest(_ shown: JSON) -> String {
    ActivityNote.digest(written.map { shown[key: $0]?.asText ?? "" }.joined(separator: "\u{0}"))
  }

  public func retract(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    guard ["Meeting", "Call", "Note"].contains(remote.prefix { $0 != "/" }) else { return .changed }
    do {
      guard EspoCRM.digest(try await talk.ask(remote)) == digest else { return .changed }
      _ = try await talk.change(.delete, remote, nil, keys: [], permit, check: check)
    } catch EspoTalk.Refused.gone {
      // It is there no longer.
    } catch is EspoTalk.Refused {
      return .refused(field: nil, why: "EspoCRM refused it")
    }
    return .written(remote: remote, digest: "")
  }

  private func body(
    _ activity: ActivityWrite, _ kind: String?, _ place: (entity: EspoRecord.Entity, id: String)
  ) -> [JSON.Pair] {
    let note = ActivityNote(activity)
    let parent: [JSON.Pair] = [
      .init(key: "parentType", value: .text(place.entity.rawValue)), .init(key: "parentId", value: .text(place.id)),
    ]
    guard kind != nil else {
      return [.init(key: "type", value: "Post"), .init(key: "post", value: .text(note.text(withSubject: true)))]
        + parent
    }
    let contacts = activity.remotes.compactMap { EspoRecord.place($0) }.filter { $0.entity == .contact }
    return [
      .init(key: "name", value: .text(activity.subject.map(oneLine) ?? note.title)),
      .init(key: "status", value: "Held"), .init(key: "dateStart", value: .text(EspoCRM.time(activity.at))),
      .init(key: "dateEnd", value: .text(EspoCRM.time(activity.endsAt ?? activity.at))),
      .init(key: "description", value: .text(note.text(withSubject: false))),
      .init(key: "assignedUserId", value: .text(owner ?? "")),
      .init(key: "contactsIds", value: .list(contacts.map { .text($0.id) })),
    ] + parent
  }

  private static func time(_ instant: Instant) -> String {
    String(instant.description.prefix(19)).replacing("T", with: " ")
  }
}
