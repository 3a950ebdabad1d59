import Consent
import Flows
import Hummingbird
import Model
import Store

/// One person: facts with source and time, strength with its parts.
struct PersonPageView: Sendable {
  struct Said: Sendable {
    var field: String
    var label: String?
    var value: String
    var isSealed: Bool
    var from: String
  }

  struct Part: Sendable {
    var name: String
    var words: String
    var value: String
    /// Of a hundred, for the bar.
    var width: String
  }

  var id: String
  var name: String
  var kind: String?
  var about: String?
  var strength: String
  var last: String
  var touches: String
  var facts: [Said]
  var hasFacts: Bool
  var parts: [Part]
  var hasParts: Bool
  var isOwn: Bool

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/people/:person") { _, context in
      let visit = try context.signedIn()
      guard let id = ID<Person>(context.parameters.get("person") ?? "") else { return Answer.nothing }
      let page = try await hall.show.person(id, as: visit.viewer)
      return try await hall.page(
        "person", PersonPageView(page, isOwn: page.owner == visit.viewer.member), title: PersonLine.name(page.person),
        at: .people, context)
    }
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
    facts = page.facts.map { said in
      let fact = said.seen.fact
      let seen =
        fact.firstSeen.date == fact.lastSeen.date
        ? fact.lastSeen.date : "\(fact.firstSeen.date) to \(fact.lastSeen.date)"
      return Said(
        field: PersonPageView.fields[fact.field] ?? fact.field.rawValue, label: fact.label.isEmpty ? nil : fact.label,
        value: said.value ?? "",
        isSealed: said.value == nil, from: "\(fact.origin), \(seen)" + (fact.count > 1 ? ", \(fact.count)×" : ""))
    }
    hasFacts = !facts.isEmpty
    let most = page.reasons.map { abs($0.value) }.max() ?? 0
    parts = page.reasons.map { part in
      Part(
        name: part.name, words: part.words, value: Words.figure(part.value),
        width: most > 0 ? "\(Int((abs(part.value) / most * 100).rounded()))" : "0")
    }
    hasParts = !parts.isEmpty
    self.isOwn = isOwn
  }

  private static let fields: [Fact.Field: String] = [
    .name: "Name", .given: "Given name", .family: "Family name", .email: "E-mail", .phone: "Telephone",
    .organisation: "Organisation", .title: "Title", .url: "Web", .address: "Address", .birthday: "Birthday",
    .note: "Note", .custom: "Field", .tag: "Tag",
  ]

  static let template = """
    {{> head}}
    <p class="soft"><a href="/people">People</a></p>
    <h1>{{body.name}}{{#body.kind}} <span class="tag">{{body.kind}}</span>{{/body.kind}}</h1>
    <p>{{#body.about}}{{body.about}}<br>{{/body.about}}<span class="soft">Strength {{body.strength}} of 100, {{body.touches}}, {{body.last}}</span></p>
    {{^body.isOwn}}<p class="notice">A colleague shares this person with you; that you looked stands in the ledger.</p>{{/body.isOwn}}
    <div class="two">
    <section aria-labelledby="facts">
    <h2 id="facts">What is known, and from where</h2>
    {{#body.hasFacts}}
    <div class="card"><dl class="facts">
    {{#body.facts}}
    <dt>{{field}}{{#label}} <small>{{label}}</small>{{/label}}</dt>
    <dd>{{value}}{{#isSealed}}<span class="soft">sealed: its key is gone, or you may not see it</span>{{/isSealed}}<br><small>{{from}}</small></dd>
    {{/body.facts}}
    </dl></div>
    {{/body.hasFacts}}
    {{^body.hasFacts}}<p class="empty">No fact is held of this person.</p>{{/body.hasFacts}}
    </section>
    <section aria-labelledby="strength">
    <h2 id="strength">Why the tie is {{body.strength}}</h2>
    {{#body.hasParts}}
    <ul class="list">
    {{#body.parts}}
    <li><span class="grow">{{words}}</span><span class="still">{{value}}</span>
    <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="4" rx="2"/><rect width="{{width}}" height="4" rx="2"/></svg></li>
    {{/body.parts}}
    </ul>
    {{/body.hasParts}}
    {{^body.hasParts}}<p class="empty">There was no contact yet, or you see the directory alone.</p>{{/body.hasParts}}
    </section>
    </div>
    {{#body.isOwn}}<p><a href="/people/{{body.id}}/erase">Erase this person for good …</a></p>{{/body.isOwn}}
    {{> foot}}
    """
}

extension Words {
  /// A number with one digit behind the point.
  static func figure(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return (tenths < 0 ? "−" : "") + "\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }
}
