import Consent
import Flows
import Hummingbird
import Model
import Store

/// Where members sign in and out.
struct SignInPage: Sendable {
  var email = ""
  var next = ""
  var trouble: String?
  /// Whether a link can be sent, and whether everybody may open an account.
  var sendsMail = false
  var isOpen = false

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/sign-in") { request, context in
      if context.visit != nil { return Response.redirect(to: "/", type: .normal) }
      let page = SignInPage(
        next: Links.own(Form.query(of: request)["next"]), sendsMail: hall.post != nil, isOpen: hall.isOpen)
      return try await hall.page("sign-in", page, title: "Sign in", context)
    }
    router.post("/sign-in") { request, context in
      let form = try await Form.body(of: request)
      var page = SignInPage(
        email: form["email"], next: Links.own(form["next"]), sendsMail: hall.post != nil, isOpen: hall.isOpen)
      let names = ["place " + context.peer, "name " + fold(page.email)]
      try hall.attempts.note(names, at: hall.store.clock())
      do {
        let entered = try await hall.signIn.enter(
          email: page.email, password: Password(given: form.exact("password")), code: form["code"], from: context.peer,
          with: Device.words(request))
        hall.attempts.forget(names)
        return enter(entered.token, to: page.next.isEmpty ? "/" : page.next)
      } catch let trouble as Trouble {
        page.trouble = Words.sentence(trouble)
      }
      return try await hall.page("sign-in", page, title: "Sign in", context, status: .unprocessableContent)
    }
    router.post("/sign-out") { request, context in
      _ = try await hall.form(request, context)
      if let visit = context.visit, hall.demo == nil { try await hall.signIn.end(visit.session.id, as: visit.viewer) }
      var answer = Response.redirect(to: hall.demo == nil ? "/sign-in" : "/", type: .normal)
      SiteCookie.session.clear(on: &answer)
      return answer
    }
  }

  static func enter(_ token: WebToken, to path: String) -> Response {
    var answer = Response.redirect(to: path, type: .normal)
    SiteCookie.session.set(token.text, on: &answer, seconds: Int(WebSession.longest / 1000))
    return answer
  }

  static let template = """
    {{> head}}
    <h1>Sign in to Kith</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    <form class="stack" method="post" action="/sign-in">
    <input type="hidden" name="next" value="{{body.next}}">
    <label>E-mail address <input name="email" type="email" required autocomplete="username" value="{{body.email}}"></label>
    <label>Password <input name="password" type="password" required autocomplete="current-password"></label>
    <label>Code <small>Only if you set up a second factor.</small>
    <input name="code" inputmode="text" autocomplete="one-time-code"></label>
    <p><button>Sign in</button></p>
    </form>
    {{#body.isOpen}}<p><a href="/register">Open an account</a></p>{{/body.isOpen}}
    {{#body.sendsMail}}<p><a href="/forgotten">A forgotten password</a></p>{{/body.sendsMail}}
    {{^body.sendsMail}}<p class="soft">No password yet, or a forgotten one? Whoever runs this server can send you a link that works once.</p>{{/body.sendsMail}}
    {{> foot}}
    """
}

/// Asks for the password again before something that cannot be taken back (P053).
struct ProvePage: Sendable {
  var next: String
  var hasFactor = false
  var trouble: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/prove") { request, context in
      let visit = try context.signedIn()
      let page = ProvePage(
        next: Links.own(Form.query(of: request)["next"]), hasFactor: try await hall.hasFactor(visit.viewer))
      return try await hall.page("prove", page, title: "Is it you?", context)
    }
    router.post("/prove") { request, context in
      let visit = try context.signedIn()
      let form = try await hall.form(request, context)
      var page = ProvePage(next: Links.own(form["next"]), hasFactor: try await hall.hasFactor(visit.viewer))
      try hall.attempts.note(["prove \(visit.session.id)"], at: hall.store.clock())
      do {
        try await hall.signIn.prove(visit, Password(given: form.exact("password")), code: form["code"])
        return Response.redirect(to: page.next.isEmpty ? "/" : page.next, type: .normal)
      } catch let trouble as Trouble {
        page.trouble = Words.sentence(trouble)
      }
      return try await hall.page("prove", page, title: "Is it you?", context, status: .unprocessableContent)
    }
  }

  static let template = """
    {{> head}}
    <h1>Is it you?</h1>
    <p>What comes next cannot be taken back, or gives much away. Please give your password once more; it counts for ten
    minutes.</p>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    <form class="stack" method="post" action="/prove">
    <input type="hidden" name="form" value="{{frame.form}}">
    <input type="hidden" name="next" value="{{body.next}}">
    <label>Password <input name="password" type="password" required autocomplete="current-password"></label>
    {{#body.hasFactor}}<label>Code <small>Of your app, or one that you wrote down.</small>
    <input name="code" required inputmode="text" autocomplete="one-time-code"></label>{{/body.hasFactor}}
    <p><button>Go on</button></p>
    </form>
    {{> foot}}
    """
}
