import Consent
import Flows
import Hummingbird
import Model
import Store

/// Ends an account: closed at once and kept for twelve months, or erased with everything in it (P104, P105, P125).
struct EndPage: Sendable {
  var email: String
  var isTeam: Bool
  var mayEnd: Bool
  var trouble: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/account/end") { _, context in
      let visit = try hall.proved(context)
      return try await hall.page(
        "end", try await read(hall, visit.viewer), title: "End the account", at: .account, context)
    }
    router.post("/account/end") { request, context in
      let viewer = try hall.proved(context, back: "/account/end").viewer
      guard hall.demo == nil else { return Answer.nothing }
      let form = try await hall.form(request, context)
      var page = try await read(hall, viewer)
      do {
        try form.requireOwn(page.email)
        if form["how"] == "erase" {
          try await Erase(store: hall.store, gate: hall.gate, door: hall.doors?.server).erase(
            viewer.account, viewer.member)
          try hall.doors?.uploads.forget(viewer.account)
        } else {
          try await Close(store: hall.store).close(viewer)
        }
        var answer = Response.redirect(
          to: "/ended?how=" + (form["how"] == "erase" ? "erased" : "closed"), type: .normal)
        SiteCookie.session.clear(on: &answer)
        return answer
      } catch let trouble as Trouble {
        page.trouble = Words.sentence(trouble)
      } catch let refusal as Refusal where refusal.promise == 8 {
        page.trouble = Words.sentence(refusal)
      }
      return try await hall.page(
        "end", page, title: "End the account", at: .account, context, status: .unprocessableContent)
    }
    router.get("/ended") { request, context in
      let isErased = Form.query(of: request)["how"] == "erased"
      return try await hall.page("ended", EndedPage(isErased: isErased), title: "Ended", context)
    }
  }

  private static func read(_ hall: Hall, _ viewer: Viewer) async throws -> EndPage {
    let members = try await hall.store.members(viewer.account)
    return EndPage(
      email: members.first { $0.id == viewer.member }?.email ?? "", isTeam: members.count > 1,
      mayEnd: members.count == 1 || viewer.role == .administrator)
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/account">Account</a></p>
    <h1>End the account</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    {{#body.isTeam}}<p class="notice">This is a team: it ends for all its members.</p>{{/body.isTeam}}
    {{#body.mayEnd}}
    <p>You may <a href="/data/export">take everything out</a> first. Nothing is changed in your mailbox or your CRM.</p>
    <form class="stack" method="post" action="/account/end">
    <input type="hidden" name="form" value="{{frame.form}}">
    <fieldset><legend>How</legend>
    <label class="check"><input type="radio" name="how" value="close" checked>
    <span><strong>Close.</strong> At once nothing is read or delivered any more, logins are destroyed and all sessions end. What is held is kept sealed for twelve months, then erased.</span></label>
    <label class="check"><input type="radio" name="how" value="erase">
    <span><strong>Erase.</strong> The same, and everything held is erased now. It cannot be taken back.</span></label>
    </fieldset>
    <label>Your e-mail address <small>Type {{body.email}}, to say that you mean it.</small>
    <input name="email" type="email" required autocomplete="off"></label>
    <p><button class="danger">End it</button> <a class="button quiet" href="/account">Keep it</a></p>
    </form>
    {{/body.mayEnd}}
    {{^body.mayEnd}}<p class="empty">Only an administrator may end a team's account.</p>{{/body.mayEnd}}
    {{> foot}}
    """
}

/// The last word to whoever ended an account.
struct EndedPage: Sendable {
  var isErased: Bool

  static let template = """
    {{> head}}
    <h1>The account is ended</h1>
    {{#body.isErased}}<p>Everything that was held is erased, and its keys are destroyed.</p>{{/body.isErased}}
    {{^body.isErased}}<p>Nothing is read or delivered any more, and all logins are destroyed. What is held is erased in twelve months;
    whoever runs this server erases it earlier if you ask.</p>{{/body.isErased}}
    {{> foot}}
    """
}
