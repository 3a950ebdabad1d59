public import Model
import Plans
import Store

/// How somebody is followed up, as a page shows it.
public struct FollowUpShown: Sendable, Equatable {
  public var status: TieStatus
  /// One sentence; nil without an interval.
  public var why: String?
  public var due: Day?
  /// The person's own interval in days.
  public var own: Int?
  public var isMuted: Bool
  public var isArchived: Bool
  public var snoozed: Day?
}

extension FollowUpBook {
  /// How it stands with somebody of the viewer's own; nil of whom nothing is known here.
  public func shown(of person: ID<Person>) -> FollowUpShown? {
    guard let known = tracked.first(where: { $0.person == person }) else { return nil }
    let plan = plan(of: known)
    let said = words[person]
    return FollowUpShown(
      status: plan.status(on: today), why: plan.interval == nil ? nil : plan.why(on: today), due: plan.due,
      own: said?.interval?.days, isMuted: said?.isMuted ?? false, isArchived: said?.isArchived ?? false,
      snoozed: said?.snooze.flatMap { $0.until > today && plan.due == $0.until ? $0.until : nil })
  }
}
