import Consent
import Flows
import Hummingbird
import Model
import Store

/// Who one is here: sessions with time and place, ended one by one (P042), and the password.
struct AccountPage: Sendable {
  struct Session: Sendable {
    var id: String
    var device: String
    var place: String
    var began: String
    var seen: String
    var isThis: Bool
  }

  var email: String
  var role: String
  var sessions: [Session]
  var hasOthers: Bool
  var hasFactor: Bool
  var trouble: String?
  var done: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/account") { request, context in
      let visit = try context.signedIn()
      var page = try await read(hall, visit)
      page.done = said[Form.query(of: request)["done"]]
      return try await hall.page("account", page, title: "Account", at: .account, context)
    }
    router.post("/account/sessions/end") { request, context in
      let visit = try context.signedIn()
      let form = try await hall.form(request, context)
      if form["session"] == "others" {
        try await hall.signIn.endOthers(visit)
      } else {
        guard let id = ID<WebSession>(form["session"]) else { return Answer.nothing }
        try await hall.signIn.end(id, as: visit.viewer)
      }
      return Response.redirect(to: "/account?done=ended", type: .normal)
    }
    router.post("/account/password") { request, context in
      let visit = try context.signedIn()
      guard hall.demo == nil else { return Answer.nothing }
      let form = try await hall.form(request, context)
      try hall.attempts.note(["prove \(visit.session.id)"], at: hall.store.clock())
      do {
        try await hall.signIn.prove(visit, Password(given: form.exact("old")), code: form["code"])
        let entered = try await ChoosePassword(store: hall.store, gate: hall.gate).choose(
          try Password(new: form.exact("password")), as: visit.viewer, from: context.peer, with: Device.words(request))
        return SignInPage.enter(entered.token, to: "/account?done=password")
      } catch let trouble as Trouble {
        var page = try await read(hall, visit)
        page.trouble = Words.sentence(trouble)
        return try await hall.page(
          "account", page, title: "Account", at: .account, context, status: .unprocessableContent)
      }
    }
  }

  private static let said = [
    "ended": "The session was ended.", "password": "The password was changed; every other session was ended.",
  ]

  private static func read(_ hall: Hall, _ visit: SignIn.Visit) async throws -> AccountPage {
    let viewer = visit.viewer
    let sessions = try await hall.signIn.sessions(viewer)
    let member = try await hall.store.members(viewer.account).first { $0.id == viewer.member }
    return AccountPage(
      email: member?.email ?? "", role: viewer.role.rawValue,
      sessions: sessions.map {
        Session(
          id: $0.id.description, device: $0.device, place: $0.place, began: Words.date($0.madeAt),
          seen: Words.date($0.seenAt), isThis: $0.id == visit.session.id)
      }, hasOthers: sessions.contains { $0.id != visit.session.id }, hasFactor: try await hall.hasFactor(viewer))
  }

  static let template = """
    {{> head}}
    <h1>Account</h1>
    {{#body.done}}<p class="notice" role="status">{{body.done}}</p>{{/body.done}}
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    <p>You are signed in as <strong>{{body.email}}</strong> ({{body.role}}). <a href="/team">Your team, and who sees what</a></p>
    <section aria-labelledby="sessions">
    <h2 id="sessions">Where you are signed in</h2>
    <ul class="list">
    {{#body.sessions}}
    <li><span class="grow"><strong>{{device}}</strong>{{#isThis}} <span class="tag strong">this one</span>{{/isThis}}<br>
    <small>from {{place}}, since {{began}}, last seen {{seen}} (UTC)</small></span>
    <form class="inline" method="post" action="/account/sessions/end">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="session" value="{{id}}">
    <button class="quiet" aria-label="End the session of {{device}} since {{began}}">End</button></form></li>
    {{/body.sessions}}
    {{^body.sessions}}<li>Nobody signs in to the demo.</li>{{/body.sessions}}
    </ul>
    {{#body.hasOthers}}
    <form method="post" action="/account/sessions/end">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="session" value="others">
    <button class="quiet">End all others</button></form>
    {{/body.hasOthers}}
    </section>
    {{^frame.isDemo}}
    <section aria-labelledby="password">
    <h2 id="password">Change the password</h2>
    <form class="stack" method="post" action="/account/password">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label>The password you have <input name="old" type="password" required autocomplete="current-password"></label>
    {{#body.hasFactor}}<label>Code of your second factor <input name="code" required autocomplete="one-time-code"></label>{{/body.hasFactor}}
    <label>The new one <small>At least ten characters. A sentence is good.</small>
    <input name="password" type="password" required minlength="10" autocomplete="new-password"></label>
    <p><button>Change it</button></p>
    </form>
    </section>
    <p><a href="/account/factor">{{#body.hasFactor}}Your second factor{{/body.hasFactor}}{{^body.hasFactor}}Set up a second factor for signing in{{/body.hasFactor}}</a></p>
    <p><a href="/account/end">Close or erase the account …</a></p>
    {{/frame.isDemo}}
    {{> foot}}
    """
}

/// Every cookie, with its reason (P041).
struct CookiesPage: Sendable {
  struct Line: Sendable {
    var name: String
    var why: String
  }

  var cookies = SiteCookie.allCases.map { Line(name: $0.rawValue, why: $0.why) }

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/cookies") { _, context in
      try await hall.page("cookies", CookiesPage(), title: "Cookies", context)
    }
    router.get("/policy") { _, context in try await hall.page("policy", PolicyPage(), title: "Privacy policy", context)
    }
  }

  static let template = """
    {{> head}}
    <h1>Cookies</h1>
    <p>These are all; there is nothing to refuse, because nothing here follows you.</p>
    <ul class="list">
    {{#body.cookies}}
    <li><code>{{name}}</code> <span class="grow">{{why}}.</span></li>
    {{/body.cookies}}
    </ul>
    {{> foot}}
    """
}

/// The policy in force, as it is accepted.
struct PolicyPage: Sendable {
  var version = PolicyVersion.current.version
  var digest = PolicyVersion.current.digest
  var paragraphs = PolicyVersion.current.text.split(separator: "\n\n").map(String.init)

  static let template = """
    {{> head}}
    <h1>Privacy policy</h1>
    <p class="soft">Version {{body.version}}, digest <code>{{body.digest}}</code></p>
    {{#body.paragraphs}}
    <p>{{.}}</p>
    {{/body.paragraphs}}
    {{> foot}}
    """
}
