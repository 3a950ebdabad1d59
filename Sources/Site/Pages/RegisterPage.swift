import Consent
import Flows
import Hummingbird
import Model
import Store

/// Opens an account: address, password, the policy that is accepted, and an age (P029).
///
/// The first account is opened by whoever set the house up; others are opened by the operator, who sends a link.
struct RegisterPage: Sendable {
  var code: String
  var name = ""
  var email = ""
  var policyVersion = PolicyVersion.current.version
  var digest = PolicyVersion.current.digest
  var trouble: String?
  /// Whether a link is sent by which one comes in; else the password is chosen here.
  var isByMail = false
  var isSent = false
  /// It follows the set-up.
  var isSecondStep = false

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/register") { request, context in
      guard try await isOpen(hall) else { return Answer.nothing }
      var page = RegisterPage(code: Form.query(of: request)["code"], isByMail: try await isByMail(hall))
      if page.code == hall.setupCode, let record = try await hall.operatorRecord() {
        // Whoever set the house up has said so a moment ago.
        (page.name, page.email, page.isSecondStep) = (record.name, record.email, true)
      }
      return try await hall.page("register", page, title: "Your account", context)
    }
    router.post("/register") { request, context in
      guard try await isOpen(hall) else { return Answer.nothing }
      try hall.attempts.note(["register " + context.peer], at: hall.store.clock())
      let form = try await hall.form(request, context)
      var page = RegisterPage(code: form["code"], name: form["name"], email: form["email"])
      page.isByMail = try await isByMail(hall)
      do {
        if page.isByMail { return try await byMail(&page, form, hall, context) }
        let password = try page.check(form, hall.setupCode)
        let member = try await OpenAccount(store: hall.store, vault: hall.vault).run(
          email: page.email, name: page.name.isEmpty ? page.email : page.name, accepting: form["policy"],
          from: context.peer)
        let entered = try await ChoosePassword(store: hall.store, gate: hall.gate).choose(
          password, as: try await hall.gate.viewer(member.account, member.id), from: context.peer,
          with: Device.words(request))
        return SignInPage.enter(entered.token, to: "/start")
      } catch let trouble as Trouble {
        page.trouble = Words.sentence(trouble)
      } catch let refusal as Refusal {
        page.trouble = Words.sentence(refusal)
      }
      return try await hall.page("register", page, title: "Your account", context, status: .unprocessableContent)
    }
  }

  private static func isOpen(_ hall: Hall) async throws -> Bool {
    guard hall.demo == nil else { return false }
    if hall.isOpen { return true }
    return try await hall.store.accounts().isEmpty
  }

  /// The first account is opened by the code; all others by a link that is sent to the address.
  private static func isByMail(_ hall: Hall) async throws -> Bool {
    guard hall.isOpen else { return false }
    return try await !hall.store.accounts().isEmpty
  }

  /// Opens an account whose owner comes in by the link; whether the address was known is told to nobody.
  private static func byMail(
    _ page: inout RegisterPage, _ form: Form, _ hall: Hall, _ context: SiteContext
  ) async throws -> Response {
    try page.checkTerms(form)
    guard let post = hall.post else { return Answer.nothing }
    let links = LinkByMail(store: hall.store, gate: hall.gate, post: post)
    let (email, name, digest, place, vault) = (page.email, page.name, form["policy"], context.peer, hall.vault)
    hall.beside {
      try await links.register(email: email, name: name, accepting: digest, from: place, in: vault)
    }
    page.isSent = true
    return try await hall.page("register", page, title: "Your account", context)
  }

  private func check(_ form: Form, _ setupCode: String) throws -> Password {
    guard code == setupCode else {
      throw Trouble("the code is not the one that was printed when the server was started", "look there again")
    }
    try checkTerms(form)
    return try Password(new: form.exact("password"))
  }

  private func checkTerms(_ form: Form) throws {
    guard OpenAccount.isAddress(email) else {
      throw Trouble("this is no e-mail address", "give one like you@example.org")
    }
    guard form["policy"] == PolicyVersion.current.digest else {
      throw Refusal(.policyNotAccepted, promise: 29, "without accepting the privacy policy no account can be opened")
    }
    guard form.has("age") else {
      throw Trouble("Kith is not for children", "say that you are 18 or older, if you are")
    }
  }

  static let template = """
    {{> head}}
    {{#body.isSecondStep}}<p class="soft">Step 2 of 2</p>{{/body.isSecondStep}}
    <h1>Your account</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    {{#body.isSent}}<p class="notice" role="status">A link is on its way to {{body.email}}. It works once, for a day; by it you choose your password and come in.</p>{{/body.isSent}}
    {{^body.isSent}}
    <form class="stack" method="post" action="/register">
    <input type="hidden" name="code" value="{{body.code}}">
    <label>Your name <small>Optional; shown to colleagues if you form a team.</small>
    <input name="name" autocomplete="name" value="{{body.name}}"></label>
    <label>E-mail address <small>Required; you sign in with it.</small>
    <input name="email" type="email" required autocomplete="username" value="{{body.email}}"></label>
    {{^body.isByMail}}<label>Password <small>Required; at least ten characters. A sentence is good.</small>
    <input name="password" type="password" required minlength="10" autocomplete="new-password"></label>{{/body.isByMail}}
    <label class="check"><input type="checkbox" name="policy" value="{{body.digest}}" required>
    <span>I accept the <a href="/policy">privacy policy of {{body.policyVersion}}</a>. What was accepted, when and from
    where is kept with the account.</span></label>
    <label class="check"><input type="checkbox" name="age" value="18" required>
    <span>I am 18 years of age or older.</span></label>
    <p><button>Open the account</button></p>
    </form>
    {{/body.isSent}}
    {{> foot}}
    """
}
