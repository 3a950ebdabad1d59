import Consent
import Flows
import Hummingbird
import Model
import Store

/// The first page of a new house: who runs it (P026).
struct SetupPage: Sendable {
  var code: String
  /// The link brought the code, so it is not asked for.
  var hasCode = false
  var name = ""
  var address = ""
  var email = ""
  var trouble: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/setup") { request, context in
      guard try await hall.operatorRecord() == nil else { return Answer.nothing }
      return try await hall.page(
        "setup", SetupPage(code: Form.query(of: request)["code"], hasCode: !Form.query(of: request)["code"].isEmpty),
        title: "Set-up", context)
    }
    router.post("/setup") { request, context in
      guard try await hall.operatorRecord() == nil else { return Answer.nothing }
      try hall.attempts.note(["setup " + context.peer], at: hall.store.clock())
      let form = try await hall.form(request, context)
      var page = SetupPage(
        code: form["code"], name: form["name"], address: form["address"], email: form["email"])
      if page.code != hall.setupCode {
        page.trouble = "The code is not the one that was printed when the server was started."
      } else if page.name.isEmpty || page.address.isEmpty || !OpenAccount.isAddress(page.email) {
        page.hasCode = true
        page.trouble = "Please give a name, a postal address and an e-mail address."
      }
      guard page.trouble == nil else {
        return try await hall.page("setup", page, title: "Set-up", context, status: .unprocessableContent)
      }
      try await hall.store.set(OperatorRecord(name: page.name, address: page.address, email: page.email))
      return Response.redirect(to: "/register?code=" + page.code, type: .normal)
    }
  }

  static let template = """
    {{> head}}
    <p class="soft">Step 1 of 2</p>
    <h1>Set up Kith</h1>
    <p>Before anything is served, say who runs this installation. Every page shows it, so that the people whose mail is
    read here know whom to ask.</p>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    <form class="stack" method="post" action="/setup">
    {{#body.hasCode}}<input type="hidden" name="code" value="{{body.code}}">{{/body.hasCode}}
    {{^body.hasCode}}<label>Code <small>It was printed where the server was started.</small>
    <input name="code" required autocomplete="off" value="{{body.code}}"></label>{{/body.hasCode}}
    <label>Name of the person or company <input name="name" required autocomplete="organization" value="{{body.name}}"></label>
    <label>Postal address <small>It stands at the foot of every page: whoever is written about here can reach you by it.</small> <input name="address" required autocomplete="street-address" value="{{body.address}}"></label>
    <label>E-mail address <input name="email" type="email" required autocomplete="email" value="{{body.email}}"></label>
    <p><button>Go on</button></p>
    </form>
    {{> foot}}
    """
}
