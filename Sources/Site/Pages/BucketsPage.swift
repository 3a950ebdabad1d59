import Consent
import Flows
import Hummingbird
import Model
import Store

/// The buckets with how it stands with the people in them, and the form that makes one.
struct BucketsPage: Sendable {
  struct Line: Sendable {
    var href: String
    var people: String
    var peopleHref: String
    var name: String
    var goal: String?
    var often: String
    var strong: String?
    var fading: String?
    var weak: String?
  }

  var buckets: [Line]
  var hasBuckets: Bool
  var unsorted: String?
  var usual: [Usual]
  var trouble: String?
  var name: String
  var goal: String
  var days: String

  /// A ready-made bucket, one press away.
  struct Usual: Sendable {
    var name: String
    var days: String
    var goal: String
  }

  /// From the original's advice: nothing shorter than two weeks, which only nags.
  private static let ready = [
    Usual(name: "Inner circle", days: "14", goal: "The few who matter most"),
    Usual(name: "Clients", days: "30", goal: "Whoever counts on you"),
    Usual(name: "Colleagues of old", days: "60", goal: "Worked together once"),
    Usual(name: "Far away", days: "90", goal: "A word each season"),
  ]

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/buckets") { _, context in
      let viewer = try context.signedIn().viewer
      return try await hall.page(
        "buckets", try await read(hall, viewer), title: "Buckets", at: .today, context)
    }
    router.post("/buckets") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      do {
        _ = try await EditBucket(store: hall.store, gate: hall.gate).make(
          form["name"], goal: form["goal"], days: try BucketPage.interval(form["days"]), as: viewer)
      } catch let trouble as Trouble {
        var page = try await read(hall, viewer)
        (page.trouble, page.name, page.goal, page.days) = (
          Words.sentence(trouble), form["name"], form["goal"], form["days"]
        )
        return try await hall.page(
          "buckets", page, title: "Buckets", at: .today, context, status: .unprocessableContent)
      }
      return Notice.redirect(to: "/buckets", .made)
    }
  }

  private static func read(_ hall: Hall, _ viewer: Viewer) async throws -> BucketsPage {
    let shown = try await ShowBuckets(store: hall.store).run(viewer)
    let left = try await PlayBuckets(store: hall.store).round(viewer, size: 1).left
    let held = Set(shown.map { fold($0.bucket.name) })
    return BucketsPage(
      buckets: shown.map(Line.init), hasBuckets: !shown.isEmpty,
      unsorted: left > 0 ? Words.count(left, "person is", "people are") : nil,
      usual: ready.filter { !held.contains(fold($0.name)) }, name: "", goal: "", days: "30")
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/">Today</a></p>
    <h1>Buckets</h1>
    <p>A bucket says how often you want to be in touch. Who is in several goes by the shortest; an interval of their own goes before all.</p>
    {{#body.hasBuckets}}{{#body.unsorted}}<p class="notice">{{body.unsorted}} in no bucket. <a class="button" href="/game">Play the bucket game</a></p>{{/body.unsorted}}{{/body.hasBuckets}}
    {{#body.hasBuckets}}
    <ul class="list">
    {{#body.buckets}}
    <li><span class="grow"><a class="name" href="{{href}}">{{name}}</a>{{#goal}}<br><small>{{goal}}</small>{{/goal}}</span>
    <span class="soft">{{often}}</span>
    <span>{{#strong}}<span class="tag strong">{{strong}} strong</span> {{/strong}}{{#fading}}<span class="tag fading">{{fading}} fading</span> {{/fading}}{{#weak}}<span class="tag weak">{{weak}} weak</span> {{/weak}}</span>
    <a href="{{peopleHref}}">{{people}}</a></li>
    {{/body.buckets}}
    </ul>
    {{/body.hasBuckets}}
    {{^body.hasBuckets}}<p class="empty">No bucket yet. Begin with one or two; an interval shorter than two weeks soon nags.</p>{{/body.hasBuckets}}
    <section aria-labelledby="new">
    <h2 id="new">A new bucket</h2>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    <form class="row" method="post" action="/buckets">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label>Name <input name="name" value="{{body.name}}" required maxlength="60"></label>
    <label>Every so many days <input type="number" name="days" min="1" max="3650" value="{{body.days}}"></label>
    <label>What for, if you like <input name="goal" value="{{body.goal}}" maxlength="500"></label>
    <button>Make it</button>
    </form>
    <div class="toolbar" role="group" aria-label="Ready-made buckets">
    {{#body.usual}}
    <form class="inline" method="post" action="/buckets">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="name" value="{{name}}"><input type="hidden" name="days" value="{{days}}"><input type="hidden" name="goal" value="{{goal}}">
    <button class="quiet">{{name}}, {{days}} days</button></form>
    {{/body.usual}}
    </div>
    </section>
    {{> foot}}
    """
}

extension BucketsPage.Line {
  init(_ shown: ShowBuckets.Shown) {
    func count(_ status: TieStatus) -> String? { shown.statuses[status].flatMap { $0 > 0 ? "\($0)" : nil } }
    href = "/buckets/\(shown.bucket.id)"
    people = Words.count(shown.people, "person", "people")
    peopleHref = "/people?bucket=\(shown.bucket.id)"
    name = shown.bucket.name
    goal = shown.bucket.goal
    often = shown.bucket.days.map(Words.often) ?? "no reminders"
    strong = count(.strong)
    fading = count(.fading)
    weak = count(.weak)
  }
}

extension Words {
  static func often(_ days: Int) -> String { days == 1 ? "every day" : "every \(days) days" }
}

/// One bucket: its name, its goal, how often, with the interval that the real rhythm suggests, and the way to end it.
struct BucketPage: Sendable {
  var id: String
  var name: String
  var goal: String
  var days: String
  var people: String
  var suggested: String?
  var why: String?
  var trouble: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/buckets/:bucket") { _, context in
      let viewer = try context.signedIn().viewer
      guard let id = ID<Bucket>(context.parameters.get("bucket") ?? ""),
        let page = try await read(hall, id, viewer)
      else { return Answer.nothing }
      return try await hall.page("bucket", page, title: page.name, at: .today, context)
    }
    router.post("/buckets/:bucket") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let id = ID<Bucket>(context.parameters.get("bucket") ?? "") else { return Answer.nothing }
      do {
        _ = try await EditBucket(store: hall.store, gate: hall.gate).change(
          id,
          EditBucket.Change(name: form["name"], goal: .some(form["goal"]), days: .some(try interval(form["days"]))),
          as: viewer)
      } catch let trouble as Trouble {
        guard var page = try await read(hall, id, viewer) else { return Answer.nothing }
        page.trouble = Words.sentence(trouble)
        return try await hall.page(
          "bucket", page, title: page.name, at: .today, context, status: .unprocessableContent)
      }
      return Notice.redirect(to: "/buckets", .changed)
    }
    router.post("/buckets/:bucket/remove") { request, context in
      let viewer = try context.signedIn().viewer
      _ = try await hall.form(request, context)
      guard let id = ID<Bucket>(context.parameters.get("bucket") ?? "") else { return Answer.nothing }
      let kept = try await EditBucket(store: hall.store, gate: hall.gate).remove(id, as: viewer)
      guard !kept.entries.isEmpty else { return Notice.redirect(to: "/buckets", .removed) }
      return Notice.redirect(to: "/buckets", .removed, kept)
    }
  }

  static func interval(_ text: String) throws -> Int? {
    if text.isEmpty { return nil }
    guard let days = Int(text) else { throw Trouble("this is no number of days", "give whole days, or none") }
    return days
  }

  private static func read(_ hall: Hall, _ id: ID<Bucket>, _ viewer: Viewer) async throws -> BucketPage? {
    let all = try await ShowBuckets(store: hall.store).run(viewer)
    guard let shown = all.first(where: { $0.bucket.id == id }) else { return nil }
    let found = try await SuggestInterval(store: hall.store).of(id, as: viewer)
    let bucket = shown.bucket
    return BucketPage(
      id: id.description, name: bucket.name, goal: bucket.goal ?? "", days: bucket.days.map { "\($0)" } ?? "",
      people: Words.count(shown.people, "person", "people"),
      suggested: found.flatMap { $0.days == bucket.days ? nil : "\($0.days)" }, why: found?.why)
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/buckets">Buckets</a></p>
    <h1>{{body.name}}</h1>
    <p><a href="/people?bucket={{body.id}}">{{body.people}}</a> in it.</p>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    <form class="stack" method="post" action="/buckets/{{body.id}}">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label>Name <input name="name" value="{{body.name}}" required maxlength="60"></label>
    <label>Every so many days <small>Without a number it reminds of nobody; a word for what somebody is is better a tag.</small>
    <input type="number" name="days" min="1" max="3650" value="{{body.days}}"></label>
    <label>What for <input name="goal" value="{{body.goal}}" maxlength="500"></label>
    <p><button>Keep it so</button></p>
    </form>
    {{#body.why}}
    <form class="notice told" method="post" action="/buckets/{{body.id}}">
    <span>{{body.why}}</span>
    {{#body.suggested}}<input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="name" value="{{body.name}}"><input type="hidden" name="goal" value="{{body.goal}}"><input type="hidden" name="days" value="{{body.suggested}}">
    <button class="quiet">Take {{body.suggested}} days</button>{{/body.suggested}}
    </form>
    {{/body.why}}
    <section aria-labelledby="end">
    <h2 id="end">Take it away</h2>
    <p>Its people stay; they are only in it no more. It can be taken back.</p>
    <form method="post" action="/buckets/{{body.id}}/remove">
    <input type="hidden" name="form" value="{{frame.form}}">
    <button class="quiet">Take {{body.name}} away</button></form>
    </section>
    {{> foot}}
    """
}
