import Formats
import Foundation
import Model
import Testing

@Suite("calendars of real programs") struct CalendarDataTests {
  private static let folder = ProcessInfo.processInfo.environment["KITH_TEST_DATA"].map {
    URL(fileURLWithPath: $0).appending(path: "ical4j")
  }
  private static var isHere: Bool { folder.map { FileManager.default.fileExists(atPath: $0.path()) } ?? false }

  @Test(
    "every event of every file is read, and has taken place, is to come, was cancelled or left out",
    .enabled(if: isHere, "skipped: ical4j not present"))
  func files() throws {
    let root = try #require(Self.folder)
    let walk = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
    var (files, events, held, occurrences) = (0, 0, 0, 0)
    for case let file as URL in walk where file.pathExtension == "ics" {
      files += 1
      let bytes = [UInt8](try Data(contentsOf: file))
      let text = String(decoding: bytes, as: UTF8.self)
      let calendar = CalendarFile(bytes, now: Instant(year: 2026, month: 11, day: 23))
      let found = calendar.events(of: calendar.entries)
      events += text.components(separatedBy: "BEGIN:VEVENT").count - 1
      held += found.count
      occurrences += found.reduce(0) { $0 + $1.occurrences.count }
      let isEmpty = found.filter { $0.occurrences.isEmpty && $0.next == nil }.count
      let reasons = text.components(separatedBy: "CANCELLED").count + text.components(separatedBy: "EXDATE").count - 2
      #expect(isEmpty <= reasons, "\(file.lastPathComponent)")
      if text.contains("BEGIN:VEVENT"), text.contains("DTSTART") {
        #expect(!found.isEmpty, "\(file.lastPathComponent)")
      }
    }
    #expect(files >= 68 && events >= held && held >= 3_300 && occurrences >= 40_000)
  }
}
