import Consent
import Flows
import Hummingbird
import Model
import Store

/// What taking a change back would do, and the yes to it.
struct UndoPage: Sendable {
  var id: String
  var changes: [DryRunPage.Change]
  var hasChanges: Bool
  var edited: String?
  var digest: String

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/crm/journal/:entry") { _, context in
      let viewer = try context.signedIn().viewer
      guard let deliver = hall.deliver, let id = ID<JournalEntry>(context.parameters.get("entry") ?? "") else {
        return Answer.nothing
      }
      let report = try await Undo(deliver).run(id, as: viewer, dryRun: true)
      return try await page(report, viewer, hall, context)
    }
    router.post("/crm/journal/:entry/undo") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let deliver = hall.deliver, let id = ID<JournalEntry>(context.parameters.get("entry") ?? "") else {
        return Answer.nothing
      }
      let report = try await Undo(deliver).run(id, as: viewer, approve: form["digest"].isEmpty ? nil : form["digest"])
      guard report.undoing != nil else {
        // What leaves has changed since it was shown: it is shown again.
        return try await page(report, viewer, hall, context)
      }
      return Response.redirect(to: "/crm?done=undone", type: .normal)
    }
  }

  private static func page(
    _ report: UndoReport, _ viewer: Viewer, _ hall: Hall, _ context: SiteContext
  ) async throws -> Response {
    let names = try await DryRunPage.names(report.lines, viewer, hall.store)
    return try await hall.page("undo", UndoPage(report, names), title: "Take back", at: .crm, context)
  }

  init(_ report: UndoReport, _ names: [String: String]) {
    id = report.entry.description
    changes = report.lines.map { DryRunPage.Change($0, names[$0.person] ?? $0.person) }
    hasChanges = !changes.isEmpty
    edited = report.edited.isEmpty ? nil : report.edited.map(\.name).joined(separator: ", ")
    digest = report.digest ?? ""
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/crm">Your CRM</a></p>
    <h1>Take this back?</h1>
    {{#body.edited}}<p class="notice">Somebody changed this there since; it stays as it is: {{body.edited}}.</p>{{/body.edited}}
    {{#body.hasChanges}}
    <div class="wide" tabindex="0" role="region" aria-label="What would leave">
    <table>
    <thead><tr><th scope="col">What</th><th scope="col">Field</th><th scope="col">Stands there</th><th scope="col">Shall stand there</th></tr></thead>
    <tbody>
    {{#body.changes}}
    <tr><th scope="row">{{kind}}</th><td>{{field}}</td><td>{{old}}</td><td>{{new}}</td></tr>
    {{/body.changes}}
    </tbody>
    </table>
    </div>
    {{/body.hasChanges}}
    {{^body.hasChanges}}<p>Nothing leaves for it; what stood here before stands again.</p>{{/body.hasChanges}}
    <form class="toolbar" method="post" action="/crm/journal/{{body.id}}/undo">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="digest" value="{{body.digest}}">
    <button>Take it back</button> <a class="button quiet" href="/crm">Leave it</a>
    </form>
    {{> foot}}
    """
}
