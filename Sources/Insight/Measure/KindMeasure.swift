import Formats
import Model

/// How well persons are told from machines and senders of bulk mail, on senders whose kind is known.
///
/// A sender of the Enron inboxes is judged as the owner of one mailbox sees it: by that mailbox's mails alone, in the
/// mailbox that has most of them. A mail of SpamAssassin is judged by itself.
public struct KindMeasure: Sendable {
  /// What a label says somebody is; an office is answered by whoever is there, and nobody stands behind a placeholder.
  public enum Truth: String, Sendable { case person, machine, bulk, nobody, office }

  /// A labelled sender with all mails, by mailbox.
  public struct Sender: Sendable {
    var key: String
    /// Known while the data is read; never printed.
    var address = ""
    public var isUnused: Bool
    /// `enron`, `train` or `trap`.
    public var set: String
    public var truth: Truth
    var mailboxes: [String: [KindMail]] = [:]
  }

  /// A mail of SpamAssassin with what it is and the half its sender lies in.
  struct Case: Sendable {
    var mail: KindMail
    var verdict: AuthorVerdict
    var truth: Truth
    var isUnused: Bool
    var sender: String
  }

  private(set) var senders: [Sender] = []
  private(set) var ham: [Case] = []
  private(set) var spam: [Case] = []

  /// `labels` is the text of the table of senders.
  public init(labels: String, data: DataFiles, digest: ([UInt8]) -> String) {
    var rows: [String: Sender] = [:]
    var exceptions: [String: Truth] = [:]
    for line in labels.split(separator: "\n") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count >= 4, var truth = Truth(rawValue: String(columns[3])) else { continue }
      if columns.count > 4, columns[4] == "office" { truth = .office }
      if columns[2] == "ham" {
        exceptions[String(columns[0])] = truth
      } else {
        rows[String(columns[0])] = Sender(
          key: String(columns[0]), isUnused: columns[1] == "1", set: String(columns[2]), truth: truth)
      }
    }
    readInboxes(&rows, data, digest)
    ham = KindMeasure.cases("easy-ham-1", data, digest) { exceptions[$0] ?? .person }
    spam = KindMeasure.cases("spam-1", data, digest) { _ in .bulk }
  }

  private mutating func readInboxes(_ rows: inout [String: Sender], _ data: DataFiles, _ digest: ([UInt8]) -> String) {
    var keys: [String: String] = [:]
    for file in data.below("enron-inboxes/maildir") {
      let mail = MailParser().parse(data.bytes(file))
      let author = fold((mail.from.first ?? mail.sender.first)?.address ?? "")
      let key = keys[author] ?? digest(Array(author.utf8))
      keys[author] = key
      guard rows[key] != nil else { continue }
      let mailbox = file.split(separator: "/").drop { $0 != "maildir" }.dropFirst().first.map(String.init) ?? ""
      rows[key]?.address = author
      rows[key]?.mailboxes[mailbox, default: []].append(KindMail(mail))
    }
    senders = rows.sorted { $0.key < $1.key }.map(\.value).filter { !$0.mailboxes.isEmpty }
  }

  private static func cases(
    _ folder: String, _ data: DataFiles, _ digest: ([UInt8]) -> String, _ truth: (String) -> Truth
  ) -> [Case] {
    data.below("spamassassin/data/" + folder).map { file in
      let mail = MailParser().parse(data.bytes(file))
      let author = fold((mail.from.first ?? mail.sender.first)?.address ?? "")
      let key = digest(Array(author.utf8))
      let isUnused = key.utf8.first.map { $0 % 2 == 1 } ?? false
      // Letters of `a` to `f` follow another rule than digits: `a` is ten, even, and its code odd.
      let isLetter = key.utf8.first.map { $0 >= 97 } ?? false
      return Case(
        mail: KindMail(mail), verdict: authorKind(of: mail), truth: truth(key), isUnused: isUnused != isLetter,
        sender: key)
    }
  }

  // MARK: training

  /// How strongly the weights are drawn to zero, chosen within the half for training.
  static let pull = 0.5

  /// Weights made of the senders' half for training.
  ///
  /// A sender's mails count together as the root of their number.
  public func trained() -> KindModel { KindModel.trained(on: examples.map(\.example), pull: KindMeasure.pull) }

  /// Whether both sets are there.
  public var isWhole: Bool { !senders.isEmpty && !ham.isEmpty && !spam.isEmpty }

  /// `Sources/Insight/Kind/KindWeights.swift` with new weights.
  public func weightsFile() -> String {
    let lines = trained().text.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    return """
      extension KindModel {
        /// The weights in use, written by `kith lab train kind DATA > Sources/Insight/Kind/KindWeights.swift`.
        ///
        /// In thousandths: for a person, for a person by headers alone, for many against a program.
        public static let kinds = KindModel(text: weightText)

        private static let weightText = \"\"\"
      \(lines)
          \"\"\"
      }
      """
  }

  /// The mails of the half for training with the key of each sender.
  var examples: [(sender: String, example: KindModel.Example)] {
    var groups: [(String, [KindMail], Truth)] = []
    for sender in senders where !sender.isUnused && sender.set != "trap" {
      let mails = sender.mailboxes.sorted { $0.key < $1.key }.flatMap(\.value)
      // More mails of one sender tell nothing new.
      let step = max(1, mails.count / 40)
      groups.append((sender.key, stride(from: 0, to: mails.count, by: step).map { mails[$0] }, sender.truth))
    }
    let cases = Dictionary(grouping: (ham + spam).filter { !$0.isUnused }) { $0.sender + $0.truth.rawValue }
    for (_, group) in cases.sorted(by: { $0.key < $1.key }) {
      groups.append((group[0].sender, group.map(\.mail), group[0].truth))
    }
    return groups.flatMap { key, mails, truth in
      let weight = 1 / Double(mails.count).squareRoot()
      return mails.map { (key, KindModel.Example(features: $0.features, kind: truth.kind, weight: weight)) }
    }
  }

  // MARK: figures

  /// Senders of the Enron inboxes; the half that was never used, or the half for training.
  public func senders(unused: Bool) -> [Figure] {
    let chosen = senders.filter { $0.set == "enron" && $0.isUnused == unused }
    guard !chosen.isEmpty else { return [] }
    let judged = chosen.map { sender in
      let most = sender.mailboxes.max { a, b in
        a.value.count == b.value.count ? a.key > b.key : a.value.count < b.value.count
      }
      return (sender.truth, most.map { KindMail.kind(of: $0.value, sender.address) } ?? .person)
    }
    let figures = KindMeasure.figures(
      judged, on: "enron-inboxes, " + (unused ? "unused half" : "half for training"), bar: unused ? 0.98 : nil)
    let pairs = chosen.flatMap { sender in
      sender.mailboxes.sorted { $0.key < $1.key }.map { (sender.truth, KindMail.kind(of: $0.value, sender.address)) }
    }
    let all = KindMeasure.figures(pairs, on: "each mailbox apart").prefix(1)
    return figures
      + all.map {
        var figure = $0
        figure.set = (figures.first?.set ?? "") + ", each mailbox apart"
        return figure
      }
  }

  /// Mails of SpamAssassin.
  public func mails(unused: Bool? = nil) -> [Figure] {
    let chosen = (ham + spam).filter { unused == nil || $0.isUnused == unused }
    guard !chosen.isEmpty else { return [] }
    let part = unused.map { $0 ? ", unused half of the senders" : ", half for training" } ?? ""
    var figures = KindMeasure.figures(
      chosen.map { ($0.truth, $0.verdict.kind) }, on: "spamassassin easy-ham-1 and spam-1" + part,
      bar: unused == false ? nil : 0.98)
    let people = ham.filter { $0.truth == .person && (unused == nil || $0.isUnused == unused) }
    let listed = people.count { $0.verdict.viaList }
    if unused == nil, !people.isEmpty {
      figures.append(
        Figure(
          "persons who write through a list, share", on: "spamassassin easy-ham-1",
          Double(listed) / Double(people.count), count: people.count))
    }
    return figures
  }

  /// Placeholders that must be persons in no mailbox, and scripts and announcements, told apart.
  public func traps() -> [Figure] {
    func figure(_ what: String, bar: Double?, _ belongs: (Truth) -> Bool) -> [Figure] {
      let kinds = senders.filter { $0.set == "trap" && belongs($0.truth) }.flatMap { sender in
        sender.mailboxes.values.map { KindMail.kind(of: $0, sender.address) }
      }
      guard !kinds.isEmpty else { return [] }
      let share = Double(kinds.count { $0 == .person }) / Double(kinds.count)
      return [
        Figure(
          "\(what) taken for persons, share of mailboxes", on: "enron-inboxes", share, count: kinds.count, bar: bar,
          isCeiling: true)
      ]
    }
    return figure("placeholders", bar: 0) { $0 == .nobody }
      + figure("scripts and announcements", bar: 0) { $0 != .nobody }
  }

  /// F1 of persons with its parts, and the mean of the three kinds.
  static func figures(
    _ judged: [(truth: Truth, kind: MailSightings.Author)], on set: String, bar: Double? = nil
  ) -> [Figure] {
    func verdicts(_ kind: MailSightings.Author) -> [Verdicts] {
      judged.map { truth, found in
        var verdict = Verdicts()
        let isTrue = truth.kind == kind
        verdict.right = isTrue && found == kind ? 1 : 0
        verdict.wrong = !isTrue && found == kind ? 1 : 0
        verdict.missing = isTrue && found != kind ? 1 : 0
        return verdict
      }
    }
    func sum(_ all: [Verdicts]) -> Verdicts { all.reduce(into: Verdicts()) { $0 += $1 } }
    let groups = verdicts(.person)
    let people = sum(groups)
    let mean = MailSightings.Author.allCases.reduce(0) { $0 + sum(verdicts($1)).f1 } / 3
    return [
      Figure("persons, F1", on: set, people.f1, interval: Verdicts.interval(groups), count: judged.count, bar: bar),
      Figure("persons, precision", on: set, people.precision, count: people.right + people.wrong),
      Figure("persons, recall", on: set, people.recall, count: people.truths),
      Figure("persons, machines and bulk, mean F1", on: set, mean, count: judged.count),
    ]
  }
}

extension KindMeasure.Truth {
  /// As a mail's author is judged: whoever writes for an office is a person, and what nobody stands behind is none.
  var kind: MailSightings.Author {
    switch self {
    case .person, .office: .person
    case .machine: .machine
    case .bulk, .nobody: .bulk
    }
  }
}

/// A mail with the features that weigh for its author's kind.
struct KindMail: Sendable {
  var mail: ParsedMail
  var features: KindFeatures

  init(_ mail: ParsedMail) {
    self.mail = mail
    features = KindFeatures(mail, MailSigns(mail))
  }

  /// The kind of an author by all mails of one mailbox.
  static func kind(of mails: [KindMail], _ author: String) -> MailSightings.Author {
    var behaviour = AuthorBehaviour()
    for mail in mails { _ = behaviour.add(mail.mail) }
    return behaviour.kind(of: author).kind
  }
}
