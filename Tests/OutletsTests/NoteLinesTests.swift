import Model
import Plans
import Testing

@testable import Outlets

@Suite("Free text that holds what a system has no place for")
struct NoteLinesTests {
  private static func lines(_ mapping: StandingRules.Mapping...) -> NoteLines {
    NoteLines(mapping, always: [(.email, "Further e-mail")], chosen: [(.birthday, "Birthday"), (.url, "Web page")])
  }

  private static let club = StandingRules.Mapping(.custom("Club"), to: "Golf  club")

  @Test("values stand in lines below the text, and are read again; what people wrote stays as it is")
  func both() {
    var lines = NoteLinesTests.lines(NoteLinesTests.club, .init(.birthday, to: "birthday"))
    lines.text = "Met at the fair.\n\nKnows Ada: well"
    lines.values = [.custom("Club"): ["Augusta", "Erin Hills"], .birthday: ["1980-01-31"], .email: ["b@example.test"]]
    lines.person = ID(77)
    let whole = lines.whole
    #expect(
      whole.hasPrefix("Met at the fair.\n\nKnows Ada: well\nFurther e-mail: b@example.test\nBirthday: 1980-01-31\n"))
    #expect(whole.hasSuffix("Golf club: Augusta\nGolf club: Erin Hills\n" + NoteLines.line(ID(77))))
    var again = NoteLinesTests.lines(NoteLinesTests.club, .init(.birthday, to: "birthday"))
    again.read(whole)
    #expect(again == lines && again.whole == whole)
  }

  @Test("a line of what is not mapped is part of the text, and so is a second one of what there is once")
  func unmapped() {
    var lines = NoteLinesTests.lines(.init(.birthday, to: "birthday"))
    lines.read("Web page: https://example.test\nBirthday: 1980-01-31\nBirthday: of the dog")
    #expect(lines.values == [.birthday: ["1980-01-31"]])
    #expect(lines.text == "Web page: https://example.test\nBirthday: of the dog")
    #expect(!lines.holds(.url) && !lines.isOrganisation && lines.person == nil)
  }

  @Test("own fields that could not be told apart, and notes that read as lines, are refused and not bent")
  func faults() {
    let lines = NoteLinesTests.lines(
      NoteLinesTests.club, .init(.custom("Other"), to: "Golf club"), .init(.custom("Who"), to: "kith"),
      .init(.note, to: "note"))
    func fault(_ field: FieldKey, _ value: String) -> String? {
      lines.fault(of: FieldChange(field: field, old: [], new: [value]))
    }
    #expect(fault(.custom("Club"), "Augusta") == nil && fault(.note, "He said: no\nBirthday: soon") == nil)
    #expect(fault(.custom("Other"), "x") != nil && fault(.custom("Who"), "x") != nil)
    for note in ["kith: nobody", "one\nGolf club: all of them", "kith organisation: x"] {
      #expect(fault(.note, note) != nil)
    }
  }
}
