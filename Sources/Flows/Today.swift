public import Consent
import Insight
public import Model
public import Plans
public import Store

/// The short list of a day, as its owner reads it.
public struct TodayList: Sendable, Equatable {
  /// One line, with whom it is about.
  public struct Line: Sendable, Equatable {
    public var item: TodayItem
    public var name: String
  }

  public var day: Day
  public var zone: String
  public var cap: Int
  /// What is open, best first.
  public var lines: [Line]
  /// How many of the list are settled.
  public var settled: Int
  /// How many stand behind what the day has room for.
  public var behind: Int
  public var goal: WeeklyGoal
}

/// What pages show of it, without the room where it was planned.
extension TodayList {
  /// People with an interval who were in touch since Monday.
  public var weekDone: Int { goal.done }
  /// How many people a week the owner wants to reach; nil if that is not set.
  public var weekGoal: Int? { goal.goal }
}

extension TodayList.Line {
  public var person: ID<Person> { item.person }
  public var task: ID<Todo>? { item.task }
  public var why: String { item.why }
  /// As the owner reads it: `birthday`, `answer`, `promise`, `task`, `follow-up`.
  public var kind: String { item.kind.rawValue }
}

/// Lists what a member should do today, each with its reason: follow-ups that are due, replies owed, promises made, tasks,
/// birthdays.
///
/// The list is made of what is known now and rests nowhere; whoever is restricted, erased, deleted or no person is in none.
public struct Today: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  public func list(_ viewer: Viewer) async throws -> TodayList {
    try await list(viewer, owed: try await SuggestReplies(store: store, gate: gate).owed(viewer).owed)
  }

  /// The list with what is owed as it was found before: no mail is opened for it.
  public func list(_ viewer: Viewer, owed: [OwedReply]) async throws -> TodayList {
    try await list(viewer, owed: owed, on: try await part(viewer))
  }

  /// What takes long: everybody with an interval, and whose birthday it is.
  struct Part: Sendable {
    var book: FollowUpBook
    var lists: StatusLists
    var goal: WeeklyGoal
    var followUps: RankedFollowUps
    fileprivate var birthdays: [Found]
  }

  func part(_ viewer: Viewer) async throws -> Part {
    let book = try await FollowUpBook.read(store, viewer)
    let plans = book.tracked.map { book.plan(of: $0) }
    return Part(
      book: book, lists: StatusLists(book, plans), goal: WeeklyGoal(plans, today: book.today, goal: book.rules.goal),
      followUps: RankedFollowUps(try await followUps(book, plans, viewer)), birthdays: try await birthdays(book, viewer)
    )
  }

  func list(_ viewer: Viewer, owed: [OwedReply], on part: Part) async throws -> TodayList {
    let book = part.book
    var items: [TodayItem] = []
    let tasks = try await tasks(book, viewer)
    let birthdays = part.birthdays
    let others = Set(tasks.map(\.person) + birthdays.map(\.person) + owed.map(\.person.id))
    let known = try await self.known(others, viewer)
    for task in tasks {
      guard known[task.person] != nil, !(book.words[task.person]?.isArchived ?? false) else { continue }
      items.append(Today.item(task, on: book))
    }
    items += birthdays.compactMap { found in known[found.person].flatMap { Today.item(found, $0, on: book) } }
    items += owed.compactMap { owed in known[owed.person.id].flatMap { Today.item(owed, $0, on: book) } }
    let plan = TodayPlan(items, followUps: part.followUps, cap: book.rules.cap)
    // Whoever was restricted or erased since is named no more.
    let named = try await self.known(Set(plan.open.map(\.person)), viewer)
    return TodayList(
      day: book.today, zone: book.rules.zone.name, cap: book.rules.cap,
      lines: plan.open.compactMap { item in named[item.person].map { TodayList.Line(item: item, name: $0.name) } },
      settled: plan.settled, behind: plan.behind, goal: part.goal)
  }

  private func known(
    _ persons: Set<ID<Person>>, _ viewer: Viewer
  ) async throws -> [ID<Person>: SeenFollowUps.Known] {
    try await store.see(viewer) { session in
      Dictionary(
        try SeenFollowUps.known(persons.sorted(), of: viewer.member, in: session).map { ($0.person, $0) },
        uniquingKeysWith: { first, _ in first })
    }
  }

  // MARK: follow-ups

  /// Who is due; and who was due this morning, and was in touch or put off since.
  private func followUps(
    _ book: FollowUpBook, _ plans: [FollowUpPlan], _ viewer: Viewer
  ) async throws -> [TodayItem] {
    let today = book.today
    var items: [TodayItem] = []
    var changed: [(known: SeenFollowUps.Known, plan: FollowUpPlan)] = []
    for (known, plan) in zip(book.tracked, plans) {
      if plan.isDue(on: today) {
        items.append(Today.item(known, plan, today, isSettled: false))
      } else if plan.lastContact == today || book.isPutOffToday(known.person) {
        changed.append((known, plan))
      }
    }
    let touched = changed.filter { $0.plan.lastContact == today }.map(\.known.person)
    let zone = book.rules.zone
    let before = try await store.see(viewer) { session in
      var before: [ID<Person>: Instant] = [:]
      for person in touched {
        let touches = try Touches.seen(of: person, in: session).filter { zone.day($0.at) < today }
        before[person] = Tie(touches, now: book.now).lastContacted
      }
      return before
    }
    for (known, plan) in changed {
      let last = plan.lastContact == today ? before[known.person] : known.lastContact
      let morning = book.plan(of: known.person, lastContact: last, words: book.wordsBefore(of: known.person))
      if morning.isDue(on: today) { items.append(Today.item(known, morning, today, isSettled: true)) }
    }
    return items
  }

  private static func item(
    _ known: SeenFollowUps.Known, _ plan: FollowUpPlan, _ today: Day, isSettled: Bool
  ) -> TodayItem {
    TodayItem(
      .followUp, known.person, since: plan.due ?? today, why: plan.why(on: today),
      weight: TodayItem.weight(strength: known.strength, lateness: plan.lateness(on: today)), isSettled: isSettled)
  }

  // MARK: tasks

  private func tasks(_ book: FollowUpBook, _ viewer: Viewer) async throws -> [Todo] {
    let zone = book.rules.zone
    let today = book.today
    let all = try await ShowTodos(store: store, gate: gate).run(
      viewer, dueBy: today, doneSince: book.now.advanced(byDays: -2))
    return all.filter { !$0.isDone || zone.day($0.changedAt) == today }
  }

  private static func item(_ task: Todo, on book: FollowUpBook) -> TodayItem {
    let due = task.due.map { Day(utc: $0) } ?? book.today
    let late = book.today - due
    let when = late <= 0 ? "today" : late == 1 ? "since yesterday" : "since \(due)"
    return TodayItem(
      .task, task.person, task: task.id, since: due, why: "You noted, due \(when): \(task.title)",
      isSettled: task.isDone)
  }

  // MARK: birthdays

  fileprivate struct Found: Sendable {
    var person: ID<Person>
    var day: Day
  }

  /// Whose birthday is kept today or was in the days before; found by the tokens of dates, so that none is opened.
  private func birthdays(_ book: FollowUpBook, _ viewer: Viewer) async throws -> [Found] {
    let permit = try await gate.permit(
      ShowToOwner.self, for: Request(account: viewer.account, member: viewer.member, viewer: viewer.member))
    let blind = permit.blind
    _ = permit.close()
    var tokens: [UInt64: Day] = [:]
    for back in 0...Birthday.grace {
      let day = book.today - back
      for text in Birthday.texts(keptOn: day) { tokens[blind.token(Array(text.utf8))] = day }
    }
    let (account, member) = (viewer.account, viewer.member)
    let asked = tokens
    return try await store.read(account) { session in
      try Facts.birthdays(asked.keys.sorted(), of: member, account, in: session).compactMap { person, token in
        asked[token].map { Found(person: person, day: $0) }
      }
    }
  }

  private static func item(_ found: Found, _ known: SeenFollowUps.Known, on book: FollowUpBook) -> TodayItem? {
    guard !book.isSilent(found.person) else { return nil }
    let (zone, today) = (book.rules.zone, book.today)
    let last = known.lastContact.map(zone.day)
    if let last, last >= found.day, last < today { return nil }
    let isPutOff = book.isPutOff(found.person, since: found.day.midnight, lastContact: known.lastContact)
    let isSettled = last == today || isPutOff && book.isPutOffToday(found.person)
    guard isSettled || !isPutOff else { return nil }
    let when = today - found.day
    let why =
      when == 0
      ? "Their birthday is today."
      : "Their birthday was \(when == 1 ? "yesterday" : "\(when) days ago"), and you have not been in touch."
    return TodayItem(.birthday, found.person, since: found.day, why: why, isSettled: isSettled)
  }

  // MARK: what is owed

  private static func item(_ reply: OwedReply, _ known: SeenFollowUps.Known, on book: FollowUpBook) -> TodayItem? {
    let (person, owed) = (reply.person.id, reply.owed)
    guard !book.isSilent(person) else { return nil }
    let isPutOff = book.isPutOff(person, since: owed.since, lastContact: known.lastContact)
    let isSettled = isPutOff && book.isPutOffToday(person)
    guard isSettled || !isPutOff else { return nil }
    return TodayItem(
      owed.kind == .answer ? .answer : .promise, person, since: book.rules.zone.day(owed.since), why: owed.why,
      isSettled: isSettled)
  }
}
