public import Consent
public import Formats
public import Model
import Plans

/// An event that was read: the times it took place, and who was to be there.
public struct TakenEvent: Sendable {
  /// One time it took place.
  public struct Occurrence: Sendable {
    public let at: Instant
    public let endsAt: Instant?
    /// Equal for the same occurrence in every calendar it stands in, and tells nothing else.
    public let twin: [UInt8]
    /// Without those who were erased (P120).
    public let guests: [EventGuest]
  }

  public let identity: String
  public let digest: [UInt8]
  /// When it has to be read again; nil if never.
  public let next: Instant?
  public let occurrences: [Occurrence]
}

/// Reads of events when they took place and with whom; whatever else they say is left where it is.
public struct EventTaking: Sendable {
  public var source: ID<Source>
  public var since: Instant?

  public init(source: ID<Source>, since: Instant?) {
    self.source = source
    self.since = since
  }

  /// What identifies an event of this source.
  public func identity(_ uid: String) -> String { "\(source):\(uid)" }

  /// The events, and the number of the key of everybody in them.
  public func take(
    _ events: [CalendarBook.Event], _ permit: borrowing Permit<ReadCalendar>
  ) async throws -> (events: [TakenEvent], keys: [Handle: KeyID]) {
    var read: [CalendarEvent] = []
    var at = 0
    while at < events.count {
      // Those of one file are looked at together, within the bounds of one file.
      let end = events[at...].firstIndex { $0.place != events[at].place } ?? events.count
      read += events[at].file.events(of: events[at..<end].map(\.entry), since: since)
      at = end
    }
    let handles = Set(read.flatMap(\.occurrences).flatMap(\.guests).map { Handle(.email, $0.address) })
    let sealer = try await permit.sealer(for: handles)
    let blind = permit.blind
    let taken = zip(events, read).map { event, read in
      TakenEvent(
        identity: identity(event.seen.uid), digest: event.digest, next: read.next,
        occurrences: read.occurrences.map { occurrence in
          let name = "meeting\u{0}\(read.uid)\u{0}\(occurrence.recurrence?.milliseconds.description ?? "")"
          return TakenEvent.Occurrence(
            at: occurrence.at, endsAt: occurrence.endsAt, twin: blind.mac(sha256(Array(name.utf8))),
            guests: occurrence.guests.filter { !sealer.isErased(Handle(.email, $0.address)) })
        })
    }
    var keys: [Handle: KeyID] = [:]
    for handle in handles { keys[handle] = sealer.keyID(handle) }
    return (taken, keys)
  }
}
