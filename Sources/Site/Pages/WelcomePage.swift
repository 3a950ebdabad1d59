import Consent
import Flows
import Hummingbird
import Model
import Store

/// Where a link leads: its member chooses a password, and is told first who may see what (P030).
struct WelcomePage: Sendable {
  var token: String
  var name = ""
  var email = ""
  var isTeam = false
  var acknowledgement = Invite.acknowledgement
  var trouble: String?
  var isOver = false
  var hasFactor = false

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/welcome/:token") { _, context in
      let page = try await read(context.parameters.get("token") ?? "", hall)
      return try await hall.page(
        "welcome", page, title: "Choose a password", context, status: page.isOver ? .notFound : .ok)
    }
    router.post("/welcome/:token") { request, context in
      let word = context.parameters.get("token") ?? ""
      try hall.attempts.note(["welcome " + context.peer], at: hall.store.clock())
      let form = try await Form.body(of: request)
      var page = try await read(word, hall)
      if page.isOver {
        return try await hall.page("welcome", page, title: "Choose a password", context, status: .notFound)
      }
      do {
        let entered = try await ChoosePassword(store: hall.store, gate: hall.gate).use(
          WebToken(word), try Password(new: form.exact("password")), code: form["code"],
          acknowledges: form.has("team"), from: context.peer,
          with: Device.words(request))
        let viewer = entered.visit.viewer
        let isNew = try await hall.store.sources(viewer.account, member: viewer.member).isEmpty
        return SignInPage.enter(entered.token, to: isNew ? "/start" : "/")
      } catch let trouble as Trouble {
        page.trouble = Words.sentence(trouble)
      } catch let refusal as Refusal {
        page.trouble = Words.sentence(refusal)
      }
      return try await hall.page("welcome", page, title: "Choose a password", context, status: .unprocessableContent)
    }
  }

  private static func read(_ word: String, _ hall: Hall) async throws -> WelcomePage {
    var page = WelcomePage(token: word)
    do {
      let member = try await ChoosePassword(store: hall.store, gate: hall.gate).member(WebToken(word))
      page.name = member.name
      page.email = member.email
      page.hasFactor = try await hall.hasFactor(try await hall.gate.viewer(member.account, member.id))
      page.isTeam = try await ChoosePassword(store: hall.store, gate: hall.gate).mustAcknowledge(member)
    } catch let trouble as Trouble {
      page.trouble = Words.sentence(trouble)
      page.isOver = true
    }
    return page
  }

  static let template = """
    {{> head}}
    <h1>Choose a password</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    {{^body.isOver}}
    <p>Welcome, {{body.name}}. You sign in as <strong>{{body.email}}</strong>.</p>
    <form class="stack" method="post" action="/welcome/{{body.token}}">
    <input type="hidden" name="username" value="{{body.email}}" autocomplete="username">
    <label>Password <small>At least ten characters. A sentence is good.</small>
    <input name="password" type="password" required minlength="10" autocomplete="new-password"></label>
    {{#body.hasFactor}}<label>Code of your second factor <small>Of your app, or one that you wrote down.</small>
    <input name="code" required autocomplete="one-time-code"></label>{{/body.hasFactor}}
    {{#body.isTeam}}
    <label class="check"><input type="checkbox" name="team" value="yes" required>
    <span>{{body.acknowledgement}}</span></label>
    {{/body.isTeam}}
    <p><button>Sign in</button></p>
    </form>
    {{/body.isOver}}
    {{> foot}}
    """
}
