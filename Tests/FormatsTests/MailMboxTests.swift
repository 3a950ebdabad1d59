import Formats
import Testing

@Suite("Mailbox files") struct MailMboxTests {
  static let file = """
    From ada@example.test Mon Nov 23 17:01:02 2026
    Subject: one

    From here on it is text: 12 o'clock.

    >From the quoted line
    >>From twice

    From bob at example.org  Tue Nov  3 07:01:02 2026
    Subject: two

    no empty line follows
    From cyd at example.test  Tue Nov 24 07:01:03 2026
    Subject: three

    """

  func texts(_ mails: [[UInt8]]) -> [String] { mails.map { String(decoding: $0, as: UTF8.self) } }

  let expected = [
    "Subject: one\n\nFrom here on it is text: 12 o'clock.\n\nFrom the quoted line\n>From twice\n",
    "Subject: two\n\nno empty line follows\n", "Subject: three\n",
  ]

  @Test("a mailbox file splits at its From lines and nowhere else")
  func split() {
    let bytes = Array(Self.file.utf8)
    #expect(texts(MboxReader.mails(in: bytes)) == expected)
    #expect(MboxReader.ranges(in: bytes.span).count == 3)
    let crlf = MboxReader.mails(in: Array(Self.file.replacing("\n", with: "\r\n").utf8))
    #expect(texts(crlf) == expected.map { $0.replacing("\n", with: "\r\n") })
  }

  @Test("chunks of any size give the same mails", arguments: [1, 2, 3, 7, 64, 1_000])
  func chunks(size: Int) {
    let bytes = Array(Self.file.utf8)
    var splitter = MboxSplitter()
    var mails: [[UInt8]] = []
    var at = 0
    while at < bytes.count {
      mails += splitter.push(Array(bytes[at..<min(bytes.count, at + size)]))
      at += size
    }
    mails += splitter.finish()
    #expect(texts(mails) == expected)
  }

  @Test("a mail longer than the limit is cut, and the next is whole")
  func cut() {
    let long = "From a@b.test Mon Nov 23 17:01:02 2026\n" + String(repeating: "0123456789\n", count: 1_000)
    var splitter = MboxSplitter(largest: 100)
    var mails: [[UInt8]] = []
    for byte in Array((long + "\n" + Self.file).utf8) { mails += splitter.push([byte]) }
    #expect(splitter.cut == 1)
    mails += splitter.finish()
    #expect(mails.count == 4)
    #expect(mails[0].count <= 200)
    #expect(texts(mails).last == expected.last)
  }

  @Test("a line without end is neither read twice nor kept beyond the limit")
  func endless() {
    var splitter = MboxSplitter(largest: 100_000)
    var mails = splitter.push(Array(">From before\nFrom a@b.test Mon Nov 23 17:01:02 2026\n".utf8))
    let chunk = [UInt8](repeating: 70, count: 10_000)
    for _ in 0..<2_000 { mails += splitter.push(chunk) }
    mails += splitter.push(Array(("From x\n\n" + Self.file).utf8))
    #expect(mails.first?.count ?? 0 <= 200_000)
    mails += splitter.finish()
    #expect(texts(Array(mails.dropFirst())) == expected)
  }

  @Test("a file that is no mailbox holds no mail")
  func none() {
    for text in ["", "\n", "hello", "From nowhere\n\n", "Subject: x\n\nFrom me\n"] {
      #expect(MboxReader.mails(in: Array(text.utf8)).isEmpty)
    }
  }
}
