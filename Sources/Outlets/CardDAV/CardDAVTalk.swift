import Formats
import Model
import Wire

/// A server of address books as the door out talks with it: questions are put again when an answer is lost, and every
/// trouble names the server (P098).
struct CardDAVTalk: Sendable {
  let origin: DAVHref.Origin
  private let now: @Sendable () -> Instant
  private let send: @Sendable (OutletCall) async throws -> HTTPResponse

  /// How often a question is put whose answer is lost.
  private static let tries = 5
  /// Redirects that are followed for one question.
  private static let hops = 5
  /// So many seconds at most are waited for within a conversation.
  private static let patience = 5.0

  init(
    _ server: MailServer, now: @escaping @Sendable () -> Instant,
    ask: @escaping @Sendable (OutletCall) async throws -> HTTPResponse
  ) {
    origin = DAVHref.Origin(host: server.host, port: server.port, isSecure: server.security != .none)
    self.now = now
    send = ask
  }

  // MARK: asking

  /// Puts a question, and follows redirects within the server; answers where it ended.
  func ask(
    _ method: OutletCall.Method, _ href: DAVHref, depth: Int? = nil, _ body: [UInt8] = []
  ) async throws -> (response: HTTPResponse, at: DAVHref) {
    var place = href
    var fields: [(String, String)] = []
    if let depth { fields.append(("Depth", String(depth))) }
    if !body.isEmpty { fields.append(("Content-Type", "application/xml; charset=utf-8")) }
    for _ in 0...CardDAVTalk.hops {
      let response = try await patiently(try OutletCall(method, place.path, as: .basic, fields: fields, body: body))
      guard let target = response.redirect else { return (response, place) }
      guard let next = DAVHref(target, on: origin) else {
        // The login is not shown to another host, whoever sends us there (P080).
        throw trouble("sends us on to another address", "if you trust that one, add the destination with it")
      }
      place = next
    }
    throw trouble("sends us round in circles", "look at the address and at the server")
  }

  private func patiently(_ call: OutletCall) async throws -> HTTPResponse {
    var pause = 0.1
    for _ in 1..<CardDAVTalk.tries {
      do {
        let response = try await send(call)
        guard isPassing(response, call.method) else { return response }
        if let told = seconds(response) {
          guard told <= CardDAVTalk.patience else { throw failed(response) }
          pause = max(pause, told)
        }
      } catch let trouble as Trouble {
        guard case .wait = told(trouble).remedy else { throw told(trouble) }
      }
      try await Task.sleep(for: .seconds(pause))
      pause *= 2
    }
    do {
      let response = try await send(call)
      guard isPassing(response, call.method) else { return response }
      throw failed(response)
    } catch let trouble as Trouble {
      throw told(trouble)
    }
  }

  /// Whether an answer is none of the server's own, or says that it cannot answer just now.
  private func isPassing(_ response: HTTPResponse, _ method: OutletCall.Method) -> Bool {
    switch response.status {
    case 429, 500, 502, 503, 504: true
    // A page for people, in the place of what was asked for.
    case 200: method != .get || isPage(response)
    default: false
    }
  }

  func isPage(_ response: HTTPResponse) -> Bool {
    let type = response.field("content-type")?.lowercased() ?? ""
    return type.hasPrefix("text/html") || type.hasPrefix("application/json")
  }

  /// A question whose answer must be a multistatus.
  func multistatus(
    _ method: OutletCall.Method, _ href: DAVHref, depth: Int, _ body: [UInt8]
  ) async throws -> (answer: Multistatus, at: DAVHref) {
    let (response, place) = try await ask(method, href, depth: depth, body)
    guard response.status == 207 else { throw failed(response) }
    return (try read(response), place)
  }

  func read(_ response: HTTPResponse) throws -> Multistatus {
    do {
      return try Multistatus(response.body)
    } catch {
      throw trouble("answers what cannot be followed: \(error.rawValue)", "look at the address and at the server")
    }
  }

  // MARK: troubles

  private var name: String { "the address book server \(origin.host)" }

  func trouble(_ what: String, _ help: String) -> Trouble { Trouble("\(name) \(what)", help) }

  /// A trouble on the way, told with the server's name; an answer that breaks off may be whole the next time.
  func told(_ trouble: Trouble) -> Trouble {
    guard !trouble.what.hasPrefix(name) else { return trouble }
    let isTorn = trouble == HTTPFault.cutShort.trouble
    return Trouble("\(name): \(trouble.what)", remedy: isTorn ? .wait(until: later(0.5)) : trouble.remedy)
  }

  /// What an answer means that is not the one hoped for.
  func failed(_ response: HTTPResponse) -> Trouble {
    switch response.status {
    case 401:
      trouble(
        "refused user or password",
        "give the login again by 'kith destination add carddav'; many providers want an app password")
    case 403: trouble("lets this login not do this (403)", "look at the rights on the server")
    case 404, 410: trouble("has nothing at this address (\(response.status))", "look at the address")
    case 507: trouble("has no room left (507)", "make room on the server")
    case 423, 429, 500...599:
      Trouble("\(name) cannot answer now (\(response.status))", remedy: .wait(until: later(seconds(response) ?? 0.5)))
    case 200:
      Trouble("\(name) answers with a page that is no answer of it", remedy: .wait(until: later(0.5)))
    default:
      trouble("answers with \(response.status)", "look at the address: it may be no address book")
    }
  }

  /// When a server wants to be asked again, in seconds (RFC 9110 §10.2.3), if it says so.
  private func seconds(_ response: HTTPResponse) -> Double? {
    response.field("retry-after").flatMap { UInt32($0) }.map { Double($0) }
  }

  /// So many seconds from now, a day at most.
  private func later(_ seconds: Double) -> Instant {
    Instant(milliseconds: now().milliseconds &+ Int64(min(max(seconds, 0.2), 86_400) * 1_000))
  }
}
