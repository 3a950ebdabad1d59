import Consent
import Flows
import Hummingbird
import Model

/// Stands before every page: says who is signed in, lets no other site send forms, and serves the set-up alone until
/// it is known who runs the house (P026).
struct Doorkeeper: RouterMiddleware {
  typealias Context = SiteContext
  let hall: Hall

  /// What is served before the set-up, and to whoever is not signed in.
  private static let always: Set<String> = [
    "/health", "/style.css", "/icons.svg", "/icon.svg", "/kith.js", "/live.js",
  ]

  func handle(
    _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    let path = request.uri.path
    if Doorkeeper.always.contains(path) { return try await next(request, context) }
    if let demo = hall.demo {
      context.visit = demo.visit
      context.formToken = demo.token.form
    } else {
      if try await hall.operatorRecord() == nil, path != "/setup" {
        return Response.redirect(to: "/setup", type: .normal)
      }
      if let token = SiteCookie.session.value(of: request).flatMap(WebToken.init) {
        context.visit = try await hall.signIn.look(token)
        context.formToken = token.form
      }
    }
    if request.method == .get { context.notice = Notice(request) }
    guard request.method != .get, request.method != .head else { return try await next(request, context) }
    guard Doorkeeper.isOurs(request) else { throw Foreign() }
    return try await next(request, context)
  }

  /// Whether a form comes from a page of this site, by what the browser says of it (Fetch Metadata; else Origin).
  static func isOurs(_ request: Request) -> Bool {
    if let site = HTTPFields.Element.Name("Sec-Fetch-Site").flatMap({ request.headers[$0] }) {
      return site == "same-origin" || site == "none"
    }
    guard let origin = request.headers[.origin] else { return true }
    guard let host = request.head.authority else { return false }
    return origin == "http://" + host || origin == "https://" + host
  }
}

/// A form of another site.
struct Foreign: Error {}
