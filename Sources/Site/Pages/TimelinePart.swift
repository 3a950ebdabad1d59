import Consent
import Flows
import Hummingbird
import Model
import Store

/// What passed with a person, page by page; a mail opens on a page of its own.
struct TimelinePart: Sendable {
  struct Line: Sendable {
    var at: String
    var kind: String
    var way: String
    var subject: String?
    var href: String?
  }

  var person: String
  var lines: [Line]
  var hasLines: Bool
  var next: String?

  /// The rest of what passed, on a page of its own.
  struct Rest: Sendable {
    var name: String
    var timeline: TimelinePart
  }

  /// One mail: its frame, and the way back.
  struct Mail: Sendable {
    var frame: String
    var back: String
  }

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/people/:person/timeline") { request, context in
      let viewer = try context.signedIn().viewer
      guard let id = ID<Person>(context.parameters.get("person") ?? "") else { return Answer.nothing }
      let person = try await hall.store.see(viewer) { try Seeing.person(id, in: $0)?.person }
      guard let person else { return Answer.nothing }
      let part = try await read(id, after: mark(Form.query(of: request)["after"]), hall, viewer)
      let rest = Rest(name: PersonLine.name(person), timeline: part)
      return try await hall.page("timeline", rest, title: "What passed with \(rest.name)", at: .people, context)
    }
    router.get("/mails/:mail") { request, context in
      let viewer = try context.signedIn().viewer
      guard let id = ID<Model.Mail>(context.parameters.get("mail") ?? "") else { return Answer.nothing }
      let seen = try await hall.store.see(viewer) { try Timeline.mail(id, in: $0) }
      guard seen != nil else { return Answer.nothing }
      let person = ID<Person>(Form.query(of: request)["person"])
      let mail = Mail(frame: "/mails/\(id)/frame", back: person.map { "/people/\($0)" } ?? "/people")
      return try await hall.page("mail", mail, title: "Mail", at: .people, context)
    }
  }

  static func read(
    _ person: ID<Person>, after mark: Timeline.Mark?, _ hall: Hall, _ viewer: Viewer
  ) async throws -> TimelinePart {
    let found = try await ShowTimeline(store: hall.store, gate: hall.gate).run(
      viewer, of: person, after: mark, limit: mark == nil ? 15 : 50)
    return TimelinePart(found, of: person)
  }

  /// What passed last, for a person's page.
  static func read(_ page: PersonPage, _ hall: Hall, _ viewer: Viewer) async throws -> TimelinePart {
    let found = try await ShowTimeline(store: hall.store, gate: hall.gate).run(viewer, of: page, limit: 15)
    return TimelinePart(found, of: page.person.id)
  }

  init(_ found: (lines: [TimelineLine], next: Timeline.Mark?), of person: ID<Person>) {
    let lines = found.lines.map { line in
      Line(
        at: Words.date(line.at), kind: line.kind.rawValue, way: TimelinePart.way(line),
        subject: line.subject.map { $0.isEmpty ? "(no subject)" : $0 },
        href: line.mail.map { "/mails/\($0)?person=\(person)" })
    }
    self.person = person.description
    self.lines = lines
    hasLines = !lines.isEmpty
    next = found.next.map { "/people/\(person)/timeline?after=\($0.at.milliseconds).\($0.id)" }
  }

  private static func mark(_ text: String) -> Timeline.Mark? {
    let parts = text.split(separator: ".", maxSplits: 1)
    guard parts.count == 2, let at = Int64(parts[0]), let id = ID<Interaction>(parts[1]) else { return nil }
    return Timeline.Mark(at: Instant(milliseconds: at), id: id)
  }

  private static func way(_ line: TimelineLine) -> String {
    switch (line.kind, line.direction) {
    case (.meeting, _): "you met"
    case (_, .outward): line.kind == .mail ? "you wrote" : "from you"
    case (_, .inward): line.kind == .mail ? "they wrote" : "from them"
    case (_, .between): line.viaList ? "through a list" : "both were there"
    }
  }

  static let template = """
    {{#body.timeline.hasLines}}
    <ul class="list">
    {{#body.timeline.lines}}
    <li><time>{{at}}</time> <span class="tag">{{kind}}</span> <span class="grow">{{#href}}<a href="{{href}}">{{#subject}}{{subject}}{{/subject}}{{^subject}}Sealed{{/subject}}</a>{{/href}}{{^href}}{{way}}{{/href}}</span>{{#href}}<small>{{way}}</small>{{/href}}</li>
    {{/body.timeline.lines}}
    </ul>
    {{#body.timeline.next}}<p class="pager"><a class="button quiet" rel="next" href="{{body.timeline.next}}">Earlier</a></p>{{/body.timeline.next}}
    {{/body.timeline.hasLines}}
    {{^body.timeline.hasLines}}<p class="empty">Nothing passed that you see: no mail, no meeting, no call.</p>{{/body.timeline.hasLines}}

    """

  static let rest = """
    {{> head}}
    <p class="soft"><a href="/people/{{body.timeline.person}}">{{body.name}}</a></p>
    <h1>What passed</h1>
    {{> timeline-part}}
    {{> foot}}
    """

  static let mail = """
    {{> head}}
    <p class="soft"><a href="{{body.back}}">Back</a></p>
    <h1>Mail</h1>
    <iframe class="mail" title="The mail" src="{{body.frame}}" sandbox="allow-popups allow-popups-to-escape-sandbox allow-downloads"></iframe>
    <p class="soft">Pictures from elsewhere are not loaded, nothing in it runs, and each link says where it leads. That it was opened stands in the ledger.</p>
    {{> foot}}
    """
}
