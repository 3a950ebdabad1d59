import Consent
import Formats
import Model
import Wire

/// One conversation with an amagi-crm: JSON by its own HTTP paths (`/openapi.json` of 0.1.0), with a bearer token.
struct AmagiTalk: Sendable {
  /// Understood, and not done.
  enum Refused: Error, Equatable {
    /// 404.
    case gone
    /// 409 with the record that is in the way.
    case taken(Int64?)
    /// 422; may hold values, so it is never shown.
    case unfit(String)
  }

  let session: OutletSession
  let now: @Sendable () -> Instant
  let patience: Patience

  /// Asks what changes nothing, again if need be.
  func ask(_ target: String) async throws -> JSON {
    try await patience.keep { try heard(await twice { try await session.ask(OutletCall(.get, target, as: .bearer)) }) }
  }

  /// Changes something; after a thrown `Trouble` only a look can tell whether it was done.
  func change(
    _ method: OutletCall.Method, _ target: String, _ body: JSON?, keys: Set<String>,
    _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> JSON {
    let call = try OutletCall(
      method, target, as: .bearer, fields: body == nil ? [] : [("Content-Type", "application/json")],
      body: body?.bytes ?? [])
    let schema = body == nil ? PayloadSchema(.empty) : PayloadSchema(.json, keys: keys)
    var response = try await told { try await session.change(call, schema, permit, check: check) }
    if response.status == 401 {
      response = try await told { try await session.change(call, schema, permit, check: check) }
    }
    return try heard(response)
  }

  /// A token does not end by itself: one that is not accepted is shown once more, before anybody is asked for another.
  private func twice(_ put: () async throws -> HTTPResponse) async throws -> HTTPResponse {
    let first = try await told(put)
    return first.status == 401 ? try await told(put) : first
  }

  /// What a network tells, as something to try again.
  private func told(_ put: () async throws -> HTTPResponse) async throws -> HTTPResponse {
    do {
      return try await put()
    } catch let trouble as Trouble {
      if case .wait = trouble.remedy { throw Trouble("amagi-crm: " + trouble.what, remedy: trouble.remedy) }
      throw again("did not answer (\(trouble.what))")
    }
  }

  private func heard(_ response: HTTPResponse) throws -> JSON {
    let body = JSON.read(response.body)
    switch response.status {
    case 204: return .null
    case 200, 201:
      // What tells of an error has a detail, and no record has one.
      if let body, body[key: "detail"] == nil { return body }
      throw again(body == nil ? "answers with a page, not with data" : "reports an error of its own")
    case 401:
      throw Trouble(
        "amagi-crm does not accept the token (401)",
        "make one by 'amagi-crm user add', then 'kith destination add amagi' with the same address")
    case 403: throw Trouble("the token may not write in amagi-crm (403)", "give its user the role member or admin")
    case 404:
      guard body?[key: "detail"] != nil else {
        throw Trouble("no amagi-crm answers at this address", "look at the address")
      }
      throw Refused.gone
    case 409: throw Refused.taken(body?[key: "existing_id"]?.asInt)
    case 422: throw Refused.unfit(body?[key: "detail"]?.asText ?? "")
    case 429: throw again("asks to wait (429)", milliseconds: AmagiTalk.wait(response))
    default: throw again("answers \(response.status)")
    }
  }

  private func again(_ what: String, milliseconds: Int64 = 200) -> Trouble {
    Trouble("amagi-crm \(what)", remedy: .wait(until: Instant(milliseconds: now().milliseconds &+ milliseconds)))
  }

  private static func wait(_ response: HTTPResponse) -> Int64 {
    guard let told = response.field("retry-after").flatMap({ Int64($0) }), told >= 0 else { return 1000 }
    return min(told, 86_400) &* 1000
  }
}
