public import Formats
public import Model

/// A mailbox read mail by mail: who wrote to whom, and who is named in what was quoted.
///
/// The same mail in several folders counts once.
public struct MailboxReading: Sendable {
  private struct Mail: Sendable {
    var sightings: MailSightings
    var at: Instant
    /// Hashes of the pairs of neighbouring words that are quoted.
    var pairs: Set<UInt64>
    var topic: UInt64
    var places: Set<String>
  }

  private var mails: [Mail] = []
  private var seen: [[UInt8]: Int] = [:]
  private let now: Instant
  private let digest: @Sendable ([UInt8]) -> [UInt8]

  /// `now` is the day the mailbox is read; dates after it are wrong.
  ///
  /// `digest` shortens what twins are known by.
  public init(now: Instant, digest: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 }) {
    self.now = now
    self.digest = digest
  }

  /// How many different mails there are.
  public var count: Int { mails.count }

  /// Takes in a mail; `place` is the folder it lies in.
  public mutating func add(_ mail: ParsedMail, place: String = "") {
    guard let at = contactTime(date: mail.date, now: now).at, at < now else { return }
    let form = digest(twinForm(of: mail))
    if let twin = seen[form] {
      mails[twin].places.insert(place)
      return
    }
    seen[form] = mails.count
    let split = QuoteSplit(mail)
    var pairs: Set<UInt64> = []
    var before: UInt64 = 0
    for line in split.quotedLines {
      TextWords.each(in: split.text.text(line)) { word in
        let hash = MailboxReading.hash(word)
        if before != 0, pairs.count < MailboxReading.mostPairs { pairs.insert(MailboxReading.pair(before, hash)) }
        before = hash
      }
    }
    mails.append(
      Mail(sightings: sightings(in: mail), at: at, pairs: pairs, topic: topicHash(mail.subject), places: [place]))
  }

  private static let mostPairs = 5_000

  /// Those who write most in the folders of sent mail.
  public var writers: Set<String> {
    var counts: [String: [String: Int]] = [:]
    for mail in mails {
      guard let author = mail.sightings.sightings.first(where: { $0.role == .from }) else { continue }
      for place in mail.places where place.contains("sent") {
        counts[place, default: [:]][author.address, default: 0] += 1
      }
    }
    return Set(counts.values.compactMap { $0.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key })
  }

  /// What passed between the owner and others; with `place`, of the mails received only those that lie there.
  public func log(owners: Set<String>, place: String? = nil) -> TieLog {
    log(owners: owners, place: place, names: names())
  }

  func log(owners: Set<String>, place: String?, names: [UInt64: Set<String>]) -> TieLog {
    var log = TieLog()
    for mail in mails {
      if let place, !mail.places.contains(place), mail.sightings.direction(owners: owners) != .outward { continue }
      var named: Set<String> = []
      for pair in mail.pairs { if let known = names[pair] { named.formUnion(known) } }
      log.add(mail.sightings, at: mail.at, owners: owners, named: named.subtracting(owners), topic: mail.topic)
    }
    return log
  }

  // MARK: names

  /// The addresses of whoever is called by two words, in either order.
  func names() -> [UInt64: Set<String>] {
    var found: [UInt64: Set<String>] = [:]
    func note(_ given: some StringProtocol, _ family: some StringProtocol, _ address: String) {
      guard given.utf8.count > 1, family.utf8.count > 1 else { return }
      var words: [UInt64] = []
      for text in [String(given), String(family)] { TextWords.each(in: text) { words.append(MailboxReading.hash($0)) } }
      guard words.count == 2 else { return }
      found[MailboxReading.pair(words[0], words[1]), default: []].insert(address)
      found[MailboxReading.pair(words[1], words[0]), default: []].insert(address)
    }
    var known: Set<MailSightings.Sighting> = []
    for sighting in mails.lazy.flatMap(\.sightings.sightings) where known.insert(sighting).inserted {
      let local = sighting.address.prefix { $0 != "@" }
      let parts = local.split { $0 == "." || $0 == "_" }
      if let first = parts.first, let last = parts.last, parts.count > 1 { note(first, last, sighting.address) }
      let name = PersonName(sighting.name)
      note(name.given, name.family, sighting.address)
    }
    // A name that many bear says of nobody that he is meant.
    return found.filter { $0.value.count <= 3 }
  }

  /// FNV-1a.
  private static func hash(_ word: Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in word.indices { hash = (hash ^ UInt64(word[index])) &* 0x100_0000_01B3 }
    return hash
  }

  private static func pair(_ a: UInt64, _ b: UInt64) -> UInt64 { (a &* 0x9E37_79B9_7F4A_7C15) ^ b }
}

/// What mails on one subject have in common, whoever answers or forwards; 0 for none.
func topicHash(_ subject: String) -> UInt64 {
  let shape = subjectShape(subject)
  if shape.isEmpty { return 0 }
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in shape.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
  return hash | 1
}
