import Formats
import Model
import Wire

/// One conversation with a DAV server: reading only, since `HTTPRequest` has no method that changes anything.
public struct DAVSession: Sendable {
  let transcript: Transcript
  let origin: DAVHref.Origin
  private let http: HTTPSession
  private let clock: @Sendable () -> Instant

  /// Redirects that are followed for one question.
  static let hops = 5

  init(_ http: HTTPSession, _ server: MailServer, transcript: Transcript, clock: @escaping @Sendable () -> Instant) {
    self.http = http
    self.transcript = transcript
    self.clock = clock
    origin = DAVHref.Origin(host: server.host, port: server.port, isSecure: server.security != .none)
  }

  // MARK: asking

  /// Puts a question, and follows redirects within the server; answers where it ended.
  func ask(
    _ method: HTTPRequest.Method, _ href: DAVHref, depth: HTTPRequest.Depth? = nil, _ body: [UInt8] = []
  ) async throws -> (response: HTTPResponse, at: DAVHref) {
    var place = href
    for _ in 0...DAVSession.hops {
      transcript.add("> \(method.rawValue) \(DAVSession.place(place, method))")
      let response = try await http.ask(try HTTPRequest(method, place.path, depth: depth, body: body))
      transcript.add("< \(response.status), \(response.body.count) bytes")
      guard let target = response.redirect else { return (response, place) }
      guard let next = DAVHref(target, on: origin) else {
        // Its login is not shown to another host, whoever sends us there (P080).
        throw Trouble(
          "the server sends us on to another address: \(DAVSession.harmless(target))",
          "if you trust it, add the source with that address")
      }
      place = next
    }
    throw Trouble("the server sends us round in circles", "look at the address and at the server")
  }

  /// For the transcript: what a card is called on the server may be somebody's name.
  private static func place(_ href: DAVHref, _ method: HTTPRequest.Method) -> String {
    guard method == .get, let slash = href.path.lastIndex(of: "/") else { return href.path }
    return href.path[...slash] + "…"
  }

  /// A question whose answer must be a multistatus.
  func multistatus(
    _ method: HTTPRequest.Method, _ href: DAVHref, depth: HTTPRequest.Depth, _ body: [UInt8]
  ) async throws -> (answer: Multistatus, at: DAVHref) {
    let (response, place) = try await ask(method, href, depth: depth, body)
    guard response.status == 207 else { throw failed(response) }
    return (try read(response), place)
  }

  func read(_ response: HTTPResponse) throws -> Multistatus {
    do {
      return try Multistatus(response.body)
    } catch {
      throw Trouble(
        "the server's answer cannot be followed: \(error.rawValue)",
        "look at the server ('kith source transcript'), or cut it off by 'kith source revoke'")
    }
  }

  // MARK: troubles

  /// What an answer means that is not the one hoped for.
  func failed(_ response: HTTPResponse) -> Trouble {
    switch response.status {
    case 401:
      return Trouble(
        "the server refused user or password",
        "give the login again by 'kith source add carddav' or 'caldav'; many providers want an app password")
    case 403: return Trouble("the server lets this login read nothing here (403)", "look at the rights on the server")
    case 404, 410: return Trouble("there is nothing at this address (\(response.status))", "look at the address")
    case 429, 500...599:
      return Trouble("the server cannot answer now (\(response.status))", remedy: .wait(until: later(response)))
    default:
      return Trouble(
        "the server answers with \(response.status)", "look at the address: it may be no address book or calendar")
    }
  }

  /// When a server wants to be asked again: as it says in seconds (RFC 9110 §10.2.3), between a minute and a day.
  private func later(_ response: HTTPResponse) -> Instant {
    let seconds = response.field("retry-after").flatMap { Int64($0) } ?? 300
    return Instant(milliseconds: clock().milliseconds &+ min(max(seconds, 60), 86_400) * 1_000)
  }

  private static func harmless(_ text: String) -> String {
    String(text.prefix(120).unicodeScalars.map { $0.value < 33 || $0.value > 126 ? "?" : Character($0) })
  }
}
