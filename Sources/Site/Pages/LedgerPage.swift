import Consent
import Flows
import Hummingbird
import Model
import Store

/// Who read what and why: the ledger in words, newest first, with a head to keep.
struct LedgerPage: Sendable {
  struct Entry: Sendable {
    var at: String
    var words: String
    var isAllowed: Bool

    /// A line in words: pseudonyms are left out, what it was for is said.
    init(_ line: LedgerLine) {
      let use = LedgerPage.uses[line.purpose] ?? line.purpose
      isAllowed = line.outcome == "permitted"
      at = Words.date(line.at)
      words =
        isAllowed
        ? "permit to \(use)" + (line.count > 1 ? ", up to \(line.count) items" : "")
        : "refused to \(use): \(line.outcome)"
    }
  }

  static let size = 100

  var entries: [Entry]
  var hasEntries: Bool
  var count: String
  var head: String?
  var next: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/data/ledger") { request, context in
      let viewer = try context.signedIn().viewer
      let lines = try await hall.store.ledger(viewer.account)
      let before = Int(Form.query(of: request)["before"]).map { min(max(0, $0), lines.count) } ?? lines.count
      let first = max(0, before - size)
      let page = LedgerPage(
        entries: lines[first..<before].reversed().map { Entry($0.line) }, hasEntries: before > 0,
        count: Words.count(lines.count, "line", "lines"),
        head: try await hall.store.ledgerHead(viewer.account).map { hex($0.root) },
        next: first > 0 ? "/data/ledger?before=\(first)" : nil)
      return try await hall.page("ledger", page, title: "Who read what", at: .data, context)
    }
  }

  static let uses = [
    "read-mail": "take mail in and seal it", "read-address-book": "take cards in and seal their notes",
    "find-people": "find who wrote to whom", "build-index": "make words searchable, blind",
    "search-mail": "search", "show-to-owner": "show content to its owner", "sync-to-crm": "keep the CRM in step",
    "connect": "open a login", "undo-change": "keep what stood before a change, to take it back",
    "export-account": "export the account", "erase-data": "erase", "check-integrity": "check what is stored",
  ]

  static let template = """
    {{> head}}
    <p class="soft"><a href="/data">Your data</a></p>
    <h1>Who read what, and why</h1>
    <p>Every permit and every refusal stands here: {{body.count}}, chained and signed, newest first. Nothing is read without a line.</p>
    {{#body.head}}<p class="card">The head of the chain now: <code>{{body.head}}</code>. Keep it: with it whoever runs
    this server can show you later that nothing before it was changed.</p>{{/body.head}}
    {{#body.hasEntries}}
    <ul class="list">
    {{#body.entries}}
    <li{{^isAllowed}} class="refused"{{/isAllowed}}><time>{{at}}</time> <span class="grow">{{words}}</span></li>
    {{/body.entries}}
    </ul>
    {{> pager}}
    {{/body.hasEntries}}
    {{^body.hasEntries}}<p class="empty">Nothing was asked for yet.</p>{{/body.hasEntries}}
    {{> foot}}
    """
}
