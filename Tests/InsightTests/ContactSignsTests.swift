import Insight
import Model
import Testing

@Suite("who is a contact, and who was merely discovered")
struct ContactSignsTests {
  @Test("nobody is a contact of whom nothing speaks for it")
  func discovered() {
    #expect(ContactSigns().standing == .discovered)
  }

  @Test(
    "any one sign makes somebody a contact",
    arguments: [
      ContactSigns(isRecorded: true), ContactSigns(isWrittenTo: true), ContactSigns(isMet: true),
      ContactSigns(isKept: true),
    ])
  func contact(_ signs: ContactSigns) {
    #expect(signs.standing == .contact)
  }
}
