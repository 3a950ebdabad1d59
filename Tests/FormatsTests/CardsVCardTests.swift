import Model
import Testing

@testable import Formats

/// The card of Bob, Ada's client, as different programs write it.
enum CardFixtures {
  static let bob = """
    BEGIN:VCARD\r
    VERSION:3.0\r
    PRODID:-//Example//Book 1//EN\r
    UID:bob-1\r
    N:Brown;Bob;;;\r
    FN:Bob Brown\r
    ORG:Brown\\, Sons & Co;Garden\r
    TITLE:Gardener\r
    item1.EMAIL;TYPE=INTERNET;TYPE=pref:bob@example.test\r
    item1.X-ABLabel:_$!<Work>!$_\r
    EMAIL;TYPE=HOME;X-FLAG="a:b;c":bob.brown@home.example.org\r
    TEL;TYPE=CELL,VOICE:+1 713-555-0100\r
    TEL;TYPE=WORK;TYPE=FAX:(713) 555-0101\r
    ADR;TYPE=HOME:;;1 Elm St;Houston;TX;77002;USA\r
    BDAY:1970-01-31\r
    NOTE:likes roses\\nand a very long line that goes on and on so that it must be folde\r
     d somewhere\\; twice\r
    CATEGORIES:client,Garden\\, big\r
    X-PET;X-LANG=en:Rex\r
    PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD\r
     AAAAAAAAAAAAAAAA=\r
    END:VCARD\r

    """

  static let android = """
    BEGIN:VCARD\r
    VERSION:2.1\r
    N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;\r
    FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg=20=\r
    =20M=C3=BCller\r
    TEL;CELL;PREF:5550100\r
    NOTE;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:gr=FC=DFe=0D=0Aaus K=F6ln\r
    AGENT:\r
    BEGIN:VCARD\r
    VERSION:2.1\r
    FN:Cyd\r
    END:VCARD\r
    EMAIL;PREF:jm@example.test\r
    END:VCARD\r

    """
}

@Suite("cards")
struct CardsVCardTests {
  private func one(_ text: String) throws -> VCard { try #require(VCard.read(Array(text.utf8)).cards.first) }
  private func written(_ card: VCard) -> String { String(decoding: card.serialized(), as: UTF8.self) }

  @Test("a card of version 3.0 becomes a contact")
  func readsThree() throws {
    let (cards, trouble) = VCard.read(Array(CardFixtures.bob.utf8))
    #expect(trouble.isEmpty)
    let contact = try #require(cards.first).contact
    #expect(cards.count == 1)
    #expect(contact.uid == "bob-1")
    #expect(contact.name == "Bob Brown")
    #expect((contact.given, contact.family) == ("Bob", "Brown"))
    #expect(contact.organisation == "Brown, Sons & Co")
    #expect(contact.title == "Gardener")
    #expect(
      contact.emails == [.init("bob@example.test", label: "work"), .init("bob.brown@home.example.org", label: "home")])
    #expect(contact.phones == [.init("+1 713-555-0100", label: "cell"), .init("(713) 555-0101", label: "work fax")])
    #expect(contact.addresses.map(\.line) == ["1 Elm St, Houston, TX, 77002, USA"])
    #expect(contact.birthday == "1970-01-31")
    #expect(
      contact.notes == [
        "likes roses\nand a very long line that goes on and on so that it must be folded somewhere; twice"
      ])
    #expect(contact.tags == ["client", "Garden, big"])
    #expect(contact.custom == [.init("Garden", label: "unit"), .init("Rex", label: "pet")])
  }

  @Test("quoted-printable, charsets, soft lines and the card of an agent are read")
  func readsTwo() throws {
    let (cards, trouble) = VCard.read(Array(CardFixtures.android.utf8))
    #expect(trouble.isEmpty)
    #expect(cards.count == 1)
    let contact = try #require(cards.first).contact
    #expect(contact.name == "Jörg  Müller")
    #expect((contact.given, contact.family) == ("Jörg", "Müller"))
    #expect(contact.phones == [.init("5550100", label: "cell")])
    #expect(contact.notes == ["grüße\naus Köln"])
    #expect(contact.emails == [.init("jm@example.test")])
    #expect(try #require(cards.first).serialized() == Array(CardFixtures.android.utf8))
  }

  @Test("a card that nobody changes is written back byte for byte, whatever its line ends")
  func untouched() throws {
    for end in ["\r\n", "\n", "\r"] {
      let text = CardFixtures.bob.replacing("\r\n", with: end)
      #expect(written(try one(text)) == text)
    }
  }

  @Test("setting what is there already changes no byte", arguments: Fact.Field.allCases)
  func idempotent(_ field: Fact.Field) throws {
    for text in [CardFixtures.bob, CardFixtures.android] {
      var card = try one(text)
      card.set(field, card.values(field))
      #expect(written(card) == text)
    }
  }

  @Test("a tag comes and goes without the others' line being written otherwise")
  func tags() throws {
    var card = try one(CardFixtures.bob)
    card.set(.tag, ["client", "Garden, big", "new; one"].map { Contact.Labelled($0) })
    #expect(card.values(.tag).map(\.value) == ["client", "Garden, big", "new; one"])
    card.set(.tag, ["client", "Garden, big"].map { Contact.Labelled($0) })
    #expect(written(card) == CardFixtures.bob)
    card.set(.tag, [])
    #expect(card.values(.tag).isEmpty && !written(card).contains("CATEGORIES"))
  }

  @Test("one changed field leaves every other line alone", arguments: Fact.Field.allCases)
  func onlyThatField(_ field: Fact.Field) throws {
    for text in [CardFixtures.bob, CardFixtures.android] {
      let before = try one(text)
      var card = before
      card.set(field, [.init(field == .birthday ? "1980-02-28" : "Zöe, x; y\nEND:VCARD")])
      let name = VCard.property(field)
      let kept = before.lines.filter { $0.name != name && $0.name != "X-ABLABEL" }
      #expect(card.lines.filter { $0.name != name && $0.name != "X-ABLABEL" } == kept)
      let again = try one(written(card))
      #expect(VCard.read(card.serialized()).cards.count == 1)
      let value = again.values(field).first?.value
      switch field {
      case .birthday: #expect(value == "1980-02-28")
      case .url: #expect(value == "Zöe,x;yEND:VCARD")
      case .address: #expect(value == "Zöe, x; y, END:VCARD")
      default: #expect(value == "Zöe, x; y\nEND:VCARD")
      }
    }
  }

  @Test("a value that stays keeps its line and parameters; a new one takes over those of the one it replaces")
  func keepsParameters() throws {
    var card = try one(CardFixtures.bob)
    card.set(.email, [.init("Bob@example.test", label: "work"), .init("bob@new.example.org", label: "home")])
    let text = written(card)
    #expect(text.contains("item1.EMAIL;TYPE=INTERNET;TYPE=pref:bob@example.test\r\n"))
    #expect(text.contains("EMAIL;TYPE=HOME;X-FLAG=\"a:b;c\":bob@new.example.org\r\n"))
    #expect(!text.contains("bob.brown@home"))
  }

  @Test("a removed value takes its own label line with it, and nothing else")
  func removes() throws {
    var card = try one(CardFixtures.bob)
    card.set(.email, [.init("bob.brown@home.example.org", label: "home")])
    let text = written(card)
    #expect(!text.lowercased().contains("item1."))
    #expect(text.contains("X-PET;X-LANG=en:Rex\r\n"))
    card.set(.phone, [])
    #expect(card.values(.phone).isEmpty)
  }

  @Test("the same number with and without its country code is no change")
  func phoneForms() throws {
    var card = try one(CardFixtures.bob)
    card.set(.phone, [.init("+17135550100", label: "mobile"), .init("+17135550101")])
    #expect(written(card) == CardFixtures.bob)
  }

  @Test("labels that are no types become label lines, and are read again")
  func labels() throws {
    for text in [CardFixtures.bob, CardFixtures.android] {
      var card = try one(text)
      let wanted: [Contact.Labelled] = [
        .init("+1 713-555-0199", label: "Ferienhaus am See"), .init("+1 713-555-0188", label: "work fax"),
        .init("+1 713-555-0177"),
      ]
      card.set(.phone, wanted)
      #expect(Set(try one(written(card)).values(.phone)) == Set(wanted))
      let once = written(card)
      card.set(.phone, wanted)
      #expect(written(card) == once)
      card.set(.phone, [.init("+1 713-555-0199", label: "boat house"), .init("+1 713-555-0188", label: "home two")])
      #expect(try one(written(card)).values(.phone).map(\.label).sorted() == ["boat house", "home two"])
    }
  }

  @Test("a new card has every part of the contact, folded at 75 octets and never inside a character")
  func newCard() throws {
    var contact = try one(CardFixtures.bob).contact
    contact.notes = [String(repeating: "ü€𝄞", count: 60)]
    contact.birthday = "--02-29"
    contact.kind = .organisation
    let bytes = VCard(new: contact, uid: "u-1").serialized()
    for line in bytes.split(separator: 10) {
      #expect(line.last == 13)
      #expect(line.count <= 76)
      #expect(String(validating: line, as: UTF8.self) != nil)
    }
    var again = try #require(VCard.read(bytes).cards.first).contact
    #expect(again.uid == "u-1")
    again.uid = contact.uid
    #expect(again == contact)
  }

  @Test("an empty contact still makes a card with a name")
  func emptyCard() {
    let card = VCard(new: Contact(), uid: "")
    #expect(card.version == "4.0")
    #expect(card.contact.name == "?")
  }

  @Test("our own properties are written, read, replaced and removed")
  func extendedProperties() throws {
    var card = try one(CardFixtures.bob)
    card.setExtended(name: "X-KITH-ID", value: "a;b,c\nd")
    #expect(try one(written(card)).extended("x-kith-id") == "a;b,c\nd")
    card.setExtended(name: "X-KITH-ID", value: nil)
    #expect(written(card) == CardFixtures.bob)
    card.setExtended(name: "X EVIL:\r\nFN", value: "x")
    #expect(written(card) == CardFixtures.bob)
  }

  @Test("torn cards are read as far as they go")
  func torn() {
    let text = "junk\nBEGIN:VCARD\nFN:Ada\nno colon here\nBEGIN:VCARD\nFN:Bob\n\nEMAIL:b@example.test"
    let (cards, trouble) = VCard.read(Array(text.utf8))
    #expect(cards.map(\.contact.name) == ["Ada", "Bob"])
    #expect(trouble == ["outside-a-card line 1", "no-property line 4", "missing-end line 5", "missing-end line 8"])
    #expect(String(decoding: cards[1].serialized(), as: UTF8.self).hasSuffix("EMAIL:b@example.test\nEND:VCARD\n"))
  }

  @Test("UTF-16, byte order marks and Windows-1252 are read")
  func encodings() throws {
    let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë\r\nEND:VCARD\r\n"
    var little: [UInt8] = [0xFF, 0xFE]
    for unit in text.utf16 { little += [UInt8(unit & 255), UInt8(unit >> 8)] }
    let bare = Array(little.dropFirst(2))
    let latin = text.unicodeScalars.map { UInt8($0.value) }
    for bytes in [little, bare, [0xEF, 0xBB, 0xBF] + Array(text.utf8), latin] {
      #expect(VCard.read(bytes).cards.first?.contact.name == "Zoë")
    }
  }

  @Test(
    "birthdays are read in the forms of three versions",
    arguments: [
      ("19700131", "1970-01-31"), ("1970-01-31", "1970-01-31"), ("1970-01-31T00:00:00Z", "1970-01-31"),
      ("--0131", "--01-31"), ("--01-31", "--01-31"), ("1970-13-01", nil), ("around 1970", nil), ("", nil),
    ] as [(String, String?)])
  func birthdays(_ text: String, _ plain: String?) { #expect(CardDate.plain(text) == plain) }

  @Test("every beginning of a card file is read without a trap and written back whole")
  func prefixes() {
    for text in [CardFixtures.bob, CardFixtures.android] {
      let bytes = Array(text.utf8)
      for end in 0...bytes.count {
        for card in VCard.read(Array(bytes[..<end])).cards {
          var card = card
          _ = card.contact
          card.set(.email, [.init("x@example.test", label: "some place")])
          let again = VCard.read(card.serialized()).cards.first?.values(.email).first?.value
          #expect(again == "x@example.test", "the first \(end) bytes")
        }
      }
    }
  }

  @Test("a byte changed anywhere traps nowhere")
  func mutations() {
    var seed: UInt64 = 7
    for text in [CardFixtures.bob, CardFixtures.android] {
      for _ in 0..<2_000 {
        var bytes = Array(text.utf8)
        for _ in 0..<3 {
          seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          let odd: [UInt8] = [0, 9, 10, 13, 32, 34, 44, 46, 58, 59, 61, 92, 94, 195, 255]
          bytes[Int(seed >> 33) % bytes.count] = odd[Int(seed >> 20) % odd.count]
        }
        for card in VCard.read(bytes).cards { _ = card.contact }
      }
    }
  }

  @Test("a file of 100,000 lines takes less than two seconds of the processor, and so does one of a single line")
  func large() throws {
    let card =
      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob Brown\r\nN:Brown;Bob;;;\r\nEMAIL;TYPE=WORK:bob@example.test\r\n"
      + "TEL;TYPE=CELL:+1 713-555-0100\r\nNOTE:some words about roses and\r\n  more\r\nX-A:b\r\nEND:VCARD\r\n"
    let bytes = Array(String(repeating: card, count: 10_000).utf8)
    var count = 0
    let time = processorTime { count = VCard.read(bytes).cards.count }
    #expect(count == 10_000)
    #expect(time < .seconds(2))
    print("100,000 lines: \(time)")
    let long = Array(("BEGIN:VCARD\nNOTE:" + String(repeating: "x", count: 3_000_000) + "\nFN:Bob\nEND:VCARD").utf8)
    let read = VCard.read(long)
    #expect(read.trouble == ["line-too-long line 2"])
    #expect(read.cards.first?.contact.name == "Bob")
    #expect(read.cards.first?.serialized() == long)
  }
}
