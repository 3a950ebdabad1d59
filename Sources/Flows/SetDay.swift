public import Consent
public import Model
import Plans
public import Store

/// By which calendar a member lives, how long their list of a day is, and what they want to do each week.
public struct DayRules: Sendable, Equatable {
  public var zone: Zone = .utc
  /// How many lines a day has.
  public var cap: Int = TodayPlan.usual
  /// How many people a week; nil for no goal.
  public var goal: Int?

  static let prefix = "day."

  init(_ settings: [String: String]) {
    if let name = settings["day.zone"], let zone = Zones.named(name) { self.zone = zone }
    if let cap = settings["day.cap"].flatMap({ Int($0) }), TodayPlan.caps.contains(cap) { self.cap = cap }
    if let goal = settings["day.goal"].flatMap({ Int($0) }), WeeklyGoal.goals.contains(goal) { self.goal = goal }
  }

  static func of(_ viewer: Viewer, in store: Store) async throws -> DayRules {
    let (member, account) = (viewer.member, viewer.account)
    return DayRules(
      try await store.read(account) { try MemberSettings.all(of: member, named: prefix, account, in: $0) })
  }
}

/// A member sets the rules of their day.
public struct SetDay: Sendable {
  let store: Store

  /// What changes; what is nil stays.
  public struct Change: Sendable, Equatable {
    /// As the IANA names it: `Europe/Berlin`.
    public var zone: String?
    public var cap: Int?
    /// `.some(nil)` for no goal.
    public var goal: Int??

    public init(zone: String? = nil, cap: Int? = nil, goal: Int?? = nil) {
      self.zone = zone
      self.cap = cap
      self.goal = goal
    }
  }

  public init(store: Store) { self.store = store }

  public func rules(_ viewer: Viewer) async throws -> DayRules { try await DayRules.of(viewer, in: store) }

  @discardableResult
  public func run(_ change: Change, as viewer: Viewer) async throws -> DayRules {
    if let zone = change.zone, Zones.named(zone) == nil {
      throw Trouble("there is no such time zone", "give one as the IANA names it, like Europe/Berlin, or UTC")
    }
    if let cap = change.cap, !TodayPlan.caps.contains(cap) {
      throw Trouble("a day has from 1 to 100 lines", "give one of these")
    }
    if case .some(.some(let goal)) = change.goal, !WeeklyGoal.goals.contains(goal) {
      throw Trouble("a weekly goal is from 1 to 500 people", "give one of these")
    }
    let (member, account) = (viewer.member, viewer.account)
    return try await store.write(account) { session in
      func keep(_ value: String?, _ name: String) throws {
        try MemberSettings.keep(value, as: DayRules.prefix + name, of: member, account, in: session)
      }
      if let zone = change.zone { try keep(zone, "zone") }
      if let cap = change.cap { try keep(String(cap), "cap") }
      if let goal = change.goal { try keep(goal.map { String($0) }, "goal") }
      return DayRules(try MemberSettings.all(of: member, named: DayRules.prefix, account, in: session))
    }
  }
}
