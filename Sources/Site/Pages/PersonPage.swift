import Consent
import Flows
import Hummingbird
import Model
import Store

/// One person: how it stands and what to do, what is known and from where, what passed, what was noted and changed.
struct PersonPageView: Sendable {
  var id: String
  var name: String
  var kind: String?
  var about: String?
  var strength: String
  var last: String
  var touches: String
  var facts: [Said]
  var hasFacts: Bool
  var tags: [Said]
  var proposals: [Proposal]
  var hasProposals: Bool
  var parts: [Part]
  var hasParts: Bool
  var chart: StrengthChart?
  var follow: Follow
  var buckets: [Choice]
  var otherBuckets: [Choice]
  var hasOtherBuckets: Bool
  var timeline: TimelinePart
  var notes: [Written]
  var hasNotes: Bool
  var journal: [Change]
  var hasJournal: Bool
  var fields: [Choice]
  var isOwn: Bool
  var trouble: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/people/:person") { _, context in
      let viewer = try context.signedIn().viewer
      guard let id = ID<Person>(context.parameters.get("person") ?? "") else { return Answer.nothing }
      let page = try await read(id, hall, viewer)
      return try await hall.page("person", page, title: page.name, at: .people, context)
    }
    PersonEdits.add(to: router, hall)
    TimelinePart.add(to: router, hall)
  }

  static func read(_ id: ID<Person>, _ hall: Hall, _ viewer: Viewer) async throws -> PersonPageView {
    let (store, gate) = (hall.store, hall.gate)
    let shown = try await hall.show.person(id, as: viewer)
    var page = PersonPageView(shown, isOwn: shown.owner == viewer.member)
    page.chart = StrengthChart(hall.show.strengths(of: shown))
    page.timeline = try await TimelinePart.read(shown, hall, viewer)
    let notes = try await ShowNotes(store: store, gate: gate).run(viewer, of: id)
    page.notes = notes.map { Written($0, isOwn: $0.author == viewer.member) }
    page.hasNotes = !notes.isEmpty
    guard page.isOwn else { return page }
    let book = try await FollowUpBook.read(store, viewer, of: id)
    let suggested = SuggestInterval.of(shown, among: book.buckets.values.sorted { $0.id < $1.id })
    page.follow = Follow(book.shown(of: id), suggested)
    let mine = book.buckets(of: id)
    page.buckets = mine.map { Choice(value: $0.id.description, words: $0.name, isChosen: false) }
    page.otherBuckets = book.buckets.values.sorted { $0.id < $1.id }.filter { !mine.contains($0) }.map {
      Choice(value: $0.id.description, words: $0.name, isChosen: $0.id == suggested?.bucket)
    }
    page.hasOtherBuckets = !page.otherBuckets.isEmpty
    page.journal = try await store.journal(viewer, of: id, limit: 12).map(Change.init)
    page.hasJournal = !page.journal.isEmpty
    return page
  }

  init(_ page: PersonPage, isOwn: Bool) {
    let person = page.person
    id = person.id.description
    name = PersonLine.name(person)
    kind = person.kind == .person ? nil : person.kind.rawValue
    let work = [person.title, person.organisation].compactMap { $0 }.filter { !$0.isEmpty }
    about = work.isEmpty ? nil : work.joined(separator: ", ")
    strength = "\(Int(person.strength.rounded()))"
    last = person.lastContacted.map { "last contact on \($0.date)" } ?? "no contact yet"
    touches = Words.count(person.interactions, "touch", "touches")
    let said = page.facts.map { Said($0) }
    facts = said.filter { !$0.isTag && !$0.isAway }
    hasFacts = !facts.isEmpty
    tags = said.filter { $0.isTag && !$0.isAway }
    proposals = page.disputed.map { Proposal($0) }
    hasProposals = isOwn && !proposals.isEmpty
    let most = page.reasons.map { abs($0.value) }.max() ?? 0
    parts = page.reasons.map { part in
      Part(
        name: part.name, words: part.words, value: Words.figure(part.value),
        width: most > 0 ? "\(Int((abs(part.value) / most * 100).rounded()))" : "0")
    }
    hasParts = !parts.isEmpty
    follow = Follow(nil, nil)
    (buckets, otherBuckets, hasOtherBuckets) = ([], [], false)
    timeline = TimelinePart(([], nil), of: person.id)
    (notes, hasNotes, journal, hasJournal) = ([], false, [], false)
    fields = PersonEdits.fields.map { Choice(value: $0.0.rawValue, words: $0.1, isChosen: false) }
    self.isOwn = isOwn
  }
}

extension Words {
  /// A number with one digit behind the point.
  static func figure(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return (tenths < 0 ? "−" : "") + "\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }
}
