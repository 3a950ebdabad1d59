import Consent
import Formats
import Foundation
import Model
import Synchronization
import Wire

/// One conversation with a Tryton server in JSON-RPC: signs in once, again where its session ended, and tells what its
/// answers mean (trytond/protocols/jsonrpc.py, of 6.0 and of 8.2).
final class TrytonTalk: Sendable {
  /// Tryton understood and does not do it.
  enum Refused: Error, Equatable {
    /// A record is not any more what the call was made for.
    case outrun
    /// What it says, in English; may hold values, so it is never shown.
    case told(String)
  }

  private struct State {
    var token: String?
    /// 8.2 has its calls at `/<database>/rpc/`, 6.0 at `/<database>/`.
    var isOld: Bool?
  }

  private let session: OutletSession
  private let database: String
  private let now: @Sendable () -> Instant
  private let patience: Patience
  private let state: Mutex<State>

  /// Every member of the form in which calls are made.
  static let form: Set<String> = ["id", "method", "params", "language", "_timestamp"]

  /// `version` is `6.0` or anything later; nil to find out.
  init(
    _ session: OutletSession, database: String, version: String?, now: @escaping @Sendable () -> Instant,
    patience: Patience
  ) {
    self.session = session
    self.database = database
    self.now = now
    self.patience = patience
    state = Mutex(State(token: nil, isOld: version.map { $0.hasPrefix("6.") || $0.hasPrefix("5.") }))
  }

  // MARK: asking and changing

  /// Asks what changes nothing, again if need be.
  func ask(_ method: String, _ parameters: [JSON], context: [JSON.Pair] = []) async throws -> JSON {
    try await patience.keep {
      try await heard(
        signedIn { [self] in
          try await session.ask(try call(method, parameters, context))
        })
    }
  }

  /// Changes something; after a thrown `Trouble` only a look can tell whether it was done.
  func change(
    _ method: String, _ parameters: [JSON], stamps: [JSON.Pair] = [], keys: Set<String>,
    _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> JSON {
    let schema = PayloadSchema(.json, keys: keys.union(TrytonTalk.form).union(stamps.map(\.key)))
    let context = stamps.isEmpty ? [] : [JSON.Pair(key: "_timestamp", value: .object(stamps))]
    if token == nil { try await signIn() }
    var response = try await told {
      try await session.change(try call(method, parameters, context), schema, permit, check: check)
    }
    // Nothing was done under a session that ended.
    if response.status == 401 {
      try await signIn()
      response = try await told {
        try await session.change(try call(method, parameters, context), schema, permit, check: check)
      }
    }
    return try heard(response)
  }

  private var token: String? { state.withLock { $0.token } }

  private func signedIn(_ put: () async throws -> HTTPResponse) async throws -> HTTPResponse {
    if token == nil { try await signIn() }
    let response = try await told(put)
    guard response.status == 401 else { return response }
    try await signIn()
    return try await told(put)
  }

  private func call(_ method: String, _ parameters: [JSON], _ context: [JSON.Pair]) throws -> OutletCall {
    let context = JSON.object([JSON.Pair(key: "language", value: "en")] + context)
    let body: JSON = ["id": 1, "method": .text(method), "params": .list(parameters + [context])]
    return try OutletCall(
      .post, path(state.withLock { $0.isOld } ?? false),
      fields: [("Content-Type", "application/json"), ("Authorization", "Session " + (token ?? ""))], body: body.bytes)
  }

  private func path(_ isOld: Bool) -> String {
    let name = database.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    return isOld ? "/\(name)/" : "/\(name)/rpc/"
  }

  // MARK: signing in

  private func signIn() async throws {
    let known = state.withLock { state in
      state.token = nil
      return state.isOld
    }
    for isOld in known.map({ [$0] }) ?? [false, true] {
      let call = try OutletCall(
        .post, path(isOld), as: .body, fields: [("Content-Type", "application/json")],
        pieces: [
          .bytes(Array(#"{"id":1,"method":"common.db.login","params":[""#.utf8)), .user,
          .bytes(Array(#"",{"password":""#.utf8)), .secret, .bytes(Array(#""},"en"]}"#.utf8)),
        ])
      let response = try await told { try await session.ask(call) }
      if response.status == 404 || response.status == 405 { continue }
      guard response.status != 401 else { throw TrytonTalk.shut("does not accept the user and the password") }
      let result: JSON
      do {
        result = try heard(response)
      } catch Refused.told {
        throw TrytonTalk.shut("asks for more than a password to sign in")
      }
      guard let parts = result.asList, parts.count >= 2, let user = parts[0].asInt, let token = parts[1].asText else {
        throw again("answers a sign-in in a way that is not known")
      }
      state.withLock { state in
        state.isOld = isOld
        // The name is not looked at, the number is.
        state.token = Data(":\(user):\(token)".utf8).base64EncodedString()
      }
      return
    }
    throw Trouble("no Tryton answers at this address", "look at the address and at the name of the database")
  }

  private static func shut(_ what: String) -> Trouble {
    Trouble("Tryton \(what)", "give them again: 'kith destination add tryton' with the same address")
  }

  // MARK: answers

  /// What a network tells, as something to try again.
  private func told(_ put: () async throws -> HTTPResponse) async throws -> HTTPResponse {
    do {
      return try await put()
    } catch let trouble as Trouble {
      if case .wait = trouble.remedy { throw Trouble("Tryton: " + trouble.what, remedy: trouble.remedy) }
      throw again("did not answer (\(trouble.what))")
    }
  }

  private func heard(_ response: HTTPResponse) throws -> JSON {
    switch response.status {
    case 200: break
    case 401: throw TrytonTalk.shut("ends every session at once")
    case 403: throw Trouble("Tryton does not let this user do that (403)", "give its user the right to it in Tryton")
    case 404, 405: throw Trouble("no Tryton answers at this address", "look at the address and at the database's name")
    case 429: throw again("asks to wait (429)", milliseconds: TrytonTalk.wait(response))
    default: throw again("answers \(response.status)")
    }
    guard let body = JSON.read(response.body), case .object = body else {
      throw again("answers with a page, not with data")
    }
    if let result = body[key: "result"] { return result }
    guard let error = body[key: "error"]?.asList, let first = error.first?.asText else {
      throw again("answers with neither a result nor an error")
    }
    switch first {
    case "ConcurrencyException": throw Refused.outrun
    case "UserError", "UserWarning", "LoginException":
      let words = error.count > 1 ? error[1].asList?.compactMap(\.asText) ?? [] : []
      throw Refused.told(words.joined(separator: "\n"))
    // Of every other error there is its text alone, which may be a name from its code or from the database.
    default: throw again("reports an error of its own")
    }
  }

  private func again(_ what: String, milliseconds: Int64 = 200) -> Trouble {
    Trouble(
      "Tryton \(what)", remedy: .wait(until: Instant(milliseconds: now().milliseconds &+ milliseconds)))
  }

  private static func wait(_ response: HTTPResponse) -> Int64 {
    guard let told = response.field("retry-after").flatMap({ Int64($0) }), told >= 0 else { return 1000 }
    return min(told, 86_400) &* 1000
  }
}
