/// A group of people whom the owner wants to be in touch with, if it has an interval so often.
///
/// An interval says how often, not what somebody is: a word without an interval is better a tag.
public struct Bucket: Identified, Sendable, Equatable {
  public static let prefix = "bucket"

  public var id: ID<Bucket>
  public var name: String
  /// What it is for, in the owner's words.
  public var goal: String?
  /// Whole days between two contacts; nil never reminds.
  public var days: Int?

  public init(id: ID<Bucket>, name: String, goal: String? = nil, days: Int? = nil) {
    self.id = id
    self.name = name
    self.goal = goal
    self.days = days
  }

  /// Intervals that make sense: from every day to every ten years.
  public static let intervals = 1...3650
  /// The longest name, in characters.
  public static let longestName = 60
  /// The longest goal, in characters.
  public static let longestGoal = 500
}

/// How it stands with somebody, measured against how often one wants to be in touch.
public enum TieStatus: String, Sendable, CaseIterable {
  /// In touch within the interval.
  case strong
  /// The interval has passed once, or nobody was in touch yet and the interval runs.
  case fading
  /// It has passed twice, or nobody was ever in touch.
  case weak
  /// No interval.
  case none
}

/// One thing an owner says of how a person is to be followed up.
public enum FollowUpAspect: String, Sendable, CaseIterable {
  /// An interval of their own, in days; goes before those of buckets.
  case interval
  /// No reminder before a day.
  case snooze
  /// Not this time: the reminder comes again an interval later.
  case dismiss
  /// No reminder at all.
  case mute
  /// Left unsorted in the bucket game.
  case skip
  /// Out of the way: in no list of the day, in no game.
  case archive
  /// Deleted by the owner: shown nowhere, and never back by a sync.
  case delete
}
