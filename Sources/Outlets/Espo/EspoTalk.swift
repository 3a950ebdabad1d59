import Consent
import Formats
import Foundation
import Model
import Wire

/// One conversation with an EspoCRM: its paths and filters, with an API user's key, and what its answers mean.
///
/// Answers may be JSON, empty, or a page (docs.espocrm.com, "API"; errors as EspoCRM 7.2 gave them).
struct EspoTalk: Sendable {
  /// Understood, and not done.
  enum Refused: Error, Equatable {
    /// 404.
    case gone
    /// 409, with the records that look like this one.
    case taken([JSON])
    /// 400, with the name of the field there; no value stands in it.
    case unfit(String?)
  }

  /// One condition of a list.
  struct Filter: Sendable {
    var type: String
    var attribute: String
    var value: String

    init(_ attribute: String, _ type: String, _ value: String) {
      (self.attribute, self.type, self.value) = (attribute, type, value)
    }
  }

  let session: OutletSession
  let prefix: String
  let now: @Sendable () -> Instant
  let patience: Patience

  /// Rows of one list; more are answered by an empty 403.
  static let page = 200
  private static let name = "EspoCRM"

  // MARK: asking and changing

  /// Asks what changes nothing, again if need be.
  func ask(_ rest: String) async throws -> JSON {
    let call = try call(.get, rest, nil)
    return try await patience.keep { try heard(await told { try await session.ask(call) }) }
  }

  /// Changes something, or asks with what is ours; after a thrown `Trouble` only a look can tell whether it was done.
  func change(
    _ method: OutletCall.Method, _ rest: String, _ body: JSON?, keys: Set<String>,
    _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> JSON {
    let call = try call(method, rest, body)
    let schema = body == nil ? PayloadSchema(.empty) : PayloadSchema(.json, keys: keys)
    return try heard(await told { try await session.change(call, schema, permit, check: check) })
  }

  /// The path of a list, in the order of ids, which does not move while it is read.
  static func list(_ entity: String, _ select: [String], _ filters: [Filter], after last: String = "") -> String {
    var filters = filters
    if !last.isEmpty { filters.append(Filter("id", "greaterThan", last)) }
    var parts = ["select=" + select.joined(separator: ","), "orderBy=id", "order=asc", "maxSize=\(page)"]
    for (place, filter) in filters.enumerated() {
      for (name, text) in [("type", filter.type), ("attribute", filter.attribute), ("value", filter.value)] {
        parts.append("where%5B\(place)%5D%5B\(name)%5D=\(escaped(text))")
      }
    }
    return entity + "?" + parts.joined(separator: "&")
  }

  private static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }

  private func call(_ method: OutletCall.Method, _ rest: String, _ body: JSON?) throws -> OutletCall {
    var fields = [("Accept", "application/json")]
    if body != nil { fields.append(("Content-Type", "application/json")) }
    return try OutletCall(
      method, "\(prefix)/api/v1/\(rest)", as: .field("X-Api-Key"), fields: fields, body: body?.bytes ?? [])
  }

  // MARK: answers

  /// What a network tells, as something to try again.
  private func told(_ put: () async throws -> HTTPResponse) async throws -> HTTPResponse {
    do {
      return try await put()
    } catch let trouble as Trouble {
      if case .wait = trouble.remedy { throw Trouble("\(EspoTalk.name): \(trouble.what)", remedy: trouble.remedy) }
      throw again("did not answer (\(trouble.what))")
    }
  }

  private func heard(_ response: HTTPResponse) throws -> JSON {
    let body = JSON.read(response.body)
    switch response.status {
    case 200...299:
      guard let body else { throw again("answers with a page, not with data") }
      return body
    case 400: throw Refused.unfit(body?[key: "messageTranslation"]?[key: "data"]?[key: "field"]?.asText)
    case 401:
      throw Trouble(
        "\(EspoTalk.name) does not accept the key (401)",
        "make a user of type API there, then 'kith destination add espo' with the same address")
    case 403:
      throw Trouble(
        "\(EspoTalk.name) does not let this user do that (403)",
        "give its role the rights to read and write contacts, accounts, meetings and calls")
    case 404: throw Refused.gone
    case 409: throw Refused.taken(body?.asList ?? [])
    case 429: throw again("asks to wait (429)", seconds: response.field("retry-after").flatMap { Int64($0) })
    default: throw again("answers \(response.status)")
    }
  }

  func again(_ what: String, seconds: Int64? = nil) -> Trouble {
    let wait = seconds.map { min(max($0, 0), 86_400) &* 1000 } ?? 1000
    return Trouble(
      "\(EspoTalk.name) \(what)", remedy: .wait(until: Instant(milliseconds: now().milliseconds &+ wait)))
  }
}
