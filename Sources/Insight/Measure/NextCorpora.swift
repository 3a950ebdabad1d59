import Formats
import Model

/// The public sets on which foretelling is trained and measured, as logs of one owner each.
public enum NextCorpora {
  /// A whole mailbox; the owner is who writes most in the folders of sent mail.
  public static func mailbox(_ name: String, _ data: DataFiles) -> TieLog? {
    var reading = MailboxReading(now: Instant(year: 2003, month: 1, day: 1))
    let parser = MailParser()
    for path in data.below("enron-mailboxes-full/maildir/\(name)") {
      reading.add(
        parser.parse(data.bytes(path)), place: path.split(separator: "/").dropLast().last.map(String.init) ?? "")
    }
    let owners = reading.writers
    return reading.count == 0 || owners.isEmpty ? nil : reading.log(owners: owners)
  }

  /// What the shipped weights are learnt from: owners of inboxes, and half of a list's people.
  public static func training(_ data: DataFiles) -> [TieLog] {
    inboxes(data) + list("r-sig-finance", data, scored: false)
  }

  /// The owners of the inboxes.
  ///
  /// What they wrote is known as far as it lies in the others' inboxes; at least nine mails. Nobody in them is scored, and
  /// mails by or to those whose mailboxes are scored are left out.
  static func inboxes(_ data: DataFiles) -> [TieLog] {
    var reading = MailboxReading(now: Instant(year: 2002, month: 9, day: 1))
    let parser = MailParser()
    var received: [String: [String: Int]] = [:]
    for path in data.below("enron-inboxes/maildir") {
      let parts = path.split(separator: "/").map(String.init)
      guard let at = parts.lastIndex(of: "maildir"), parts.count > at + 1 else { continue }
      let person = parts[at + 1]
      let mail = parser.parse(data.bytes(path))
      let all = (mail.from + mail.to + mail.cc + mail.bcc).map { fold($0.address) }
      if all.contains(where: { address in scoredOwners.contains { address.contains($0) } }) { continue }
      reading.add(mail, place: person)
      let surname = person.prefix { $0 != "-" }
      for entry in mail.to + mail.cc {
        let address = fold(entry.address)
        if address.contains(surname) { received[person, default: [:]][address, default: 0] += 1 }
      }
    }
    let names = reading.names()
    return received.sorted { $0.key < $1.key }.compactMap { person, counts in
      if scoredOwners.contains(where: { person.hasPrefix($0) }) { return nil }
      let most = counts.values.max() ?? 0
      let owners = Set(counts.filter { $0.value * 5 >= most }.keys)
      let log = reading.log(owners: owners, place: person, names: names)
      return log.entries.count { $0.isOutward } >= 9 ? log : nil
    }
  }

  /// Whose mailboxes are scored; nothing of theirs is learnt from.
  private static let scoredOwners = ["delainey", "dean", "badeer"]

  /// Who answered whom on a list: a log for each person who answered at least thirty times.
  ///
  /// Half of the people, by a hash of their names, are for training, the others are scored.
  public static func list(_ name: String, _ data: DataFiles, scored: Bool) -> [TieLog] {
    let parser = MailParser()
    var authors: [String: String] = [:]
    var answers: [(at: Instant, from: String, id: String, topic: UInt64)] = []
    for path in data.below("r-lists/\(name)") {
      var splitter = MboxSplitter()
      for bytes in splitter.push(data.bytes(path)) + splitter.finish() {
        let mail = parser.parseHeaders(bytes)
        guard let date = mail.date, let author = listAuthor(mail.header("From") ?? "") else { continue }
        if !mail.messageID.isEmpty { authors[mail.messageID] = author }
        if let id = mail.inReplyTo.first { answers.append((date, author, id, topicHash(mail.subject))) }
      }
    }
    var logs: [String: TieLog] = [:]
    var counts: [String: Int] = [:]
    for answer in answers.sorted(by: { ($0.at, $0.id) < ($1.at, $1.id) }) {
      guard let to = authors[answer.id], to != answer.from else { continue }
      logs[answer.from, default: TieLog()].add(at: answer.at, isOutward: true, people: [to], topic: answer.topic)
      logs[to, default: TieLog()].add(at: answer.at, isOutward: false, people: [answer.from], topic: answer.topic)
      counts[answer.from, default: 0] += 1
    }
    let chosen = counts.filter { $0.value >= 30 && (nameHash($0.key) % 2 == 1) == scored }
    return chosen.keys.sorted().compactMap { logs[$0] }
  }

  /// The author of a list's mail, `user at host (Name)`: the name, since addresses are scrambled in later years.
  private static func listAuthor(_ from: String) -> String? {
    guard let open = from.firstIndex(of: "("), let close = from.lastIndex(of: ")"), open < close else {
      return from.isEmpty ? nil : fold(from)
    }
    let name = fold(PersonName.clean(String(from[from.index(after: open)..<close])))
    return name.isEmpty ? fold(String(from[..<open])) : name
  }

  /// FNV-1a, folded to mix the high bits in.
  private static func nameHash(_ name: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash ^ (hash >> 32) ^ (hash >> 16)
  }
}
