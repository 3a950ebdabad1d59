import Testing

@testable import Insight

@Suite struct QuickCharacterTests {
  @Test("quick classes of characters are those of Unicode")
  func classes() {
    let more: [UInt32] = [0xC0, 0xDF, 0x130, 0x2019, 0x2028, 0x3B1, 0x416, 0x4E00, 0x661, 0xA0, 0x85, 0x1F600, 0x3000]
    var characters = (0...127).map { Character(Unicode.Scalar(UInt8($0))) }
    characters += more.compactMap { Unicode.Scalar($0).map(Character.init) } + ["\r\n", "a\u{301}", "1\u{20E3}"]
    for character in characters {
      #expect(character.isALetter == character.isLetter, "\(character.unicodeScalars.map(\.value))")
      #expect(character.isANumber == character.isNumber, "\(character.unicodeScalars.map(\.value))")
      #expect(character.isACapital == character.isUppercase, "\(character.unicodeScalars.map(\.value))")
      #expect(character.isASpace == character.isWhitespace, "\(character.unicodeScalars.map(\.value))")
    }
  }
}
