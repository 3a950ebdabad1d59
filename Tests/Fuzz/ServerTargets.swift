import Formats
import Model

extension FuzzTarget {
  /// A calendar: within its limits whatever it says, nothing to come among what was, and the same twice.
  static func calendar(_ bytes: [UInt8]) throws {
    let now = Instant(year: 2026, month: 11, day: 23)
    let file = CalendarFile(bytes, now: now)
    let events = file.events(of: file.entries)
    try hold("every entry is an event", events.map(\.uid) == file.entries.map(\.uid))
    try hold("events have names of their own", Set(events.map(\.uid)).count == events.count)
    try hold("a calendar without a beginning has no events", file.isCalendar || bytes.isEmpty || !hasCalendar(bytes))
    for event in events {
      try hold("occurrences are within their limit", event.occurrences.count <= CalendarLimits.occurrences)
      try hold("what is next is to come", event.next.map { $0 > now } ?? true)
      try hold(
        "occurrences are in order", zip(event.occurrences, event.occurrences.dropFirst()).allSatisfy { $0.at <= $1.at })
      for occurrence in event.occurrences {
        try hold("what took place is not to come", occurrence.at <= now)
        try hold("it ends after it began", occurrence.endsAt.map { $0 > occurrence.at } ?? true)
        try hold(
          "guests have addresses",
          occurrence.guests.allSatisfy { $0.address.contains("@") && $0.address == fold($0.address) })
      }
    }
    let later = file.events(of: file.entries, since: Instant(year: 2026, month: 1, day: 1))
    try hold(
      "a period leaves out and adds nothing",
      zip(events, later).allSatisfy { $0.occurrences.count >= $1.occurrences.count })
    try hold("it is read the same twice", CalendarFile(bytes, now: now).events(of: file.entries) == events)
  }

  private static func hasCalendar(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: Array("BEGIN:VCALENDAR\r\n".utf8))
  }

  /// An answer of a DAV server: understood or refused, and nothing in it leads elsewhere.
  static func dav(_ bytes: [UInt8]) throws {
    var limits = DAVLimits.standard
    (limits.items, limits.value) = (50, 2_000)
    let origin = DAVHref.Origin(host: "dav.example.test", port: 443, isSecure: true)
    guard let answer = try? Multistatus(bytes, limits: limits) else { return }
    try hold("items are within their limit", answer.items.count <= 50)
    for item in answer.items {
      try hold("values are no more than their bytes", item.href.utf8.count <= max(2_000, bytes.count))
      guard let href = DAVHref(item.href, on: origin) else { continue }
      try hold("a place begins at the root", href.path.hasPrefix("/"))
      try hold("a place is one line", !href.path.utf8.contains { $0 <= 32 || $0 == 127 })
      try hold("a place survives being asked for", DAVHref(path: href.path) != nil)
      try hold("a place cannot end its element", questions(href).allSatisfy { marks($0) == questionMarks })
    }
    let token = DAVQuestion.changes(since: answer.syncToken)
    try hold("a token cannot end its element", marks(token) == marks(DAVQuestion.changes(since: "x")))
  }

  private static func questions(_ href: DAVHref) -> [[UInt8]] {
    [DAVQuestion.cards([href]), DAVQuestion.events([href])]
  }
  private static let questionMarks = DAVHref(path: "/x").map { marks(DAVQuestion.cards([$0])) } ?? 0
  private static func marks(_ bytes: [UInt8]) -> Int { bytes.filter { $0 == 60 }.count }
}
