import Formats
import Testing

@Suite("JSON") struct JSONTests {
  @Test(
    "what is read is written again as it was",
    arguments: [
      "null", "true", "[]", "{}", "-12", "0", "9223372036854775807", "\"Zoë 😀\"", "{\"a\":[1,{\"b\":null}],\"a\":2}",
      "[\"\\\"\\\\\\n\\r\\t\\u0001\"]",
    ])
  func same(_ text: String) throws {
    #expect(try #require(JSON.read(Array(text.utf8))).line == text)
  }

  @Test(
    "what is no JSON is not read",
    arguments: [
      "", " ", "nul", "01", "-", "1.", "1.e5", "+1", "[1,]", "[1", "{\"a\"}", "{\"a\":1,}", "{a:1}", "\"a", "\"\\x\"",
      "\"\n\"", "1 2", "<html>", "\"\\u12g4\"", "1e999", String(repeating: "[", count: 100_000),
    ])
  func refused(_ text: String) {
    #expect(JSON.read(Array(text.utf8)) == nil)
  }

  @Test("escapes, blanks, a byte order mark and halves of pairs are read")
  func escapes() {
    #expect(JSON.read([0xef, 0xbb, 0xbf] + Array(" \"\\u00eb\\/\\ud83d\\ude00\" ".utf8)) == .text("ë/😀"))
    #expect(JSON.read(Array("\"\\ud83dx\"".utf8)) == .text("\u{fffd}x"))
    #expect(JSON.read(Array("\"\\ude00\"".utf8)) == .text("\u{fffd}"))
    #expect(JSON.read(Array("18446744073709551616".utf8)) == .number(18_446_744_073_709_551_616))
    #expect(JSON.read(Array("-1.5e2".utf8)) == .number(-150))
  }
}
