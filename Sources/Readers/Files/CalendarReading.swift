import Consent
import Formats
public import Model
public import Plans

/// One calendar of files: a file of events, or a folder of such files.
public struct CalendarBook: Sendable {
  /// An event between reading and taking.
  public struct Event: Sendable {
    public let seen: AddressBookPlan.Seen
    let digest: [UInt8]
    let entry: CalendarFile.Entry
    let file: CalendarFile
    /// Which file it stands in.
    let place: String
  }

  /// What the calendar is called in the completeness ledger.
  public let name: String
  public private(set) var events: [Event] = []
  public private(set) var leftOut: [LeftOut: Int] = [:]
  /// Everything that is there, whether it is kept or not.
  public private(set) var onServer = 0

  private let terms: String

  /// Whether all of it could be read; what is missing from a calendar that was read in part is not gone.
  public var isComplete: Bool { leftOut[.unreadable] == nil }

  /// A file is read whole up to this size.
  static let largestFile = 256 * 1024 * 1024

  /// With another `since` every event is another one.
  public init(at location: String, since: Instant?, now: Instant) throws {
    terms = since?.description ?? ""
    let path = Array(location.utf8)
    name = String(decoding: path.split(separator: 47).last.map(Array.init) ?? path, as: UTF8.self)
    let isFolder: Bool
    do {
      isFolder = try LocalFile.isFolder(path)
    } catch {
      throw error == .missing
        ? Trouble("there is nothing at this path", "check the path; nothing was changed") : LocalFile.closed
    }
    if isFolder { try readFolder(path, now) } else { try read(path, now) }
    leaveOutDoubled()
  }

  /// One resource of a calendar on a server: one event, with what was changed of it.
  init(resource bytes: [UInt8], at place: String, now: Instant) {
    (name, terms) = (place, "")
    add(CalendarFile(bytes, now: now), at: place)
    leaveOutDoubled()
  }

  private mutating func readFolder(_ root: [UInt8], _ now: Instant) throws {
    var waiting = [root]
    var files = 0
    while let path = waiting.popLast() {
      guard let listing = try? LocalFile.list(path) else {
        guard path != root else { throw LocalFile.closed }
        leaveOut(.unreadable)
        continue
      }
      waiting += listing.folders.reversed().map { path + [47] + $0 }
      for name in listing.files where CalendarBook.isCalendarFile(name) {
        files += 1
        do {
          try read(path + [47] + name, now)
        } catch {
          leaveOut(.unreadable)
        }
      }
    }
    if files == 0 {
      throw Trouble("there is no file of events (.ics) in this folder", "name a file, or another folder")
    }
  }

  private static func isCalendarFile(_ name: [UInt8]) -> Bool {
    let name = fold(String(decoding: name, as: UTF8.self))
    return name.hasSuffix(".ics") || name.hasSuffix(".ical") || name.hasSuffix(".ifb")
  }

  private mutating func read(_ path: [UInt8], _ now: Instant) throws {
    let bytes = try LocalFile.whole(path, limit: CalendarBook.largestFile)
    let file = CalendarFile(bytes, now: now)
    if !file.isCalendar, bytes.contains(where: { $0 > 32 }) {
      throw Trouble("there is no calendar (BEGIN:VCALENDAR) in this file", "name a file of events")
    }
    add(file, at: String(decoding: path, as: UTF8.self))
  }

  private mutating func add(_ file: CalendarFile, at place: String) {
    for entry in file.entries {
      onServer += 1
      let digest = sha256(entry.content + Array(terms.utf8))
      // A uid may tell something of its event: it is known by its digest.
      let seen = AddressBookPlan.Seen(uid: hex(sha256(Array(entry.uid.utf8))), digest: hex(digest))
      events.append(Event(seen: seen, digest: digest, entry: entry, file: file, place: place))
    }
    for (rule, items) in [(LeftOut.todo, file.others), (.empty, file.timeless), (.unreadable, file.unread)]
    where items > 0 {
      onServer += items
      leftOut[rule, default: 0] += items
    }
  }

  /// Of several events with one uid the last counts, as the plan says.
  private mutating func leaveOutDoubled() {
    var last: [String: Int] = [:]
    for (place, event) in events.enumerated() { last[event.seen.uid] = place }
    let kept = events.indices.filter { last[events[$0].seen.uid] == $0 }
    if kept.count < events.count { leftOut[.doubled] = events.count - kept.count }
    events = kept.map { events[$0] }
  }

  private mutating func leaveOut(_ rule: LeftOut) {
    onServer += 1
    leftOut[rule, default: 0] += 1
  }
}
