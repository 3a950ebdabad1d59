import Consent
import Flows
import Hummingbird
import Model
import Store

/// What is read and by what right: sources with their completeness, grants, and the way to take each back (P017).
struct DataPage: Sendable {
  struct Book: Sendable {
    var name: String
    var onServer: String
    var held: String
    var leftOut: String
    var gap: String
    var isWhole: Bool
  }

  struct Line: Sendable {
    var href: String
    var location: String
    var kind: String
    var depth: String
    var lastRun: String
    var trouble: String?
    var isRevoked: Bool
    /// It was sent as a file, and read once.
    var isSent: Bool
    var books: [Book]
    var hasBooks: Bool
  }

  struct Given: Sendable {
    var id: String
    /// Which source or CRM it is for.
    var of: String?
    var words: String
    var at: String
    var withdrawn: String?
  }

  var sources: [Line]
  var hasSources: Bool
  var grants: [Given]
  var hasGrants: Bool
  var done: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/data") { request, context in
      let visit = try context.signedIn()
      var page = try await read(hall, visit.viewer)
      page.done = said[Form.query(of: request)["done"]]
      return try await hall.page("data", page, title: "Your data", at: .data, context)
    }
    router.post("/data/grants/withdraw") { request, context in
      let visit = try context.signedIn()
      let form = try await hall.form(request, context)
      guard let grant = ID<Grant>(form["grant"]) else { return Answer.nothing }
      try await Withdraw(store: hall.store, gate: hall.gate).grant(grant, as: visit.viewer)
      return Response.redirect(to: "/data?done=withdrawn", type: .normal)
    }
  }

  private static let said = [
    "withdrawn": "The grant was withdrawn; nothing is done under it any more.",
    "revoked": "The source was revoked; nothing is read there any more, and its login is destroyed.",
  ]

  private static func read(_ hall: Hall, _ viewer: Viewer) async throws -> DataPage {
    let states = try await hall.store.sources(viewer.account, member: viewer.member)
    let folders = Dictionary(grouping: try await hall.store.completeness(viewer.account, viewer.member), by: \.source)
    let grants = try await hall.store.grants(viewer.account, member: viewer.member)
    let named = Dictionary(
      states.map { ($0.source.id, hall.shown($0.source)) }, uniquingKeysWith: { first, _ in first })
    let lines = states.map { state in
      let books = (folders[state.source.id] ?? []).map(Book.init)
      return Line(
        href: "/data/sources/\(state.source.id)", location: hall.shown(state.source),
        kind: Words.kind(state.source.kind),
        depth: Words.depth(state.source), lastRun: state.lastRunAt.map(Words.date) ?? "never yet",
        trouble: state.trouble.map(Words.told), isRevoked: state.source.revokedAt != nil,
        isSent: hall.shown(state.source) != state.source.location, books: books,
        hasBooks: !books.isEmpty)
    }
    return DataPage(
      sources: lines, hasSources: !lines.isEmpty,
      grants: grants.map {
        Given(
          id: $0.id.description, of: place($0, named), words: $0.words, at: Words.date($0.givenAt),
          withdrawn: $0.withdrawnAt.map(Words.date))
      }, hasGrants: !grants.isEmpty)
  }

  private static func place(_ grant: Grant, _ sources: [ID<Source>: String]) -> String? {
    guard case .source(let id) = grant.target else { return nil }
    return sources[id]
  }

  static let template = """
    {{> head}}
    <h1>Your data</h1>
    {{#body.done}}<p class="notice" role="status">{{body.done}}</p>{{/body.done}}
    <p><a href="/data/ledger">Who read what, and why</a> ·
    <a href="/data/held">What we hold</a> · <a href="/promises">Our promises</a> ·
    <a href="/data/export">Take everything out</a></p>
    <section aria-labelledby="sources">
    <h2 id="sources">What is read</h2>
    {{#body.sources}}
    <article class="card">
    <h3>{{location}} <span class="tag">{{kind}}</span>{{#isRevoked}} <span class="tag weak">revoked</span>{{/isRevoked}}</h3>
    <p class="soft">{{depth}}{{#isSent}}Read once, on {{lastRun}}; the file itself was removed then.{{/isSent}}{{^isSent}}Last read: {{lastRun}}.{{/isSent}}</p>
    {{#trouble}}<p class="notice bad">{{trouble}}</p>{{/trouble}}
    {{#hasBooks}}
    <div class="wide" tabindex="0" role="region" aria-label="Completeness of {{location}}">
    <table>
    <thead><tr><th scope="col">Folder or book</th><th scope="col" class="number">There</th><th scope="col" class="number">Held</th>
    <th scope="col">Left out, by rule</th><th scope="col" class="number">Missing</th></tr></thead>
    <tbody>
    {{#books}}
    <tr><th scope="row">{{name}}</th><td class="number">{{onServer}}</td><td class="number">{{held}}</td><td>{{leftOut}}</td>
    <td class="number{{^isWhole}} refused{{/isWhole}}">{{gap}}</td></tr>
    {{/books}}
    </tbody>
    </table>
    </div>
    {{/hasBooks}}
    {{^isRevoked}}<p><a class="button quiet" href="{{href}}">{{#isSent}}What is held of it …{{/isSent}}{{^isSent}}Stop reading here …{{/isSent}}</a></p>{{/isRevoked}}
    </article>
    {{/body.sources}}
    <p class="toolbar"><a class="button quiet" href="/connect/mailbox">Connect a mailbox</a>
    <a class="button quiet" href="/connect/contacts">An address book</a>
    <a class="button quiet" href="/connect/calendar">A calendar</a>
    <a class="button quiet" href="/connect/files">A file</a></p>
    {{^body.hasSources}}<p class="empty">Nothing is read yet. Connect a mailbox, an address book or a calendar.</p>{{/body.hasSources}}
    </section>
    <section aria-labelledby="grants">
    <h2 id="grants">What you allowed</h2>
    {{#body.hasGrants}}
    <ul class="list">
    {{#body.grants}}
    <li><span class="grow">{{#of}}<strong>{{of}}</strong><br>{{/of}}{{words}}<br><small>given {{at}} (UTC){{#withdrawn}}, withdrawn {{withdrawn}}{{/withdrawn}}</small></span>
    {{^withdrawn}}<form class="inline" method="post" action="/data/grants/withdraw">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="grant" value="{{id}}">
    <button class="quiet" aria-label="Withdraw what was given {{at}}">Withdraw</button></form>{{/withdrawn}}</li>
    {{/body.grants}}
    </ul>
    {{/body.hasGrants}}
    {{^body.hasGrants}}<p class="empty">Nothing is allowed yet.</p>{{/body.hasGrants}}
    </section>
    {{> foot}}
    """
}

extension DataPage.Book {
  init(_ folder: Completeness) {
    let rules = folder.leftOut.sorted { $0.key < $1.key }.map { "\($0.value) \(Words.rule($0.key))" }
    self.init(
      name: folder.folder.isEmpty ? "INBOX" : folder.folder, onServer: "\(folder.onServer)", held: "\(folder.held)",
      leftOut: rules.isEmpty ? "–" : rules.joined(separator: ", "), gap: "\(folder.gap)", isWhole: folder.gap == 0)
  }
}

extension Words {
  /// Why something is left out, as the owner reads it.
  static func rule(_ name: String) -> String {
    let known = [
      "period": "older than the period", "too-big": "too big", "unreadable": "cannot be read",
      "empty": "empty, or naming nobody", "blocked": "from whom you block", "erased": "of whom was erased",
      "doubled": "there twice", "group": "a list of others", "todo": "no event",
    ]
    return known[name] ?? "by \(name)"
  }

  /// What a source is, as the owner calls it.
  static func kind(_ kind: Source.Kind) -> String {
    switch kind {
    case .imap: "mailbox"
    case .mbox, .maildir, .mails: "mail files"
    case .vcard: "cards"
    case .csv: "table"
    case .carddav: "address book"
    case .ics, .caldav: "calendar"
    }
  }

  /// How much is read of mails, as the beginning of a line; nothing of what is read whole.
  static func depth(_ source: Source) -> String {
    guard source.kind.isMail else { return "" }
    return switch source.depth {
    case .headers: "Headers alone are read. "
    case .text: "Headers and text are read. "
    case .whole: "Everything is read, with attachments. "
    }
  }
}
