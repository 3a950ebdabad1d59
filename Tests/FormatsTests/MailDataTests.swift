import Formats
import Foundation
import Model
import Testing

/// Real mail from the folder that KITH_TEST_DATA names; output is figures, never content.
@Suite("Mail of the data folder") struct MailDataTests {
  static let folder = ProcessInfo.processInfo.environment["KITH_TEST_DATA"] ?? ""
  static let present = !folder.isEmpty
  static let absent: Comment = "skipped: the folder of KITH_TEST_DATA is not present"

  static func files(_ set: String, where keeps: (String) -> Bool = { _ in true }) -> [String] {
    let root = folder + "/" + set
    guard let names = FileManager.default.enumerator(atPath: root) else { return [] }
    return names.compactMap { $0 as? String }.filter(keeps).map { root + "/" + $0 }.filter { path in
      var directory: ObjCBool = false
      return FileManager.default.fileExists(atPath: path, isDirectory: &directory) && !directory.boolValue
    }.sorted()
  }

  static func bytes(_ path: String) -> [UInt8] { FileManager.default.contents(atPath: path).map { Array($0) } ?? [] }

  @Test(
    "every mail of the sets is read within 250 ms and reduces to what reads alike", .enabled(if: present, absent),
    arguments: [
      "enron-inboxes/maildir/beck-s", "spamassassin/data", "stalwart-mail-parser", "mime4j", "python-email",
      "spamscope-mail-parser", "postal-mime",
    ])
  func all(set: String) {
    let parser = MailParser()
    var slowest = Duration.zero
    var differ = 0
    var dated = 0
    let paths = Self.files(set)
    for path in paths {
      let bytes = Self.bytes(path)
      var mail = parser.parseHeaders([])
      slowest = max(slowest, processorTime { mail = parser.parse(bytes) })
      if mail.date != nil { dated += 1 }
      let reduced = parser.parse(parser.reduced(bytes, to: .text))
      let same =
        mail.text == reduced.text && mail.html == reduced.html && mail.to == reduced.to
        && mail.attachments.map(\.name) == reduced.attachments.map(\.name)
      if !same { differ += 1 }
    }
    print("\(set): \(paths.count) files, \(dated) dated, slowest \(slowest), \(differ) differ when reduced")
    #expect(!paths.isEmpty)
    #expect(differ == 0)
    #expect(slowest < .milliseconds(250))
  }

  @Test("the archive of a mailing list splits into all its mails", .enabled(if: present, absent))
  func archive() {
    let parser = MailParser()
    var mails = 0
    var dated = 0
    var from = 0
    var answers = 0
    for path in Self.files("r-lists", where: { $0.hasSuffix(".txt") }) {
      for bytes in MboxReader.mails(in: Self.bytes(path)) {
        let mail = parser.parseHeaders(bytes)
        mails += 1
        dated += mail.date == nil ? 0 : 1
        from += mail.from.isEmpty ? 0 : 1
        answers += mail.inReplyTo.isEmpty ? 0 : 1
      }
    }
    print("r-sig-finance: \(mails) mails, \(dated) dated, \(from) with an address, \(answers) answers")
    #expect(mails == 15_332)
    #expect(dated == mails)
  }

  /// Up to the line end that is no fold: some cases hold what follows the header too.
  static func field(_ text: String) -> String {
    var out = ""
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if index > 0, line.first != " ", line.first != "\t" { break }
      out += (index > 0 ? "\n" : "") + line
    }
    return out
  }

  struct DateCase: Decodable {
    struct Expected: Decodable {
      var year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
      var tz_before_gmt: Bool, tz_hour: Int, tz_minute: Int
    }
    var header: String
    var expected: Expected?
  }

  @Test("dates agree with the expectations of stalwart's mail-parser", .enabled(if: present, absent))
  func dates() throws {
    let path = Self.folder + "/stalwart-mail-parser/resources/date.json"
    // One case is a Received field, whose date comes behind other numbers: no Date.
    let cases = try JSONDecoder().decode([DateCase].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
      .filter { !$0.header.contains(";") }
    let agree = cases.filter { entry in
      let found = MailDate.parse(Self.field(entry.header))
      guard let e = entry.expected else { return found == nil }
      let offset = (e.tz_hour * 60 + e.tz_minute) * (e.tz_before_gmt ? -1 : 1)
      let instant = Instant(
        year: e.year, month: e.month, day: e.day, hour: e.hour, minute: e.minute, second: e.second,
        offsetMinutes: offset)
      return found == instant
    }
    print("stalwart dates: \(agree.count) of \(cases.count) agree")
    #expect(Double(agree.count) >= 0.95 * Double(cases.count))
  }

  struct AddressCase: Decodable {
    struct Mailbox: Decodable {
      var name: String?
      var address: String?
    }
    struct Group: Decodable { var addresses: [Mailbox] }
    struct Expected: Decodable {
      var List: [Mailbox]?
      var Group: [Group]?
    }
    var header: String
    var expected: Expected?
  }

  @Test("addresses agree with the expectations of stalwart's mail-parser", .enabled(if: present, absent))
  func addresses() throws {
    let path = Self.folder + "/stalwart-mail-parser/resources/address.json"
    let all = try JSONDecoder().decode([AddressCase].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    // List fields hold URLs, which are no mailboxes.
    let cases = all.filter { !$0.header.contains("mailto:") && !$0.header.contains("://") }
    var same = 0
    var names = 0
    for (index, entry) in cases.enumerated() {
      let boxes = (entry.expected?.List ?? []) + (entry.expected?.Group ?? []).flatMap(\.addresses)
      let expected = boxes.filter { $0.address?.contains("@") ?? false }
      let found = AddressList.parse(Self.field(entry.header))
      if found.map({ Self.plain($0.address) }) == expected.map({ Self.plain($0.address ?? "") }) {
        same += 1
        if found.map(\.name) == expected.map({ $0.name ?? "" }) { names += 1 }
      } else {
        print("stalwart addresses: case \(index) differs")
      }
    }
    print("stalwart addresses: \(same) of \(cases.count) agree, \(names) of them in names too")
    #expect(Double(same) >= 0.95 * Double(cases.count))
  }

  /// Without obsolete white space and routes, which stalwart keeps in the address (RFC 5322 §4.4).
  static func plain(_ address: String) -> String {
    let bare = address.lowercased().filter { $0 != " " }
    guard bare.hasPrefix("@"), let colon = bare.firstIndex(of: ":") else { return bare }
    return String(bare[bare.index(after: colon)...])
  }
}
