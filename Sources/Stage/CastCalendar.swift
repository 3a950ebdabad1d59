extension Cast {
  /// An event of Ada's calendar, as text.
  public static func event(
    _ uid: String, _ start: String, host: Role? = nil, with guests: [Role] = [], declined: [Role] = [],
    _ more: String = ""
  ) -> String {
    func line(_ name: String, _ role: Role, _ parameters: String = "") -> String {
      "\(name);CN=\(role.name)\(parameters):mailto:\(role.address)\n"
    }
    return "BEGIN:VEVENT\nUID:\(uid)\nDTSTAMP:20260101T000000Z\nDTSTART:\(start)\nSUMMARY:Canary of a title\n"
      + (host.map { line("ORGANIZER", $0) } ?? "")
      + guests.map { line("ATTENDEE", $0, ";PARTSTAT=ACCEPTED") }.joined()
      + declined.map { line("ATTENDEE", $0, ";PARTSTAT=DECLINED") }.joined()
      + (more.isEmpty ? "" : more + "\n") + "END:VEVENT\n"
  }

  /// So many guests who are nobody in particular.
  public static func crowd(_ count: Int) -> [Role] {
    (0..<count).map { Role(name: "Guest Number \($0)", addresses: ["guest\($0)@example.test"]) }
  }

  /// A calendar of events.
  public static func calendar(_ events: [String]) -> [UInt8] {
    let text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//kith//cast//EN\n\(events.joined())END:VCALENDAR\n"
    return Array(text.replacing("\n", with: "\r\n").utf8)
  }

  /// Ada's own calendar: meetings that were, one every week, one to come, and one that nobody else came to.
  public static let events = [
    event("viewing", "20261102T100000Z", host: ada, with: [ada, bob]),
    event("weekly", "20261002T090000Z", host: fay, with: [fay, ada, eli], "RRULE:FREQ=WEEKLY;COUNT=10"),
    event("later", "20261201T150000Z", host: ada, with: [gus]),
    event("alone", "20261103T080000Z"),
  ]
}
