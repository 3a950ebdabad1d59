import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Synchronization
import Wire

/// What a provider of tokens knows: it takes its newest refresh token alone, and gives a new one each time.
final class TokenDesk: Sendable {
  struct State {
    /// The number of the newest refresh token.
    var number = 0
    /// The number of the access token that the mail server takes; nil for none.
    var taken: Int? = 0
    var expiresIn = "3600"
    /// Further fields of an answer.
    var more = ""
    /// What is answered instead of tokens.
    var instead: StagedWeb.Answer?
    /// While true, an answer waits.
    var isSlow = false
  }

  let state = Mutex(State())

  func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

  func answer(_ question: StagedWeb.Question) -> StagedWeb.Answer {
    while state.withLock({ $0.isSlow }) { usleep(10_000) }
    return state.withLock { state in
      if let instead = state.instead { return instead }
      let fields = question.body.split(separator: "&")
      guard question.method == "POST", fields.contains("grant_type=refresh_token"),
        fields.contains("client_id=kith%20test"),
        fields.contains("refresh_token=refresh-\(state.number)")
      else { return .init(400, "{\"error\":\"invalid_grant\",\"error_description\":\"refresh-token-canary\"}") }
      state.number += 1
      if state.taken != nil { state.taken = state.number }
      return .init(
        200,
        """
        {"access_token":"access-\(state.number)","token_type":"Bearer","expires_in":\(state.expiresIn),
         "refresh_token":"refresh-\(state.number)"\(state.more)}
        """)
    }
  }

  func takes(_ login: String) -> Bool {
    state.withLock { state in state.taken.map { login.contains("auth=Bearer access-\($0)\u{1}") } ?? false }
  }
}

/// A mail server that takes tokens, and the endpoint where they are renewed.
struct TokenStage {
  let way: WayIn
  let desk = TokenDesk()
  let web: StagedWeb
  let mail: StagedIMAP

  init(_ engine: StagedHouse.EngineKind = .sqlite) async throws {
    way = try await WayIn(engine)
    web = try StagedWeb { [desk] in desk.answer($0) }
    mail = try StagedIMAP(
      .none, mails: ServerFaultTests.mails, offer: .init(["AUTH=OAUTHBEARER"], takes: { [desk] in desk.takes($0) }))
  }

  var server: MailServer {
    MailServer(
      host: "127.0.0.1", port: mail.port, security: .none, secret: .token,
      tokens: TokenEndpoint(host: "127.0.0.1", port: web.port, path: "/token", isSecure: false))
  }

  var door: ServerDoor {
    ServerDoor(store: way.store, gate: way.house.gate, rules: AddressRules(allowsThisMachine: true), quiet: 8)
  }

  /// Adds the mailbox with the first pair of tokens.
  func add(token: String = "access-0", scope: String = "mail", tried: Bool = false) async throws -> Source {
    let renewal = Login.Renewal(
      refreshToken: "refresh-0", client: "kith test", clientSecret: "client-secret-canary", scope: scope)
    return try await AddSource(store: way.store, gate: way.house.gate, tryingAt: tried ? door : nil).run(
      way.account, way.house.ada,
      AddSource.Wish(server, Login(user: "ada", token: token, renewal: renewal), isWarranted: true)
    ).source
  }

  func pull(_ source: Source) async throws -> Pulled { try await way.pull(source.id, door: door) }

  /// A new run with an access token that nobody takes any more.
  func outdate() { desk.set { $0.taken = -1 } }
}
