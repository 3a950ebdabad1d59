import Consent
import Flows
import Hummingbird
import Model
import Store

/// Every change that would leave, before it does, and the owner's yes to it (P013).
struct DryRunPage: Sendable {
  /// More people than this stand on further pages.
  static let size = 60

  var crm = ""
  var kind = ""
  var action: String
  var digest: String
  var isApproved: Bool
  var isBeyond: Bool
  var blocks: [ChangeBlock] = []
  var hasChanges: Bool
  var next: String?
  var told: [String]
  /// How many people are made there, changed there, and changed here.
  var summary: String

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/crm/:destination") { request, context in
      let viewer = try context.signedIn().viewer
      guard let deliver = hall.deliver, let id = ID<Destination>(context.parameters.get("destination") ?? "") else {
        return Answer.nothing
      }
      do {
        let report = try await deliver.run(id, of: viewer.member, in: viewer.account, dryRun: true)
        let from = max(0, Int(Form.query(of: request)["from"]) ?? 0)
        let page = try await read(report, from: from, hall, viewer)
        return try await hall.page("dry-run", page, title: "What would leave", at: .crm, context)
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

  private static func read(
    _ report: DeliverReport, from: Int, _ hall: Hall, _ viewer: Viewer
  ) async throws -> DryRunPage {
    var page = DryRunPage(report)
    let blocks = ChangeBlock.all(report.lines)
    page.blocks = try await ChangeBlock.named(blocks.dropFirst(from).prefix(size), viewer, hall.store)
    if blocks.count > from + size { page.next = "/crm/\(report.destination)?from=\(from + size)" }
    let destination = try await hall.store.destinations(viewer.account, member: viewer.member)
      .first { $0.id == report.destination }
    page.crm = destination?.shownName ?? ""
    page.kind = destination?.shownKind ?? ""
    return page
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

  init(_ report: DeliverReport) {
    action = "/crm/\(report.destination)/accept"
    digest = report.planDigest ?? report.digest
    isApproved = report.approved
    isBeyond = report.planDigest != nil
    summary = DryRunPage.summary(report)
    hasChanges = !report.lines.isEmpty
    told = report.told
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/crm">Your CRM</a></p>
    <h1>What would leave for {{body.crm}} <span class="tag">{{body.kind}}</span></h1>
    {{#body.told}}<p class="notice">{{.}}</p>{{/body.told}}
    {{^body.isApproved}}
    {{#body.isBeyond}}<p>This is more than the brake allows to be overwritten at once. Your yes is to exactly these lines, once.</p>{{/body.isBeyond}}
    {{^body.isBeyond}}<p>Nothing has left yet. If you approve, {{#body.hasChanges}}these people leave, and {{/body.hasChanges}}from now on Kith keeps this CRM in step by itself: later changes go there without being shown first. It asks you again if other fields are to leave, or if more would be overwritten at once than its brake allows. Every change stands under Your CRM, with the way back.</p>{{/body.isBeyond}}
    <form class="approve" method="post" action="{{body.action}}">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="digest" value="{{body.digest}}">
    <strong class="grow">{{body.summary}}</strong>
    <button>{{#body.isBeyond}}Approve this once{{/body.isBeyond}}{{^body.isBeyond}}Approve, and keep in step{{/body.isBeyond}}</button>
    </form>
    {{/body.isApproved}}
    {{#body.hasChanges}}
    {{#body.isApproved}}<p>{{body.summary}}</p>{{/body.isApproved}}
    {{> changes}}
    {{#body.next}}<p class="pager"><a class="button quiet" rel="next" href="{{body.next}}">More people</a></p>{{/body.next}}
    {{/body.hasChanges}}
    {{^body.hasChanges}}<p class="empty">Nothing would leave now: both sides are in step.</p>{{/body.hasChanges}}
    {{> foot}}
    """
}

extension DryRunPage {
  fileprivate static func summary(_ report: DeliverReport) -> String {
    func people(_ kind: String) -> Int { Set(report.lines.filter { $0.kind == kind }.map(\.person)).count }
    let parts = [
      ("create", "would be made there"), ("update", "would be changed there"),
      ("receive", "would be changed here by what stands there"),
    ]
    .filter { people($0.0) > 0 }
    .map { Words.count(people($0.0), "person", "people") + " " + $0.1 }
    return parts.isEmpty ? "Nobody would be changed now." : parts.joined(separator: ", ") + "."
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
