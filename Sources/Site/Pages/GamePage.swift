import Consent
import Flows
import Hummingbird
import Model
import Store

/// The bucket game: people in no bucket, one after the other, with one key for each bucket.
struct GamePage: Sendable {
  struct Choice: Sendable {
    var id: String
    var name: String
    var often: String
    /// 1 to 9; nil for those beyond.
    var key: String?
    var isSuggested: Bool
  }

  var id: String
  var href: String
  var name: String
  var about: String
  var last: String
  var strength: String
  var wasSkipped: Bool
  var why: String?
  var choices: [Choice]
  var hasCard: Bool
  var hasChoices: Bool
  var left: String

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/game") { _, context in
      let viewer = try context.signedIn().viewer
      return try await hall.page("game", try await read(hall, viewer), title: "Bucket game", at: .today, context)
    }
  }

  private static func read(_ hall: Hall, _ viewer: Viewer) async throws -> GamePage {
    let round = try await PlayBuckets(store: hall.store).round(viewer, size: 1)
    let buckets = try await hall.store.see(viewer) { try SeenBuckets.all(in: $0) }
    let card = round.cards.first
    var found: IntervalSuggestion?
    if let card { found = try await SuggestInterval(store: hall.store).of(card.person.id, as: viewer) }
    let line = card.map { PersonLine($0.person) }
    return GamePage(
      id: line?.id ?? "", href: line?.href ?? "", name: line?.name ?? "", about: line?.about ?? "",
      last: card?.person.lastContacted.map { "Last contact on \(Words.day($0))" } ?? "Never in touch",
      strength: line?.level ?? "0", wasSkipped: card?.wasSkipped ?? false, why: found?.why,
      choices: buckets.enumerated().map { place, bucket in
        Choice(
          id: bucket.id.description, name: bucket.name, often: bucket.days.map(Words.often) ?? "no reminders",
          key: place < 9 ? "\(place + 1)" : nil, isSuggested: bucket.id == found?.bucket)
      }, hasCard: card != nil, hasChoices: !buckets.isEmpty, left: Words.count(round.left, "person", "people"))
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/buckets">Buckets</a></p>
    <h1>Bucket game</h1>
    {{#body.hasCard}}
    <section class="card game" data-keys data-focus tabindex="-1" aria-labelledby="who">
    <h2 id="who"><a href="{{body.href}}" data-key="o">{{body.name}}</a></h2>
    <p>{{body.about}}<br><span class="soft">{{body.last}}, strength {{body.strength}} of 100{{#body.wasSkipped}}; you skipped them before{{/body.wasSkipped}}</span></p>
    {{#body.why}}<p class="soft">{{body.why}}</p>{{/body.why}}
    {{#body.hasChoices}}
    <div class="choices">
    {{#body.choices}}
    <form method="post" action="/people/act">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="person" value="{{body.id}}"><input type="hidden" name="next" value="/game"><input type="hidden" name="bucket" value="{{id}}">
    <button{{^isSuggested}} class="quiet"{{/isSuggested}} name="do" value="put"{{#key}} data-key="{{key}}"{{/key}}>{{#key}}<kbd>{{key}}</kbd> {{/key}}{{name}} <small>{{often}}</small>{{#isSuggested}} <span class="tag">fits</span>{{/isSuggested}}</button></form>
    {{/body.choices}}
    </div>
    <form class="toolbar" method="post" action="/people/act">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="person" value="{{body.id}}"><input type="hidden" name="next" value="/game">
    <button class="quiet" name="do" value="skip" data-key=" "><kbd>Space</kbd> Skip</button>
    <button class="quiet" name="do" value="mute" data-key="m"><kbd>m</kbd> Never remind me</button>
    <button class="quiet" name="do" value="archive" data-key="x"><kbd>x</kbd> Archive</button>
    </form>
    {{/body.hasChoices}}
    {{^body.hasChoices}}<p class="empty">There is no bucket to sort into yet. <a href="/buckets">Make one</a>.</p>{{/body.hasChoices}}
    </section>
    <p class="soft">{{body.left}} left. Nothing here is for good: the last step can be taken back.</p>
    <p class="soft keys">Keys: the number of a bucket, <kbd>Space</kbd> skip, <kbd>m</kbd> never remind, <kbd>x</kbd> archive, <kbd>u</kbd> take back.</p>
    {{/body.hasCard}}
    {{^body.hasCard}}<p class="empty"><strong>Everybody is sorted.</strong> New people come here when they are first seen. <a href="/">To the list of the day</a></p>{{/body.hasCard}}
    {{> foot}}
    """
}
