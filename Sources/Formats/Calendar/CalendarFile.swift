public import Model

/// A calendar as bytes (RFC 5545): what is in it, component by component, never deeper than its limits.
///
/// It never fails: what is torn is taken as far as it goes, and what cannot be understood is counted.
public struct CalendarFile: Sendable {
  /// The parts of one event, and what tells whether it changed.
  public struct Entry: Sendable {
    public let uid: String
    /// Everything that is written of the event, framed, for a digest.
    public let content: [UInt8]
    let parts: [EventComponent]
  }

  /// Events by their UID, in the order they first stand there; one without a UID is known by its content.
  public private(set) var entries: [Entry] = []
  /// Tasks, journals and times that are free or busy.
  public private(set) var others = 0
  /// Events without a beginning that can be read.
  public private(set) var timeless = 0
  /// Events that are more than is read of one file.
  public private(set) var unread = 0
  /// Whether there is a calendar in it at all.
  public private(set) var isCalendar = false

  private let now: Instant
  private let zones: [String: CalendarZone]
  private let standing: String

  /// `now`: what is to come is told by its next time alone.
  public init(_ bytes: [UInt8], now: Instant) {
    let text = CardBytes.asciiCompatible(bytes).bytes
    var reading = Reading()
    var cut = LineCutter(text)
    while let line = cut.next() {
      if !line.isBlank { reading.take(CardLine(Array(text[line.range]))) }
    }
    reading.finish()
    isCalendar = reading.isCalendar
    others = reading.others
    timeless = reading.timeless
    unread = reading.unread
    standing = reading.standing
    self.now = now
    // Zones are asked for no time behind the first occurrence to come, which may be long ahead.
    let far = WallTime(seconds: now.milliseconds / 1000 + 10 * 366 * 86_400)
    var barren = CalendarLimits.barren
    var zones: [String: CalendarZone] = [:]
    for (name, observances) in reading.zones.sorted(by: { $0.key < $1.key }) {
      zones[name] = CalendarZone(observances, until: far, &barren)
    }
    self.zones = zones
    entries = reading.order.compactMap { uid in
      reading.events[uid].map { Entry(uid: uid, content: $0.content, parts: $0.parts) }
    }
  }

  /// Works out when events of it took place; what began before `since` is left out.
  public func events(of entries: [Entry], since: Instant? = nil) -> [CalendarEvent] {
    let earliest = CalendarFile.earliest
    var expansion = Expansion(zones: zones, standing: standing, now: now, since: max(since ?? earliest, earliest))
    return entries.map { expansion.event($0.uid, $0.parts) }
  }

  /// 1985-01-01: nobody kept a calendar in a program before.
  private static let earliest = Instant(year: 1985, month: 1, day: 1)
}

/// What was read so far, line by line, with a stack of its own.
private struct Reading {
  var isCalendar = false
  var others = 0
  var timeless = 0
  var unread = 0
  var zones: [String: [CalendarZone.Observance]] = [:]
  /// The zone of times that name none, if the calendar says so.
  var standing = ""
  var order: [String] = []
  var events: [String: (parts: [EventComponent], content: [UInt8])] = [:]

  private var stack: [String] = []
  private var event: EventComponent?
  private var content: [UInt8] = []
  private var zone = ""
  private var named: [CalendarZone.Observance] = []
  private var observance: CalendarZone.Observance?

  mutating func take(_ line: CardLine) {
    switch line.name {
    case "BEGIN": begin(Self.word(line))
    case "END": end(Self.word(line))
    default: property(line)
    }
  }

  mutating func finish() {
    while let last = stack.last { end(last) }
  }

  private static func word(_ line: CardLine) -> String {
    String(decoding: line.parts().value.prefix(64).filter { $0 > Byte.space }.map(Byte.upper), as: UTF8.self)
  }

  private mutating func begin(_ name: String) {
    // Deeper ones are not looked into; their lines fall to the last that is.
    guard stack.count < CalendarLimits.depth else { return }
    if name == "VCALENDAR" {
      // A calendar within a calendar is the next one, whose end before it was lost.
      finish()
      isCalendar = true
    }
    // An event within an event likewise.
    if name == "VEVENT", event != nil { end("VEVENT") }
    stack.append(name)
    switch name {
    case "VEVENT":
      event = EventComponent()
      content = []
    case "VTODO", "VJOURNAL", "VFREEBUSY": if event == nil { others += 1 }
    case "VTIMEZONE": (zone, named) = ("", [])
    case "STANDARD", "DAYLIGHT": if stack.dropLast().last == "VTIMEZONE" { observance = CalendarZone.Observance() }
    default: break
    }
  }

  private mutating func end(_ name: String) {
    guard let place = stack.lastIndex(of: name) else { return }
    while stack.count > place { close(stack.removeLast()) }
  }

  private mutating func close(_ name: String) {
    switch name {
    case "VEVENT":
      if let event { keep(event) }
      event = nil
    case "STANDARD", "DAYLIGHT":
      if let observance, named.count < CalendarLimits.observances { named.append(observance) }
      observance = nil
    case "VTIMEZONE":
      if !zone.isEmpty, zones[zone] == nil, zones.count < CalendarLimits.zones { zones[zone] = named }
    default: break
    }
  }

  private mutating func keep(_ event: EventComponent) {
    var event = event
    guard event.start != nil || event.recurrence != nil else { return timeless += 1 }
    // Without a UID an event is another one whenever anything of it is.
    if event.uid.isEmpty { event.uid = "-" + String(decoding: content.suffix(4_096), as: UTF8.self) }
    if events[event.uid] == nil {
      guard order.count < CalendarLimits.events else { return unread += 1 }
      order.append(event.uid)
    }
    var held = events[event.uid] ?? ([], [])
    if held.parts.count < CalendarLimits.dates { held.parts.append(event) }
    held.content += content
    held.content.append(0)
    events[event.uid] = held
  }

  private mutating func property(_ line: CardLine) {
    guard let inner = stack.last else { return }
    if event != nil {
      // Not what is said of alarms and the like, and not the time of the export.
      guard inner == "VEVENT", !["DTSTAMP", "LAST-MODIFIED"].contains(line.name) else { return }
      event?.take(line)
      content += CardLine.unfold(line.raw)
      content.append(Byte.lf)
    } else if observance != nil {
      take(line, &observance)
    } else if inner == "VTIMEZONE", line.name == "TZID" {
      zone = String(CardText.decode(line.parts().value, charset: nil).prefix(256))
    } else if inner == "VCALENDAR", line.name == "X-WR-TIMEZONE" {
      standing = String(CardText.decode(line.parts().value, charset: nil).prefix(256))
    }
  }

  private func take(_ line: CardLine, _ observance: inout CalendarZone.Observance?) {
    let value = line.parts().value
    switch line.name {
    case "DTSTART": observance?.start = WallTime(value)
    case "TZOFFSETFROM": observance?.from = CalendarZone.offset(value)
    case "TZOFFSETTO": observance?.to = CalendarZone.offset(value)
    case "RRULE": observance?.rule = Recurrence(value)
    case "RDATE":
      guard let held = observance?.dates.count, held < CalendarLimits.dates else { return }
      observance?.dates += value.split(separator: Byte.comma).prefix(CalendarLimits.dates - held).compactMap {
        WallTime($0)
      }
    default: break
    }
  }
}
