import Consent
import Flows
import Hummingbird
import Model
import Store

/// Who may be one person twice, each pair with its reasons; nothing is united but by the owner's press.
struct MergesPage: Sendable {
  struct Side: Sendable {
    var id: String
    var href: String
    var name: String
    var about: String
  }

  struct Pair: Sendable {
    var first: Side
    var second: Side
    var likely: String
    var reasons: [String]
    var doubts: [String]
  }

  var pairs: [Pair]
  var hasPairs: Bool
  var name: String?
  var here: String

  /// So many stand on the page.
  private static let most = 30

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/merges") { request, context in
      let viewer = try context.signedIn().viewer
      let person = ID<Person>(Form.query(of: request)["person"])
      let page = try await read(person, hall, viewer)
      return try await hall.page("merges", page, title: "Somebody twice?", at: .people, context)
    }
    router.post("/merges") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      let persons = form.all("person").compactMap { ID<Person>($0) }
      guard persons.count == 2, persons[0] != persons[1] else { return Answer.nothing }
      let next = form["next"]
      if form["do"] == "apart" {
        try await TellApart(store: hall.store, gate: hall.gate).run(persons[0], persons[1], as: viewer)
        return Notice.redirect(to: next, .apart)
      }
      let entry = try await MergePeople(store: hall.store, gate: hall.gate).merge(persons, as: viewer)
      return Notice.redirect(to: next, .merged, undo: entry.description)
    }
  }

  private static func read(_ person: ID<Person>?, _ hall: Hall, _ viewer: Viewer) async throws -> MergesPage {
    let found = try await SuggestMerges(store: hall.store).suggestions(viewer, limit: person == nil ? most : 100_000)
      .filter { person == nil || $0.first == person || $0.second == person }.prefix(most)
    let (pairs, name) = try await hall.store.see(viewer) { session in
      let pairs = try found.compactMap { pair -> Pair? in
        guard let first = try Seeing.person(pair.first, in: session),
          let second = try Seeing.person(pair.second, in: session)
        else { return nil }
        return Pair(
          first: Side(first.person), second: Side(second.person), likely: "\(Int((pair.probability * 100).rounded()))",
          reasons: pair.reasons, doubts: pair.doubts)
      }
      return (pairs, try person.flatMap { try Seeing.person($0, in: session).map { PersonLine.name($0.person) } })
    }
    return MergesPage(
      pairs: pairs, hasPairs: !pairs.isEmpty, name: name, here: "/merges" + (person.map { "?person=\($0)" } ?? ""))
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/people">People</a></p>
    <h1>Somebody twice?</h1>
    <p>Pairs that are more likely one person than two. What is united can be parted again, and keeps what was edited since.</p>
    {{#body.pairs}}
    <article class="card" data-keys>
    <h2><a href="{{first.href}}">{{first.name}}</a> and <a href="{{second.href}}">{{second.name}}</a> <span class="tag">{{likely}} % likely</span></h2>
    <p class="soft">{{first.about}}<br>{{second.about}}</p>
    <ul>{{#reasons}}<li>{{.}}</li>{{/reasons}}{{#doubts}}<li>But: {{.}}</li>{{/doubts}}</ul>
    <form class="row" method="post" action="/merges">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="person" value="{{first.id}}"><input type="hidden" name="person" value="{{second.id}}"><input type="hidden" name="next" value="{{body.here}}">
    <button name="do" value="merge" data-key="y" aria-label="Unite {{first.name}} and {{second.name}}">One person</button>
    <button class="quiet" name="do" value="apart" data-key="n" aria-label="{{first.name}} and {{second.name}} are not the same">Two people</button>
    </form>
    </article>
    {{/body.pairs}}
    {{^body.hasPairs}}<p class="empty">{{#body.name}}Nobody else looks like {{body.name}}.{{/body.name}}{{^body.name}}Nobody seems to be there twice.{{/body.name}}</p>{{/body.hasPairs}}
    {{> foot}}
    """
}

extension MergesPage.Side {
  init(_ person: Person) {
    let line = PersonLine(person)
    (id, href, name) = (line.id, line.href, line.name)
    about = line.about.isEmpty ? "nothing more is known" : line.about
  }
}
