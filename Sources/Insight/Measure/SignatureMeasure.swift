/// How well signatures and their fields are found, on mails whose labels are known.
public struct SignatureMeasure: Sendable {
  /// How strongly the weights are drawn to zero in training, chosen on the half for training alone.
  public static let strength = 3.0

  public let labelled: [LabelledMail]
  public let forge: [LabelledMail]

  /// `labels` is the text of the table of labels.
  public init(labels: String, data: DataFiles, digest: ([UInt8]) -> String) {
    labelled = LabelledMail.all(labels, in: data.below("enron-inboxes/maildir").map(data.bytes), digest: digest)
    forge = data.below("forge-signatures/dataset").filter { $0.hasSuffix("_body") }.map { path in
      let sender = data.bytes(String(path.dropLast(5)) + "_sender")
      return LabelledMail(
        forge: String(decoding: data.bytes(path), as: UTF8.self), sender: String(decoding: sender, as: UTF8.self))
    }
  }

  /// Weights made of the half for training and of forge.
  public func trained() -> LineChain {
    SignatureMeasure.trained(on: labelled.filter { !$0.isUnused }, forge.map { $0.example() })
  }

  /// First each mail is read alone; then what an author's mails say together is learnt on top, and nothing else moves.
  static func trained(on mails: [LabelledMail], _ others: [LineChain.Example]) -> LineChain {
    let alone = LineChain.trained(on: mails.map { $0.example() } + others, strength: strength)
    return LineChain.trained(
      on: mails.map { $0.example(together: true) }, from: alone, moving: [.seenOnce, .seenOften, .seenMostly, .unseen],
      strength: 1)
  }

  // MARK: lines

  /// Signature lines on forge, each group of one sender read by weights that were made without it.
  public func forgeLines() -> [Figure] {
    guard !forge.isEmpty else { return [] }
    let train = labelled.filter { !$0.isUnused }
    var examples: [String: [LineChain.Example]] = [:]
    for mail in forge { examples[mail.group, default: []].append(mail.example()) }
    let base = train.map { $0.example() }
    // All groups begin where the mails without forge lead.
    let start = LineChain.trained(on: base, strength: SignatureMeasure.strength)
    var groups: [Verdicts] = []
    var alarms = 0
    for group in examples.keys.sorted() {
      let others = examples.filter { $0.key != group }.sorted { $0.key < $1.key }.flatMap(\.value)
      let chain = LineChain.trained(
        on: base + others, from: start, strength: SignatureMeasure.strength, rounds: 40)
      var sum = Verdicts()
      for mail in forge where mail.group == group {
        let found = Set(mail.read(by: chain).signatureLines)
        sum += Verdicts(found, truth: mail.lines)
        if mail.lines.isEmpty, !found.isEmpty { alarms += 1 }
      }
      groups.append(sum)
    }
    let unsigned = forge.count { $0.lines.isEmpty }
    return figures(
      groups, forge, set: "forge-signatures, one group left out", alarms: alarms, unsigned: unsigned, bar: 0.93)
  }

  /// Signature lines on the half of our labels that was never used, by the weights in use; each mail alone, or
  /// `together` with the other mails of its author.
  public func unusedLines(together: Bool = false) -> [Figure] {
    let unused = labelled.filter(\.isUnused)
    guard !unused.isEmpty else { return [] }
    var groups: [String: Verdicts] = [:]
    var alarms = 0
    for mail in unused {
      let found = Set(mail.read(together: together).signatureLines)
      groups[mail.group, default: Verdicts()] += Verdicts(found, truth: mail.lines)
      if mail.lines.isEmpty, !found.isEmpty { alarms += 1 }
    }
    return figures(
      groups.sorted { $0.key < $1.key }.map(\.value), unused, set: SignatureMeasure.unused(together), alarms: alarms,
      unsigned: unused.count { $0.lines.isEmpty }, bar: 0.93)
  }

  private func figures(
    _ groups: [Verdicts], _ mails: [LabelledMail], set: String, alarms: Int, unsigned: Int, bar: Double
  ) -> [Figure] {
    var sum = Verdicts()
    for group in groups { sum += group }
    var trivial = Verdicts()
    for mail in mails { trivial += Verdicts(mail.trivialLines, truth: mail.lines) }
    return [
      Figure("signature lines, F1", on: set, sum.f1, interval: Verdicts.interval(groups), count: sum.truths, bar: bar)
        .beside("trivial rule", trivial.f1),
      Figure("signature lines, precision", on: set, sum.precision, count: sum.right + sum.wrong),
      Figure("signature lines, recall", on: set, sum.recall, count: sum.truths),
      Figure(
        "false alarms among mails without a signature", on: set, Double(alarms) / Double(max(1, unsigned)),
        count: unsigned, bar: 0.02, isCeiling: true),
    ]
  }

  // MARK: fields

  private static func unused(_ together: Bool) -> String {
    "enron-inboxes, unused half, " + (together ? "an author's mails together" : "each mail alone")
  }

  /// Fields on the unused half.
  public func unusedFields(together: Bool = false) -> [Figure] {
    let unused = labelled.filter(\.isUnused)
    guard !unused.isEmpty else { return [] }
    var groups: [Kind: [String: Verdicts]] = [:]
    for mail in unused {
      let fields = mail.read(together: together).fields()
      for kind in Kind.allCases {
        groups[kind, default: [:]][mail.group, default: Verdicts()] += Verdicts(
          kind.values(fields), truth: kind.truth(mail))
      }
    }
    return Kind.allCases.map { kind in
      let all = (groups[kind] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
      var sum = Verdicts()
      for group in all { sum += group }
      return Figure(
        "\(kind.rawValue), F1", on: SignatureMeasure.unused(together), sum.f1, interval: Verdicts.interval(all),
        count: sum.truths, bar: kind.bar)
    }
  }

  /// A kind of field as it is compared: letters and digits of names, digits of numbers.
  enum Kind: String, CaseIterable {
    case name, title, organisation, telephone, mail, web, postal

    var bar: Double? {
      switch self {
      case .name, .telephone, .mail: 0.95
      case .title, .organisation: 0.9
      case .web, .postal: nil
      }
    }

    private var letter: Character {
      switch self {
      case .name: "n"
      case .title: "t"
      case .organisation: "o"
      case .telephone: "p"
      case .mail: "e"
      case .web: "u"
      case .postal: "a"
      }
    }

    func truth(_ mail: LabelledMail) -> Set<String> {
      Set(mail.fields.filter { $0.kind == letter }.map { plain($0.value) })
    }

    func values(_ fields: SignatureFields) -> Set<String> {
      switch self {
      case .name: return Set([fields.name].compactMap { $0 }.map { plain($0.text) })
      case .title: return Set([fields.title].compactMap { $0 }.map { plain($0.text) })
      case .organisation: return Set([fields.organisation].compactMap { $0 }.map { plain($0.text) })
      case .telephone: return Set(fields.phones.map { plain($0.value.text) })
      case .mail: return Set(fields.emails.map { plain($0.text) })
      case .web: return Set(fields.urls.map { plain($0.text) })
      case .postal: return Set([fields.address].compactMap { $0 }.map { plain($0.text) })
      }
    }

    private func plain(_ text: String) -> String {
      switch self {
      case .telephone:
        let digits = text.filter(\.isANumber)
        return digits.count == 11 && digits.hasPrefix("1") ? String(digits.dropFirst()) : digits
      case .mail: return text.lowercased()
      case .web:
        var page = text.lowercased()
        for start in ["https://", "http://"] where page.hasPrefix(start) { page.removeFirst(start.count) }
        while page.hasSuffix("/") { page.removeLast() }
        return page
      case .name, .title, .organisation, .postal: return text.lowercased().filter { $0.isALetter || $0.isANumber }
      }
    }
  }
}
