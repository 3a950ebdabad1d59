import Consent
import Flows
import Hummingbird
import Model
import Store

/// What taking a change back would do, and the yes to it.
struct UndoPage: Sendable {
  var id: String
  var blocks: [ChangeBlock]
  /// What is taken back, as the journal says it, and of whom.
  var verb: String
  var name: String
  var at: String
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
    guard let entry = try await hall.store.journalEntry(viewer.account, viewer.member, report.entry)?.entry else {
      return Answer.nothing
    }
    let names = try await CRMPage.names([entry.person], viewer, hall.store)
    let blocks = try await ChangeBlock.named(ChangeBlock.all(report.lines), viewer, hall.store)
    let page = UndoPage(report, JournalLine(entry, names[entry.person]), blocks)
    return try await hall.page("undo", page, title: "Take back", at: .crm, context)
  }

  init(_ report: UndoReport, _ line: JournalLine, _ blocks: [ChangeBlock]) {
    id = report.entry.description
    (verb, name, at) = (line.verb, line.name, line.at)
    self.blocks = blocks
    hasChanges = !blocks.isEmpty
    edited = report.edited.isEmpty ? nil : report.edited.map(\.name).joined(separator: ", ")
    digest = report.digest ?? ""
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/crm">Your CRM</a></p>
    <h1>Take this back?</h1>
    <p><strong>{{body.verb}} {{body.name}}</strong>, {{body.at}}.</p>
    {{#body.edited}}<p class="notice">Somebody changed this there since; it stays as it is: {{body.edited}}.</p>{{/body.edited}}
    {{#body.hasChanges}}
    <p>This would change in your CRM:</p>
    {{> changes}}
    {{/body.hasChanges}}
    {{^body.hasChanges}}<p>Nothing leaves for it; what stood here before stands again.</p>{{/body.hasChanges}}
    <form class="toolbar" method="post" action="/crm/journal/{{body.id}}/undo">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="digest" value="{{body.digest}}">
    <button>Take it back</button> <a class="button quiet" href="/crm">Leave it</a>
    </form>
    {{> foot}}
    """
}
