import Model

/// One VEVENT as it is written: the whole event, or one occurrence of it that was changed.
struct EventComponent: Sendable {
  /// A time, and the zone that stands beside it.
  struct Zoned: Sendable, Hashable {
    var time: WallTime
    var zone: String = ""
  }

  var uid = ""
  var start: Zoned?
  var recurrence: Zoned?
  var rule: [UInt8]?
  var dates: [Zoned] = []
  var exceptions: [Zoned] = []
  var guests: [EventGuest] = []
  var isCancelled = false
  var sequence = 0
  /// Lines that are its own, for telling whether it changed.
  var lines = 0

  private static let longestUID = 4_096
  private static let longestName = 200
  /// RFC 5321 §4.5.3.1: 64 octets before the `@` and 255 behind it.
  private static let longestAddress = 320

  mutating func take(_ line: CardLine) {
    switch line.name {
    case "UID": if uid.isEmpty { uid = String(decoding: line.parts().value.prefix(Self.longestUID), as: UTF8.self) }
    case "DTSTART": if start == nil { start = Self.times(line).first }
    case "RECURRENCE-ID": if recurrence == nil { recurrence = Self.times(line).first }
    case "RRULE": if rule == nil { rule = line.parts().value }
    case "RDATE": Self.add(Self.times(line), to: &dates)
    case "EXDATE": Self.add(Self.times(line), to: &exceptions)
    case "STATUS": isCancelled = Self.word(line.parts().value) == "CANCELLED"
    case "SEQUENCE": sequence = Int(Self.word(line.parts().value).prefix(9)) ?? 0
    case "ORGANIZER", "ATTENDEE":
      if guests.count < CalendarLimits.people, let guest = Self.guest(line) { guests.append(guest) }
    default: break
    }
  }

  private static func add(_ times: [Zoned], to list: inout [Zoned]) {
    list += times.prefix(max(0, CalendarLimits.dates - list.count))
  }

  /// The times of a line; of a period its beginning (RFC 5545 §3.8.5.2).
  private static func times(_ line: CardLine) -> [Zoned] {
    let parts = line.parts()
    let zone = String((parts.parameters.first { $0.name == "TZID" }?.values.first ?? "").prefix(256))
    return parts.value.split(separator: Byte.comma).prefix(CalendarLimits.dates).compactMap { part in
      let start = part.prefix { $0 != 47 }.filter { $0 > Byte.space }
      return WallTime(start).map { Zoned(time: $0, zone: $0.isUTC ? "" : zone) }
    }
  }

  private static func word(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.prefix(64).filter { $0 > Byte.space }.map(Byte.upper), as: UTF8.self)
  }

  /// A person with an address; nil for rooms, lists, and those who are only told of it (RFC 5545 §3.2.3, §3.2.16).
  private static func guest(_ line: CardLine) -> EventGuest? {
    let parts = line.parts()
    func parameter(_ name: String) -> String { parts.parameters.first { $0.name == name }?.values.first ?? "" }
    let kind = parameter("CUTYPE").uppercased()
    guard !["ROOM", "RESOURCE", "GROUP"].contains(kind), parameter("ROLE").uppercased() != "NON-PARTICIPANT" else {
      return nil
    }
    var address = CardText.decode(parts.value, charset: nil)
    if address.lowercased().hasPrefix("mailto:") {
      address = String(address.dropFirst(7).prefix { $0 != "?" })
    } else {
      // Some servers name people by an address of their own, and the one for mail beside it (RFC 7986 §6.2).
      address = parameter("EMAIL")
    }
    address = fold(trimmed(address))
    let halves = address.utf8.split(separator: Byte.at, omittingEmptySubsequences: false)
    guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty }), address.utf8.count <= longestAddress,
      address.utf8.allSatisfy({ $0 > Byte.space && $0 != 127 }), !isNobody(address)
    else { return nil }
    let answer: EventGuest.Answer =
      switch parameter("PARTSTAT").uppercased() {
      case "DECLINED", "DELEGATED": .declined
      case "ACCEPTED", "COMPLETED", "IN-PROCESS": .accepted
      default: .open
      }
    let name = trimmed(parameter("CN"))
    return EventGuest(
      address: address, name: name.contains("@") ? "" : String(name.prefix(longestName)),
      isOrganizer: line.name == "ORGANIZER", answer: answer)
  }

  /// Addresses that servers give to calendars and rooms.
  private static func isNobody(_ address: String) -> Bool {
    ["@group.calendar.google.com", "@resource.calendar.google.com", "@import.calendar.google.com"]
      .contains { address.hasSuffix($0) }
  }
}
