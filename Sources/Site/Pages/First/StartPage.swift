import Consent
import Flows
import Hummingbird
import Model
import Store

/// The first steps: what is read and how far it has come, whom one knows, the CRM, and what would leave.
struct StartPage: Sendable {
  struct Reading: Sendable {
    var location: String
    var state: String
    var held: String
    /// What there is to read; nil while nobody knows.
    var total: String?
    var trouble: String?
  }

  struct Step: Sendable {
    var words: String
    var isDone: Bool
    var isNow: Bool
  }

  /// What one does next: the one button of the page.
  struct Next: Sendable {
    var href: String
    var words: String
  }

  var steps: [Step]
  var readings: [Reading]
  var hasReadings: Bool
  var isWorking: Bool
  var people: [PersonLine]
  var hasPeople: Bool
  var known: String
  var next: Next
  var hasCRM: Bool

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/start") { _, context in
      let visit = try context.signedIn()
      return try await hall.page(
        "start", try await read(hall, visit.viewer), title: "First steps", at: nil, context)
    }
  }

  private static func read(_ hall: Hall, _ viewer: Viewer) async throws -> StartPage {
    let store = hall.store
    let states = try await store.sources(viewer.account, member: viewer.member)
      .filter { $0.source.revokedAt == nil }
    let folders = Dictionary(grouping: try await store.completeness(viewer.account, viewer.member), by: \.source)
    let readings = states.map { Reading($0, folders[$0.source.id] ?? [], hall.shown($0.source)) }
    let counts = try await store.see(viewer) { try Seeing.counts(in: $0) }
    let people = try await hall.show.people(PeopleQuery(kind: .person, limit: 8), as: viewer)
    let destinations = try await store.destinations(viewer.account, member: viewer.member)
      .filter { $0.revokedAt == nil }
    var isAccepted = false
    if let deliver = hall.deliver {
      for destination in destinations {
        if try await deliver.isAccepted(destination, viewer.account) { isAccepted = true }
      }
    }
    let stage = Stage(
      reads: !states.isEmpty, knows: !people.isEmpty, crm: destinations.first?.id, isAccepted: isAccepted)
    return StartPage(
      steps: stage.steps, readings: readings, hasReadings: !readings.isEmpty,
      isWorking: try await store.jobs(viewer.account).due > 0, people: people.map { PersonLine($0) },
      hasPeople: !people.isEmpty, known: Words.count(counts[.person] ?? 0, "person", "people"), next: stage.next,
      hasCRM: stage.crm != nil)
  }

  /// How far the first steps have come.
  private struct Stage {
    var reads: Bool
    var knows: Bool
    var crm: ID<Destination>?
    var isAccepted: Bool

    private var at: Int { !reads ? 0 : !knows ? 1 : crm == nil ? 2 : !isAccepted ? 3 : 4 }

    var steps: [Step] {
      ["Connect a mailbox", "See whom you know", "Choose your CRM", "Read what would leave, and approve it"]
        .enumerated().map { Step(words: $1, isDone: $0 < at, isNow: $0 == at) }
    }

    var next: Next {
      if !reads { return Next(href: ServerScope.What.mailbox.path, words: "Connect your mailbox") }
      guard let crm else { return Next(href: "/connect/crm", words: "Choose your CRM") }
      return isAccepted
        ? Next(href: "/", words: "Go to today") : Next(href: "/crm/\(crm)", words: "Read what would leave")
    }
  }
}

extension StartPage.Reading {
  init(_ state: SourceState, _ folders: [Completeness], _ location: String) {
    let there = folders.reduce(0) { $0 + $1.onServer }
    let left = folders.reduce(0) { $0 + $1.leftOut.values.reduce(0, +) }
    let held = folders.reduce(0) { $0 + $1.held } + left
    self.location = location
    self.held = "\(held)"
    total = there > 0 ? "\(there)" : nil
    trouble = state.trouble.map(Words.told)
    self.state =
      if folders.isEmpty { state.lastRunAt == nil ? "waits to be read" : "nothing is there" } else if held < there {
        "\(held) of \(there) read so far"
      } else { StartPage.Reading.all(state.source.kind, held - left, left) }
  }

  private static func all(_ kind: Source.Kind, _ read: Int, _ left: Int) -> String {
    let (one, many) =
      kind.isMail ? ("mail", "mails") : kind.isCalendar ? ("event", "events") : ("card or row", "cards or rows")
    let out = left > 0 ? "; \(left) left out, by which rule stands under Your data" : ""
    return "all read: " + Words.count(read, one, many) + out
  }
}

extension StartPage {
  static let template = """
    {{> head}}
    <h1>First steps</h1>
    <ol class="steps">
    {{#body.steps}}
    <li{{#isNow}} aria-current="step"{{/isNow}}{{#isDone}} class="done"{{/isDone}}>{{words}}{{#isDone}} <span class="tag strong">done</span>{{/isDone}}</li>
    {{/body.steps}}
    </ol>
    <p class="toolbar"><a class="button" href="{{body.next.href}}">{{body.next.words}}</a>
    {{#body.hasReadings}}<a class="button quiet" href="/connect/mailbox">Another mailbox</a>{{/body.hasReadings}}
    <a class="button quiet" href="/connect/contacts">An address book</a>
    <a class="button quiet" href="/connect/calendar">A calendar</a>
    <a class="button quiet" href="/connect/files">A file</a>
    {{#body.hasReadings}}{{^body.hasCRM}}<a class="button quiet" href="/">No CRM for now</a>{{/body.hasCRM}}{{/body.hasReadings}}</p>
    <div id="live"{{#body.isWorking}} data-live="3"{{/body.isWorking}}>
    <section aria-labelledby="reading">
    <h2 id="reading">What is read</h2>
    {{#body.hasReadings}}
    <ul class="list">
    {{#body.readings}}
    <li><span class="grow"><strong>{{location}}</strong><br><small>{{state}}</small></span>
    {{#total}}<progress max="{{total}}" value="{{held}}" aria-label="How much of {{location}} is here">{{state}}</progress>{{/total}}
    {{#trouble}}<p class="notice bad">{{trouble}}</p>{{/trouble}}</li>
    {{/body.readings}}
    </ul>
    {{#body.isWorking}}<p class="soft">Kith is at work. <a href="/start">Look again</a></p>{{/body.isWorking}}
    {{/body.hasReadings}}
    {{^body.hasReadings}}<p class="empty">Nothing is read yet. Connect your mailbox, and within a minute you see here whom you know. You are told in plain words what is read before it is.</p>{{/body.hasReadings}}
    </section>
    {{#body.hasPeople}}
    <section aria-labelledby="known">
    <h2 id="known">These are the people you know</h2>
    <p>{{body.known}} so far, the strongest tie first. <a href="/people">See all</a></p>
    <ul class="list">
    {{#body.people}}
    <li><span class="grow"><a href="{{href}}">{{name}}</a>{{#about}}<br><small>{{about}}</small>{{/about}}</span>
    <span class="still"><meter min="0" max="100" value="{{level}}" aria-label="Strength of the tie">{{level}}</meter>{{level}}</span></li>
    {{/body.people}}
    </ul>
    </section>
    {{/body.hasPeople}}
    </div>
    <script src="/live.js" defer></script>
    {{> foot}}
    """
}

extension Templates {
  /// Keeps a part of a page up to date while something is at work; without it one looks again by hand.
  static let live = """
    const part = document.getElementById("live");
    async function look() {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      if (!fresh) return;
      if (!part.contains(document.activeElement)) part.replaceChildren(...fresh.childNodes);
      const [was, now] = [document.querySelector(".steps"), page.querySelector(".steps")];
      if (was && now) was.replaceWith(now);
      for (const bar of document.querySelectorAll("p.toolbar")) {
        const other = page.querySelector("p.toolbar");
        if (other && !bar.contains(document.activeElement)) bar.replaceWith(other);
      }
      if (fresh.dataset.live) wait(fresh.dataset.live);
    }
    function wait(seconds) { setTimeout(() => look().catch(() => wait(seconds)), 1000 * Number(seconds)); }
    if (part && part.dataset.live) wait(part.dataset.live);
    """
}
