import Model
import Testing

@testable import Formats

@Suite("the folder that serves as a CRM")
struct CardsFolderTests {
  private let id = ID<Person>(123_456_789)

  private var bob: Contact {
    var bob = Contact()
    bob.name = "Bob Brown"
    bob.emails = [.init("bob@example.test", label: "work")]
    return bob
  }

  @Test("a rendered file says who it is about and which change was the last")
  func renders() throws {
    let bytes = FolderRecord.render(bob, id: id, key: "key-1")
    let read = try #require(FolderRecord.read(bytes))
    #expect(read.id == id)
    #expect(read.key == "key-1")
    #expect(read.contact.emails == bob.emails)
    #expect(read.contact.custom.isEmpty)
    #expect(FolderRecord.read(Array("nothing".utf8)) == nil)
    let foreign = try #require(FolderRecord.read(Array(CardFixtures.bob.utf8)))
    #expect((foreign.id, foreign.key) == (nil, nil))
  }

  @Test("an update changes its fields and leaves edits by hand byte for byte")
  func updates() throws {
    let made = String(decoding: FolderRecord.render(bob, id: id, key: "key-1"), as: UTF8.self)
    let edited =
      "\u{FEFF}; my remark\n"
      + made.replacing("END:VCARD\r\n", with: "x-mood;a=\"b\":  fine \nNOTE:by hand\n\nEND:VCARD\n\ntail")
    let updated = try #require(
      FolderRecord.updating(
        Array(edited.utf8), changes: [.email: [.init("bob@new.example.org", label: "work")]], key: "key-2"))
    let expected = edited.replacing("bob@example.test", with: "bob@new.example.org").replacing("key-1", with: "key-2")
    #expect(String(decoding: updated, as: UTF8.self) == expected)
    #expect(FolderRecord.read(updated)?.contact.notes == ["by hand"])
    let again = FolderRecord.updating(
      updated, changes: [.email: [.init("bob@new.example.org", label: "work")]], key: "key-2")
    #expect(again == updated)
    #expect(FolderRecord.updating([], changes: [:], key: "k") == nil)
  }

  @Test(
    "names of files are safe whatever a person is called",
    arguments: [
      ("Bob Brown", "bob-brown"), ("../../etc/passwd", "etc-passwd"), ("-rf", "rf"), (".hidden", "hidden"),
      ("", "person"),
      ("Zoë Müßig-Łódź", "zoe-mussig-lodz"), ("山田", "person"), ("O'Hara", "ohara"), ("a\u{0}b\n/c\\d", "a-b-c-d"),
      ("CON", "con"),
    ])
  func names(_ name: String, _ slug: String) { #expect(FolderRecord.path(name, id: id) == "people/\(slug)-21i3v9.vcf") }

  @Test("a line that goes lends its line end to nobody: a blank line stays blank, a line behind it stays a line")
  func bareReturn() throws {
    let card = Array("BEGIN:VCARD\rEMAIL:bob@example.test\n\r\n  torn\r\nEND:VCARD\r\n".utf8)
    let made = try #require(FolderRecord.updating(card, changes: [.email: []], id: id, key: "k"))
    let read = try #require(FolderRecord.read(made))
    #expect(read.id == id)
    #expect(read.key == "k")
    #expect(read.contact.emails.isEmpty)
  }

  @Test("names of files are at most 100 bytes")
  func longNames() {
    for name in [
      String(repeating: "abc ", count: 100), String(repeating: "e\u{301}", count: 10_000),
      String(repeating: "ß", count: 300),
    ] {
      let file = FolderRecord.path(name, id: ID(Int64.max)).dropFirst("people/".count)
      #expect(file.utf8.count <= 100)
      #expect(file.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 46 })
    }
  }

  @Test("no cell of the overview is a formula")
  func overview() {
    let person = Person(
      id: id, name: "=cmd|' /C calc'!A0", emails: ["+a@example.test", "b@example.test"], phones: ["+17135550100"],
      organisation: "@x", title: "-1", strength: 0.256, lastContacted: Instant(seconds: 1_800_000_000))
    let table = CSVTable.read(FolderOverview.render([person])).table
    #expect(table.header == FolderOverview.header)
    for cell in table.rows.joined() { #expect(!["=", "+", "-", "@"].contains(cell.prefix(1))) }
    #expect(
      table.rows.first?.map(CSVWriter.restored) == [
        id.description, person.name, "+a@example.test; b@example.test", "+17135550100", "@x", "-1", "0.26",
        "2027-01-15",
      ])
    #expect(FolderOverview.strength(-.infinity).isEmpty)
    #expect(FolderOverview.strength(-0.5) == "-0.50")
  }
}
