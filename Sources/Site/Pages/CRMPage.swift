import Consent
import Flows
import Hummingbird
import Model
import Store

/// The designated CRM: what stands there, what waits for a decision, what was done and can be taken back.
struct CRMPage: Sendable {
  struct Line: Sendable {
    var href: String
    var name: String
    var location: String
    var kind: String
    var isRevoked: Bool
    /// The owner has not said yes to its rules.
    var asks: Bool
    var lastRun: String
    /// What went wrong there since, and what waits for it (P098).
    var trouble: String?
    var waiting: String
  }

  struct Open: Sendable {
    var id: String
    var name: String
    var href: String
    var matter: String
    var ours: String
    var theirs: String
    var canTake: Bool
  }

  var destinations: [Line]
  var hasDestinations: Bool
  var conflicts: [Open]
  var hasConflicts: Bool
  /// CRMs that wait for a yes.
  var asking: [Line]
  var isQuiet: Bool
  var isStep: Bool
  /// Something is at work for it.
  var isWorking = false
  var journal: [JournalGroup]
  var hasJournal: Bool
  var next: String?
  var done: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/crm") { request, context in
      let viewer = try context.signedIn().viewer
      let query = Form.query(of: request)
      var page = try await read(hall, viewer, before: ID<JournalEntry>(query["before"]))
      page.done = said[query["done"]]
      if query["done"] == "accepted", query["before"].isEmpty {
        page.isWorking = try await hall.store.jobs(viewer.account).due > 0
      }
      return try await hall.page("crm", page, title: "Your CRM", at: .crm, context)
    }
    router.post("/crm/conflicts/decide") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let id = ID<Conflict>(form["conflict"]), ["ours", "theirs"].contains(form["take"]) else {
        return Answer.nothing
      }
      try await DecideConflict(store: hall.store, gate: hall.gate).decide(
        id, takesOurs: form["take"] == "ours", as: viewer)
      return Response.redirect(to: "/crm?done=decided", type: .normal)
    }
  }

  private static let said = [
    "decided": "The conflict is decided; the next run carries it out.",
    "accepted": "You approved it. It is delivered now; what was done appears below.",
    "undone": "The change was taken back.",
    "revoked": "The CRM was cut off; nothing leaves for it any more, and its login is destroyed.",
  ]

  private static func read(_ hall: Hall, _ viewer: Viewer, before: ID<JournalEntry>?) async throws -> CRMPage {
    let destinations = try await hall.store.destinations(viewer.account, member: viewer.member)
    let states = try await hall.store.destinationStates(viewer.account, viewer.member)
    let troubles = Dictionary(
      try await hall.store.troubledJobs(viewer.account).filter { $0.job.kind == .deliver }
        .map { ($0.job.subject, $0.trouble) }, uniquingKeysWith: { first, _ in first })
    var lines: [Line] = []
    for destination in destinations {
      let isAccepted = try await hall.deliver?.isAccepted(destination, viewer.account) ?? true
      lines.append(Line(destination, states[destination.id], troubles[destination.id.rawValue], isAccepted: isAccepted))
    }
    let asking = lines.filter(\.asks)
    let conflicts = try await DecideConflict(store: hall.store, gate: hall.gate).list(viewer)
    let journal = try await hall.store.journal(viewer, before: before, limit: JournalLine.size + 1)
    let shown = journal.prefix(JournalLine.size)
    let names = try await names(Set(conflicts.map(\.person)).union(shown.map(\.person)), viewer, hall.store)
    return CRMPage(
      destinations: lines, hasDestinations: !destinations.isEmpty,
      conflicts: conflicts.map { conflict in
        Open(
          id: conflict.id.description, name: names[conflict.person] ?? "somebody who is not there any more",
          href: "/people/\(conflict.person)", matter: matter(conflict.matter), ours: conflict.ours,
          theirs: conflict.theirs, canTake: conflict.matter != .match)
      }, hasConflicts: !conflicts.isEmpty, asking: asking, isQuiet: conflicts.isEmpty && asking.isEmpty,
      isStep: lines.contains { !$0.isRevoked },
      journal: JournalGroup.all(shown.map { ($0.run, JournalLine($0, names[$0.person])) }),
      hasJournal: !shown.isEmpty,
      next: journal.count > shown.count ? shown.last.map { "/crm?before=\($0.id)" } : nil)
  }

  static func names(
    _ persons: Set<ID<Person>>, _ viewer: Viewer, _ store: Store
  ) async throws -> [ID<Person>: String] {
    try await store.see(viewer) { session in
      var names: [ID<Person>: String] = [:]
      for person in persons {
        names[person] = try Seeing.person(person, in: session).map { PersonLine.name($0.person) }
      }
      return names
    }
  }

  private static func matter(_ matter: Conflict.Matter) -> String {
    switch matter {
    case .field(let key): "the \(key.name)"
    case .deletedThere: "the record was deleted there"
    case .mergedThere: "the record may have been merged there"
    case .match: "several records there may be this person"
    case .task: "a task"
    case .taskDeleted: "a task was deleted there"
    }
  }

  static let template = """
    {{> head}}
    <h1>Your CRM</h1>
    {{#body.done}}<p class="notice" role="status"{{#body.isWorking}} data-reload="3"{{/body.isWorking}}>{{body.done}}</p>{{/body.done}}
    {{#body.destinations}}
    <article class="card">
    <h2>{{name}} <span class="tag">{{kind}}</span>{{#isRevoked}} <span class="tag weak">revoked</span>{{/isRevoked}}{{#asks}} <span class="tag fading">waits for your yes</span>{{/asks}}</h2>
    <p class="soft"><small>{{location}}</small><br>{{#asks}}Nothing has left for it yet.{{/asks}}{{^asks}}Last kept in step: {{lastRun}}.{{/asks}}</p>
    {{#trouble}}<p class="notice bad"><strong>The last run did not come through.</strong> {{trouble}}<br>Nothing is lost: {{waiting}}.</p>{{/trouble}}
    {{^isRevoked}}<p><a class="button{{^asks}} quiet{{/asks}}" href="{{href}}">{{#asks}}Read and approve{{/asks}}{{^asks}}See what would leave{{/asks}}</a>
    <a class="button quiet" href="{{href}}/revoke">Cut it off …</a></p>{{/isRevoked}}
    </article>
    {{/body.destinations}}
    {{^body.hasDestinations}}<p class="empty">No CRM is chosen yet. Nothing leaves before you have seen and approved it. <a href="/connect/crm">Choose your CRM</a></p>{{/body.hasDestinations}}
    <section aria-labelledby="conflicts">
    <h2 id="conflicts">Waiting for your decision</h2>
    {{#body.asking}}
    <p class="card"><a href="{{href}}"><strong>{{name}}</strong></a>: nothing leaves for this CRM before you have read what would leave, and said yes.</p>
    {{/body.asking}}
    {{#body.conflicts}}
    <article class="card">
    <h3><a href="{{href}}">{{name}}</a>: {{matter}}</h3>
    <dl class="facts"><dt>Here</dt><dd>{{ours}}</dd><dt>There</dt><dd>{{theirs}}</dd></dl>
    <form class="toolbar" method="post" action="/crm/conflicts/decide">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="conflict" value="{{id}}">
    <button name="take" value="ours" class="quiet">Take what is here</button>
    {{#canTake}}<button name="take" value="theirs" class="quiet">Take what is there</button>{{/canTake}}
    </form>
    </article>
    {{/body.conflicts}}
    {{#body.isQuiet}}<p class="empty">Nothing waits{{#body.isStep}}: both sides agree{{/body.isStep}}.</p>{{/body.isQuiet}}
    </section>
    <section aria-labelledby="journal">
    <h2 id="journal">What was done</h2>
    {{#body.hasJournal}}
    <ul class="list">
    {{#body.journal}}
    {{#together}}<li><time>{{at}}</time> <details class="grow"><summary>{{verb}} {{count}}</summary><ul class="list">
    {{#lines}}
    {{> journal-line}}
    {{/lines}}
    </ul></details></li>{{/together}}
    {{^together}}
    {{#lines}}
    {{> journal-line}}
    {{/lines}}
    {{/together}}
    {{/body.journal}}
    </ul>
    {{> pager}}
    {{/body.hasJournal}}
    {{^body.hasJournal}}<p class="empty">Nothing was done yet. Every change here and there will stand here, each with the way back.</p>{{/body.hasJournal}}
    </section>
    {{> foot}}
    """
}

extension CRMPage.Line {
  init(_ destination: Destination, _ state: DestinationState?, _ job: String?, isAccepted: Bool) {
    let waiting = state?.waiting ?? 0
    self.init(
      href: "/crm/\(destination.id)", name: destination.shownName, location: destination.location,
      kind: destination.shownKind, isRevoked: destination.revokedAt != nil,
      asks: !isAccepted && destination.revokedAt == nil,
      lastRun: state?.lastRunAt.map { Words.date($0) + " (UTC)" } ?? "never yet",
      trouble: (state?.trouble ?? job).map(Words.told),
      waiting: waiting == 0
        ? "what is to leave waits here" : Words.count(waiting, "change waits", "changes wait") + " here")
  }
}

/// An entry of the journal as a line.
struct JournalLine: Sendable {
  static let size = 50

  var id: String
  var at: String
  var verb: String
  var name: String
  var href: String
  var undone: String?
  var canUndo: Bool

  init(_ entry: JournalEntry, _ name: String?) {
    id = entry.id.description
    at = Words.date(entry.at)
    verb =
      switch entry.verb {
      case .create: "made there:"
      case .update: "changed there:"
      case .delete: "removed there:"
      case .receive: "came in from there:"
      case .merge: "united:"
      case .unmerge: "parted:"
      case .edit: "edited:"
      case .task: "a task about"
      case .enter: "entered there about"
      case .bucket: "sorted into buckets:"
      case .followUp: "set how to follow up with"
      case .note: "a note about"
      case .touch: "logged with"
      }
    self.name = name ?? "somebody who is not there any more"
    href = "/people/\(entry.person)"
    undone = entry.undoneAt.map(Words.date)
    canUndo = entry.undoneAt == nil && entry.undoes == nil && entry.verb != .unmerge
  }
}

/// Entries that one run made of many people, as one line that opens; few are lines of their own.
struct JournalGroup: Sendable {
  /// Fewer are not folded.
  static let least = 4

  var together: Bool
  var verb: String
  var at: String
  var count: String
  var lines: [JournalLine]

  static func all(_ entries: [(run: Int64, line: JournalLine)]) -> [JournalGroup] {
    var groups: [(run: Int64, lines: [JournalLine])] = []
    for (run, line) in entries {
      if run != 0, groups.last?.run == run, groups.last?.lines.last?.verb == line.verb {
        groups[groups.count - 1].lines.append(line)
      } else {
        groups.append((run, [line]))
      }
    }
    return groups.map { group in
      JournalGroup(
        together: group.lines.count >= least, verb: group.lines.first?.verb ?? "", at: group.lines.first?.at ?? "",
        count: Words.count(Set(group.lines.map(\.href)).count, "person", "people"), lines: group.lines)
    }
  }

  static let line = """
    <li><time>{{at}}</time> <span class="grow">{{verb}} <a href="{{href}}">{{name}}</a>{{#undone}} <span class="tag">taken back {{undone}}</span>{{/undone}}</span>
    {{#canUndo}}<a class="button quiet small" href="/crm/journal/{{id}}" aria-label="Take back: {{verb}} {{name}}, {{at}}">Take back …</a>{{/canUndo}}</li>

    """
}
