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
  static let most = 500

  var action: String
  var digest: String
  var isApproved: Bool
  var isBeyond: Bool
  var changes: [Change]
  var hasChanges: Bool
  var more: String?
  var told: [String]

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/crm/:destination") { _, context in
      let viewer = try context.signedIn().viewer
      guard let deliver = hall.deliver, let id = ID<Destination>(context.parameters.get("destination") ?? "") else {
        return Answer.nothing
      }
      let report = try await deliver.run(id, of: viewer.member, in: viewer.account, dryRun: true)
      return try await hall.page("dry-run", DryRunPage(report), title: "What would leave", at: .crm, context)
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

  init(_ report: DeliverReport) {
    action = "/crm/\(report.destination)/accept"
    digest = report.planDigest ?? report.digest
    isApproved = report.approved
    isBeyond = report.planDigest != nil
    changes = report.lines.prefix(DryRunPage.most).map(Change.init)
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

extension DryRunPage.Change {
  init(_ line: DeliverReport.Line) {
    self.init(
      person: line.person, href: "/people/\(line.person)", kind: line.kind, field: line.field,
      old: line.old.joined(separator: ", "), new: line.new.joined(separator: ", "))
  }
}
