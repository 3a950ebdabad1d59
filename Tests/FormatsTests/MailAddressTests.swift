import Formats
import Testing

@Suite("Addresses") struct MailAddressTests {
  func pairs(_ text: String) -> [String] { AddressList.parse(text).map { $0.name + "|" + $0.address } }

  @Test(
    "addresses are read in every form that mail writes them",
    arguments: [
      ("ada@example.test", ["|ada@example.test"]),
      ("Ada <ADA@EXAMPLE.TEST>", ["Ada|ADA@example.test"]),
      (
        "\"Lovelace, Ada\" <ada@example.test>, bob@example.org", ["Lovelace, Ada|ada@example.test", "|bob@example.org"]
      ),
      ("Lovelace, Ada <ada@example.test>, bob@example.org", ["Lovelace, Ada|ada@example.test", "|bob@example.org"]),
      ("ada@example.test (Ada (the) Agent)", ["Ada (the) Agent|ada@example.test"]),
      ("ada at example.test (Ada Lovelace)", ["Ada Lovelace|ada@example.test"]),
      ("Team: Ada <ada@example.test>, bob@example.org;", ["Ada|ada@example.test", "|bob@example.org"]),
      ("a:b:c: ada@example.test;;;", ["|ada@example.test"]),
      ("undisclosed recipients:;", []),
      ("<@relay.test,@other.test:ada@example.test>", ["|ada@example.test"]),
      ("\"ada l\"@example.test", ["|\"ada l\"@example.test"]),
      ("\"ada\"@example.test", ["|ada@example.test"]),
      ("ada . l @ example . test", ["|ada.l@example.test"]),
      ("=?utf-8?Q?Ad=C3=A4?= =?utf-8?Q?_L?= <ada@example.test>", ["Adä L|ada@example.test"]),
      ("=?utf-8?Q?L, Ada?= <ada@example.test>", ["L, Ada|ada@example.test"]),
      ("=?utf-8?Q?L,_Ada?= <ada@example.test>", ["L, Ada|ada@example.test"]),
      ("\"=?utf-8?Q?Ad=C3=A4?=\" <ada@example.test>", ["Adä|ada@example.test"]),
      ("ada@example.test; bob@example.org", ["|ada@example.test", "|bob@example.org"]),
      ("Ada <ada@example.test> Bob <bob@example.org>", ["Ada|ada@example.test", "Bob|bob@example.org"]),
      ("Ada <ada@example.test", ["Ada|ada@example.test"]),
      ("Ada ada@example.test", ["Ada|ada@example.test"]),
      ("\"unclosed <ada@example.test>", ["unclosed|ada@example.test"]),
      ("(unclosed ada@example.test", ["unclosed|ada@example.test"]),
      ("ada@[192.0.2.1]", ["|ada@[192.0.2.1]"]),
      ("ada@example.test.", ["|ada@example.test"]),
      ("Ada/HOU/ECT@ECT", ["|Ada/HOU/ECT@ect"]),
      ("edd @end|ng |rom deb|@n@org", []),
      ("<>", []), ("Ada", []), ("@", []), ("a@", []), ("@b", []), ("a@..", []), (",,;;::<<>>", []), ("", []),
    ])
  func forms(text: String, expected: [String]) {
    #expect(pairs(text) == expected)
  }

  @Test("raw bytes of no charset still give a name")
  func rawBytes() {
    let bytes: [UInt8] = Array("J".utf8) + [0xFC] + Array("rgen <j@example.test>".utf8)
    #expect(AddressList.parse(bytes.span).map(\.name) == ["Jürgen"])
  }

  @Test("no more addresses are kept than the limit")
  func limit() {
    let list = (0..<50).map { "a\($0)@example.test" }.joined(separator: ", ")
    #expect(AddressList.parse(list, limit: 10).count == 10)
    let mail = MailParser(limits: MailLimits(addresses: 10)).parse(Array("To: \(list)\n\n".utf8))
    #expect(mail.to.count == 10)
    #expect(mail.trouble == ["limit:addresses"])
  }
}
