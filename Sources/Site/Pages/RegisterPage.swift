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

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/register") { request, context in
      guard try await isOpen(hall) else { return Answer.nothing }
      return try await hall.page(
        "register", RegisterPage(code: Form.query(of: request)["code"]), title: "Your account", context)
    }
    router.post("/register") { request, context in
      guard try await isOpen(hall) else { return Answer.nothing }
      try hall.attempts.note(["register " + context.peer], at: hall.store.clock())
      let form = try await hall.form(request, context)
      var page = RegisterPage(code: form["code"], name: form["name"], email: form["email"])
      do {
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
    return try await hall.store.accounts().isEmpty
  }

  private func check(_ form: Form, _ setupCode: String) throws -> Password {
    guard code == setupCode else {
      throw Trouble("the code is not the one that was printed when the server was started", "look there again")
    }
    guard OpenAccount.isAddress(email) else {
      throw Trouble("this is no e-mail address", "give one like you@example.org")
    }
    guard form["policy"] == PolicyVersion.current.digest else {
      throw Refusal(.policyNotAccepted, promise: 29, "without accepting the privacy policy no account can be opened")
    }
    guard form.has("age") else {
      throw Trouble("Kith is not for children", "say that you are 18 or older, if you are")
    }
    return try Password(new: form.exact("password"))
  }

  static let template = """
    {{> head}}
    <h1>Your account</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    <form class="stack" method="post" action="/register">
    <input type="hidden" name="code" value="{{body.code}}">
    <label>Your name <small>Optional; shown to colleagues if you form a team.</small>
    <input name="name" autocomplete="name" value="{{body.name}}"></label>
    <label>E-mail address <small>Required; you sign in with it.</small>
    <input name="email" type="email" required autocomplete="username" value="{{body.email}}"></label>
    <label>Password <small>Required; at least ten characters. A sentence is good.</small>
    <input name="password" type="password" required minlength="10" autocomplete="new-password"></label>
    <label class="check"><input type="checkbox" name="policy" value="{{body.digest}}" required>
    <span>I accept the <a href="/policy">privacy policy of {{body.policyVersion}}</a>. What was accepted, when and from
    where is kept with the account.</span></label>
    <label class="check"><input type="checkbox" name="age" value="18" required>
    <span>I am 18 years of age or older.</span></label>
    <p><button>Open the account</button></p>
    </form>
    {{> foot}}
    """
}
