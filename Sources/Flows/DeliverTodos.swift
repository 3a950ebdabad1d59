import Consent
import Model
import Outlets
import Plans
import Store

/// Keeps the owner's tasks in step with those of a destination, both ways, if the owner switched it on.
struct DeliverTodos: Sendable {
  let store: Store
  let gate: Gate
  let crm: any CRM
  let destination: Destination
  let account: ID<Account>
  let brake: Brake

  /// Both sides as they stand, and what is to be done about it.
  struct Round: Sendable {
    var remote: [RemoteTodo]
    var there: [String: RemoteTodo] = [:]
    var here: [ID<Todo>: StoredTodo] = [:]
    var links: [ID<Todo>: TodoLink] = [:]
    /// Whose record each is, of persons who may be told of.
    var persons: [String: ID<Person>] = [:]
    var plan: TodoPlan
    var asNotes: [ID<Todo>] = []
    /// The words of tasks, if they were opened for the owner to look at.
    var words: [ID<Todo>: String] = [:]
    /// The conflicts as they stand now, and as they were entered.
    var conflicts: [Conflict] = []
    var openConflicts: [Conflict] = []
    /// Whether what stands there of each conflict is known as it is.
    var isKnown = true
    var isHeld = false

    /// True if neither side has anything to write, and every conflict is entered as it stands.
    var isRest: Bool {
      plan.isEmpty && asNotes.isEmpty && isKnown && Set(conflicts.map(\.words)) == Set(openConflicts.map(\.words))
    }
  }

  /// What became of the tasks of a run.
  struct Sent: Sendable {
    var sent = 0
    var received = 0
    var conflicts = 0
    var calls = 0
    var leastCalls = 0
    var troubles: [String] = []
    var told: [String] = []
    var halted: Trouble?
    var outrun = 0
  }

  var isOn: Bool { destination.options[StandingRules.tasks] == "on" }

  /// The key of a task at this destination, always the same.
  func key(_ todo: ID<Todo>) -> String {
    String(hex(sha256(Array("kith task 1\u{0}\(destination.id)\u{0}\(todo)".utf8))).prefix(32))
  }

  /// Reads both sides, and plans; `read` is what was read there already.
  func round(_ blind: BlindKey, read: [RemoteTodo]? = nil) async throws -> Round {
    let (account, id, member) = (account, destination.id, destination.member)
    let (todos, links, contacts, open) = try await store.read(account) { session in
      (
        try Todos.all(of: member, account, in: session), try TodoLinks.all(id, account, in: session),
        try TodoLinks.contacts(id, of: member, account, in: session),
        try Conflicts.all(account, id, in: session).filter { $0.resolvedAt == nil && $0.matter.isOfTask }
      )
    }
    let remote: [RemoteTodo] =
      if let read { read } else if crm.capabilities.hasTasks { try await crm.todos() } else { [] }
    let persons = Dictionary(contacts.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
    let linked = Dictionary(links.map { ($0.todo, $0) }, uniquingKeysWith: { first, _ in first })
    guard crm.capabilities.hasTasks else {
      return notes(todos.filter { contacts[$0.person] != nil && $0.goneAt == nil }, linked, persons)
    }
    let about = DeliverTodos.about(remote, persons, linked: Set(links.compactMap(\.remote)))
    let there = remote.filter { about[$0.remote] != nil }
    // What hangs on somebody who is not told of is known all the same: it is nobody's new task.
    let here = todos.map { todo in
      TodoHere(
        id: todo.id, key: key(todo.id), contact: contacts[todo.person] ?? "", now: todo.state,
        isGone: todo.goneAt != nil || contacts[todo.person] == nil,
        link: linked[todo.id].flatMap(DeliverTodos.link))
    }
    let plan = TodoPlan(
      here: here,
      there: there.map {
        TodoThere(
          remote: $0.remote, contact: about[$0.remote] ?? $0.contact, key: $0.key, now: DeliverTodos.state($0, blind))
      })
    var round = Round(
      remote: remote, there: Dictionary(there.map { ($0.remote, $0) }, uniquingKeysWith: { first, _ in first }),
      here: Dictionary(todos.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }), links: linked,
      persons: persons, plan: plan, openConflicts: open)
    round.conflicts = plan.conflicts.compactMap { one in
      round.here[one.id].map { conflict(one, $0, round.there[one.remote]) }
    }
    round.isKnown = plan.conflicts.allSatisfy { one in
      linked[one.id]?.there == round.there[one.remote].map { DeliverTodos.state($0, blind) }
    }
    round.isHeld = brake.judge(overwrites: plan.overwrites, linked: links.count) != .free
    return round
  }

  /// The record each task is about, of those that may come in: of persons who may be told of, and what is linked, whoever
  /// that is about by now.
  private static func about(
    _ remote: [RemoteTodo], _ persons: [String: ID<Person>], linked: Set<String>
  ) -> [String: String] {
    var about: [String: String] = [:]
    for todo in remote where !todo.title.allSatisfy(\.isWhitespace) {
      let known = ([todo.contact] + todo.others).first { persons[$0] != nil }
      about[todo.remote] = known ?? (linked.contains(todo.remote) ? todo.contact : nil)
    }
    return about
  }

  /// What was entered as a note, before the system had tasks, is not there as a task yet.
  private static func link(_ link: TodoLink) -> TodoHere.Link? {
    link.state == .note ? nil : .init(remote: link.remote, base: link.base, isLeft: link.state == .left)
  }

  /// Where there are no tasks: each open one becomes a note, once.
  private func notes(
    _ mine: [StoredTodo], _ linked: [ID<Todo>: TodoLink], _ persons: [String: ID<Person>]
  ) -> Round {
    let waiting = mine.filter { todo in
      linked[todo.id].map { $0.state == .due } ?? !todo.state.isDone
    }
    return Round(
      remote: [], here: Dictionary(mine.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }), links: linked,
      persons: persons, plan: TodoPlan(here: [], there: []),
      asNotes: crm.capabilities.hasNotes ? waiting.map(\.id) : [])
  }

  static func state(_ todo: RemoteTodo, _ blind: BlindKey) -> TodoState {
    TodoState(title: blind.token(todo.title), due: todo.due, isDone: todo.isDone)
  }

  /// Titles are not in it: they stay sealed, and are opened for the list.
  private func conflict(_ one: TodoPlan.Conflict, _ held: StoredTodo, _ there: RemoteTodo?) -> Conflict {
    let matter: Conflict.Matter =
      if let field = one.field { .task(one.id, field) } else { .taskDeleted(one.id) }
    var made = Conflict(
      id: store.ids.next(), member: destination.member, destination: destination.id, person: held.person,
      matter: matter)
    made.cause = one.field == nil ? "" : "both-changed"
    switch one.field {
    case .due: (made.ours, made.theirs) = (held.state.due?.date ?? "", there?.due?.date ?? "")
    case .done: (made.ours, made.theirs) = (String(held.state.isDone), String(there?.isDone ?? false))
    case .title, nil: break
    }
    return made
  }

  /// The digest of exactly what would change on either side.
  func digest(_ round: Round) -> String { hex(sha256(round.plan.canonical)) }
}
