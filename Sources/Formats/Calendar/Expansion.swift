import Model

/// Works out when events took place (RFC 5545 §3.8.5): starts by rule and by date, less exceptions, with what was changed.
struct Expansion {
  let zones: [String: CalendarZone]
  /// The zone of times that name none.
  let standing: String
  let now: Instant
  let since: Instant
  /// How many more rules may run dry.
  private var barren = CalendarLimits.barren
  private var room = CalendarLimits.allStarts

  init(zones: [String: CalendarZone], standing: String, now: Instant, since: Instant) {
    self.zones = zones
    self.standing = standing
    self.now = now
    self.since = since
  }

  /// A zone that is not defined is UTC: some hours, and at most a day, beside it.
  private func instant(_ zoned: EventComponent.Zoned) -> Instant {
    guard !zoned.time.isUTC else { return Instant(seconds: zoned.time.seconds) }
    let name = zoned.zone.isEmpty ? standing : zoned.zone
    return Instant(seconds: zones[name]?.utc(zoned.time) ?? zoned.time.seconds)
  }

  /// The whole of an event; of several that say the same of it, the latest counts (RFC 5546 §2.1.5).
  mutating func event(_ uid: String, _ parts: [EventComponent]) -> CalendarEvent {
    let whole = parts.filter { $0.recurrence == nil }.max { $0.sequence < $1.sequence }
    var changed: [Instant: EventComponent] = [:]
    for part in parts {
      guard let recurrence = part.recurrence else { continue }
      let place = instant(recurrence)
      if let held = changed[place], held.sequence > part.sequence { continue }
      changed[place] = part
    }
    var occurrences: [EventOccurrence] = []
    var next: Instant?
    func plan(_ at: Instant) { if at > now { next = min(next ?? at, at) } }
    func add(_ recurrence: Instant?, _ at: Instant, _ part: EventComponent, lasting length: Int64?) {
      plan(at)
      guard at <= now, at >= since, !part.isCancelled, whole?.isCancelled != true else { return }
      let end = length.map { Instant(milliseconds: at.milliseconds + $0) }
      occurrences.append(EventOccurrence(recurrence: recurrence, at: at, endsAt: end, guests: part.guests))
    }
    let usual = whole.flatMap { whole in whole.start.flatMap { length(whole.end, from: $0) } }
    if let whole {
      let periods = Dictionary(
        whole.periods.map { (instant($0), length($1, from: $0)) }, uniquingKeysWith: { first, _ in first })
      for (start, isLeft) in starts(whole) {
        // What is left out now may be followed by others: it is looked at again all the same.
        plan(start)
        if isLeft || changed[start] != nil { continue }
        let length = periods[start] ?? usual
        add(recurs(whole) || !changed.isEmpty ? start : nil, start, whole, lasting: length)
      }
    }
    for (place, part) in changed {
      // Without a beginning of its own it begins as planned, and lasts as long if it does not say otherwise.
      let start = part.start ?? part.recurrence
      let own = start.flatMap { length(part.end, from: $0) }
      add(place, start.map { instant($0) } ?? place, part, lasting: part.start == nil && part.end == nil ? usual : own)
    }
    occurrences.sort { ($0.at, $0.recurrence ?? $0.at) < ($1.at, $1.recurrence ?? $1.at) }
    return CalendarEvent(uid: uid, occurrences: occurrences.suffix(CalendarLimits.occurrences), next: next)
  }

  /// How long it lasts, in milliseconds: of a whole day that names no end it is the day (RFC 5545 §3.6.1).
  ///
  /// Nil for what has no length, ends before it begins, or is longer than any meeting.
  private func length(_ end: EventComponent.End?, from start: EventComponent.Zoned) -> Int64? {
    let length: Int64 =
      switch end {
      case .at(let zoned): instant(zoned).milliseconds - instant(start).milliseconds
      case .after(let seconds): seconds * 1000
      case nil: start.time.isDate ? 86_400_000 : 0
      }
    return length > 0 && length <= CalendarLimits.length ? length : nil
  }

  private func recurs(_ event: EventComponent) -> Bool { event.rule != nil || !event.dates.isEmpty }

  /// When an event was to begin: its own start, those of its rule and of its dates, and whether an exception takes it out.
  private mutating func starts(_ event: EventComponent) -> [(at: Instant, isLeft: Bool)] {
    guard let first = event.start else { return [] }
    var found: Set<Instant> = [instant(first)]
    let left = Set(event.exceptions.map { instant($0) })
    // An exception that names a day takes out what begins on it, by the event's own clock.
    let days = Set(event.exceptions.filter(\.time.isDate).map(\.time.day))
    var leftByDay: Set<Instant> = []
    func see(_ zoned: EventComponent.Zoned) {
      let at = instant(zoned)
      found.insert(at)
      if !days.isEmpty, days.contains(zoned.time.day) { leftByDay.insert(at) }
    }
    see(first)
    for date in event.dates { see(date) }
    for start in byRule(event, first) { see(start) }
    return found.map { ($0, left.contains($0) || leftByDay.contains($0)) }
  }

  private mutating func byRule(_ event: EventComponent, _ first: EventComponent.Zoned) -> [EventComponent.Zoned] {
    guard barren > 0, room > 0, let bytes = event.rule, let rule = Recurrence(bytes) else { return [] }
    // A day more than any clock is ahead of another.
    let end = WallTime(seconds: now.milliseconds / 1000 + 86_400)
    let starts = rule.starts(from: first.time, until: end)
    room -= starts.count
    if rule.isDry(starts, until: end) { barren -= 1 }
    return starts.map { EventComponent.Zoned(time: $0, zone: first.zone) }.filter { start in
      guard let until = rule.until else { return true }
      if until.isUTC { return instant(start).milliseconds <= until.seconds * 1000 }
      // A day is meant with all of its hours.
      return until.isDate ? start.time.day <= until.day : start.time.seconds <= until.seconds
    }
  }
}
