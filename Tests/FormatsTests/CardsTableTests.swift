import Foundation
import Model
import Testing

@testable import Formats

@Suite("tables")
struct CardsTableTests {
  private func table(_ text: String) -> CSVTable { CSVTable.read(Array(text.utf8)).table }

  @Test(
    "separators, quotes and line ends are found out",
    arguments: [
      "Name,Email\nAda,ada@example.test\n", "Name;Email\r\nAda;ada@example.test\r\n",
      "Name\tEmail\rAda\tada@example.test",
      "Name|Email\nAda|ada@example.test", "\u{FEFF}\"Name\",\"Email\"\n\"Ada\",\"ada@example.test\"",
      "sep=;\r\nName;Email\r\nAda;ada@example.test", "\n\nName,Email\n\nAda,ada@example.test\n\n",
    ])
  func shapes(_ text: String) {
    let table = table(text)
    #expect(table.header == ["Name", "Email"])
    #expect(table.rows == [["Ada", "ada@example.test"]])
  }

  @Test("quotes hide separators, line ends and quotes (csv-spectrum's cases)")
  func quotes() {
    let table = table("a,b\n\"1,\r\n2\",\"say \"\"hi\"\"\"\n,\n\"\",\"x\"y\n")
    #expect(table.rows == [["1,\r\n2", "say \"hi\""], ["", ""], ["", "xy"]])
  }

  @Test("a quote that never ends costs one line, not the file")
  func unclosed() {
    let read = CSVTable.read(Array("a,b\n\"x,1\ny,2\n".utf8))
    #expect(read.table.rows == [["\"x", "1"], ["y", "2"]])
    #expect(read.trouble == ["unclosed-quote record 2"])
  }

  @Test("every beginning of a table is read without a trap, in UTF-16 too")
  func prefixes() {
    let bytes = Array("sep=,\r\nName,\"E, \"\"mail\"\nAda,\"a\r\nb\"x\n\"".utf8)
    for end in 0...bytes.count {
      _ = CSVTable.read(Array(bytes[..<end]))
      _ = CSVTable.read([0xFF, 0xFE] + bytes[..<end].flatMap { [$0, 0] })
    }
    #expect(CSVTable.read([]).table.header.isEmpty)
  }

  @Test(
    "what a spreadsheet could compute is neutralised and comes back as it was",
    arguments: [
      "=1+1", "+1 713-555-0100", "-5", "@SUM(1+9)*cmd|' /C calc'!A0", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1",
      "＠x", "'=1", "''=1", "'", "", "O'Hara", "'tis", "a;=cmd", "\u{200B}=1", "=\u{301}1", "\"=1\"", "x\n=1",
      "Ada, Bob",
      "\u{FEFF}+1", "'\t", "' =",
    ])
  func formulas(_ text: String) throws {
    let cell = CSVWriter.neutralised(text)
    let first = cell.unicodeScalars.first.map(String.init) ?? ""
    #expect(!["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"].contains(first))
    #expect(CSVWriter.restored(cell) == text)
    let read = CSVTable.read(CSVWriter.line(["h", text, "z"]) + CSVWriter.line(["x", "y", "z"])).table
    #expect(read.header.map(CSVWriter.restored) == ["h", text, "z"])
  }

  @Test("columns of several programs become contacts")
  func columns() throws {
    let header = [
      "Contact Id", "First Name", "Last Name", "Email Address", "Email 2", "Phone Number", "Work Phone", "Company Name",
      "Job Title", "Street", "City", "State", "Zip", "Country", "Tags", "Buckets", "Notes", "Last Contacted", "Website",
      "LinkedIn", "Assigned To", "Favourite Colour",
    ]
    let columns = try #require(ContactColumns(header: header))
    let contact = columns.contact([
      "c-1", "Bob", "Brown", "bob@example.test; bob@example.org", "b3@example.test", "713-555-0100, ext 5",
      "'+17135550101",
      "Brown & Co", "Gardener", "1 Elm St", "Houston", "TX", "77002", "USA", "client, garden", "Hot;Past",
      "likes, roses",
      "2026-01-01", "https://example.test", "https://linkedin.example/bob", "Ada", "'=green",
    ])
    #expect(contact.uid == "c-1")
    #expect(contact.name == "Bob Brown")
    #expect(contact.emails.map(\.value) == ["bob@example.test", "bob@example.org", "b3@example.test"])
    #expect(contact.phones == [.init("713-555-0100, ext 5"), .init("+17135550101", label: "work")])
    #expect((contact.organisation, contact.title) == ("Brown & Co", "Gardener"))
    #expect(contact.addresses.map(\.line) == ["1 Elm St, Houston, TX, 77002, USA"])
    #expect(contact.tags == ["client", "garden"])
    #expect(contact.notes == ["likes, roses"])
    #expect(contact.urls == [.init("https://example.test"), .init("https://linkedin.example/bob", label: "linkedin")])
    let custom = Set(contact.custom)
    #expect(
      custom == [
        .init("Hot", label: "bucket"), .init("Past", label: "bucket"), .init("2026-01-01", label: "last contacted"),
        .init("Ada", label: "assigned to"), .init("=green", label: "Favourite Colour"),
      ])
    #expect(columns.description.contains("Zip → postcode"))
    #expect(columns.description.contains("Favourite Colour → custom field"))
  }

  @Test("the columns of Google and of Outlook are known")
  func otherPrograms() throws {
    let google = try #require(
      ContactColumns(header: [
        "Name", "Given Name", "E-mail 1 - Label", "E-mail 1 - Value", "Phone 1 - Value", "Organization 1 - Name",
        "Address 1 - Street", "Address 1 - City", "Address 2 - City", "Labels",
      ]))
    let ada = google.contact([
      "Ada", "Ada", "Work", "a@example.test ::: b@example.test", "1", "X", "S", "C", "D", "* myContacts ::: t",
    ])
    #expect(ada.emails.map(\.value) == ["a@example.test", "b@example.test"])
    #expect(ada.addresses.map(\.line) == ["S, C", "D"])
    #expect(ada.emails.map(\.label) == ["work", "work"])
    #expect(ada.custom.isEmpty)
    #expect(ada.organisation == "X")
    #expect(ada.tags == ["t"])
    let outlook = try #require(
      ContactColumns(header: [
        "First Name", "E-mail Address", "E-mail 2 Address", "Business Phone", "Mobile Phone", "Home Street",
        "Business City",
      ]))
    let bob = outlook.contact(["Bob", "b@example.test", "c@example.test", "1", "2", "Elm", "Houston"])
    #expect(bob.emails.count == 2)
    #expect(bob.phones == [.init("1", label: "work"), .init("2", label: "cell")])
    #expect(bob.addresses.map(\.label) == ["home", "work"])
  }

  @Test("a table without a header is told apart, and a header below remarks is found")
  func headers() throws {
    #expect(ContactColumns(header: ["Ada", "ada@example.test", "713-555-0100"]) == nil)
    #expect(ContactColumns.trouble(header: ["Ada", "ada@example.test"])?.contains("header line is needed") == true)
    #expect(ContactColumns.trouble(header: [""]) == "the table is empty")
    let text =
      "Notes:\n\"When exporting, some is missing\"\n\nFirst Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
      + "Bob,Brown,https://example.test/bob,,Brown & Co,Gardener,01 Jan 2026\n"
    let found = try #require(ContactColumns.find(in: table(text)))
    #expect(found.rows.count == 1)
    let contact = try found.columns.contact(#require(found.rows.first))
    #expect(contact.name == "Bob Brown")
    #expect(contact.title == "Gardener")
    #expect(contact.custom == [.init("01 Jan 2026", label: "Connected On")])
  }

  @Test("a row that is too short or too long is no trouble")
  func uneven() throws {
    let columns = try #require(ContactColumns(header: ["Name", "Email"]))
    #expect(columns.contact([]).name.isEmpty)
    #expect(columns.contact(["Ada", "a@example.test", "more"]).emails.count == 1)
    #expect(CSVTable.read(Array("a,b\n1\n".utf8)).trouble == ["uneven-rows 1"])
  }
}
