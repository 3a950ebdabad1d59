import Consent
import Flows
import Hummingbird
import Model
import Store

/// What was read: the river's counts, the strongest ties, completeness and the ledger, through the member's eyes.
struct OverviewPage: Sendable {
  struct Count: Sendable {
    var number: String
    var words: String
  }

  var counts: [Count]
  var people: [PersonLine]
  var hasPeople: Bool
  var books: [DataPage.Book]
  var hasBooks: Bool
  var ledger: [LedgerPage.Entry]
  var hasLedger: Bool
  var ledgerSize: String
  /// Where the CRM of the demo lies.
  var folder: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/overview") { _, context in
      let visit = try context.signedIn()
      return try await hall.page(
        "overview", try await read(hall, visit.viewer), title: "What was read", at: .today, context)
    }
  }

  private static func read(_ hall: Hall, _ viewer: Viewer) async throws -> OverviewPage {
    let store = hall.store
    let people = try await hall.show.people(PeopleQuery(kind: .person, limit: 12), as: viewer)
    let kinds = try await store.see(viewer) { try Seeing.counts(in: $0) }
    let folders = try await store.completeness(viewer.account, viewer.member)
    let ledger = try await store.ledger(viewer.account)
    let journal = try await store.journal(viewer, limit: 10_000)
    let mailSources = Set(
      try await store.sources(viewer.account, member: viewer.member)
        .filter(\.source.kind.isMail).map(\.source.id))
    let mails = folders.filter { mailSources.contains($0.source) }
    let records = Set(journal.filter { $0.verb == .create && $0.undoneAt == nil }.map(\.person)).count
    return OverviewPage(
      counts: [
        Count(number: "\(mails.reduce(0) { $0 + $1.onServer })", words: "mails there"),
        Count(number: "\(mails.reduce(0) { $0 + $1.held })", words: "held, sealed"),
        Count(number: "\(folders.reduce(0) { $0 + $1.gap })", words: "missing"),
        Count(number: "\(kinds[.person] ?? 0)", words: "people known"),
        Count(number: "\(records)", words: "records in the CRM"),
      ],
      people: people.map { PersonLine($0) }, hasPeople: !people.isEmpty, books: folders.map(DataPage.Book.init),
      hasBooks: !folders.isEmpty,
      ledger: ledger.suffix(40).reversed().map { LedgerPage.Entry($0.line) }, hasLedger: !ledger.isEmpty,
      ledgerSize: "\(ledger.count)", folder: hall.demo?.folder)
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/">Today</a></p>
    <h1>What was read</h1>
    <ul class="cards" aria-label="What is known">
    {{#body.counts}}
    <li><strong>{{number}}</strong> {{words}}</li>
    {{/body.counts}}
    </ul>
    {{#body.folder}}<p class="soft">Read from a Maildir, an address book and a client list; the CRM is the folder <code>{{body.folder}}</code>.</p>{{/body.folder}}
    <section aria-labelledby="ties">
    <h2 id="ties">Strongest ties</h2>
    {{#body.hasPeople}}
    <div class="wide" tabindex="0" role="region" aria-labelledby="ties">
    <table>
    <thead><tr><th scope="col">Name</th><th scope="col">Strength</th><th scope="col">Last contact</th><th scope="col" class="number spare">Touches</th></tr></thead>
    <tbody>
    {{#body.people}}
    <tr><th scope="row"><a href="{{href}}">{{name}}</a></th>
    <td class="still"><meter min="0" max="100" value="{{level}}" aria-label="Strength of the tie">{{level}}</meter>{{level}}</td>
    <td class="still">{{last}}</td><td class="number spare">{{interactions}}</td></tr>
    {{/body.people}}
    </tbody>
    </table>
    </div>
    {{/body.hasPeople}}
    {{^body.hasPeople}}<p class="empty">Nobody is known yet. People appear here when mail or an address book has been read. <a href="/start">First steps</a></p>{{/body.hasPeople}}
    </section>
    <section aria-labelledby="whole">
    <h2 id="whole">Completeness</h2>
    {{#body.hasBooks}}
    <div class="wide" tabindex="0" role="region" aria-labelledby="whole">
    <table>
    <thead><tr><th scope="col">Folder or book</th><th scope="col" class="number">There</th><th scope="col" class="number">Held</th>
    <th scope="col">Left out, by rule</th><th scope="col" class="number">Missing</th></tr></thead>
    <tbody>
    {{#body.books}}
    <tr><th scope="row">{{name}}</th><td class="number">{{onServer}}</td><td class="number">{{held}}</td><td>{{leftOut}}</td><td class="number">{{gap}}</td></tr>
    {{/body.books}}
    </tbody>
    </table>
    </div>
    {{/body.hasBooks}}
    {{^body.hasBooks}}<p class="empty">Nothing is read yet. Each folder will stand here with what is there, held, left out and missing.</p>{{/body.hasBooks}}
    </section>
    <section aria-labelledby="ledger">
    <h2 id="ledger">Who read what</h2>
    {{#body.hasLedger}}
    <p>Every permit and every refusal, newest first; {{body.ledgerSize}} lines so far, chained and signed.</p>
    <ul class="list">
    {{#body.ledger}}
    <li{{^isAllowed}} class="refused"{{/isAllowed}}><time>{{at}}</time> <span class="grow">{{words}}</span></li>
    {{/body.ledger}}
    </ul>
    {{/body.hasLedger}}
    {{^body.hasLedger}}<p class="empty">Nothing was asked for yet. Every permit and every refusal will stand here.</p>{{/body.hasLedger}}
    </section>
    {{> foot}}
    """
}
