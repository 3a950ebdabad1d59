import Insight
import Model
import Testing

@Suite("placeholders, offices and scripts are no persons")
struct HandleNatureTests {
  private func seen(_ address: String, _ set: (inout HandleStatistics) -> Void = { _ in }) -> HandleNature {
    var statistics = HandleStatistics(address: address)
    set(&statistics)
    return HandleNature.of(statistics).nature
  }

  @Test(
    "forms that stand for nobody are placeholders",
    arguments: [
      "no.address@example.test", "undisclosed-recipients@example.test", "recipient.list.not.shown@example.test",
      "unspecified-recipients@x", "bob@mail.invalid", "bob", "--@example.test",
      "40firm@example.test",
    ])
  func placeholders(_ address: String) { #expect(seen(address) == .placeholder) }

  @Test("one address behind which many people stand is a placeholder, by behaviour")
  func manyNames() {
    let names = ["Ada Example": 9, "Office Chair": 8, "Bob Client": 8, "Cyd Team": 7, "Press Desk": 9]
    #expect(
      seen("firm.desks@example.test") {
        $0.from = 41; $0.names = names
      } == .placeholder)
  }

  @Test("spellings of one name are one person")
  func spellings() {
    let names = ["Ada Example": 9, "A. Example": 8, "Ada B. Example": 8, "Adelaide Example": 9, "Ada Exámple": 1]
    #expect(
      seen("ada@example.test") {
        $0.from = 40; $0.names = names
      } == .person)
    let assistants = ["Ada Example": 90, "Bob Client": 3, "Cyd Team": 3, "Dee Gone": 2]
    #expect(
      seen("ada@example.test") {
        $0.from = 90; $0.names = assistants
      } == .person)
  }

  @Test("a script is known by its many mails of few shapes that nobody answers")
  func scripts() {
    #expect(
      seen("pete@example.test") {
        $0.from = 593; $0.subjectShapes = 3
      } == .machine)
    #expect(
      seen("pete@example.test") {
        $0.from = 593; $0.subjectShapes = 3; $0.written = 2
      } == .person)
    #expect(
      seen("pete@example.test") {
        $0.from = 593; $0.subjectShapes = 300
      } == .person)
    #expect(
      seen("pete@example.test") {
        $0.from = 5; $0.subjectShapes = 1
      } == .person)
  }

  @Test("mails that are mostly automatic come from a machine; one holiday note makes none")
  func automatic() {
    #expect(
      seen("shop@example.test") {
        $0.from = 10; $0.bulkMails = 8
      } == .machine)
    #expect(
      seen("bob@example.test") {
        $0.from = 10; $0.machineMails = 1
      } == .person)
  }

  @Test("an office is an organisation, and what the owner keeps a card of is never a machine")
  func offices() {
    #expect(seen("info@example.test") == .organisation)
    #expect(seen("sales.team@example.test") == .person)
    #expect(seen("info@example.test") { $0.onCard = true } == .organisation)
    #expect(
      seen("bob@example.test") {
        $0.onCard = true; $0.from = 4; $0.bulkMails = 4
      } == .person)
    #expect(seen("noreply@example.test") == .machine)
    #expect(seen("announcements.firm@example.test") == .machine)
  }

  @Test("subjects that differ in figures alone have one shape")
  func shapes() {
    #expect(
      subjectShape("Start Date: 3/2/26; HourAhead hour: 15;") == subjectShape("Re: start date 4/1/26 hourahead HOUR: 7")
    )
    #expect(subjectShape("The keys") != subjectShape("The roof"))
  }
}

@Suite("names of people")
struct PersonNameTests {
  @Test(
    "display names are cleaned",
    arguments: [
      ("Example, Ada (Firm)", "Ada Example"), ("'bob@example.test'", ""), ("\"Bob Client\"", "Bob Client"),
      ("Ada Example/HOU/ECT@ECT", "Ada Example"), ("Example, Ada B. </O=FIRM/OU=NA/CN=AEX>", "Ada B. Example"),
      ("/G=Ada/S=Example/O=Firm/", "Ada Example"), ("EXAMPLE, ADA", "Ada Example"), ("ada example", "Ada Example"),
      ("Ada Example, Jr.", "Ada Example Jr."), ("Example, Ada, Jr.", "Ada Example Jr."), ("", ""), ("123", ""),
      ("Bob [mailto:bob@example.test]", "Bob"), ("  Bob \t Client ", "Bob Client"), ("<bob@example.test>", ""),
      ("Client/Bob", "Client/Bob"), ("Press Desk@FIRM", "Press Desk"), ("ECT", "ECT"),
    ])
  func cleaned(_ display: String, _ name: String) { #expect(PersonName.clean(display) == name) }

  @Test(
    "given and family name are split",
    arguments: [
      ("Ada Example", "Ada", "Example"), ("Ada B. Example", "Ada", "Example"),
      ("Ludwig van Example", "Ludwig", "van Example"),
      ("Dr. Ada Example PhD", "Ada", "Example"), ("Bob", "Bob", ""), ("Bob Client Jr.", "Bob", "Client"),
    ])
  func split(_ display: String, _ given: String, _ family: String) {
    let name = PersonName(display)
    #expect(name.given == given && name.family == family)
  }

  @Test("the best name is a whole one, the frequent before the rare, in any order of input")
  func best() {
    let variants = [("Bob", 50), ("Client, Bob", 7), ("bob@example.test", 90), ("Robert Client", 2), ("BOB CLIENT", 3)]
    for seed in 0..<UInt64(20) {
      var random = Seeded(seed)
      let shuffled = variants.shuffled(using: &random).map { (name: $0.0, count: $0.1) }
      #expect(PersonName.best(among: shuffled) == "Bob Client")
    }
    #expect(PersonName.best(among: []) == "")
  }
}
