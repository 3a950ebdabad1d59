import Formats
import Model

/// What a parser must hold for every input: run by the fuzzer, and by the tests over the kept inputs.
enum FuzzTarget: String, CaseIterable {
  case mail, addresses, mbox, vcard, csv, imap, dav
  case calendar = "ics"

  /// A rule that an input broke, named without anything of the input.
  struct Finding: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
  }

  func check(_ bytes: [UInt8]) throws {
    switch self {
    case .mail: try FuzzTarget.mail(bytes)
    case .addresses: try FuzzTarget.addresses(bytes)
    case .mbox: try FuzzTarget.mbox(bytes)
    case .vcard: try FuzzTarget.vcard(bytes)
    case .csv: try FuzzTarget.csv(bytes)
    case .imap: try FuzzTarget.imap(bytes)
    case .dav: try FuzzTarget.dav(bytes)
    case .calendar: try FuzzTarget.calendar(bytes)
    }
  }

  static func hold(_ rule: String, _ holds: Bool) throws {
    if !holds { throw Finding(rule) }
  }

  // MARK: mails

  private static func mail(_ bytes: [UInt8]) throws {
    let parser = MailParser()
    let whole = parser.parse(bytes)
    let text = parser.parse(parser.reduced(bytes, to: .text))
    try hold("a mail reduced to text keeps its text", whole.text == text.text && whole.html == text.html)
    try hold("a mail reduced to text keeps its people", whole.from == text.from && whole.to == text.to)
    try hold(
      "a mail reduced to text keeps the names of its attachments",
      whole.attachments.map(\.name) == text.attachments.map(\.name))
    let headers = parser.parse(parser.reduced(bytes, to: .headers))
    try hold(
      "a mail reduced to headers keeps subject and date", whole.subject == headers.subject && whole.date == headers.date
    )
    let envelope = parser.parseHeaders(bytes)
    try hold("headers read alone say the same", envelope.from == whole.from && envelope.subject == whole.subject)
    for attachment in whole.attachments {
      try hold("an attachment lies in its mail", attachment.encodedRange.upperBound <= bytes.count)
      try hold(
        "an attachment has the size that was told", parser.decoded(attachment, in: bytes).count == attachment.size)
    }
    for people in [whole.from, whole.sender, whole.replyTo, whole.to, whole.cc, whole.bcc] { try addressed(people) }
    try hold("troubles are few", whole.trouble.count <= 16)
    for name in ["subject", "received", "x"] { _ = whole.headers(name) }
    try words(whole.text)
    try hold("every line of a text has a part", parted(QuoteSplit(whole)) && parted(QuoteSplit(html: whole.text)))
  }

  private static func parted(_ split: QuoteSplit) -> Bool {
    split.parts.count == split.text.lines.count && split.ownLines.count + split.quotedLines.count <= split.parts.count
  }

  private static func words(_ text: String) throws {
    var short = true
    TextWords.each(in: text) { word in short = short && !word.isEmpty }
    try hold("a word is not empty", short)
    TextWords.distinct(in: [text]) { _ in }
  }

  // MARK: addresses, dates and encoded words

  private static func addresses(_ bytes: [UInt8]) throws {
    let found = AddressList.parse(bytes.span)
    try addressed(found)
    try hold("the limit of addresses holds", AddressList.parse(bytes.span, limit: 2).count <= 2)
    let date = MailDate.parse(bytes.span)
    // What comes out is printed and read again by every list and file of Kith.
    if let date { try hold("a date survives being written", Instant(iso: date.description) == date) }
    _ = EncodedWord.text(String(decoding: bytes, as: UTF8.self))
    for name in ["utf-7", "iso-2022-jp", "x-unknown"] { _ = Charset.decode(bytes.span, as: name) }
  }

  private static func addressed(_ people: [MailAddress]) throws {
    for one in people { try hold("an address has an @", one.address.utf8.count > 2 && one.address.utf8.contains(64)) }
  }

  // MARK: mailbox files

  private static func mbox(_ bytes: [UInt8]) throws {
    let whole = MboxReader.mails(in: bytes)
    try hold("mails are as many as their ranges", MboxReader.ranges(in: bytes.span).count == whole.count)
    try hold("mails are no more than the file", whole.reduce(0) { $0 + $1.count } <= bytes.count)
    for size in [1, 7] { try hold("chunks do not matter", split(bytes, by: size) == whole) }
    _ = split(bytes, by: 5, largest: 100)
  }

  private static func split(_ bytes: [UInt8], by size: Int, largest: Int = .max) -> [[UInt8]] {
    var splitter = MboxSplitter(largest: largest)
    var mails: [[UInt8]] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      mails += splitter.push(Array(bytes[start..<min(bytes.count, start + size)]))
    }
    return mails + splitter.finish()
  }

  // MARK: cards

  private static func vcard(_ bytes: [UInt8]) throws {
    let cards = VCard.read(bytes).cards
    for card in cards.prefix(20) {
      let again = VCard.read(card.serialized()).cards
      try hold("a card that is written is one card", again.count == 1)
      try hold("a card survives being written", again.first?.contact == card.contact)
    }
    let key = "key-1"
    let change = [Fact.Field.email: [Contact.Labelled("ada@example.test", label: "work")]]
    guard let made = FolderRecord.updating(bytes, changes: change, id: ID(7), key: key) else { return }
    let read = FolderRecord.read(made)
    try hold("a record holds its key and its person", read?.key == key && read?.id == ID(7))
    // What a card says already stays as it is written there: in other letters, or twice.
    let held = Set(FolderRecord.values(.email, in: made).map { $0.value.lowercased() })
    try hold("a record holds what was written", held == ["ada@example.test"])
    let twice = FolderRecord.updating(made, changes: change, id: ID(7), key: key)
    try hold("writing the same twice changes nothing", twice == made)
  }

  // MARK: tables

  private static func csv(_ bytes: [UInt8]) throws {
    let table = CSVTable.read(bytes).table
    if let (columns, rows) = ContactColumns.find(in: table) {
      for row in rows.prefix(50) { _ = columns.contact(row) }
    }
    let header = (0..<max(2, table.header.count)).map { "column \($0)" }
    for row in table.rows.prefix(50) where row.count > 1 {
      let line = CSVWriter.line(header) + CSVWriter.line(row)
      let again = CSVTable.read(line).table.rows.first?.map(CSVWriter.restored)
      // A lone CR becomes a line end when a table is read.
      if row.count == header.count, !row.contains(where: { $0.contains("\r") }) {
        try hold("a row survives being written", again == row)
      }
    }
  }
}
