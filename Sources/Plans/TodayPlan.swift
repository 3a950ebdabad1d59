public import Model

/// One line of the list of a day: whom it is about, and why it stands there.
public struct TodayItem: Sendable, Equatable {
  /// In the order in which kinds take turns.
  public enum Kind: String, Sendable, CaseIterable, Comparable {
    case birthday
    /// They asked, and wait.
    case answer
    /// The owner said something would be done.
    case promise
    /// What the owner noted is to be done.
    case task
    /// The interval has passed.
    case followUp = "follow-up"

    var place: Int { Kind.allCases.firstIndex(of: self) ?? 0 }
    public static func < (a: Kind, b: Kind) -> Bool { a.place < b.place }
  }

  public var kind: Kind
  public var person: ID<Person>
  /// Of a task.
  public var task: ID<Todo>?
  /// Since when it stands there.
  public var since: Day
  /// One sentence.
  public var why: String
  /// What a follow-up is ranked by; see `docs/formula.md`.
  public var weight: Double
  /// Done today, or put off today: it keeps its place in the number of the day.
  public var isSettled: Bool

  public init(
    _ kind: Kind, _ person: ID<Person>, task: ID<Todo>? = nil, since: Day, why: String, weight: Double = 0,
    isSettled: Bool = false
  ) {
    self.kind = kind
    self.person = person
    self.task = task
    self.since = since
    self.why = why
    self.weight = weight
    self.isSettled = isSettled
  }

  /// The weight of a follow-up: the strength of the tie from 0 to 100, and 20 for each interval of silence, for three at
  /// most, so that old neglect does not push out what can still be kept.
  public static func weight(strength: Double, lateness: Double) -> Double {
    max(0, min(100, strength)) + 20 * max(0, min(3, lateness))
  }
}

/// Follow-ups in their order, ranked once for many looks: there may be thousands, and a day shows a few.
public struct RankedFollowUps: Sendable, Equatable {
  let items: [TodayItem]
  let persons: Set<ID<Person>>

  public init(_ all: [TodayItem]) {
    var persons: Set<ID<Person>> = []
    items = all.sorted(by: TodayPlan.isBefore).filter { persons.insert($0.person).inserted }
    self.persons = persons
  }
}

/// The short list of a day.
public struct TodayPlan: Sendable, Equatable {
  /// What is open, best first.
  public var open: [TodayItem]
  /// What was on the list and is settled.
  public var settled: Int
  /// How many stand behind, left out by the number of a day.
  public var behind: Int

  /// How many lines a day has unless its owner says otherwise.
  public static let usual = 10
  public static let caps = 1...100

  /// A person stands once, by the first kind that speaks of them; tasks stand by themselves.
  ///
  /// Each kind has its own order, and the kinds take turns until the day's number is reached, so that none pushes out
  /// another. What was settled today counts, so that whoever works off the list is done.
  public init(_ all: [TodayItem], cap: Int = usual) {
    self.init(
      all.filter { $0.kind != .followUp }, followUps: RankedFollowUps(all.filter { $0.kind == .followUp }), cap: cap)
  }

  /// The same, of what is no follow-up and of follow-ups that were ranked before.
  public init(_ others: [TodayItem], followUps: RankedFollowUps, cap: Int = usual) {
    var seen: Set<ID<Person>> = []
    var queues: [TodayItem.Kind: [TodayItem]] = [:]
    for kind in TodayItem.Kind.allCases where kind != .followUp {
      let sorted = others.filter { $0.kind == kind }.sorted(by: TodayPlan.isBefore)
      queues[kind] = sorted.filter { $0.task != nil || seen.insert($0.person).inserted }
    }
    let first = followUps.items.lazy.filter { !seen.contains($0.person) }.prefix(max(0, cap))
    let total =
      queues.values.reduce(0) { $0 + $1.count } + followUps.items.count
      - seen.count { followUps.persons.contains($0) }
    queues[.followUp] = Array(first)
    var listed: [TodayItem] = []
    var round = 0
    while listed.count < min(max(0, cap), total) {
      for kind in TodayItem.Kind.allCases where listed.count < cap {
        if let queue = queues[kind], round < queue.count { listed.append(queue[round]) }
      }
      round += 1
    }
    open = listed.filter { !$0.isSettled }
    settled = listed.count - open.count
    behind = total - listed.count
  }

  /// The order within a kind: what asks is answered youngest first, since old asks may be past it; tasks and birthdays go
  /// by day, follow-ups by weight.
  fileprivate static func isBefore(_ a: TodayItem, _ b: TodayItem) -> Bool {
    switch a.kind {
    case .answer, .promise: if a.since != b.since { return a.since > b.since }
    case .birthday, .task: if a.since != b.since { return a.since < b.since }
    case .followUp: if a.weight != b.weight { return a.weight > b.weight }
    }
    return (a.person, a.task ?? ID(0)) < (b.person, b.task ?? ID(0))
  }
}

/// How far the owner is with what they want to do each week.
public struct WeeklyGoal: Sendable, Equatable {
  /// Monday of the week.
  public var week: Day
  /// People with an interval who were in touch since then.
  public var done: Int
  /// Nil if none is set.
  public var goal: Int?

  public static let goals = 1...500

  public init(_ plans: [FollowUpPlan], today: Day, goal: Int?) {
    week = today.monday
    let monday = week
    done = plans.filter { $0.interval != nil && ($0.lastContact.map { $0 >= monday } ?? false) }.count
    self.goal = goal
  }
}
