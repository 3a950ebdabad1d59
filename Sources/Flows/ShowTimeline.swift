public import Consent
public import Model
public import Store

/// One line of what passed with a person.
public struct TimelineLine: Sendable, Equatable {
  public var touch: ID<Interaction>
  public var kind: Interaction.Kind
  public var at: Instant
  public var direction: Interaction.Direction
  public var viaList: Bool
  /// Nil if it is no mail, or the viewer may not have it opened.
  public var subject: String?
  public var mail: ID<Mail>?
}

/// Shows what passed with a person, page by page; subjects are opened under the permit to show this viewer.
public struct ShowTimeline: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// A page, the newest first, with the mark that the next page begins behind.
  public func run(
    _ viewer: Viewer, of person: ID<Person>, after mark: Timeline.Mark? = nil, limit: Int = 30
  ) async throws -> (lines: [TimelineLine], next: Timeline.Mark?) {
    let found = try await store.see(viewer) { try Timeline.of(person, after: mark, limit: limit + 1, in: $0) }
    return try await lines(found, of: person, limit, viewer)
  }

  /// The first page, of a person of whom a page is being made.
  public func run(
    _ viewer: Viewer, of page: PersonPage, limit: Int = 30
  ) async throws -> (lines: [TimelineLine], next: Timeline.Mark?) {
    let (person, newest) = (page.person.id, page.past.marks.prefix(limit + 1).map(\.id))
    let found = try await store.see(viewer) { try Timeline.of(person, newest, in: $0) }
    return try await lines(found, of: person, limit, viewer)
  }

  private func lines(
    _ found: [SeenTouch], of person: ID<Person>, _ limit: Int, _ viewer: Viewer
  ) async throws -> (lines: [TimelineLine], next: Timeline.Mark?) {
    let touches = Array(found.prefix(limit))
    var subjects: [ID<Mail>: String] = [:]
    for (owner, touches) in Dictionary(grouping: touches, by: \.owner).sorted(by: { $0.key < $1.key }) {
      subjects.merge(try await open(touches.compactMap(\.mail), of: owner, about: person, viewer)) { old, _ in old }
    }
    let lines = touches.map { touch in
      let subject = touch.mail.flatMap { subjects[$0.id] }
      return TimelineLine(
        touch: touch.id, kind: touch.kind, at: touch.at, direction: touch.direction, viaList: touch.viaList,
        subject: subject, mail: touch.mail?.id)
    }
    let last = touches.last.map { Timeline.Mark(at: $0.at, id: $0.id) }
    return (lines, found.count > limit ? last : nil)
  }

  private func open(
    _ mails: [SeenMail], of owner: ID<Member>, about person: ID<Person>, _ viewer: Viewer
  ) async throws -> [ID<Mail>: String] {
    let sealed = mails.filter { $0.subject != nil }
    if sealed.isEmpty { return [:] }
    let permit = try await gate.permit(
      ShowToOwner.self,
      for: Request(
        account: viewer.account, member: owner, viewer: viewer.member,
        sources: Array(Set(sealed.map(\.source))).sorted(),
        handles: Array(Set(sealed.map(\.key)).subtracting([.none])), person: person, level: .content,
        count: sealed.count))
    var subjects: [ID<Mail>: String] = [:]
    for mail in sealed {
      do {
        let slot = Slot(viewer.account, "mail", "subject", row: mail.id.rawValue)
        subjects[mail.id] = try mail.subject?.open(in: slot, permit) { span in
          PageText(span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
        }.text
      } catch let refusal as Refusal where refusal.reason == .keyNotHeld {
        // Its author was erased: that there was a mail may be told, not what it was about.
        continue
      }
    }
    _ = permit.close()
    return subjects
  }
}
