import Consent
import Flows
import Hummingbird
import Model
import Store

/// Every change that would leave, before it does, and the owner's yes to it (P013).
struct DryRunPage: Sendable {
  struct Change: Sendable {
    var person: String
    var href: String
    var kind: String
    var field: String
    var old: String
    var new: String
  }

  /// More lines than this are counted, not shown.
  static let most = 250

  var action: String
  var digest: String
  var isApproved: Bool
  var isBeyond: Bool
  var changes: [Change]
  var hasChanges: Bool
  var more: String?
  var told: [String]
  /// How many people are made there, changed there, and changed here.
  var summary: String

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/crm/:destination") { _, context in
      let viewer = try context.signedIn().viewer
      guard let deliver = hall.deliver, let id = ID<Destination>(context.parameters.get("destination") ?? "") else {
        return Answer.nothing
      }
      do {
        let report = try await deliver.run(id, of: viewer.member, in: viewer.account, dryRun: true)
        let names = try await names(report.lines, viewer, hall.store)
        return try await hall.page("dry-run", DryRunPage(report, names), title: "What would leave", at: .crm, context)
      } catch let trouble as Trouble {
        return try await failed(trouble, id, viewer, hall, context)
      }
    }
    router.post("/crm/:destination/accept") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let deliver = hall.deliver, let id = ID<Destination>(context.parameters.get("destination") ?? "") else {
        return Answer.nothing
      }
      _ = try await AddDestination(deliver).accept(id, digest: form["digest"], as: viewer)
      return Response.redirect(to: "/crm?done=accepted", type: .normal)
    }
  }

  /// The CRM did not answer, or not as it should: what it is, what helps, and the way to give its login again.
  private static func failed(
    _ trouble: Trouble, _ id: ID<Destination>, _ viewer: Viewer, _ hall: Hall, _ context: SiteContext
  ) async throws -> Response {
    let destination = try await hall.store.destinations(viewer.account, member: viewer.member)
      .first { $0.id == id && $0.revokedAt == nil }
    guard let destination else { throw trouble }
    let page = DryRunTroublePage(
      location: destination.location, words: Words.what(trouble), remedy: Words.remedy(trouble),
      again: "/crm/\(id)", login: "/connect/crm/\(destination.kind.rawValue)")
    return try await hall.page(
      "dry-run-trouble", page, title: "The CRM does not answer", at: .crm, context, status: .unprocessableContent)
  }

  /// The names of the persons whose lines are shown; of nobody else.
  static func names(
    _ lines: [DeliverReport.Line], _ viewer: Viewer, _ store: Store
  ) async throws -> [String: String] {
    let shown = Set(lines.prefix(most).map(\.person))
    return try await store.see(viewer) { session in
      var names: [String: String] = [:]
      for word in shown {
        guard let id = ID<Person>(word), let seen = try Seeing.person(id, in: session) else { continue }
        names[word] = PersonLine.name(seen.person)
      }
      return names
    }
  }

  init(_ report: DeliverReport, _ names: [String: String]) {
    action = "/crm/\(report.destination)/accept"
    digest = report.planDigest ?? report.digest
    isApproved = report.approved
    isBeyond = report.planDigest != nil
    changes = report.lines.prefix(DryRunPage.most).map { Change($0, names[$0.person] ?? $0.person) }
    summary = DryRunPage.summary(report)
    hasChanges = !changes.isEmpty
    let hidden = report.lines.count - changes.count
    more = hidden > 0 ? Words.count(hidden, "more line", "more lines") : nil
    told = report.told
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/crm">Your CRM</a></p>
    <h1>What would leave</h1>
    {{#body.told}}<p class="notice">{{.}}</p>{{/body.told}}
    {{#body.hasChanges}}
    <p>{{body.summary}}</p>
    <div class="wide" tabindex="0" role="region" aria-label="Changes that would leave">
    <table>
    <thead><tr><th scope="col">Person</th><th scope="col">What</th><th scope="col">Field</th><th scope="col">Stands there</th><th scope="col">Shall stand there</th></tr></thead>
    <tbody>
    {{#body.changes}}
    <tr><th scope="row"><a href="{{href}}">{{person}}</a></th><td>{{kind}}</td><td>{{field}}</td><td>{{old}}</td><td>{{new}}</td></tr>
    {{/body.changes}}
    </tbody>
    </table>
    </div>
    {{#body.more}}<p class="soft">And {{body.more}}: <code>kith sync --deliver --dry-run</code> lists all.</p>{{/body.more}}
    {{/body.hasChanges}}
    {{^body.hasChanges}}<p class="empty">Nothing would leave: both sides are in step.</p>{{/body.hasChanges}}
    {{^body.isApproved}}
    <form class="card" method="post" action="{{body.action}}">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="digest" value="{{body.digest}}">
    {{#body.isBeyond}}<p>This is more than the brake allows to be overwritten at once. Your yes is to exactly these lines, once.</p>{{/body.isBeyond}}
    {{^body.isBeyond}}<p>Nothing leaves before you approve. Your yes is to the rules of this CRM: its fields, what is made, and the brake. Any change of them asks again.</p>{{/body.isBeyond}}
    <button>Approve</button>
    </form>
    {{/body.isApproved}}
    {{> foot}}
    """
}

extension DryRunPage {
  fileprivate static func summary(_ report: DeliverReport) -> String {
    func people(_ kind: String) -> Int { Set(report.lines.filter { $0.kind == kind }.map(\.person)).count }
    return [
      ("create", "would be made there"), ("update", "would be changed there"),
      ("receive", "would be changed here by what stands there"),
    ]
    .filter { people($0.0) > 0 }
    .map { Words.count(people($0.0), "person", "people") + " " + $0.1 }.joined(separator: ", ") + "."
  }
}

extension DryRunPage.Change {
  init(_ line: DeliverReport.Line, _ name: String) {
    let kinds = ["create": "make", "update": "change", "receive": "comes in"]
    self.init(
      person: name, href: "/people/\(line.person)", kind: kinds[line.kind] ?? line.kind, field: line.field,
      old: line.old.isEmpty ? "–" : line.old.joined(separator: ", "), new: line.new.joined(separator: ", "))
  }
}

/// Why what would leave cannot be told now.
struct DryRunTroublePage: Sendable {
  var location: String
  var words: String
  var remedy: String?
  var again: String
  var login: String

  static let template = """
    {{> head}}
    <p class="soft"><a href="/crm">Your CRM</a></p>
    <h1>The CRM does not answer as it should</h1>
    <p>{{body.location}}</p>
    <p class="notice bad" role="alert">{{body.words}}{{#body.remedy}}<br><strong>What helps:</strong> {{body.remedy}}{{/body.remedy}}</p>
    <p>Nothing has left, and nothing is lost.</p>
    <p class="toolbar"><a class="button" href="{{body.again}}">Try again</a> <a class="button quiet" href="{{body.login}}">Give the login again</a></p>
    {{> foot}}
    """
}
