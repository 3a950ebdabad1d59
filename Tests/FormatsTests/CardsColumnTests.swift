import Model
import Testing

@testable import Formats

/// Columns that are read as their owner says.
@Suite("columns of a table, as their owner reads them")
struct CardsColumnTests {
  private func head(_ text: String) -> [UInt8] { Array(text.utf8) }

  /// The table with its columns read as chosen, as text.
  private func changed(_ text: String, _ chosen: [Int: String]) throws -> String? {
    let all = head(text)
    return try ContactColumns.rewritten(all, isWhole: true, as: chosen).map {
      String(decoding: $0.header + all[$0.replaced...], as: UTF8.self)
    }
  }

  @Test("every choice is read as what it says", arguments: ContactColumns.choices)
  func choices(choice: String) throws {
    let text = try #require(try changed("Client,Dwelling,E-mail 1 - Label,x\n1,2,3,4\n", [0: choice, 3: "name"]))
    #expect(ContactColumns.readings(head(text), isWhole: true).first?.choice == choice, "\(text)")
  }

  @Test("one column is read anew, all others and every row stay as they stood, with mark, remarks and separators")
  func others() throws {
    for (before, after) in [
      ("Who,E-mail\r\nAda,a@b.example\r\n", "Name,E-mail\r\nAda,a@b.example\r\n"),
      ("\u{FEFF}Who;\"E-mail; own\"\nAda;1\n", "\u{FEFF}Name;\"E-mail; own\"\nAda;1\n"),
      ("sep=;\r\nWho;Mail\r\nAda;x\r\n", "sep=;\r\nName;Mail\r\nAda;x\r\n"),
      ("\n\nWho,Größe,Mail\nAda,3,x\n", "\n\nName,Größe,Mail\nAda,3,x\n"),
      ("remarks\nWho,Mail,Phone\nAda,x,1\nEve,y,2\n", "remarks\nName,Mail,Phone\nAda,x,1\nEve,y,2\n"),
      ("Who,Mail", "Name,Mail"),
    ] { #expect(try changed(before, [0: "name"]) == after) }
  }

  @Test("what is called like something is read as a field of its own, or left out, and the rest as before")
  func away() throws {
    let text = try #require(try changed("Name,Phone,City\nAda,1,Town\n", [1: "custom field", 2: "left out"]))
    let table = CSVTable.read(head(text)).table
    let contact = try #require(ContactColumns(header: table.header)).contact(table.rows[0])
    #expect(contact.name == "Ada" && contact.phones.isEmpty && contact.addresses.isEmpty)
    #expect(contact.custom.map(\.value) == ["1"])
  }

  @Test("a table that names nobody can be read once a column is said to; one that would name nobody then cannot")
  func nobody() throws {
    #expect(ContactColumns.readings(head("colour,size\nred,4\n"), isWhole: true).map(\.choice).count == 2)
    #expect(try changed("colour,size\nred,4\n", [0: "name"]) == "Name,size\nred,4\n")
    #expect(throws: Trouble.self) { try changed("Name,size\nred,4\n", [0: "left out"]) }
  }

  @Test("what cannot be written anew offers no columns: values, UTF-16, another charset in its names, no end in sight")
  func never() {
    let odd: [[UInt8]] = [
      head("ada@example.test,55512345\n"),
      [0xFF, 0xFE] + "Name,x\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] },
      head("Name,Gr") + [0xF6] + head("sse\nAda,1\n"), [],
    ]
    for bytes in odd { #expect(ContactColumns.readings(bytes, isWhole: true).isEmpty) }
    #expect(ContactColumns.readings(head("Name,E-mail"), isWhole: false).isEmpty)
  }
}
