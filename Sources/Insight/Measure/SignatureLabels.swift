import Formats

/// A mail whose signature is known, by labels that hold no text.
public struct LabelledMail: Sendable {
  /// The half that is only for scoring.
  public var isUnused: Bool
  public var reading: MailReading
  /// Lines of the signature.
  public var lines: Set<Int>
  /// Kind and value of each labelled field.
  public var fields: [(kind: Character, value: String)]
  /// Mails of one group are kept together when a set is parted.
  public var group: String
  /// What the mails of its author have in common, all of the set; they need no labels.
  public var habit: SignatureHabit?

  /// Reads the labels and finds their mails; left out is what is not to be scored.
  public static func all(_ labels: String, in files: [[UInt8]], digest: ([UInt8]) -> String) -> [LabelledMail] {
    var rows: [String: [Substring]] = [:]
    for line in labels.split(separator: "\n") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      if columns.count == 4, columns[2] != "left-out" { rows[String(columns[0])] = columns }
    }
    var found: [String: LabelledMail] = [:]
    for bytes in files {
      let key = digest(bytes)
      guard let row = rows[key], found[key] == nil else { continue }
      found[key] = LabelledMail(row, MailParser().parse(bytes))
    }
    let habits = habits(of: Set(found.values.map(\.group)), in: files)
    return found.sorted { $0.key < $1.key }.map { _, mail in
      var mail = mail
      mail.habit = habits.habit(of: mail.group)
      return mail
    }
  }

  private static func habits(of groups: Set<String>, in files: [[UInt8]]) -> SignatureHabits {
    var habits = SignatureHabits()
    for bytes in files {
      let mail = MailParser().parse(bytes)
      if groups.contains(group(mail)) { habits.add(mail) }
    }
    return habits
  }

  private static func group(_ mail: ParsedMail) -> String { foldedASCII(mail.from.first?.address ?? "") }

  private init(_ row: [Substring], _ mail: ParsedMail) {
    isUnused = row[1] == "1"
    reading = MailReading(mail)
    lines = Set(row[2].split(separator: ",").compactMap { Int($0) })
    let scalars = Array(String(decoding: reading.split.text.bytes, as: UTF8.self).unicodeScalars)
    fields = row[3].split(separator: " ").compactMap { field in
      let parts = field.split { $0 == ":" || $0 == "-" }
      guard parts.count == 3, let kind = parts[0].first, let from = Int(parts[1]), let to = Int(parts[2]), from <= to,
        to <= scalars.count
      else { return nil }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: scalars[from..<to])
      return (kind, String(text))
    }
    group = LabelledMail.group(mail)
  }

  /// A mail of the forge set: signature lines begin with `#sig#`, the sender stands in a file beside it.
  public init(forge body: String, sender: String) {
    var text: [Substring] = []
    var lines: Set<Int> = []
    for (index, line) in body.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      let marked = line.hasPrefix("#sig#")
      let plain = marked ? line.dropFirst(5) : line
      if marked, plain.contains(where: { !$0.isASpace }) { lines.insert(index) }
      text.append(plain)
    }
    let sender = sender.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    let name = String(sender.prefix { $0 != "<" && $0 != "[" }).filter { $0 != "\"" }
    let address =
      sender.split(whereSeparator: { "<>[]: ".contains($0) }).last { $0.contains("@") }.map(String.init) ?? ""
    isUnused = false
    reading = MailReading(text: text.joined(separator: "\n"), name: name, address: address)
    self.lines = lines
    fields = []
    group = AuthorSigns.words(name.isEmpty ? address : name).filter { $0.utf8.count > 2 }.sorted().joined(
      separator: " ")
  }

  /// The lines that are looked at, with their known states; `together` with the author's other mails.
  public func example(together: Bool = false) -> LineChain.Example {
    var roles = reading.split.parts.map { $0 == .quoted ? MailReading.Role.quoted : .body }
    let own = MailReading.own(reading.split, &roles)
    let candidates = SignatureLines(
      reading.split, own: own, author: reading.author, habit: together ? habit : nil)
    return LineChain.Example(lines: candidates.features, states: candidates.lines.map { lines.contains($0) })
  }

  /// The mail read by other weights, alone or together with the author's other mails.
  public func read(by chain: LineChain = .signatures, together: Bool = false) -> MailReading {
    MailReading(reading.split, author: reading.author, chain: chain, habit: together ? habit : nil)
  }

  /// What the simplest rule takes for the signature: from `--`, or else from the last close, to the end.
  var trivialLines: Set<Int> {
    let text = reading.split.text
    let own = reading.split.ownLines.suffix(10)
    let dashes = own.last { text.text($0) == "--" }
    let close = own.last { LineWords(text, text.lines[$0].trimmed).isClosing }
    return (dashes ?? close).map { start in Set(own.filter { $0 >= start }) } ?? []
  }
}
