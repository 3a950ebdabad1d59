import Formats
import Testing

@Suite("Charsets and encoded words") struct MailCharsetTests {
  @Test(
    "charsets of mail are decoded",
    arguments: [
      ("utf-8", [0x47, 0xC3, 0xBC], "Gü"), ("UTF8", [0xEF, 0xBB, 0xBF, 0x61], "a"),
      ("iso-8859-1", [0x80, 0xE9, 0x9D], "€é\u{9D}"), ("\"Windows-1252\"", [0x93, 0x94], "“”"),
      ("iso-8859-15", [0xA4], "€"), ("ISO_8859-2", [0xB1], "ą"), ("iso-8859-8-i", [0xE0], "א"),
      ("koi8-r", [0xD0, 0xD2], "пр"), ("windows-1251", [0xEF, 0xF0], "пр"), ("cp1251", [0xEF], "п"),
      ("gb2312", [0xC4, 0xE3, 0xBA, 0xC3], "你好"), ("big5", [0xA7, 0x41], "你"),
      ("ks_c_5601-1987", [0xB0, 0xA1], "가"), ("euc-kr", [0xB0, 0xA1], "가"),
      ("euc-jp", [0xC6, 0xFC, 0x41], "日A"), ("shift_jis", [0x93, 0xFA], "日"),
      ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42, 0x41], "日A"),
      ("utf-7", Array("+AOQ-b".utf8), "äb"), ("utf-16", [0xFF, 0xFE, 0xE4, 0x00], "ä"),
      ("utf-16", [0x00, 0x41, 0x00, 0x42], "AB"), ("utf-16le", [0x41, 0x00], "A"), ("utf-16be", [0x00, 0x41], "A"),
      ("us-ascii", [0x47, 0xFC], "Gü"), ("", [0xC3, 0xBC], "ü"), ("tis-620", [0xA1], "ก"),
    ] as [(String, [UInt8], String)])
  func charsets(name: String, bytes: [UInt8], expected: String) {
    let decoded = Charset.decode(bytes.span, as: name)
    #expect(decoded.text == expected)
    #expect(!decoded.lossy)
  }

  @Test(
    "a broken byte costs itself alone",
    arguments: [
      ("utf-8", [0x61, 0xFF, 0x62], "a\u{FFFD}b"), ("euc-jp", [0x61, 0xFF, 0x62], "a\u{FFFD}b"),
      ("iso-8859-3", [0x61, 0xA5, 0x62], "a\u{FFFD}b"), ("utf-16be", [0x00, 0x61, 0x00], "a\u{FFFD}"),
    ] as [(String, [UInt8], String)])
  func broken(name: String, bytes: [UInt8], expected: String) {
    let decoded = Charset.decode(bytes.span, as: name)
    #expect(decoded.text == expected)
    #expect(decoded.lossy)
  }

  @Test("an unknown charset is guessed and named as trouble")
  func unknown() {
    for name in ["x-unknown", "us-asii", "UTF-8//TRANSLIT//", "IBM1364", "../../x", "cp", "iso-8859-99"] {
      let bytes: [UInt8] = [0x47, 0xFC]
      #expect(["Gü", "G\u{FFFD}"].contains(Charset.decode(bytes.span, as: name).text))
    }
    let mail = MailParser().parse(Array("Content-Type: text/plain; charset=X-Unknown\n\nh\u{FC}".utf8))
    #expect(mail.trouble == ["bad-charset:x-unknown"])
    #expect(mail.text == "hü")
  }

  @Test(
    "encoded words become text",
    arguments: [
      ("=?iso-8859-1?q?Gr=FC=DFe?=", "Grüße"), ("=?UTF-8*de?B?R3LDvMOfZQ==?=", "Grüße"),
      ("a =?utf-8?q?b?= c", "a b c"), ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
      ("=?utf-8?q?a?=\r\n =?iso-8859-1?q?b?=", "ab"),
      // One character cut in two by its mailer.
      ("=?utf-8?B?w?= =?utf-8?q?=BC?=", "\u{FFFD}"), ("=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"),
      ("=?utf-8?q?a_b=3F?=!", "a b?!"), ("=?x-none?q?a?=", "a"), ("=?utf-8?q?open", "=?utf-8?q?open"),
      ("=?utf-8?z?a?=", "=?utf-8?z?a?="), ("=?", "=?"), ("=?=?=?utf-8?q?x?=", "=?=?x"), ("  plain \t", "plain"),
      ("folded\r\n\t line", "folded line"), ("=?utf-8?q?=4?=", "=4"), ("=?utf-8?q??=", ""),
    ])
  func words(text: String, expected: String) {
    #expect(EncodedWord.text(text) == expected)
  }

  @Test("transfer encodings are read leniently and their sizes agree")
  func transfer() {
    let cases: [(TransferEncoding, String, String)] = [
      (.base64, "aGVsbG8=", "hello"), (.base64, "aGVs\r\nbG8", "hello"), (.base64, "aGVsbG8*=!", "hello"),
      (.base64, "aGk=aGk=", "hihi"), (.base64, "a", ""), (.base64, "====", ""), (.base64, "", ""),
      (.quotedPrintable, "a=3Db=\nc", "a=bc"), (.quotedPrintable, "a=  \r\nb", "ab"),
      (.quotedPrintable, "a=zz=4", "a=zz=4"), (.quotedPrintable, "end  \nx \t", "end\nx"),
      (.quotedPrintable, "a  b=", "a  b"), (.quotedPrintable, "=e4=E4", "\u{FFFD}\u{FFFD}"), (.identity, "=3D", "=3D"),
    ]
    for (encoding, text, expected) in cases {
      let decoded = encoding.decode(text.utf8.span)
      #expect(String(decoding: decoded, as: UTF8.self) == expected)
      #expect(encoding.decodedSize(text.utf8.span) == decoded.count)
      #expect(encoding.decode(text.utf8.span, limit: 2).count == min(2, decoded.count))
    }
  }
}
