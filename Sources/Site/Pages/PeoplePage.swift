import Consent
import Flows
import Hummingbird
import Model
import Store

/// A person as a line of a list.
struct PersonLine: PageLeaf, Sendable {
  var id: String
  var href: String
  var name: String
  /// Nil for a person.
  var kind: String?
  var about: String
  var level: String
  var last: String
  var interactions: String
  /// `strong`, `fading` or `weak`; nil without an interval.
  var status: String?
  var buckets: String?

  init(_ seen: SeenPerson, _ status: TieStatus = .none, in buckets: [Bucket] = []) {
    self.init(seen.person)
    self.status = status == .none ? nil : status.rawValue
    self.buckets = buckets.isEmpty ? nil : buckets.map(\.name).joined(separator: ", ")
  }

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

  func child(named name: String) -> Any? {
    switch name {
    case "id": id
    case "href": href
    case "name": self.name
    case "kind": kind
    case "about": about
    case "level": level
    case "last": last
    case "interactions": interactions
    case "status": status
    case "buckets": buckets
    default: nil
    }
  }

  static func name(_ person: Person) -> String {
    person.name.isEmpty ? person.emails.first ?? person.phones.first ?? "(no name)" : person.name
  }
}

/// The list of people: search, filters, orders, page by page, with one bar for what is done with many.
struct PeoplePage: Sendable {
  static let size = 50

  var query: String
  var tag: String
  var choices: PeopleChoices
  var people: [PersonLine]
  var hasPeople: Bool
  var isFiltered: Bool
  /// More than the search is asked for.
  var isOpen: Bool
  var buckets: [Choice]
  var hasBuckets: Bool
  var here: String
  var next: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/people") { request, context in
      let viewer = try context.signedIn().viewer
      return try await hall.page(
        "people", try await read(request, hall, viewer), title: "People", at: .people, context)
    }
  }

  private static func read(_ request: Request, _ hall: Hall, _ viewer: Viewer) async throws -> PeoplePage {
    let form = Form.query(of: request)
    let asked = PeopleAsked(form, now: hall.store.clock())
    var query = asked.query
    query.limit = size + 1
    let lists = asked.status == nil ? nil : try await hall.days.statuses(viewer)
    let found = try await hall.show.people(
      query, standing: asked.standing, status: asked.status, lists: lists, marksAll: false, as: viewer)
    let shown = found.prefix(size)
    let buckets = try await hall.store.see(viewer) { try SeenBuckets.all(in: $0) }
    let colleagues = try await hall.store.members(viewer.account).filter { $0.leftAt == nil }
    let book = try await FollowUpBook.read(hall.store, viewer, among: shown.map(\.person.id))
    let statuses = book.statuses
    let choices = PeopleChoices(form, buckets: buckets, members: colleagues.map { ($0.id.description, $0.name) })
    return PeoplePage(
      query: query.text, tag: form["tag"], choices: choices,
      people: shown.map {
        PersonLine($0, statuses[$0.person.id] ?? TieStatus.none, in: book.buckets(of: $0.person.id))
      },
      hasPeople: !shown.isEmpty, isFiltered: asked.isFiltered, isOpen: asked.isOpen,
      buckets: buckets.map { Choice(value: $0.id.description, words: $0.name, isChosen: false) },
      hasBuckets: !buckets.isEmpty, here: Notice.plain(request.uri.description),
      next: found.count > size
        ? shown.last.map { "/people?" + form.with([("after", $0.person.id.description), ("said", nil)]) } : nil)
  }

  static let template = """
    {{> head}}
    <h1>People</h1>
    <form method="get" action="/people" role="search">
    <div class="row"><label class="field">Search <input type="search" name="q" value="{{body.query}}" placeholder="Name, address or number"></label>
    <label class="field">Order <select name="sort">{{#body.choices.sort}}{{> option}}{{/body.choices.sort}}</select></label>
    <button>Show</button></div>
    <details{{#body.isOpen}} open{{/body.isOpen}}><summary>Filters</summary>
    <div class="row">
    <label class="field">Kind <select name="kind">{{#body.choices.kind}}{{> option}}{{/body.choices.kind}}</select></label>
    <label class="field">Bucket <select name="bucket">{{#body.choices.bucket}}{{> option}}{{/body.choices.bucket}}</select></label>
    <label class="field">Status <select name="status">{{#body.choices.status}}{{> option}}{{/body.choices.status}}</select></label>
    <label class="field">Last contact <select name="last">{{#body.choices.last}}{{> option}}{{/body.choices.last}}</select></label>
    <label class="field">Strength <select name="strength">{{#body.choices.strength}}{{> option}}{{/body.choices.strength}}</select></label>
    <label class="field">Known as <select name="standing">{{#body.choices.standing}}{{> option}}{{/body.choices.standing}}</select></label>
    {{#body.choices.hasOwners}}<label class="field">Whose <select name="owner">{{#body.choices.owner}}{{> option}}{{/body.choices.owner}}</select></label>{{/body.choices.hasOwners}}
    <label class="field">Archive <select name="archived">{{#body.choices.archived}}{{> option}}{{/body.choices.archived}}</select></label>
    <label class="field">Tag <input name="tag" value="{{body.tag}}" maxlength="60"></label>
    </div></details>
    </form>
    {{#body.hasPeople}}
    <form method="post" action="/people/act" aria-label="People">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="next" value="{{body.here}}">
    <div class="wide" tabindex="0" role="region" aria-label="People">
    <table>
    <thead><tr><th scope="col" class="tick"><input type="checkbox" data-all="person" aria-label="Choose all on this page"></th><th scope="col">Name</th><th scope="col" class="spare">Role and addresses</th><th scope="col" class="spare">Buckets</th><th scope="col">Strength</th>
    <th scope="col">Last contact</th><th scope="col" class="number spare">Touches</th></tr></thead>
    <tbody>
    {{#body.people}}
    <tr data-keys><td class="tick"><input type="checkbox" name="person" value="{{id}}" aria-label="Choose {{name}}"></td><th scope="row"><a href="{{href}}" data-key="o">{{name}}</a>{{#kind}} <span class="tag">{{kind}}</span>{{/kind}}{{#status}} <span class="tag {{status}}">{{status}}</span>{{/status}}</th><td class="spare">{{about}}</td><td class="spare">{{buckets}}</td>
    <td class="still"><meter min="0" max="100" value="{{level}}" aria-label="Strength of the tie">{{level}}</meter>{{level}}</td>
    <td class="still">{{last}}</td><td class="number spare">{{interactions}}</td></tr>
    {{/body.people}}
    </tbody>
    </table>
    </div>
    <fieldset class="bulk"><legend>With those who are chosen</legend>
    <div class="row">
    {{#body.hasBuckets}}<span class="joined"><label class="hush" for="bulk-bucket">Bucket</label><select id="bulk-bucket" name="bucket">{{#body.buckets}}{{> option}}{{/body.buckets}}</select><button class="quiet" name="do" value="put">Put in</button></span>
    <button class="quiet" name="do" value="take">Take out</button>{{/body.hasBuckets}}
    {{^body.hasBuckets}}<a class="button quiet" href="/buckets">Make a bucket</a>{{/body.hasBuckets}}
    <span class="joined"><label class="hush" for="bulk-tag">Tag</label><input id="bulk-tag" name="tag" placeholder="Tag" maxlength="60"><button class="quiet" name="do" value="tag">Tag</button></span>
    <button class="quiet" name="do" value="untag">Untag</button>
    <button class="quiet" name="do" value="snooze">Later</button>
    <button class="quiet" name="do" value="mute">Mute</button>
    {{#body.choices.isArchive}}<button class="quiet" name="do" value="unarchive">Bring back</button>{{/body.choices.isArchive}}
    {{^body.choices.isArchive}}<button class="quiet" name="do" value="archive">Archive</button>{{/body.choices.isArchive}}
    <button class="quiet" name="do" value="delete">Delete</button>
    </div></fieldset>
    </form>
    {{> pager}}
    {{/body.hasPeople}}
    {{^body.hasPeople}}
    {{#body.isFiltered}}<p class="empty">Nobody matches. <a href="/people">Show everybody</a>.</p>{{/body.isFiltered}}
    {{^body.isFiltered}}<p class="empty">Nobody is known yet. People appear when a mailbox or an address book has been read.</p>{{/body.isFiltered}}
    {{/body.hasPeople}}
    {{> foot}}
    """
}
