import Model

/// One VEVENT as it is written: the whole event, or one occurrence of it that was changed.
struct EventComponent: Sendable {
  /// A time, and the zone that stands beside it.
  struct Zoned: Sendable, Hashable {
    var time: WallTime
    var zone: String = ""
  }

  /// When it ends: at a time of its own, or so many seconds after it began.
  enum End: Sendable, Hashable {
    case at(Zoned)
    case after(Int64)
  }

  var uid = ""
  var start: Zoned?
  var end: End?
  var recurrence: Zoned?
  var rule: [UInt8]?
  var dates: [Zoned] = []
  /// The ends of those dates that are written as periods (RFC 5545 §3.3.9).
  var periods: [Zoned: End] = [:]
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
    case "DTEND": if end == nil { end = Self.times(line).first.map(End.at) }
    case "DURATION": if end == nil { end = Self.length(line.parts().value).map(End.after) }
    case "RECURRENCE-ID": if recurrence == nil { recurrence = Self.times(line).first }
    case "RRULE": if rule == nil { rule = line.parts().value }
    case "RDATE":
      Self.add(Self.times(line), to: &dates)
      for (start, end) in Self.periods(line) where periods.count < CalendarLimits.dates { periods[start] = end }
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
    let zone = zone(parts.parameters)
    return parts.value.split(separator: Byte.comma).prefix(CalendarLimits.dates).compactMap { part in
      time(part.prefix { $0 != 47 }, zone)
    }
  }

  /// The periods of a line, beginning and end.
  private static func periods(_ line: CardLine) -> [(start: Zoned, end: End)] {
    let parts = line.parts()
    guard parts.value.contains(47) else { return [] }
    let zone = zone(parts.parameters)
    return parts.value.split(separator: Byte.comma).prefix(CalendarLimits.dates).compactMap { part in
      let halves = part.split(separator: 47, maxSplits: 1)
      guard halves.count == 2, let start = time(halves[0], zone) else { return nil }
      let end = time(halves[1], zone).map(End.at) ?? length(halves[1]).map(End.after)
      return end.map { (start, $0) }
    }
  }

  private static func zone(_ parameters: [CardLine.Parameter]) -> String {
    String((parameters.first { $0.name == "TZID" }?.values.first ?? "").prefix(256))
  }

  private static func time(_ bytes: some Sequence<UInt8>, _ zone: String) -> Zoned? {
    WallTime(bytes.filter { $0 > Byte.space }).map { Zoned(time: $0, zone: $0.isUTC ? "" : zone) }
  }

  /// The seconds of a duration, `P7W` or `P1DT2H30M` (RFC 5545 §3.3.6); a day has 24 hours here, whatever clocks do in it.
  ///
  /// Nil for none, and for what runs backwards.
  private static func length(_ bytes: some Sequence<UInt8>) -> Int64? {
    var text = bytes.filter { $0 > Byte.space }.map(Byte.upper)[...]
    if text.first == UInt8(ascii: "+") { text = text.dropFirst() }
    guard text.first == UInt8(ascii: "P"), text.count <= 64 else { return nil }
    var (seconds, number, isTime): (Int64, Int64?, Bool) = (0, nil, false)
    for byte in text.dropFirst() {
      switch byte {
      case 48...57:
        guard number ?? 0 < 100_000_000 else { return nil }
        number = (number ?? 0) * 10 + Int64(byte - 48)
      case UInt8(ascii: "T") where number == nil && !isTime: isTime = true
      default:
        guard let unit = unit(byte, isTime), let count = number else { return nil }
        seconds += count * unit
        number = nil
      }
    }
    return number == nil && seconds > 0 ? seconds : nil
  }

  private static func unit(_ letter: UInt8, _ isTime: Bool) -> Int64? {
    switch (letter, isTime) {
    case (UInt8(ascii: "W"), false): 604_800
    case (UInt8(ascii: "D"), false): 86_400
    case (UInt8(ascii: "H"), true): 3600
    case (UInt8(ascii: "M"), true): 60
    case (UInt8(ascii: "S"), true): 1
    default: nil
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
