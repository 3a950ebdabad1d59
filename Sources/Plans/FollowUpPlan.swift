public import Model

/// What the rules of follow-ups look at of one person.
public struct FollowUp: Sendable, Equatable {
  /// A bucket with an interval that the person is in.
  public struct Place: Sendable, Equatable {
    public var bucket: ID<Bucket>
    public var name: String
    public var days: Int
    /// When the person was put in.
    public var since: Instant

    public init(_ bucket: ID<Bucket>, _ name: String, days: Int, since: Instant) {
      self.bucket = bucket
      self.name = name
      self.days = days
      self.since = since
    }
  }

  /// An interval of the person's own.
  public struct Own: Sendable, Equatable {
    public var days: Int
    public var since: Instant

    public init(days: Int, since: Instant) {
      self.days = days
      self.since = since
    }
  }

  /// No reminder before a day.
  public struct Snooze: Sendable, Equatable {
    public var until: Day
    /// When the owner said so.
    public var at: Instant

    public init(until: Day, at: Instant) {
      self.until = until
      self.at = at
    }
  }

  public var places: [Place]
  public var own: Own?
  /// When the person came to be known here.
  public var added: Instant
  public var lastContact: Instant?
  public var snooze: Snooze?
  public var dismissedAt: Instant?
  public var isMuted: Bool
  public var isArchived: Bool

  public init(
    places: [Place] = [], own: Own? = nil, added: Instant, lastContact: Instant? = nil, snooze: Snooze? = nil,
    dismissedAt: Instant? = nil, isMuted: Bool = false, isArchived: Bool = false
  ) {
    self.places = places
    self.own = own
    self.added = added
    self.lastContact = lastContact
    self.snooze = snooze
    self.dismissedAt = dismissedAt
    self.isMuted = isMuted
    self.isArchived = isArchived
  }
}

/// When somebody is to be followed up, by which interval, and how it stands with them.
///
/// All days are those of the owner's calendar, so nights of 23 or 25 hours are nights.
public struct FollowUpPlan: Sendable, Equatable {
  /// The interval that counts, and whose it is.
  public struct Interval: Sendable, Equatable {
    public var days: Int
    /// Nil for the person's own.
    public var bucket: ID<Bucket>?
    /// As the owner reads it: a bucket's name, or "their own interval".
    public var name: String
    public var since: Day
  }

  public var interval: Interval?
  public var lastContact: Day?
  /// The first day on which a reminder is shown; nil without an interval, and for whoever is muted or archived.
  public var due: Day?
  private var isSilent: Bool

  /// The person's own interval counts, else the shortest of their buckets; of two alike the one they were in first.
  public init(_ follow: FollowUp, in zone: Zone) {
    lastContact = follow.lastContact.map(zone.day)
    isSilent = follow.isMuted || follow.isArchived
    if let own = follow.own {
      interval = Interval(days: own.days, bucket: nil, name: "their own interval", since: zone.day(own.since))
    } else {
      let shortest = follow.places.min { ($0.days, $0.since, $0.bucket) < ($1.days, $1.since, $1.bucket) }
      interval = shortest.map {
        Interval(days: $0.days, bucket: $0.bucket, name: $0.name, since: zone.day($0.since))
      }
    }
    guard let interval, !isSilent else { return }
    var start = lastContact ?? zone.day(follow.added)
    // A dismissed reminder is one that was not followed: the next comes when the interval has passed once more.
    if let dismissed = follow.dismissedAt { start = max(start, zone.day(dismissed)) }
    var day = start + interval.days
    // Whoever was in touch since has done what was put off.
    if let snooze = follow.snooze, follow.lastContact.map({ snooze.at > $0 }) ?? true { day = max(day, snooze.until) }
    due = day
  }

  public func isDue(on today: Day) -> Bool { due.map { $0 <= today } ?? false }

  /// How it stands on a day; putting off a reminder makes no tie stronger.
  public func status(on today: Day) -> TieStatus {
    guard let interval, !isSilent else { return .none }
    guard let lastContact else { return today - interval.since < interval.days ? .fading : .weak }
    let silence = today - lastContact
    return silence <= interval.days ? .strong : silence <= 2 * interval.days ? .fading : .weak
  }

  /// How many intervals of silence there have been, counted from the last contact or from when the interval began.
  public func lateness(on today: Day) -> Double {
    guard let interval else { return 0 }
    return Double(max(0, today - (lastContact ?? interval.since))) / Double(interval.days)
  }

  /// One sentence that says why somebody is due.
  public func why(on today: Day) -> String {
    guard let interval else { return "No interval is set." }
    let often = interval.days == 1 ? "every day" : "every \(interval.days) days"
    let whose = interval.bucket == nil ? "you want to be in touch \(often)" : "\(interval.name) is \(often)"
    guard let lastContact else { return "You have never been in touch; \(whose)." }
    return "Your last contact was \(FollowUpPlan.ago(today - lastContact)); \(whose)."
  }

  static func ago(_ days: Int) -> String {
    days <= 0 ? "today" : days == 1 ? "yesterday" : "\(days) days ago"
  }
}
