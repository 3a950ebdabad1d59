import Consent
import Formats
import Model
import Wire

/// One conversation with HubSpot: paths of one API version, waiting where it asks to wait, and what its refusals mean.
struct HubSpotTalk: Sendable {
  /// The types of objects that are read and written.
  enum Kind: String, Sendable, CaseIterable { case contacts, companies, emails, meetings, calls, notes, tasks }

  /// A refusal that is about what was sent.
  struct Refused: Error, Sendable, Equatable {
    var status: Int
    var category: String
    /// HubSpot's own word for each property it did not take.
    var properties: [String: String]
    /// Ids that exist already, or that do not exist, as the message names them.
    var ids: [String]

    /// One of our own properties is not there yet.
    var lacksOwn: Bool {
      properties.contains { $0.key.hasPrefix("kith_") && $0.value == "PROPERTY_DOESNT_EXIST" }
        || (isOwnMissing && status == 400)
    }
    var isOwnMissing = false
  }

  let session: OutletSession
  /// `v3`, or a date as in `2026-03`.
  let version: String
  let prefix: String
  let now: @Sendable () -> Instant
  let patience: Patience

  /// HubSpot's own waits are no longer than this where it does not say how long.
  static let usual: Int64 = 10_000

  private static let name = "HubSpot"

  // MARK: paths

  func objects(_ kind: Kind, _ rest: String = "") -> String { path("objects", "v3", kind.rawValue + rest) }
  func properties(_ kind: Kind) -> String { path("properties", "v3", kind.rawValue) }
  func associations(_ from: Kind, _ to: Kind, _ rest: String) -> String {
    path("associations", "v4", "\(from.rawValue)/\(to.rawValue)/\(rest)")
  }

  /// `/crm/v3/objects/…`, or `/crm/objects/2026-03/…`.
  private func path(_ area: String, _ old: String, _ rest: String) -> String {
    version == "v3" ? "\(prefix)/crm/\(old)/\(area)/\(rest)" : "\(prefix)/crm/\(area)/\(version)/\(rest)"
  }

  // MARK: asking and changing

  /// A question that changes nothing is put again where it went astray or was to wait, so that a whole reading is not in
  /// vain.
  func ask(_ method: OutletCall.Method, _ target: String, _ body: JSON? = nil) async throws -> JSON {
    try await told(method, target, body).answer
  }

  /// The same, with the instant at which the answer was asked for.
  func told(
    _ method: OutletCall.Method, _ target: String, _ body: JSON? = nil
  ) async throws -> (answer: JSON, at: Instant) {
    let call = try call(method, target, body)
    return try await patience.keep {
      let at = now()
      return (try heard(await answer { try await session.ask(call) }), at)
    }
  }

  func change(
    _ method: OutletCall.Method, _ target: String, _ body: JSON?, _ schema: PayloadSchema,
    _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> JSON {
    let call = try call(method, target, body)
    return try heard(await answer { try await session.change(call, schema, permit, check: check) })
  }

  /// A change that may arrive twice without harm, until an instant or at any time, is tried again where it went astray or
  /// was to wait.
  func settle(
    _ method: OutletCall.Method, _ target: String, _ body: JSON?, _ schema: PayloadSchema, until: Instant? = nil,
    _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> JSON {
    try await patience.keep(until: until) { try await change(method, target, body, schema, permit, check: check) }
  }

  /// One answer; a line that broke is something to try again, and what a token was refused for was not done: it is put
  /// once more.
  private func answer(_ put: () async throws -> HTTPResponse) async throws -> HTTPResponse {
    do {
      let response = try await put()
      return response.status == 401 ? try await put() : response
    } catch let trouble as Trouble {
      if case .wait = trouble.remedy { throw Trouble("\(HubSpotTalk.name): \(trouble.what)", remedy: trouble.remedy) }
      throw self.trouble("did not answer (\(trouble.what))", 0)
    }
  }

  private func call(_ method: OutletCall.Method, _ target: String, _ body: JSON?) throws -> OutletCall {
    var fields = [("Accept", "application/json")]
    if body != nil { fields.append(("Content-Type", "application/json")) }
    return try OutletCall(method, target, as: .bearer, fields: fields, body: body?.bytes ?? [])
  }

  /// The body of a good answer; throws a `Refused` about what was sent, else a `Trouble` that names HubSpot (P098).
  private func heard(_ response: HTTPResponse) throws -> JSON {
    let body = JSON.read(response.body)
    switch response.status {
    case 200...299:
      if response.body.isEmpty { return .null }
      guard let body else { throw trouble("answers with something that is no JSON", 0) }
      return body
    case 401:
      throw Trouble(
        "\(HubSpotTalk.name) does not accept the token (401)",
        "make a new one there, then 'kith destination add hubspot' with the same address and the new --token-file")
    case 403:
      throw Trouble(
        "the token may not do this at \(HubSpotTalk.name) (403)",
        "give its app the scopes to read and write contacts, companies and activities, and to make properties")
    case 429: throw trouble("asks to wait (429\(policy(body)))", wait(response, body))
    case 400, 404, 409, 422:
      guard let body else { throw trouble("answers \(response.status) with something that is no JSON", 0) }
      throw HubSpotTalk.refused(response.status, body)
    default: throw trouble("answers \(response.status)", 0)
    }
  }

  private func trouble(_ what: String, _ milliseconds: Int64) -> Trouble {
    let wait = max(milliseconds, 1000)
    return Trouble(
      "\(HubSpotTalk.name) \(what)", remedy: .wait(until: Instant(milliseconds: now().milliseconds &+ wait)))
  }

  /// Only one of its own few words.
  private func policy(_ body: JSON?) -> String {
    let known = ["DAILY", "TEN_SECONDLY_ROLLING", "SECONDLY"]
    return body?[key: "policyName"]?.asText.flatMap { known.contains($0) ? ", \($0)" : nil } ?? ""
  }

  /// How long HubSpot wants to be left alone, in milliseconds.
  private func wait(_ response: HTTPResponse, _ body: JSON?) -> Int64 {
    if let told = response.field("retry-after").flatMap({ Int64($0) }), told >= 0 { return min(told, 86_400) &* 1000 }
    switch body?[key: "policyName"]?.asText {
    // Until midnight where the account is at home, which is not told.
    case "DAILY": return 3_600_000
    case "SECONDLY": return 1000
    default:
      let interval = response.field("x-hubspot-ratelimit-interval-milliseconds").flatMap { Int64($0) }
      return interval.map { min(max($0, 1000), 60_000) } ?? HubSpotTalk.usual
    }
  }

  // MARK: refusals

  /// What an error says, a whole answer or an entry beside results.
  static func refused(_ status: Int, _ body: JSON) -> Refused {
    let message = body[key: "message"]?.asText ?? ""
    var found = Refused(
      status: status, category: body[key: "category"]?.asText ?? "", properties: [:],
      ids: body[key: "context"]?[key: "ids"]?.asList?.compactMap(\.asText) ?? [])
    // Single values stand as JSON within the text: Property values were not valid: [{"name": …}].
    if let start = message.firstIndex(of: "["), let list = JSON.read(Array(message[start...].utf8))?.asList {
      for entry in list {
        guard let name = entry[key: "name"]?.asText else { continue }
        found.properties[name] = entry[key: "error"]?.asText ?? "INVALID"
      }
    }
    if let mark = message.firstRange(of: "Existing ID: ") {
      let id = message[mark.upperBound...].prefix { $0.isNumber }
      if !id.isEmpty { found.ids.append(String(id)) }
    }
    found.isOwnMissing = message.contains("kith_") && found.properties.isEmpty && found.category == "VALIDATION_ERROR"
    return found
  }
}
