import Consent
import Flows
import Foundation
import Hummingbird
import Model
import Store

/// The short list of the day, each line with why it stands there and one button for each thing to do.
struct TodayPage: Sendable {
  struct Line: Sendable {
    /// Of the line; a person may have several tasks.
    var id: String
    var person: String
    var href: String
    var name: String
    var kind: String
    var why: String
    /// Of a task; nil for whom to be in touch with.
    var task: String?
    var isTie: Bool
    var mail: String?
    var mailto: String?
    var phone: String?
  }

  struct Owed: Sendable {
    var isLooking: Bool
    var trouble: String?
  }

  var day: String
  var lines: [Line]
  var hasLines: Bool
  var settled: String
  var total: String
  var hasList: Bool
  var isDone: Bool
  var behind: String?
  var week: String?
  var owed: Owed
  var zone: String
  var cap: String
  var goal: String
  var hasBuckets: Bool
  var isNew: Bool
  /// Where the CRM of the demo lies.
  var folder: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/") { _, context in
      let viewer = try context.signedIn().viewer
      return try await hall.page("today", try await read(hall, viewer), title: "Today", at: .today, context)
    }
    router.post("/today/rules") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let cap = Int(form["cap"]), form["goal"].isEmpty || Int(form["goal"]) != nil else {
        throw Trouble("this is no number", "give whole numbers, or no goal at all")
      }
      _ = try await SetDay(store: hall.store).run(
        SetDay.Change(zone: form["zone"], cap: cap, goal: .some(Int(form["goal"]))), as: viewer)
      return Notice.redirect(to: "/", .rules)
    }
  }

  private static func read(_ hall: Hall, _ viewer: Viewer) async throws -> TodayPage {
    let store = hall.store
    var owed = Owed(isLooking: false)
    var replies: [OwedReply] = []
    switch try await hall.owed.known(to: viewer) {
    case .looking: owed.isLooking = true
    case .found(let found): replies = found
    case .failed(let error): owed.trouble = Words.reason(error)
    }
    let list = try await hall.days.list(viewer, owed: replies)
    let persons = list.lines.map(\.person)
    let seen = try await store.see(viewer) { session in try persons.map { try Seeing.person($0, in: session)?.person } }
    let buckets = try await store.see(viewer) { try SeenBuckets.all(in: $0) }
    let lines = zip(list.lines, seen).map { Line($0, $1) }
    let total = list.settled + lines.count
    let isNew = buckets.isEmpty && total == 0
    return TodayPage(
      day: Words.day(list.day), lines: lines, hasLines: !lines.isEmpty, settled: "\(list.settled)", total: "\(total)",
      hasList: total > 0, isDone: lines.isEmpty && list.settled > 0,
      behind: list.behind > 0 ? Words.count(list.behind, "more waits", "more wait") : nil,
      week: list.weekGoal.map { "\(list.weekDone) of \($0)" }
        ?? (list.weekDone > 0 ? Words.count(list.weekDone, "person", "people") : nil),
      owed: owed, zone: list.zone, cap: "\(list.cap)", goal: list.weekGoal.map { "\($0)" } ?? "",
      hasBuckets: !buckets.isEmpty, isNew: isNew, folder: hall.demo?.folder)
  }

  static let template = """
    {{> head}}
    <h1>Today</h1>
    <p class="soft">{{body.day}}{{#body.week}} · this week in touch with {{body.week}}{{/body.week}}</p>
    {{#body.hasList}}
    <p class="soft progress"><progress max="{{body.total}}" value="{{body.settled}}" aria-label="Done today">{{body.settled}}</progress>
    {{body.settled}} of {{body.total}} done{{#body.behind}}; {{body.behind}} for another day{{/body.behind}}</p>
    {{/body.hasList}}
    {{#body.owed.isLooking}}<p class="soft" role="status" data-reload="2">Mails of the last weeks are looked through for answers you owe.<noscript> <a href="/">Show the list again</a></noscript></p>{{/body.owed.isLooking}}
    {{#body.owed.trouble}}<p class="notice bad">Answers that you owe could not be looked for. {{body.owed.trouble}}</p>{{/body.owed.trouble}}
    {{#body.hasLines}}
    <ol class="list today" aria-label="Whom to be in touch with">
    {{#body.lines}}
    <li id="{{id}}" data-keys>
    <div class="grow"><span class="tag {{kind}}">{{kind}}</span> <a class="name" href="{{href}}" data-key="o">{{name}}</a><br>{{why}}
    {{#mail}}<br><a href="{{mailto}}" data-key="w">Write to {{mail}}</a>{{/mail}}{{#phone}}{{^mail}}<br>{{/mail}}{{#mail}} · {{/mail}}<a href="tel:{{phone}}">Call {{phone}}</a>{{/phone}}</div>
    {{#isTie}}
    <form class="acts" method="post" action="/people/act" aria-label="{{name}}">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="person" value="{{person}}"><input type="hidden" name="next" value="/">
    <span class="joined"><label class="hush" for="kind-{{id}}">How you were in touch with {{name}}</label><select id="kind-{{id}}" name="kind"><option value="call">Call</option><option value="mail">Mail</option><option value="meeting">Meeting</option><option value="text">Text</option></select>
    <button name="do" value="log" data-key="l" aria-label="Log that you were in touch with {{name}}">Log</button></span>
    <button class="quiet" name="do" value="snooze" data-key="s" aria-label="Put {{name}} off by a week">Later (a week)</button>
    <button class="quiet" name="do" value="dismiss" data-key="d" aria-label="Not this time: {{name}}">Not this time</button>
    <button class="quiet" name="do" value="mute" data-key="m" aria-label="Never remind me of {{name}}">Never remind me</button>
    </form>
    {{/isTie}}
    {{#task}}
    <form class="acts" method="post" action="/tasks/{{task}}/done">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="next" value="/">
    <button data-key="l" aria-label="The task about {{name}} is done">Done</button>
    </form>
    {{/task}}
    </li>
    {{/body.lines}}
    </ol>
    <p class="soft keys">Keys on a line: <kbd>l</kbd> log, <kbd>s</kbd> later (a week), <kbd>d</kbd> not this time, <kbd>m</kbd> never remind me, <kbd>o</kbd> open, <kbd>w</kbd> write, <kbd>↓</kbd> <kbd>↑</kbd> next and previous. A follow-up is done by being in touch; nothing else settles it.</p>
    {{/body.hasLines}}
    {{#body.isDone}}<p class="empty"><strong>Done for today.</strong> Nothing new moves up before tomorrow.</p>{{/body.isDone}}
    {{^body.hasList}}
    {{#body.isNew}}
    <div class="empty"><p><strong>This will be your list of the day.</strong> It names few people, each with why: whose turn it is, who waits for an answer, what you promised, birthdays.</p>
    <p>Say how often you want to be in touch with whom: people are sorted into buckets in a few minutes.</p>
    <p><a class="button" href="/buckets">Make your first bucket</a> <a class="button quiet" href="/start">First steps</a></p></div>
    {{/body.isNew}}
    {{^body.isNew}}<p class="empty"><strong>Nobody waits today.</strong> {{#body.hasBuckets}}Sort more people <a href="/game">in the bucket game</a>, or look at <a href="/buckets">your buckets</a>.{{/body.hasBuckets}}</p>{{/body.isNew}}
    {{/body.hasList}}
    <nav class="toolbar" aria-label="More about today"><a class="button quiet" href="/buckets">Buckets</a> <a class="button quiet" href="/game">Bucket game</a> <a class="button quiet" href="/overview">What was read</a></nav>
    <details class="card"><summary>Rules of your day</summary>
    <form class="row" method="post" action="/today/rules">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label>Lines a day, at most <input type="number" name="cap" min="1" max="100" value="{{body.cap}}" required></label>
    <label>People a week, your goal <input type="number" name="goal" min="1" max="500" value="{{body.goal}}"></label>
    <label>Time zone, as Europe/Berlin <input name="zone" value="{{body.zone}}" required></label>
    <button>Set</button>
    </form></details>
    {{#body.folder}}<p class="soft">Read from a Maildir, an address book and a client list; the CRM is the folder <code>{{body.folder}}</code>.</p>{{/body.folder}}
    {{> foot}}
    """
}

extension TodayPage.Line {
  init(_ line: TodayList.Line, _ person: Person?) {
    self.person = line.person.description
    id = line.task?.description ?? line.person.description
    href = "/people/\(line.person)"
    name = line.name.isEmpty ? person.map(PersonLine.name) ?? "" : line.name
    kind = line.kind
    why = line.why
    task = line.task?.description
    isTie = task == nil
    mail = isTie ? person?.emails.first : nil
    mailto = mail.map(Words.mailto)
    phone = isTie ? person?.phones.first : nil
  }
}

extension Words {
  private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]

  /// `Monday, 23 November 2026`.
  static func day(_ day: Day) -> String {
    let civil = day.civil
    return "\(weekdays[day.weekday]), \(civil.day) \(months[(civil.month + 11) % 12]) \(civil.year)"
  }

  /// The address as a link: nothing in it can name a copy or a subject (RFC 6068 §2).
  static func mailto(_ address: String) -> String {
    let safe = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~@+"))
    return "mailto:" + (address.addingPercentEncoding(withAllowedCharacters: safe) ?? "")
  }

  /// What can be told of an error without showing what is inside.
  static func reason(_ error: any Error) -> String {
    switch error {
    case let trouble as Trouble: sentence(trouble)
    case let refusal as Refusal: sentence(refusal)
    default: "Whoever runs this server should look at it."
    }
  }
}
