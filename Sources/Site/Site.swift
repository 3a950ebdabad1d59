public import Consent
public import Flows
import Hummingbird
public import Logging
public import Model
public import ServiceLifecycle
public import Store
import Synchronization

/// The web site: pages made on the server, which work without script; health for whoever watches the process.
public struct Site: Sendable {
  /// The demo's account, as its owner sees it.
  public struct Demo: Sendable {
    public var viewer: Viewer
    /// Where the CRM of the demo lies.
    public var folder: String
    /// Where a house of the visitor's own begins, if one is served beside the demo.
    public var own: (@Sendable () async throws -> String)?

    public init(viewer: Viewer, folder: String, own: (@Sendable () async throws -> String)? = nil) {
      self.viewer = viewer
      self.folder = folder
      self.own = own
    }
  }

  private let hall: Hall
  private let listen: Listen
  private let logger: Logger

  public init(
    store: Store, gate: Gate, vault: Vault, deliver: Deliver? = nil, doors: Doors? = nil, listen: Listen,
    demo: Demo? = nil, post: Post? = nil, isOpen: Bool = false, scratch: String, logger: Logger
  ) throws {
    guard demo == nil || listen.isLoopback else {
      throw Refusal(.notYours, promise: 7, "the demo shows an account without sign-in: it listens on loopback alone")
    }
    let now = store.clock()
    let visit = demo.map { demo in
      Hall.DemoVisit(
        visit: SignIn.Visit(
          viewer: demo.viewer,
          session: WebSession(
            id: ID(0), account: demo.viewer.account, member: demo.viewer.member, madeAt: now, seenAt: now,
            provedAt: now, place: "", device: "")), token: WebToken(), folder: demo.folder,
        own: demo.own)
    }
    hall = Hall(
      store: store, gate: gate, vault: vault, pages: try Pages(), deliver: deliver, doors: doors, demo: visit,
      post: post, isOpen: isOpen, logger: logger,
      scratch: scratch,
      setupCode: String(WebToken().text.prefix(20)))
    self.listen = listen
    self.logger = logger
  }

  /// The path that sets a new house up; nil once it is known who runs it.
  public func setupPath() async throws -> String? {
    try await hall.operatorRecord() == nil ? "/setup?code=\(hall.setupCode)" : nil
  }

  /// Serves until the process is asked to stop; the services given run beside it.
  public func run(beside services: [any Service] = [], started: @escaping @Sendable () -> Void) async throws {
    let hasStarted = Mutex(false)
    let app = application(beside: services) {
      hasStarted.withLock { $0 = true }
      started()
    }
    do {
      try await app.runService()
    } catch {
      if error is Trouble || error is Refusal || hasStarted.withLock({ $0 }) { throw error }
      throw Site.taken(listen)
    }
  }

  /// Every route, as `GET /people/{person}`.
  package var routes: [String] { router().routes.map { "\($0.method) \($0.path)" } }

  /// The site as a service beside another; where it cannot listen that is said, and the rest goes on without it.
  public func service(started: @escaping @Sendable (Trouble?) -> Void) -> any Service {
    Beside(app: application(beside: []) { started(nil) }) { started(Site.taken(listen)) }
  }

  private struct Beside<App: ApplicationProtocol>: Service {
    let app: App
    let failed: @Sendable () -> Void

    func run() async throws {
      do {
        try await app.run()
      } catch {
        failed()
        try await gracefulShutdown()
      }
    }
  }

  private static func taken(_ listen: Listen) -> Trouble {
    Trouble(
      "the site cannot listen on \(listen): the port is taken, or the address is not of this machine",
      "name another by --listen HOST:PORT")
  }

  private func application(
    beside services: [any Service], started: @escaping @Sendable () -> Void
  ) -> some ApplicationProtocol {
    Application(
      router: router(),
      configuration: ApplicationConfiguration(address: .hostname(listen.host, port: listen.port)),
      services: services, onServerRunning: { _ in started() }, logger: logger)
  }

  func router() -> Router<SiteContext> {
    let router = Router(context: SiteContext.self)
    router.add(middleware: Guarded(hall: hall))
    router.add(middleware: Doorkeeper(hall: hall))
    let store = hall.store
    router.get("/health") { _, _ in await Health.answer(store) }
    router.get("/style.css") { _, _ in Answer.file(Templates.style, "text/css; charset=utf-8") }
    router.get("/kith.js") { _, _ in Answer.file(Templates.script, "text/javascript; charset=utf-8") }
    router.get("/icons.svg") { _, _ in Answer.file(Templates.icons, "image/svg+xml") }
    router.get("/live.js") { _, _ in Answer.file(Templates.live, "text/javascript; charset=utf-8") }
    router.get("/icon.svg") { _, _ in Answer.file(Templates.icon, "image/svg+xml") }
    SetupPage.add(to: router, hall)
    RegisterPage.add(to: router, hall)
    SignInPage.add(to: router, hall)
    ProvePage.add(to: router, hall)
    WelcomePage.add(to: router, hall)
    TodayPage.add(to: router, hall)
    ActOnPeople.add(to: router, hall)
    UndoHerePage.add(to: router, hall)
    BucketsPage.add(to: router, hall)
    BucketPage.add(to: router, hall)
    GamePage.add(to: router, hall)
    OverviewPage.add(to: router, hall)
    PeoplePage.add(to: router, hall)
    PersonPageView.add(to: router, hall)
    MailPages.add(to: router, hall)
    MergesPage.add(to: router, hall)
    CRMPage.add(to: router, hall)
    UndoPage.add(to: router, hall)
    DryRunPage.add(to: router, hall)
    DataPage.add(to: router, hall)
    RevokePage.add(to: router, hall)
    RevokeCRMPage.add(to: router, hall)
    LedgerPage.add(to: router, hall)
    AccountPage.add(to: router, hall)
    CookiesPage.add(to: router, hall)
    StartPage.add(to: router, hall)
    ConnectPage.add(to: router, hall)
    PromisesPage.add(to: router, hall)
    HeldPage.add(to: router, hall)
    TeamPage.add(to: router, hall)
    LeavePage.add(to: router, hall)
    ForgottenPage.add(to: router, hall)
    FactorPage.add(to: router, hall)
    ExportPage.add(to: router, hall)
    ErasePersonPage.add(to: router, hall)
    EndPage.add(to: router, hall)
    FilesPage.add(to: router, hall)
    FilePage.add(to: router, hall)
    DesignatePage.add(to: router, hall)
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

  static func file(_ text: String, _ type: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: type, .cacheControl: "max-age=300"],
      body: ResponseBody(byteBuffer: .init(string: text)))
  }

  /// The same words for what is not there and for what is not to be seen.
  static var nothing: Response { page(Templates.nothing, .notFound) }
}

/// Sets the headers that keep a page to itself, and says every error in words: one answer for all that is not there.
struct Guarded: RouterMiddleware {
  typealias Context = SiteContext
  let hall: Hall

  func handle(
    _ request: Request, context: SiteContext, next: (Request, SiteContext) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      guard hall.demo == nil || Listen.namesLoopback(request.head.authority) else { throw HTTPError(.notFound) }
      response = try await next(request, context)
    } catch {
      response = try await answer(error, request, context)
    }
    // A mail in its frame brings stricter ones of its own.
    for (name, value) in Guarded.headers {
      if let name = HTTPFields.Element.Name(name), response.headers[name] == nil { response.headers[name] = value }
    }
    return response
  }

  private func answer(_ error: any Error, _ request: Request, _ context: SiteContext) async throws -> Response {
    switch error {
    case let error as HTTPError where error.status == .notFound || error.status == .methodNotAllowed:
      return Answer.nothing
    case let error as HTTPError where error.status == .contentTooLarge:
      return Answer.page(Templates.foreign, .contentTooLarge)
    case let refusal as Refusal where refusal.reason == .notYours: return Answer.nothing
    case is SignInNeeded:
      return Response.redirect(to: "/sign-in?" + Form("").with([("next", path(request))]), type: .normal)
    case let needed as ProofNeeded:
      return Response.redirect(
        to: "/prove?" + Form("").with([("next", needed.back ?? path(request))]), type: .normal)
    case is Foreign: return Answer.page(Templates.foreign, .forbidden)
    case let error as TooMany:
      var answer = Answer.page(Templates.tooMany, .tooManyRequests)
      let seconds = max(1, (error.until.milliseconds - hall.store.clock().milliseconds) / 1000)
      answer.headers[.retryAfter] = "\(seconds)"
      return answer
    case let refusal as Refusal:
      return Answer.page(message("Refused", Words.sentence(refusal), nil), .forbidden)
    case let trouble as Trouble:
      return Answer.page(message("Trouble", Words.what(trouble), Words.remedy(trouble)), .unprocessableContent)
    default: return Answer.page(Templates.trouble, .internalServerError)
    }
  }

  /// Where the request came to, to go on there; a form is not sent again.
  private func path(_ request: Request) -> String { request.method == .get ? request.uri.description : "/" }

  private func message(_ heading: String, _ words: String, _ remedy: String?) -> String {
    let frame = Frame(
      title: heading, place: nil, me: nil, form: "", isDemo: false, operator: nil)
    return hall.pages.render(
      "message", Framed(frame: frame, body: MessagePage(heading: heading, words: words, remedy: remedy)))
  }

  private static var headers: [(String, String)] {
    [
      (
        "Content-Security-Policy",
        "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
          + "frame-ancestors 'none'"
      ),
      ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
      ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
      ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ]
  }
}
