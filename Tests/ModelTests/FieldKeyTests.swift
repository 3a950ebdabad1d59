import Model
import Testing

@Suite("the key of a value")
struct FieldKeyTests {
  @Test("a key is read as it was written", arguments: Fact.Field.allCases)
  func reads(_ field: Fact.Field) {
    for label in ["", "Club", "Club: golf", " two   words\nand\tmore "] {
      let key = FieldKey(field, label: label)
      #expect(FieldKey(name: key.name) == key)
    }
  }

  @Test("only a custom field has a label, and what names no field is no key")
  func labels() {
    #expect(FieldKey(.email, label: "work") == .email)
    #expect(FieldKey.custom("a  b").label == "a b")
    #expect(FieldKey(name: "email:work") == nil && FieldKey(name: "fax") == nil)
    #expect([FieldKey.custom("b"), .custom("a"), .tag, .name].sorted() == [.name, .tag, .custom("a"), .custom("b")])
  }
}
