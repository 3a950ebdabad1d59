import Foundation
import Model
import Testing

@testable import Formats

/// Where the public data sets lie; nil if they are not there.
private enum CardsData {
  static let folder = ProcessInfo.processInfo.environment["KITH_TEST_DATA"].map { URL(fileURLWithPath: $0) }

  static func has(_ set: String) -> Bool {
    folder.map { FileManager.default.fileExists(atPath: $0.appendingPathComponent(set).path) } ?? false
  }

  static func files(_ set: String, _ ending: String) -> [[UInt8]] {
    guard let root = folder?.appendingPathComponent(set),
      let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    else { return [] }
    return walk.compactMap { $0 as? URL }.filter { $0.pathExtension == ending }.sorted { $0.path < $1.path }
      .compactMap { try? Data(contentsOf: $0) }.map { Array($0) }
  }
}

@Suite("cards and numbers of real programs")
struct CardsDataTests {
  @Test(
    "address books of real programs import without loss",
    .enabled(
      if: CardsData.has("ez-vcard") && CardsData.has("sabre-vobject"), "skipped: ez-vcard, sabre-vobject not present"))
  func books() throws {
    let files =
      CardsData.files("ez-vcard", "vcf") + CardsData.files("sabre-vobject", "vcf")
      + CardsData.files("google-takeout-voice", "vcf")
    var cards = 0
    var trouble: [String] = []
    var fields = 0
    for file in files {
      let read = VCard.read(file)
      trouble += read.trouble
      cards += read.cards.count
      let begins = String(decoding: file, as: UTF8.self).split(whereSeparator: \.isNewline)
        .count { $0.uppercased() == "BEGIN:VCARD" }
      #expect(read.cards.count == begins)
      let blank: Set<UInt8> = [13, 10]
      #expect(read.cards.flatMap { $0.serialized() }.filter { !blank.contains($0) }.count <= file.count)
      if read.cards.count == 1 && read.trouble.isEmpty {
        let whole = read.cards[0].serialized()
        #expect(file.count { !blank.contains($0) } == whole.count { !blank.contains($0) } && file.starts(with: whole))
      }
      for card in read.cards {
        let contact = card.contact
        fields += contact.emails.count + contact.phones.count + contact.urls.count + contact.addresses.count
        // One card of the set has a photo and nothing else.
        let says = card.lines.contains { !["BEGIN", "END", "VERSION", "PHOTO", ""].contains($0.name) }
        #expect(!says || !contact.name.isEmpty || !contact.emails.isEmpty || !contact.phones.isEmpty)
        let again = try #require(VCard.read(VCard(new: contact, uid: contact.uid).serialized()).cards.first).contact
        #expect(Set(again.emails) == Set(contact.emails))
        #expect(Set(again.phones.map(\.value)) == Set(contact.phones.map(\.value)))
        #expect(again.notes == contact.notes)
        #expect(again.tags == contact.tags)
        for field in Fact.Field.allCases {
          var same = card
          same.set(field, card.values(field))
          #expect(same == card)
        }
      }
    }
    print("cards: \(files.count) files, \(cards) cards, \(fields) emails+phones+urls+addresses, trouble \(trouble)")
    #expect(cards >= 15)
  }

  @Test(
    "every example number is read, written and read again",
    .enabled(if: CardsData.has("libphonenumber"), "skipped: libphonenumber not present"))
  func numbers() throws {
    let file = try #require(CardsData.folder).appendingPathComponent("libphonenumber/resources/PhoneNumberMetadata.xml")
    var (region, code, examples, valid, same, again) = ("", "", 0, 0, 0, 0)
    for line in try String(contentsOf: file, encoding: .utf8).split(whereSeparator: \.isNewline) {
      if line.contains("<territory ") {
        region = attribute("id", line) ?? ""
        code = attribute("countryCode", line) ?? code
      } else if let next = attribute("countryCode", line) {
        code = next
      }
      guard let start = line.range(of: "<exampleNumber>"), let end = line.range(of: "</exampleNumber>") else {
        continue
      }
      let number = "+\(code)\(line[start.upperBound..<end.lowerBound])"
      examples += 1
      guard let e164 = Phone.e164(number, region: region) else { continue }
      valid += 1
      same += e164 == number ? 1 : 0
      again += Phone.e164(e164, region: nil) == e164 && Phone.e164(Phone.display(e164)) == e164 ? 1 : 0
    }
    print("numbers: \(examples) examples, \(valid) valid, \(same) written the same, \(again) round trips")
    #expect(again == valid)
    #expect(Double(valid) > 0.97 * Double(examples))
  }

  private func attribute(_ name: String, _ line: Substring) -> String? {
    guard
      let start = line.range(of: " \(name)=\"") ?? (line.hasPrefix(name + "=\"") ? line.range(of: name + "=\"") : nil)
    else { return nil }
    return String(line[start.upperBound...].prefix { $0 != "\"" })
  }

  @Test(
    "no payload for spreadsheets survives an export",
    .enabled(if: CardsData.has("csv-injection"), "skipped: csv-injection not present"))
  func payloads() {
    let lines = CardsData.files("csv-injection", "txt").flatMap { $0.split(separator: 10).map(Array.init) }
      .map { String(decoding: $0.filter { $0 != 13 }, as: UTF8.self) }
    for line in lines {
      let table = CSVTable.read(CSVWriter.line([line, "x"]) + CSVWriter.line(["y", "z"])).table
      #expect(!["=", "+", "-", "@"].contains(table.header.first?.prefix(1)))
      #expect(table.header.first.map(CSVWriter.restored) == line)
    }
    print("payloads: \(lines.count)")
    #expect(lines.count >= 5)
  }

  @Test(
    "large public tables are read",
    .enabled(
      if: CardsData.has("dedupe-examples") && CardsData.has("splink"), "skipped: dedupe-examples, splink not present"))
  func tables() {
    for file in CardsData.files("dedupe-examples", "csv") + CardsData.files("splink", "csv")
      + CardsData.files("febrl", "csv")
    {
      let read = CSVTable.read(file)
      print(
        "table: \(file.count) bytes, \(read.table.header.count) columns, \(read.table.rows.count) rows"
      )
      #expect(read.table.rows.allSatisfy { $0.count == read.table.header.count })
    }
  }
}
