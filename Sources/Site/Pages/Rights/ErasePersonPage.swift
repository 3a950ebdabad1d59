import Consent
import Flows
import Hummingbird
import Model
import Store

/// Erases a person for good: what goes, where it goes, and what cannot be taken back (P120).
struct ErasePersonPage: Sendable {
  var name: String
  var path: String
  var trouble: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/people/:person/erase") { _, context in
      let viewer = try context.signedIn().viewer
      guard let (id, name) = try await own(context, viewer, hall) else { return Answer.nothing }
      _ = try hall.proved(context)
      return try await hall.page(
        "erase-person", ErasePersonPage(name: name, path: "/people/\(id)"), title: "Erase", at: .people, context)
    }
    router.post("/people/:person/erase") { request, context in
      let viewer = try context.signedIn().viewer
      guard let (id, name) = try await own(context, viewer, hall) else { return Answer.nothing }
      _ = try hall.proved(context, back: "/people/\(id)/erase")
      _ = try await hall.form(request, context)
      let outcome = try await Erase(store: hall.store, gate: hall.gate, door: hall.doors?.server).erase(
        id, viewer.account, viewer.member)
      return try await hall.page(
        "erased", ErasedPage(name: name, outcome), title: "Erased", at: .people, context)
    }
  }

  /// The person, if it is the viewer's own.
  private static func own(
    _ context: SiteContext, _ viewer: Viewer, _ hall: Hall
  ) async throws -> (ID<Person>, String)? {
    guard let id = ID<Person>(context.parameters.get("person") ?? ""),
      let seen = try await hall.store.see(viewer, { try Seeing.person(id, in: $0) }), seen.owner == viewer.member
    else { return nil }
    return (id, PersonLine.name(seen.person))
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="{{body.path}}">{{body.name}}</a></p>
    <h1>Erase {{body.name}}?</h1>
    <ul class="list">
    <li>Everything held of this person goes: facts, notes, tasks, and content and subject of every mail they took part in. Their keys are destroyed, so that copies in backups do not open either.</li>
    <li>Their record in your CRM is removed if it still is what Kith wrote there; if somebody changed it, it stays and you are told.</li>
    <li>They do not come back: what is read later leaves them out.</li>
    <li>Nothing is changed in your mailbox or your address book.</li>
    <li><strong>It cannot be taken back.</strong></li>
    </ul>
    <form class="toolbar" method="post" action="{{body.path}}/erase">
    <input type="hidden" name="form" value="{{frame.form}}">
    <button class="danger">Erase for good</button> <a class="button quiet" href="{{body.path}}">Keep</a>
    </form>
    {{> foot}}
    """
}

/// What an erasure reached.
struct ErasedPage: Sendable {
  var name: String
  var handles: String
  var removed: String
  var left: [String]
  var hasLeft: Bool

  init(name: String, _ outcome: Erase.Outcome) {
    self.name = name
    handles = Words.count(outcome.handles, "address or number", "addresses and numbers")
    removed = Words.count(outcome.removedThere, "record", "records")
    left = outcome.leftThere
    hasLeft = !left.isEmpty
  }

  static let template = """
    {{> head}}
    <h1>{{body.name}} is erased</h1>
    <p>The keys of {{body.handles}} are destroyed, and {{body.removed}} removed from your CRM.</p>
    {{#body.hasLeft}}
    <p class="notice bad">These records in your CRM were changed there since, or could not be reached. They stand as they are; look at them yourself.</p>
    <ul class="list">
    {{#body.left}}
    <li><code>{{.}}</code></li>
    {{/body.left}}
    </ul>
    {{/body.hasLeft}}
    <p><a class="button" href="/people">To the people</a></p>
    {{> foot}}
    """
}
