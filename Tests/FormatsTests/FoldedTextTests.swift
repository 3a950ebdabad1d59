import Testing

@testable import Formats

@Suite struct FoldedTextTests {
  @Test("a line is folded as String folds it, whatever characters of Unicode stand in it")
  func everyScalar() {
    let scalars = (UInt32(1)...0x10FFFF).lazy.compactMap(Unicode.Scalar.init)
    var different: [UInt32] = []
    for scalar in scalars
    where FoldedText(Array(String(scalar).utf8), 0..<UTF8.width(scalar)).text != String(scalar).lowercased() {
      different.append(scalar.value)
    }
    #expect(different.isEmpty)
  }

  @Test(
    "words of many scripts, and bytes that are no UTF-8, are folded as String folds them",
    arguments: [
      "Ada LOVELACE", "ÅNGSTRÖM ÀÉÎ × ß", "ΟΔΥΣΣΕΥΣ Ά", "ПРИВЕТ Ёлка ЩЪ", "İSTANBUL Iı", "ŁÓDŹ Žižka", "日本語 ÀB",
      "𐐀𐐁 ＡＢ",
    ])
  func words(_ words: String) {
    let bytes = Array(words.utf8)
    #expect(FoldedText(bytes, bytes.indices).text == words.lowercased())
    let cut = Array(bytes.dropLast()) + [0xFF, 0xC3]
    #expect(FoldedText(cut, cut.indices).text == String(decoding: cut, as: UTF8.self).lowercased())
  }
}
