public import Model

/// Somebody an event names, as its organiser or as somebody who was asked to come (RFC 5545 §3.8.4.1, §3.8.4.3).
public struct EventGuest: Sendable, Hashable {
  /// What a guest answered, or that nothing of it is known.
  public enum Answer: Sendable, Hashable { case accepted, declined, open }

  /// The folded address.
  public var address: String
  /// The name as written; empty if none.
  public var name: String
  public var isOrganizer: Bool
  public var answer: Answer

  public init(address: String, name: String = "", isOrganizer: Bool = false, answer: Answer = .open) {
    self.address = address
    self.name = name
    self.isOrganizer = isOrganizer
    self.answer = answer
  }
}

/// One time that an event takes place.
public struct EventOccurrence: Sendable, Equatable {
  /// When it was to begin by the rule, which names it although it was moved; nil for an event without recurrence.
  public var recurrence: Instant?
  public var at: Instant
  /// After `at`; nil if nothing tells.
  public var endsAt: Instant?
  /// Persons alone: no rooms, no lists.
  public var guests: [EventGuest]
}

/// An event with all of its occurrences up to an instant (VEVENT, RFC 5545 §3.6.1).
///
/// Of what an event says only its times and its people are taken: no title, no place, no text.
public struct CalendarEvent: Sendable, Equatable {
  public var uid: String
  /// The latest `CalendarLimits.occurrences` of those that have begun and were not cancelled, in order.
  public var occurrences: [EventOccurrence]
  /// When it has to be looked at again: the next time it was to take place; nil if there is none.
  public var next: Instant?
}
