import Consent
import Flows
import Hummingbird
import Model
import Store

/// A person as a line of a list.
struct PersonLine: Sendable {
  var id: String
  var href: String
  var name: String
  /// Nil for a person.
  var kind: String?
  var about: String
  var level: String
  var last: String
  var interactions: String

  init(_ seen: SeenPerson) { self.init(seen.person) }

  init(_ person: Person) {
    let known = [person.title, person.organisation].compactMap { $0 }.filter { !$0.isEmpty }
    id = person.id.description
    href = "/people/\(person.id)"
    name = PersonLine.name(person)
    kind = person.kind == .person ? nil : person.kind.rawValue
    about = (known + person.emails.prefix(2)).joined(separator: " · ")
    level = "\(Int(person.strength.rounded()))"
    last = person.lastContacted?.date ?? "–"
    interactions = "\(person.interactions)"
  }

  static func name(_ person: Person) -> String {
    person.name.isEmpty ? person.emails.first ?? person.phones.first ?? "(no name)" : person.name
  }
}

/// The list of people: search, kind, page by page.
struct PeoplePage: Sendable {
  struct Choice: Sendable {
    var value: String
    var words: String
    var isChosen: Bool
  }

  static let size = 50

  var query: String
  var kinds: [Choice]
  var people: [PersonLine]
  var hasPeople: Bool
  var isFiltered: Bool
  var next: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/people") { request, context in
      let visit = try context.signedIn()
      let form = Form.query(of: request)
      let kind = Person.Kind(rawValue: form["kind"])
      let query = PeopleQuery(
        text: String(form["q"].prefix(200)), kind: kind, limit: size + 1, after: ID<Person>(form["after"]))
      let found = try await hall.show.people(query, as: visit.viewer)
      let shown = found.prefix(size)
      let page = PeoplePage(
        query: query.text,
        kinds: [("", "Everybody"), ("person", "People"), ("organisation", "Organisations"), ("machine", "Machines")]
          .map { Choice(value: $0.0, words: $0.1, isChosen: $0.0 == (kind?.rawValue ?? "")) },
        people: shown.map(PersonLine.init), hasPeople: !shown.isEmpty, isFiltered: !query.text.isEmpty || kind != nil,
        next: found.count > size
          ? shown.last.map { "/people?" + form.with([("after", $0.person.id.description)]) } : nil)
      return try await hall.page("people", page, title: "People", at: .people, context)
    }
  }

  static let template = """
    {{> head}}
    <h1>People</h1>
    <form class="row" method="get" action="/people" role="search">
    <label class="field">Search <input type="search" name="q" value="{{body.query}}" placeholder="Name, address or number"></label>
    <label class="field">Kind <select name="kind">
    {{#body.kinds}}
    <option value="{{value}}"{{#isChosen}} selected{{/isChosen}}>{{words}}</option>
    {{/body.kinds}}
    </select></label>
    <button>Show</button>
    </form>
    {{#body.hasPeople}}
    <div class="wide" tabindex="0" role="region" aria-label="People">
    <table>
    <thead><tr><th scope="col">Name</th><th scope="col" class="spare">Role and addresses</th><th scope="col">Strength</th>
    <th scope="col">Last contact</th><th scope="col" class="number spare">Touches</th></tr></thead>
    <tbody>
    {{#body.people}}
    <tr><th scope="row"><a href="{{href}}">{{name}}</a>{{#kind}} <span class="tag">{{kind}}</span>{{/kind}}</th><td class="spare">{{about}}</td>
    <td class="still"><meter min="0" max="100" value="{{level}}" aria-label="Strength of the tie">{{level}}</meter>{{level}}</td>
    <td class="still">{{last}}</td><td class="number spare">{{interactions}}</td></tr>
    {{/body.people}}
    </tbody>
    </table>
    </div>
    {{> pager}}
    {{/body.hasPeople}}
    {{^body.hasPeople}}
    {{#body.isFiltered}}<p class="empty">Nobody matches. <a href="/people">Show everybody</a>.</p>{{/body.isFiltered}}
    {{^body.isFiltered}}<p class="empty">Nobody is known yet. People appear when a mailbox or an address book has been read.</p>{{/body.isFiltered}}
    {{/body.hasPeople}}
    {{> foot}}
    """
}
