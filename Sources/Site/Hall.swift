import Consent
import Flows
import Hummingbird
import Logging
import Model
import Store
import Synchronization

/// What every page needs, made once: the store and the flows, the templates, who runs the house.
struct Hall: Sendable {
  /// The demo's visitor, who needs no password; only this machine sees it.
  struct DemoVisit: Sendable {
    var visit: SignIn.Visit
    var token: WebToken
    var folder: String
    /// Where a house of the visitor's own begins.
    var own: (@Sendable () async throws -> String)?
  }

  let store: Store
  let gate: Gate
  let vault: Vault
  let pages: Pages
  /// Nil in a process without the keys of logins: it reaches no CRM.
  let deliver: Deliver?
  /// Nil in a process that connects nothing.
  let doors: Doors?
  let demo: DemoVisit?
  /// Nil in a house that sends no mail.
  let post: Post?
  /// Whether everybody may open an account, by a link that is sent to the address.
  let isOpen: Bool
  let logger: Logger
  /// Where files lie while they are sent.
  let scratch: String
  /// What whoever sets the house up must know; printed where it was started.
  let setupCode: String
  let attempts = Attempts()
  /// What each member owes, as it was last found.
  let owed: OwedBoard
  /// The list of the day, as far as it may be kept.
  let days: DayBoard
  /// Long pasts with people, as far as they may be kept.
  let pasts: PastBoard
  private let said = Said()

  /// The operator's record once it was said; it is asked for again until then.
  private final class Said: Sendable { let record = Mutex<OperatorRecord?>(nil) }

  init(
    store: Store, gate: Gate, vault: Vault, pages: Pages, deliver: Deliver?, doors: Doors?, demo: DemoVisit?,
    post: Post?, isOpen: Bool, logger: Logger, scratch: String, setupCode: String
  ) {
    self.store = store
    self.gate = gate
    owed = OwedBoard(store: store, gate: gate)
    days = DayBoard(store: store, gate: gate)
    pasts = PastBoard(store: store)
    self.vault = vault
    self.pages = pages
    self.deliver = deliver
    self.doors = doors
    self.post = post
    self.isOpen = isOpen && post != nil
    self.logger = logger
    self.scratch = scratch
    self.demo = demo
    self.setupCode = setupCode
  }

  var signIn: SignIn { SignIn(store: store, gate: gate) }
  var show: Show { Show(store: store, gate: gate, pasts: pasts) }

  func operatorRecord() async throws -> OperatorRecord? {
    if demo != nil { return OperatorRecord(name: "The demo", address: "this machine", email: "nobody@example.test") }
    if let held = said.record.withLock({ $0 }) { return held }
    let record = try await store.operatorRecord()
    if let record { said.record.withLock { $0 = record } }
    return record
  }

  /// A page in its frame.
  func page(
    _ template: String, _ body: some Sendable, title: String, at place: Place? = nil, _ context: SiteContext,
    status: HTTPResponse.Status = .ok
  ) async throws -> Response {
    let frame = Frame(
      title: title, place: place, me: try await me(context),
      form: context.formToken, isDemo: demo != nil, own: try await demo?.own?(),
      operator: try await operatorRecord(), notice: context.notice)
    return Answer.page(pages.render(template, Framed(frame: frame, body: body)), status)
  }

  private func me(_ context: SiteContext) async throws -> String? {
    guard let viewer = context.visit?.viewer else { return nil }
    return try await store.members(viewer.account).first { $0.id == viewer.member }?.name
  }

  /// The fields of a form that a page of this very visit sent; throws for any other.
  func form(_ request: Request, _ context: SiteContext) async throws -> Form {
    let form = try await Form.body(of: request)
    if context.visit != nil, form["form"] != context.formToken { throw Foreign() }
    return form
  }

  /// The visit, if its password was given lately (P053); the demo has none to give.
  ///
  /// `back` is where to go on after the proof, for what is sent by a form.
  func proved(_ context: SiteContext, back: String? = nil) throws -> SignIn.Visit {
    let visit = try context.signedIn()
    guard demo != nil || visit.session.isProved(at: store.clock()) else { throw ProofNeeded(back: back) }
    return visit
  }

  /// Does something beside an answer that must not wait for it; what goes wrong is said to whoever runs the house.
  func beside(_ act: @escaping @Sendable () async throws -> Void) {
    let logger = logger
    Task {
      do {
        try await act()
      } catch {
        logger.warning("a mail of the house was not sent: \(error)")
      }
    }
  }

  /// Whether a code of a second factor is asked for.
  func hasFactor(_ viewer: Viewer) async throws -> Bool {
    let standing = try await UseSecondFactor(store: store, gate: gate).standing(viewer)
    if case .on = standing { return true }
    return false
  }

  /// The name by which a source is shown.
  func shown(_ source: Source) -> String { doors?.uploads.shown(source.location) ?? source.location }

  /// The answer where nothing can be connected: the demo, and a server without the keys of logins.
  func closed(_ context: SiteContext) async throws -> Response {
    let words =
      demo == nil
      ? "This server was started without the keys of logins, so nothing can be connected here."
      : "In the demo nothing is connected: it has no network."
    let remedy =
      demo == nil
      ? "Whoever runs it starts it without --no-work."
      : "Begin with your own mail: the link stands at the foot of this page."
    return try await page(
      "message", MessagePage(heading: "Not here", words: words, remedy: remedy), title: "Not here", context,
      status: .conflict)
  }
}
