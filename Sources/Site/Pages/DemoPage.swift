import Consent
import Model
import Store

/// What the demo's page shows: the river's counts, people, completeness and the ledger, through the owner's eyes.
struct DemoPage {
  struct Count {
    var number: String
    var words: String
  }

  struct Line {
    var name: String
    var kind: String
    var about: String
    var strength: String
    /// Out of a hundred, for the bar that a `meter` draws.
    var level: String
    var last: String
    var interactions: String
  }

  struct Book {
    var name: String
    var onServer: String
    var held: String
    var leftOut: String
    var gap: String
  }

  struct Entry {
    var at: String
    var words: String
    var allowed: Bool
  }

  var owner: String
  var policy: String
  var counts: [Count]
  var people: [Line]
  var hasPeople: Bool
  var books: [Book]
  var hasBooks: Bool
  var ledger: [Entry]
  var hasLedger: Bool
  var ledgerSize: String
  var crmFolder: String

  static func read(_ store: Store, _ demo: Site.Demo) async throws -> DemoPage {
    let viewer = demo.viewer
    let people = try await store.people(viewer, PeopleQuery(limit: 200))
    let folders = try await store.completeness(viewer.account, viewer.member)
    let ledger = try await store.ledger(viewer.account)
    let journal = try await store.journal(viewer, limit: 10_000)
    let owner = try await store.members(viewer.account).first { $0.id == viewer.member }
    let mailSources = Set(
      try await store.sources(viewer.account, member: viewer.member)
        .filter(\.source.kind.isMail).map(\.source.id))
    let mails = folders.filter { mailSources.contains($0.source) }
    let records = Set(journal.filter { $0.verb == .create && $0.undoneAt == nil }.map(\.person)).count
    return DemoPage(
      owner: owner?.name ?? "", policy: PolicyVersion.current.version,
      counts: [
        Count(number: "\(mails.reduce(0) { $0 + $1.onServer })", words: "mails there"),
        Count(number: "\(mails.reduce(0) { $0 + $1.held })", words: "held, sealed"),
        Count(number: "\(folders.reduce(0) { $0 + $1.gap })", words: "missing"),
        Count(number: "\(people.count { $0.person.kind == .person })", words: "people known"),
        Count(
          number: "\(people.count { $0.person.kind == .person && $0.person.interactions > 0 })", words: "with a tie"),
        Count(number: "\(records)", words: "records in the CRM"),
      ],
      people: people.map(line), hasPeople: !people.isEmpty, books: folders.map(book), hasBooks: !folders.isEmpty,
      ledger: ledger.suffix(40).reversed().map(\.line).map(entry), hasLedger: !ledger.isEmpty,
      ledgerSize: "\(ledger.count)", crmFolder: demo.folder)
  }

  private static func line(_ seen: SeenPerson) -> Line {
    let person = seen.person
    let known = [person.title, person.organisation].compactMap { $0 }.filter { !$0.isEmpty }
    return Line(
      name: person.name.isEmpty ? person.emails.first ?? "(no name)" : person.name, kind: person.kind.rawValue,
      about: (known + person.emails).joined(separator: " · "), strength: "\(Int(person.strength.rounded()))",
      level: "\(Int(person.strength.rounded()))", last: person.lastContacted?.date ?? "–",
      interactions: "\(person.interactions)")
  }

  private static func book(_ folder: Completeness) -> Book {
    let rules = folder.leftOut.sorted { $0.key < $1.key }.map { "\($0.value) by \($0.key)" }
    return Book(
      name: folder.folder.isEmpty ? "INBOX" : folder.folder, onServer: "\(folder.onServer)", held: "\(folder.held)",
      leftOut: rules.isEmpty ? "–" : rules.joined(separator: ", "), gap: "\(folder.gap)")
  }

  /// A line of the ledger in words: pseudonyms are left out, what it was for is said.
  private static func entry(_ line: LedgerLine) -> Entry {
    let at = line.at.description.replacing("T", with: " ").prefix(16)
    let use = uses[line.purpose] ?? line.purpose
    let items = line.count > 1 ? ", up to \(line.count) items" : ""
    let allowed = line.outcome == "permitted"
    return Entry(
      at: String(at), words: allowed ? "permit to \(use)\(items)" : "refused to \(use): \(line.outcome)",
      allowed: allowed)
  }

  private static let uses = [
    "read-mail": "take mail in and seal it", "read-address-book": "take cards in and seal their notes",
    "find-people": "find who wrote to whom", "build-index": "make words searchable, blind",
    "search-mail": "search", "show-to-owner": "show content to its owner", "sync-to-crm": "keep the CRM in step",
    "connect": "open a login", "undo-change": "keep what stood before a change, to take it back",
    "export-account": "export the account", "erase-data": "erase", "check-integrity": "check what is stored",
  ]
}
