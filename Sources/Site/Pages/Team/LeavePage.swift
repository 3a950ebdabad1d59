import Consent
import Flows
import Hummingbird
import Model
import Store

/// A member leaves the team by themselves, with everything that is theirs.
struct LeavePage: Sendable {
  var email: String
  var isTeam: Bool
  var trouble: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/team/leave") { _, context in
      let visit = try hall.proved(context)
      return try await hall.page(
        "leave", try await read(hall, visit), title: "Leave the team", at: .account, context)
    }
    router.post("/team/leave") { request, context in
      let visit = try hall.proved(context, back: "/team/leave")
      guard hall.demo == nil else { return Answer.nothing }
      let form = try await hall.form(request, context)
      var page = try await read(hall, visit)
      do {
        try form.requireOwn(page.email)
        guard hall.doors != nil else {
          throw Trouble(
            "this server holds no keys of logins, so yours cannot go along", "ask whoever runs it")
        }
        _ = try await Move(store: hall.store, gate: hall.gate).leave(as: visit.viewer)
        var answer = Response.redirect(to: "/left", type: .normal)
        SiteCookie.session.clear(on: &answer)
        return answer
      } catch let trouble as Trouble {
        page.trouble = Words.sentence(trouble)
      }
      return try await hall.page(
        "leave", page, title: "Leave the team", at: .account, context, status: .unprocessableContent)
    }
    router.get("/left") { _, context in try await hall.page("left", LeftPage(), title: "You left", context) }
  }

  private static func read(_ hall: Hall, _ visit: SignIn.Visit) async throws -> LeavePage {
    let members = try await hall.store.members(visit.viewer.account)
    return LeavePage(
      email: members.first { $0.id == visit.viewer.member }?.email ?? "", isTeam: members.count > 1)
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/team">Your team</a></p>
    <h1>Leave the team</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    {{#body.isTeam}}
    <p>Your mailboxes, people, notes and your CRM go along, with their keys, into an account of your own. Colleagues see nothing
    of it any more, from that moment on, and you see nothing of theirs. Nothing is changed in your mailbox or your CRM.</p>
    <p>You are signed out, and sign in again by the same address and password. A second factor has to be set up anew.</p>
    <form class="stack" method="post" action="/team/leave">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label>Your e-mail address <small>Type {{body.email}}, to say that you mean it.</small>
    <input name="email" type="email" required autocomplete="off"></label>
    <p><button class="danger">Leave the team</button> <a class="button quiet" href="/team">Stay</a></p>
    </form>
    {{/body.isTeam}}
    {{^body.isTeam}}<p class="empty">There is nobody else in this account. You may <a href="/account/end">end it</a>.</p>{{/body.isTeam}}
    {{> foot}}
    """
}

/// The last word to whoever left a team.
struct LeftPage: Sendable {
  static let template = """
    {{> head}}
    <h1>You left the team</h1>
    <p>Everything that is yours is in an account of your own now.</p>
    <p><a class="button" href="/sign-in">Sign in there</a></p>
    {{> foot}}
    """
}
