import Consent
import Flows
import Hummingbird
import Model
import Store

/// A forgotten password: a link is sent to the address, and nobody is told whether it is known here.
struct ForgottenPage: Sendable {
  var isSent = false
  var trouble: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/forgotten") { _, context in
      guard hall.post != nil else { return Answer.nothing }
      return try await hall.page("forgotten", ForgottenPage(), title: "A forgotten password", context)
    }
    router.post("/forgotten") { request, context in
      guard let post = hall.post else { return Answer.nothing }
      let form = try await Form.body(of: request)
      let email = form["email"]
      try hall.attempts.note(["forgotten " + context.peer, "forgotten " + fold(email)], at: hall.store.clock())
      guard OpenAccount.isAddress(email) else {
        let page = ForgottenPage(trouble: "This is no e-mail address. Give one like you@example.org.")
        return try await hall.page(
          "forgotten", page, title: "A forgotten password", context, status: .unprocessableContent)
      }
      let links = LinkByMail(store: hall.store, gate: hall.gate, post: post)
      // Sent beside the answer, so that its time tells nothing of who is known here.
      hall.beside { try await links.forgotten(email) }
      return try await hall.page("forgotten", ForgottenPage(isSent: true), title: "A forgotten password", context)
    }
  }

  static let template = """
    {{> head}}
    <h1>A forgotten password</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    {{#body.isSent}}
    <p class="notice" role="status">If somebody signs in here by this address, a link is on its way to it. It works once, for a day.</p>
    <p><a href="/sign-in">To the sign-in</a></p>
    {{/body.isSent}}
    {{^body.isSent}}
    <form class="stack" method="post" action="/forgotten">
    <label>E-mail address <small>A link to choose a new password is sent there.</small>
    <input name="email" type="email" required autocomplete="username"></label>
    <p><button>Send the link</button></p>
    </form>
    {{/body.isSent}}
    {{> foot}}
    """
}
