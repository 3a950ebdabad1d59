public import Consent
import Hummingbird
public import Logging
import Model
public import ServiceLifecycle
public import Store
import Synchronization

/// The web site: health for whoever watches the process, and one page.
///
/// Nobody signs in yet, so account data is shown in the demo alone, and there only to this machine.
public struct Site: Sendable {
  /// The demo's account, as its owner sees it.
  public struct Demo: Sendable {
    public var viewer: Viewer
    /// Where the CRM of the demo lies.
    public var folder: String

    public init(viewer: Viewer, folder: String) {
      self.viewer = viewer
      self.folder = folder
    }
  }

  private let store: Store
  private let listen: Listen
  private let demo: Demo?
  private let logger: Logger

  public init(store: Store, listen: Listen, demo: Demo? = nil, logger: Logger) throws {
    guard demo == nil || listen.isLoopback else {
      throw Refusal(.notYours, promise: 7, "the demo shows an account without sign-in: it listens on loopback alone")
    }
    self.store = store
    self.listen = listen
    self.demo = demo
    self.logger = logger
  }

  /// Serves until the process is asked to stop; the services given run beside it.
  public func run(beside services: [any Service] = [], started: @escaping @Sendable () -> Void) async throws {
    let hasStarted = Mutex(false)
    let app = Application(
      router: try router(),
      configuration: ApplicationConfiguration(address: .hostname(listen.host, port: listen.port)),
      services: services,
      onServerRunning: { _ in
        hasStarted.withLock { $0 = true }
        started()
      }, logger: logger)
    do {
      try await app.runService()
    } catch {
      if error is Trouble || error is Refusal || hasStarted.withLock({ $0 }) { throw error }
      throw Trouble(
        "the site cannot listen on \(listen): the port is taken, or the address is not of this machine",
        "name another by --listen HOST:PORT")
    }
  }

  private func router() throws -> Router<BasicRequestContext> {
    let router = Router()
    router.add(middleware: Guarded(loopbackOnly: demo != nil))
    let pages = try Pages()
    let (store, demo) = (self.store, self.demo)
    router.get("/health") { _, _ in await Health.answer(store) }
    router.get("/style.css") { _, _ in Answer.style }
    router.get("/") { _, _ in
      guard let demo else { return Answer.page(pages.front) }
      return Answer.page(pages.demo(try await DemoPage.read(store, demo)))
    }
    return router
  }
}

/// Whether the process can do its work: it answers, and its database does.
enum Health {
  static func answer(_ store: Store) async -> Response {
    do {
      _ = try await store.engine.read(.house) { try $0.row("SELECT 1", [])?.int(0) }
      return Answer.json(#"{"status":"ok","database":"ok"}"#)
    } catch {
      return Answer.json(#"{"status":"trouble","database":"does not answer"}"#, .serviceUnavailable)
    }
  }
}

/// The answers that the site gives.
enum Answer {
  static func page(_ html: String, _ status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: .init(string: html)))
  }

  static func json(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: .init(string: text)))
  }

  static var style: Response {
    Response(
      status: .ok, headers: [.contentType: "text/css; charset=utf-8", .cacheControl: "max-age=300"],
      body: ResponseBody(byteBuffer: .init(string: Templates.style)))
  }

  /// The same words for what is not there and for what is not to be seen.
  static var nothing: Response { page(Templates.nothing, .notFound) }
}

/// Sets the headers that keep a page to itself, and gives one answer for all that is not there.
struct Guarded<Context: RequestContext>: RouterMiddleware {
  let loopbackOnly: Bool

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      guard !loopbackOnly || Listen.namesLoopback(request.head.authority) else { throw HTTPError(.notFound) }
      response = try await next(request, context)
    } catch let error as HTTPError where error.status == .notFound || error.status == .methodNotAllowed {
      response = Answer.nothing
    } catch {
      response = Answer.page(Templates.trouble, .internalServerError)
    }
    for (name, value) in Guarded.headers {
      if let name = HTTPFields.Element.Name(name) { response.headers[name] = value }
    }
    return response
  }

  private static var headers: [(String, String)] {
    [
      (
        "Content-Security-Policy",
        "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; "
          + "frame-ancestors 'none'"
      ),
      ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
      ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ]
  }
}
