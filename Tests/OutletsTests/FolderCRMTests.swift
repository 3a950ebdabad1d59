import Consent
import Formats
import Foundation
import Model
import Outlets
import Plans
import Testing

@Suite("A folder as a CRM")
struct FolderCRMTests {
  @Test("a new person becomes one card that names the person and the change")
  func create() async throws {
    let house = try await FolderHouse()
    let answer = try await house.apply(FolderHouse.create(77, "Bob Brown"))
    let records = try await house.crm.records()
    let record = try #require(records.records.first)
    #expect(answer == .written(remote: record.remote, digest: record.digest))
    #expect(record.remote.hasPrefix("people/bob-brown-"))
    #expect(record.person == ID(77))
    #expect(record.key == "key-1")
    #expect(record.values == [.name: ["Bob Brown"], .email: ["bob@example.test"]])
    #expect(house.files().count == 1)
  }

  @Test("P054 the same change twice, and eight times at once, makes one file with one answer")
  func twice() async throws {
    let house = try await FolderHouse()
    let write = FolderHouse.create(77, "Bob Brown")
    let answers = try await withThrowingTaskGroup(of: CRMAnswer.self) { group in
      for _ in 0..<8 { group.addTask { try await house.apply(write) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let first = try #require(answers.first)
    #expect(answers.allSatisfy { $0 == first })
    let before = house.files()
    #expect(before.count == 1)
    #expect(try await house.apply(write) == first)
    #expect(house.files() == before)
  }

  @Test("a person whose file has another name gets no second file")
  func renamed() async throws {
    let house = try await FolderHouse()
    try await house.apply(FolderHouse.create(77, "Bob Brown", key: "key-1"))
    #expect(try await house.apply(FolderHouse.create(77, "Robert Brown", key: "key-2")) == .changed)
    #expect(house.files().count == 1)
  }

  @Test("an update changes its fields and leaves every other byte of the card alone")
  func update() async throws {
    let house = try await FolderHouse()
    try house.put(
      "people/bob.vcf",
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob Brown\r\nX-COLOUR;X=1:gr\\,een\r\nEMAIL;TYPE=work:bob@example.test\r\n"
        + "NOTE:by hand\r\nEND:VCARD\r\n")
    let record = try #require(try await house.crm.records().records.first)
    let change = CRMChange(
      .update, person: ID(77), remote: record.remote,
      fields: [FieldChange(field: .title, old: [], new: ["Buyer"])])
    let answer = try await house.apply(CRMWrite(change, key: "key-2", expected: record.digest))
    guard case .written(_, let digest) = answer else {
      Issue.record("nothing was written")
      return
    }
    let text = String(decoding: house.files()["people/bob.vcf"] ?? [], as: UTF8.self)
    for line in ["X-COLOUR;X=1:gr\\,een", "EMAIL;TYPE=work:bob@example.test", "NOTE:by hand", "TITLE:Buyer"] {
      #expect(text.contains(line + "\r\n"))
    }
    let now = try #require(try await house.crm.records().records.first)
    #expect(now.person == ID(77))
    #expect(now.digest == digest)
  }

  @Test("a record that was changed since it was read is not written over")
  func changedMeanwhile() async throws {
    let house = try await FolderHouse()
    try await house.apply(FolderHouse.create(77, "Bob Brown"))
    let record = try #require(try await house.crm.records().records.first)
    let text = String(decoding: house.files()[record.remote] ?? [], as: UTF8.self)
    try house.put(record.remote, text.replacing("END:VCARD", with: "NOTE:by hand\r\nEND:VCARD"))
    let before = house.files()
    let change = CRMChange(
      .update, person: ID(77), remote: record.remote, fields: [FieldChange(field: .title, old: [], new: ["Buyer"])])
    #expect(try await house.apply(CRMWrite(change, key: "key-2", expected: record.digest)) == .changed)
    #expect(house.files() == before)
  }

  @Test("a hand that edits between the last look and the rename wins")
  func race() async throws {
    let house = try await FolderHouse()
    try await house.apply(FolderHouse.create(77, "Bob Brown"))
    let record = try #require(try await house.crm.records().records.first)
    let change = CRMChange(
      .update, person: ID(77), remote: record.remote, fields: [FieldChange(field: .title, old: [], new: ["Buyer"])])
    let answer = try await house.apply(CRMWrite(change, key: "key-2", expected: record.digest)) {
      try house.put(record.remote, "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:By Hand\r\nEND:VCARD\r\n")
    }
    #expect(answer == .changed)
    #expect(String(decoding: house.files()[record.remote] ?? [], as: UTF8.self).contains("By Hand"))
  }

  @Test("what is nobody's record is left alone and listed")
  func foreign() async throws {
    let house = try await FolderHouse()
    let card = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Eli Ember\r\nEND:VCARD\r\n"
    try house.put("people/readme.txt", "hello")
    try house.put("people/two.vcf", card + card)
    try house.put("people/empty.vcf", "")
    try house.put("people/large.vcf", String(repeating: "x", count: 1_100_000))
    try house.put("people/eli.vcf", card)
    try FileManager.default.createDirectory(
      atPath: house.root + "/people/folder.vcf", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: house.root + "/people/link.vcf", withDestinationPath: "/etc/passwd")
    mkfifo(house.root + "/people/pipe.vcf", 0o600)
    let found = try await house.crm.records()
    #expect(found.records.map(\.remote) == ["people/eli.vcf"])
    #expect(found.records.first?.person == nil)
    let left = Dictionary(uniqueKeysWithValues: found.leftAlone.map { ($0.remote, $0.why) })
    #expect(left.count == 7)
    #expect(left["people/two.vcf"] == "holds several cards")
    #expect(left["people/empty.vcf"] == "holds no card")
    #expect(left["people/large.vcf"] == "larger than 1 MiB")
    #expect(left["people/link.vcf"] == "not a regular file")
    #expect(left["people/pipe.vcf"] == "not a regular file")
    let before = house.files()
    try await house.tidy()
    #expect(house.files().filter { $0.key != "contacts.csv" } == before)
  }

  @Test("P005 the grant is asked for right before the rename, and a no leaves nothing behind")
  func refused() async throws {
    let house = try await FolderHouse()
    try await house.apply(FolderHouse.create(76, "Ada Adler"))
    let before = house.files()
    let gone = Refusal(.withdrawn, promise: 21, "withdrawn")
    // The first question is asked before anything is touched, the second one with the file ready to be put in place.
    for answer in [1, 2] {
      nonisolated(unsafe) var asked = 0
      await #expect(throws: gone) {
        try await house.apply(FolderHouse.create(77, "Bob Brown")) {
          asked += 1
          if asked == answer { throw gone }
        }
      }
      #expect(asked == answer)
      #expect(house.files() == before)
    }
  }

  @Test("P002 a permit for one destination writes to no other")
  func otherDestination() async throws {
    let house = try await FolderHouse()
    let permit = try await house.permit(for: ID(4))
    await #expect(throws: Refusal.self) {
      _ = try await house.crm.apply(FolderHouse.create(77, "Bob Brown"), permit) {}
    }
    #expect(house.files().isEmpty)
  }

  @Test("contacts.csv is made from the cards, is safe in a spreadsheet, and is written only when it changes")
  func overview() async throws {
    let house = try await FolderHouse()
    try await house.apply(FolderHouse.create(77, "=HYPERLINK(1)"))
    #expect(try await house.crm.records().isTidy == false)
    try await house.tidy()
    let text = String(decoding: house.files()["contacts.csv"] ?? [], as: UTF8.self)
    #expect(text.contains("'=HYPERLINK(1)"))
    #expect(text.contains("bob@example.test"))
    let changed = try house.changed("contacts.csv")
    try await house.tidy()
    #expect(try house.changed("contacts.csv") == changed)
    #expect(try await house.crm.records().isTidy)
  }

  @Test("a contacts.csv that somebody else put there is never written over")
  func foreignOverview() async throws {
    let house = try await FolderHouse()
    try house.put("contacts.csv", "my,own,table\n1,2,3\n")
    try await house.apply(FolderHouse.create(77, "Bob Brown"))
    try await house.tidy()
    #expect(house.files()["contacts.csv"] == Array("my,own,table\n1,2,3\n".utf8))
    #expect(try await house.crm.records().leftAlone.map(\.remote) == ["contacts.csv"])
  }

  @Test("what a crash left behind is no record and is swept away")
  func leftover() async throws {
    let house = try await FolderHouse()
    try await house.apply(FolderHouse.create(77, "Bob Brown"))
    try house.put("people/.kith-write.tmp", "half a c")
    #expect(try await house.crm.records().records.count == 1)
    #expect(try await house.crm.records().isTidy == false)
    try await house.tidy()
    #expect(house.files().keys.sorted().count == 2)
    #expect(try await house.crm.records().isTidy)
  }

  @Test(
    "values look the same after they were written, so a second run finds nothing to change",
    arguments: [
      ["Bob Brown"], ["Bob; Brown, Jr."], ["  Bob   Brown "], ["B\\ob\nBrown"], ["Å̊ke Ström"], ["\u{200B}Bob"],
      ["=1+1"],
    ])
  func shaped(name: [String]) async throws {
    let house = try await FolderHouse()
    var values: FieldValues = [.name: name, .family: name, .organisation: name, .title: name]
    values[.email] = ["bob@example.test", "Bob.Brown@example.org"]
    values[.phone] = ["+31201234567"]
    let once = house.crm.shaped(values)
    #expect(house.crm.shaped(once) == once)
    let fields = once.map { FieldChange(field: $0.key, old: [], new: $0.value) }
    try await house.apply(CRMWrite(CRMChange(.create, person: ID(5), remote: nil, fields: fields), key: "k"))
    #expect(try await house.crm.records().records.first?.values == once)
  }

  @Test("a person without a name is shown by the address, and keeps it as the name there")
  func nameless() async throws {
    let house = try await FolderHouse()
    #expect(house.crm.shaped([.email: ["bob@example.test"]])[.name] == ["bob@example.test"])
  }

  @Test("a record is removed only while it still is what was read")
  func remove() async throws {
    let house = try await FolderHouse()
    try await house.apply(FolderHouse.create(77, "Bob Brown"))
    let record = try #require(try await house.crm.records().records.first)
    let permit = try await house.permit()
    #expect(try await house.crm.remove(record.remote, expecting: "other", permit) {} == .changed)
    #expect(house.files().count == 1)
    let done = CRMAnswer.written(remote: record.remote, digest: "")
    #expect(try await house.crm.remove(record.remote, expecting: record.digest, permit) {} == done)
    #expect(try await house.crm.remove(record.remote, expecting: record.digest, permit) {} == done)
    #expect(house.files().isEmpty)
  }

  @Test("a folder must be named from the root on and must not be Kith's own", arguments: ["crm", "", "/", "/a/../b"])
  func place(path: String) throws {
    #expect(throws: Trouble.self) { try FolderCRM.place(path) }
    #expect(throws: Trouble.self) { try FolderCRM.place("/var/kith/x", apartFrom: ["/var/kith"]) }
    #expect(try FolderCRM.place("/var//kith2/./x/", apartFrom: ["/var/kith"]) == "/var/kith2/x")
  }
}
