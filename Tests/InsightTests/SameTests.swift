import Testing

@testable import Insight

/// Records of an address book, written short.
private func card(
  _ given: String, _ family: String, email: String = "", phone: String = "", birthday: String = "", firm: String = "",
  street: String = "", city: String = "", postcode: String = "", personal: Bool = true
) -> SameRecord {
  SameRecord(
    [
      .given: [given], .family: [family], .email: [email], .phone: [phone], .birthday: [birthday],
      .organisation: [firm], .street: [street], .city: [city], .postcode: [postcode],
    ], isPersonal: personal)
}

/// Strangers with everything, so that the model has something to learn from.
private func strangers(_ count: Int) -> [SameRecord] {
  var chance = Seeded(5)
  let given = ["Ada", "Bob", "Cyd", "Dee", "Eva", "Finn", "Gil", "Hana", "Ida", "Jon", "Kim", "Leo"]
  let heads = ["Ash", "Birch", "Carr", "Dun", "Elm", "Fair", "Green", "Hollo", "Iron", "Juni"]
  let tails = ["down", "field", "more", "hurst", "weather", "acre", "way", "wood", "per", "stone"]
  return (0..<count).map { number in
    let family = heads[Int.random(in: 0..<10, using: &chance)] + tails[Int.random(in: 0..<10, using: &chance)]
    let first = given[Int.random(in: 0..<12, using: &chance)]
    return card(
      first, family, email: "\(first.prefix(1))\(family)\(number)@example.org".lowercased(),
      phone: "+999\(Int.random(in: 20_000_000...89_999_999, using: &chance))",
      birthday:
        "19\(Int.random(in: 40...99, using: &chance))-0\(Int.random(in: 1...9, using: &chance))-1\(number % 10)",
      street: "\(number) \(tails[number % 10]) road", city: heads[number / 7 % 10] + "ton",
      postcode: "\(10_000 + number * 37)")
  }
}

/// The pair of the first two records among strangers.
private func judged(_ a: SameRecord, _ b: SameRecord, never: [(Int, Int)] = []) -> SameFinder.Pair? {
  SameFinder([a, b] + strangers(150), never: never).pairs(least: 0).first { $0.first == 0 && $0.second == 1 }
}

@Suite("who is the same person")
struct SameTests {
  @Test("one person in two books is one, with weights that add up")
  func one() throws {
    let pair = try #require(
      judged(
        card("Robert", "Example", email: "robert.example@example.test", phone: "+999 555 1234567"),
        card("Bob", "Example", email: "robert.example@example.test", phone: "0555 1234567")))
    #expect(pair.probability > 0.999)
    #expect(pair.isAutomatic)
    #expect(pair.score.parts.map(\.millibits).reduce(0, +) == pair.score.total)
    #expect(pair.score.parts.contains { $0.label == "given" && $0.step == "nickname" })
    #expect(pair.score.parts.contains { $0.label == "phone" && $0.step == "same" })
  }

  @Test("names agree over marks, scripts, order and honorifics")
  func names() throws {
    for (a, b) in [
      (("Jürgen", "Müller"), ("Juergen", "Mueller")), (("Zoë", "Ångström"), ("Zoe", "Angstrom")),
      (("Юрий", "Петров"), ("Yurii", "Petrov")), (("Example", "Wilhelmina"), ("Wilhelmina", "Example")),
      (("Dr. Ottilie", "Example, PhD"), ("Ottilie", "Example")), (("Γιώργος", "Παππάς"), ("Giorgos", "Pappas")),
    ] {
      let pair = try #require(
        judged(card(a.0, a.1, birthday: "1970-05-17"), card(b.0, b.1, birthday: "17.05.1970")), "\(a) \(b)")
      #expect(pair.probability > 0.9, "\(a) \(b) \(pair.score)")
    }
  }

  @Test("junior and senior, an initial and a middle name that differs wait for the owner")
  func waiting() throws {
    let cases: [(SameRecord, SameRecord, SameGuard)] = [
      (
        card("Otto", "Example Jr.", phone: "+99955512345"), card("Otto", "Example Sr.", phone: "+99955512345"),
        .generations
      ),
      (card("O.", "Example", phone: "+99955512345"), card("Otto", "Example", phone: "+99955512345"), .initialOnly),
      (
        card("Otto A.", "Example", phone: "+99955512345"), card("Otto B.", "Example", phone: "+99955512345"),
        .middleNames
      ),
      (card("Otto", "Example"), card("Otto", "Example"), .nameAlone),
      (card("", "", phone: "+99955512345"), card("Otto", "Example", phone: "+99955512345"), .nameless),
      (
        card("Otto", "Example", email: "info@example.test"), card("Otto", "Example", email: "info@example.test"),
        .roleMailbox
      ),
      (
        card("Otto", "Example", email: "otto@example.test", personal: false),
        card("Otto", "Example", email: "otto@example.test"), .roleMailbox
      ),
      (
        card("Otto", "Example", email: "oe@example.test", birthday: "1950-01-02"),
        card("Otto", "Example", email: "oe@example.test", birthday: "1984-11-30"), .contradiction
      ),
    ]
    for (a, b, held) in cases {
      let pair = try #require(judged(a, b), "\(held)")
      #expect(!pair.isAutomatic)
      #expect(pair.guards.contains(held), "\(held): \(pair.guards)")
    }
  }

  @Test("two of one household are two, though street, name and telephone agree")
  func household() throws {
    var records = strangers(140)
    for home in 0..<20 {
      // Somebody else with the family name, the door and the telephone of the one before.
      var other = records[home * 7]
      other.values[.given] = [["Wilhelmina", "Quentin", "Xaver", "Yolanda"][home % 4]]
      (other.values[.email], other.values[.birthday]) = ([], [])
      records.append(other)
    }
    let finder = SameFinder(records)
    for home in 0..<20 { #expect(finder.groups[140 + home] != finder.groups[home * 7]) }
    #expect(!finder.pairs(least: 0).contains { $0.isAutomatic })
  }

  @Test("what the owner told apart is never in one group, whatever speaks for it")
  func never() throws {
    let twin = card("Otto", "Example", email: "otto@example.test", phone: "+99955512345", birthday: "1950-01-02")
    #expect(SameFinder([twin, twin] + strangers(50)).groups[1] == 0)
    let finder = SameFinder([twin, twin, twin] + strangers(50), never: [(0, 1), (1, 2)])
    #expect(finder.groups[0] != finder.groups[1] && finder.groups[1] != finder.groups[2])
    #expect(finder.groups[0] == finder.groups[2])
    #expect(judged(twin, twin, never: [(1, 0)])?.guards.contains(.toldApart) == true)
  }

  @Test("three that are one wait for the owner")
  func three() {
    let one = card("Otto", "Example", email: "otto@example.test", phone: "+99955512345")
    let pairs = SameFinder([one, one, one] + strangers(50)).pairs().filter { $0.second < 3 }
    #expect(pairs.count == 3)
    #expect(pairs.allSatisfy { $0.guards.contains(.threeOrMore) && !$0.isAutomatic })
  }

  @Test("a chain of likely pairs does not unite ends that contradict each other")
  func chains() {
    let ends = [
      card("Otto", "Example", email: "otto@example.test", birthday: "1950-01-02"),
      card("", "Example", email: "otto@example.test", phone: "+99955512345"),
      card("Wilhelmina", "Example", phone: "+99955512345", birthday: "1984-11-30"),
    ]
    let groups = SameFinder(ends + strangers(100)).groups
    #expect(groups[0] != groups[2])
  }

  @Test("the same records give the same weights, and so do they in another order")
  func order() {
    var records = strangers(80)
    records.append(card("Otto", "Example", email: "otto@example.test"))
    records.append(card("Otto", "Exampel", email: "otto@example.test"))
    let forth = SameFinder(records).pairs(least: 0.01)
    #expect(forth == SameFinder(records).pairs(least: 0.01))
    let back = SameFinder(records.reversed()).pairs(least: 0.01)
    #expect(Set(forth.map(\.score.total)) == Set(back.map(\.score.total)))
    #expect(!forth.isEmpty)
  }

  @Test("nobody, one and twins alone are no trouble")
  func few() {
    #expect(SameFinder([]).groups.isEmpty)
    #expect(SameFinder([card("Ada", "Example")]).pairs().isEmpty)
    #expect(SameFinder([card("", ""), card("", "")]).pairs().isEmpty)
    let twin = card("Ada", "Example", email: "ada@example.test", phone: "+99955512345")
    #expect(SameFinder([twin, twin]).groups == [0, 0])
  }
}

@Suite("what matching is made of")
struct SamePartTests {
  @Test("edits are counted with swaps and end at their limit")
  func edits() {
    var pool = TextPool()
    let words = ["example", "exmaple", "exampel", "sample", "", "completely"]
    for word in words { pool.append(word.utf8) }
    #expect(pool.edits(0, 1, limit: 2) == 1)
    #expect(pool.edits(0, 2, limit: 2) == 1)
    #expect(pool.edits(0, 3, limit: 2) == 2)
    #expect(pool.edits(0, 3, limit: 1) == nil)
    #expect(pool.edits(0, 4, limit: 2) == nil)
    #expect(pool.edits(4, 4, limit: 2) == 0)
    #expect(pool.likeness(0, 1, least: 50) == 85)
    #expect(pool.likeness(0, 5, least: 80) == 0)
  }

  @Test("logarithms and powers are near the true ones")
  func bits() {
    #expect(abs(Bits.log2(8) - 3) < 1e-12)
    #expect(abs(Bits.log2(10) - 3.321928094887362) < 1e-11)
    #expect(abs(Bits.log2(0.001) + 9.965784284662087) < 1e-11)
    #expect(abs(Bits.power(0.5) - 1.4142135623730951) < 1e-12)
    #expect(Bits.power(-2) == 0.25)
    #expect(Bits.probability(0) == 0.5)
    #expect(abs(Bits.probability(-3) - 1.0 / 9) < 1e-12)
  }

  @Test("values that have not the form of their field are left out")
  func forms() {
    #expect(EmailForm("01/31/13") == nil)
    #expect(EmailForm("Ada+list@Example.org").map { String(decoding: $0.whole, as: UTF8.self) } == "ada@example.org")
    #expect(PhoneForm("ext 12") == nil)
    #expect(PhoneForm("0049 (30) 123-4567 x12")?.isWhole == true)
    #expect(BirthdayForm("17.05.1970") == BirthdayForm("1970-05-17"))
    #expect(BirthdayForm("19700517") == BirthdayForm("5/17/1970"))
    #expect(BirthdayForm("--05-17")?.year == 0)
    #expect(BirthdayForm("soon") == nil)
    #expect(CodeForm("12345-6789").map { $0.bytes.count } == 5)
  }

  @Test("columns are known by what they are called")
  func columns() {
    func fields(_ headers: [String]) -> [SameField] { SameColumns(guessing: headers).places.map(\.field) }
    #expect(fields(["first_name", "surname", "dob", "city", "email"]) == [.given, .family, .birthday, .city, .email])
    #expect(
      fields(["street_number", "address_1", "suburb", "postcode", "state", "soc_sec_id"])
        == [.street, .street, .city, .postcode, .text, .text])
    #expect(fields(["Site name", "Address", "Zip", "Phone", "Fax"]) == [.name, .street, .postcode, .phone, .phone])
    #expect(fields(["firstName", "E-mail 1 - Value", "Work City", "Job Title"]) == [.given, .email, .city, .title])
    #expect(fields(["Id", "Source", "Program Name", "Website", "cluster"]) == [])
    let record = SameColumns(guessing: ["First name", "Middle name", "Last name"]).record(["Ada", "B.", "Example"])
    #expect(record.values == [.given: ["Ada B."], .family: ["Example"]])
  }

  @Test("weights that ship are whole, and others are refused")
  func weights() {
    #expect(SameWeights(SameWeights.text) != nil)
    #expect(SameWeights("given differ 0.1 - - 0.9") == nil)
    #expect(SameWeights(SameWeights.text.replacing("given same", with: "given sane")) == nil)
  }

  @Test("a nickname belongs to several names, and a family name is none")
  func nicknames() {
    #expect(Set(Nicknames.groups(of: "bob")).isDisjoint(with: Nicknames.groups(of: "william")))
    #expect(!Set(Nicknames.groups(of: "bob")).isDisjoint(with: Nicknames.groups(of: "robert")))
    #expect(Nicknames.groups(of: "bert").count > 2)
    #expect(Nicknames.groups(of: "ashdown").isEmpty)
  }
}
