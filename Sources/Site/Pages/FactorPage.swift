import Consent
import Flows
import Hummingbird
import Model
import Store

/// Sets up a second factor: the secret for the app, the first code, then codes to write down; or gives it up.
struct FactorPage: Sendable {
  var isOff = false
  var isOn = false
  /// The secret as it is typed, and as a link that opens an app on this device.
  var secret: String?
  var link: String?
  /// The link as a QR code, drawn here.
  var picture: UseSecondFactor.Picture?
  var codes = ""
  var trouble: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/account/factor") { _, context in
      let visit = try hall.proved(context)
      guard hall.demo == nil else { return Answer.nothing }
      return try await hall.page(
        "factor", try await read(hall, visit.viewer), title: "Second factor", at: .account, context)
    }
    for (word, act) in [("begin", true), ("off", false)] {
      router.post(RouterPath("/account/factor/" + word)) { request, context in
        let visit = try hall.proved(context, back: "/account/factor")
        guard hall.demo == nil else { return Answer.nothing }
        _ = try await hall.form(request, context)
        let flow = UseSecondFactor(store: hall.store, gate: hall.gate)
        if act { try await flow.offer(visit.viewer) } else { try await flow.giveUp(visit.viewer) }
        return Response.redirect(to: "/account/factor", type: .normal)
      }
    }
    router.post("/account/factor") { request, context in
      let visit = try hall.proved(context, back: "/account/factor")
      guard hall.demo == nil else { return Answer.nothing }
      let form = try await hall.form(request, context)
      try hall.attempts.note(["factor \(visit.viewer.member)"], at: hall.store.clock())
      do {
        let codes = try await UseSecondFactor(store: hall.store, gate: hall.gate).confirm(
          form["code"], as: visit.viewer)
        return try await hall.page(
          "factor-codes", FactorCodesPage(codes: codes.map(\.text)), title: "Codes to keep", at: .account, context)
      } catch let trouble as Trouble {
        var page = try await read(hall, visit.viewer)
        page.trouble = Words.sentence(trouble)
        return try await hall.page(
          "factor", page, title: "Second factor", at: .account, context, status: .unprocessableContent)
      }
    }
  }

  private static func read(_ hall: Hall, _ viewer: Viewer) async throws -> FactorPage {
    switch try await UseSecondFactor(store: hall.store, gate: hall.gate).standing(viewer) {
    case .off: return FactorPage(isOff: true)
    case .on(let codes): return FactorPage(isOn: true, codes: Words.count(codes, "code is", "codes are"))
    case .offered(let factor):
      let email = try await hall.store.members(viewer.account).first { $0.id == viewer.member }?.email ?? ""
      let query = Form("").with([("secret", factor.typed.filter { $0 != " " }), ("issuer", "Kith")])
      let name = String(Form("").with([("n", email)]).dropFirst(2))
      let link = "otpauth://totp/Kith:\(name)?\(query)"
      return FactorPage(secret: factor.typed, link: link, picture: UseSecondFactor.Picture(of: link))
    }
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/account">Account</a></p>
    <h1>Second factor</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    {{#body.isOff}}
    <p>With a second factor, signing in takes your password and a code that an app on your phone shows. Any app for
    one-time codes (TOTP) serves.</p>
    <form method="post" action="/account/factor/begin">
    <input type="hidden" name="form" value="{{frame.form}}"><button>Set it up</button></form>
    {{/body.isOff}}
    {{#body.secret}}
    <p>Scan this with your app, type the key into it, or <a href="{{body.link}}">open the app on this device</a>:</p>
    {{#body.picture}}<svg class="scan" role="img" aria-label="QR code of the key that stands below" viewBox="0 0 {{side}} {{side}}"><path d="{{path}}"/></svg>{{/body.picture}}
    <p class="card"><code>{{body.secret}}</code></p>
    <form class="stack" method="post" action="/account/factor">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label>Code that the app shows <input name="code" required inputmode="numeric" autocomplete="one-time-code"></label>
    <p><button>Use it from now on</button></p>
    </form>
    <form method="post" action="/account/factor/off">
    <input type="hidden" name="form" value="{{frame.form}}"><button class="quiet">Leave it</button></form>
    {{/body.secret}}
    {{#body.isOn}}
    <p>A code is asked for when you sign in. {{body.codes}} left to stand in for a lost phone.</p>
    <form method="post" action="/account/factor/off">
    <input type="hidden" name="form" value="{{frame.form}}"><button class="danger">Give it up</button></form>
    {{/body.isOn}}
    {{> foot}}
    """
}

/// The codes that stand in for a lost phone, shown once.
struct FactorCodesPage: Sendable {
  var codes: [String]

  static let template = """
    {{> head}}
    <h1>Keep these codes</h1>
    <p>From now on a code is asked for when you sign in. If your phone is lost, each of these serves once in its place.
    Write them down: they are not shown again.</p>
    <ul class="list">
    {{#body.codes}}
    <li><code>{{.}}</code></li>
    {{/body.codes}}
    </ul>
    <p><a class="button" href="/account">I have them</a></p>
    {{> foot}}
    """
}
