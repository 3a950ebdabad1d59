import Consent
import Flows
import Hummingbird
import Model
import Store

/// Before a source is revoked: what stops, what stays and what goes on (P017).
struct RevokePage: Sendable {
  var id: String
  var location: String
  var held: String
  var people: String
  var others: String

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/data/sources/:source") { _, context in
      let viewer = try context.signedIn().viewer
      guard let id = ID<Source>(context.parameters.get("source") ?? ""),
        let state = try await hall.store.source(viewer.account, id), state.source.member == viewer.member,
        state.source.revokedAt == nil
      else { return Answer.nothing }
      let depend = try await Revoke(store: hall.store, gate: hall.gate).preview(viewer.account, viewer.member, id)
      let held = Words.count(depend.mails, "mail", "mails") + " and " + Words.count(depend.cards, "card", "cards")
      let page = RevokePage(
        id: id.description, location: hall.shown(state.source), held: held,
        people: Words.count(depend.people, "person", "people"),
        others: Words.count(depend.others, "other source", "other sources"))
      return try await hall.page("revoke", page, title: "Stop reading", at: .data, context)
    }
    router.post("/data/sources/:source/revoke") { request, context in
      let viewer = try context.signedIn().viewer
      _ = try await hall.form(request, context)
      guard let id = ID<Source>(context.parameters.get("source") ?? "") else { return Answer.nothing }
      try await Revoke(store: hall.store, gate: hall.gate).run(viewer.account, viewer.member, id)
      return Response.redirect(to: "/data?done=revoked", type: .normal)
    }
  }

  static let template = """
    {{> head}}
    <h1>Stop reading {{body.location}}?</h1>
    <ul class="list">
    <li>From the moment you say so nothing is read there any more; connections are closed and the login is destroyed.</li>
    <li>What is held stays until you erase it: {{body.held}}.</li>
    <li>Of {{body.people}} nothing new becomes known any more.</li>
    <li>What goes on: {{body.others}}, and the CRM with what is held.</li>
    </ul>
    <form class="toolbar" method="post" action="/data/sources/{{body.id}}/revoke">
    <input type="hidden" name="form" value="{{frame.form}}">
    <button class="danger">Stop reading</button> <a class="button quiet" href="/data">Go on reading</a>
    </form>
    {{> foot}}
    """
}

/// Before a CRM is cut off: what stops, and what stays there (P016).
struct RevokeCRMPage: Sendable {
  var path: String
  var location: String

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/crm/:destination/revoke") { _, context in
      let viewer = try context.signedIn().viewer
      guard let destination = try await find(context, viewer, hall) else { return Answer.nothing }
      let page = RevokeCRMPage(
        path: "/crm/\(destination.id)/revoke", location: "\(destination.shownKind) \(destination.shownName)")
      return try await hall.page("revoke-crm", page, title: "Cut off the CRM", at: .crm, context)
    }
    router.post("/crm/:destination/revoke") { request, context in
      let viewer = try context.signedIn().viewer
      _ = try await hall.form(request, context)
      guard let destination = try await find(context, viewer, hall) else { return Answer.nothing }
      try await Withdraw(store: hall.store, gate: hall.gate).destination(destination.id, as: viewer)
      return Response.redirect(to: "/crm?done=revoked", type: .normal)
    }
  }

  private static func find(
    _ context: SiteContext, _ viewer: Viewer, _ hall: Hall
  ) async throws -> Destination? {
    guard let id = ID<Destination>(context.parameters.get("destination") ?? "") else { return nil }
    return try await hall.store.destinations(viewer.account, member: viewer.member)
      .first { $0.id == id && $0.revokedAt == nil }
  }

  static let template = """
    {{> head}}
    <h1>Cut off {{body.location}}?</h1>
    <ul class="list">
    <li>From the moment you say so nothing leaves for it and nothing is read there; what waits to leave is cancelled, and the login is destroyed.</li>
    <li>What stands there stays: it is yours.</li>
    <li>What is held here stays, and your sources are read as before.</li>
    </ul>
    <form class="toolbar" method="post" action="{{body.path}}">
    <input type="hidden" name="form" value="{{frame.form}}">
    <button class="danger">Cut it off</button> <a class="button quiet" href="/crm">Keep it</a>
    </form>
    {{> foot}}
    """
}
