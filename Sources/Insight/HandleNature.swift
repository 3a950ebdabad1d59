/// What an account's mails show of one address, counted: enough to tell people from offices and programs.
public struct HandleStatistics: Sendable, Equatable {
  /// The folded address.
  public var address: String
  /// Mails written from it.
  public var from = 0
  /// Mails addressed to it.
  public var to = 0
  /// Different display names it was written with, each with its count; cleaned by `PersonName.clean`.
  public var names: [String: Int] = [:]
  /// Mails from it whose author was judged a machine, or bulk.
  public var machineMails = 0
  public var bulkMails = 0
  /// Mails from it that answer another mail.
  public var answering = 0
  /// Mails of the owners to it.
  public var written = 0
  /// Mails from it that came through a list.
  public var listMails = 0
  /// Different `subjectShape`s of mails from it, each mail without a subject counted apart; 0 if not counted.
  public var subjectShapes = 0
  /// An address book holds it.
  public var onCard = false

  public init(address: String) { self.address = address }
}

/// The shape of a subject: what is left without reply marks, digits and case; scripts write many mails of few shapes.
public func subjectShape(_ subject: String) -> String {
  if subject.utf8.allSatisfy({ $0 < 128 }) { return asciiShape(subject) }
  var shape = ""
  for word in subject.split(whereSeparator: { $0.isASpace || $0.isPunctuation || $0.isSymbol }) {
    let letters = word.filter(\.isALetter).lowercased()
    if letters.isEmpty || replyMarks.contains(letters) { continue }
    if letters.count != word.count { continue }
    shape += letters + " "
  }
  return shape
}

/// The same over the bytes of an ASCII subject.
private func asciiShape(_ subject: String) -> String {
  var shape: [UInt8] = []
  shape.reserveCapacity(subject.utf8.count + 1)
  var start = 0
  var isWord = true
  func end() {
    let count = shape.count - start
    let isMark = (2...3).contains(count) && replyMarks.contains { $0.utf8.elementsEqual(shape[start...]) }
    if !isWord || isMark { shape.removeSubrange(start...) } else if count > 0 { shape.append(32) }
    start = shape.count
    isWord = true
  }
  for byte in subject.utf8 {
    switch byte {
    case 65...90, 97...122: shape.append(byte | 32)
    case 48...57, 0...8, 14...31, 127: isWord = false
    default: end()
    }
  }
  end()
  return String(decoding: shape, as: UTF8.self)
}

private let replyMarks = ["re", "fw", "fwd", "aw", "wg"]

/// What stands behind an address.
public enum HandleNature: String, Sendable, CaseIterable {
  case person
  /// An office: answered by whoever is there.
  case organisation
  /// A program or a sender of bulk mail.
  case machine
  /// Nothing: a placeholder that many mails share; it never becomes a record of its own.
  case placeholder

  /// Judges by behaviour first and by the form of the address second; no address is known by name.
  public static func of(_ seen: HandleStatistics) -> (nature: HandleNature, why: String) {
    if let form = placeholderForm(seen.address) { return (.placeholder, form) }
    let local = String(seen.address.split(separator: "@").first ?? "")
    if seen.onCard, isRoleLocal(local) { return (.organisation, "an office in the address book") }
    if seen.onCard { return (.person, "in the address book") }
    if SenderWord.machine(foldedASCII(local)) != nil { return (.machine, "the address of a program") }
    if manyNames(seen) { return (.placeholder, "\(seen.names.count) names share the address") }
    let judged = seen.machineMails + seen.bulkMails
    if seen.from >= 1, judged * 2 > seen.from, seen.answering * 4 <= seen.from {
      return (.machine, "\(judged) of \(seen.from) mails are automatic or to many")
    }
    if SenderWord.bulk(foldedASCII(local)) != nil { return (.machine, "an address for announcements") }
    if isScript(seen) { return (.machine, "\(seen.from) mails of \(seen.subjectShapes) shapes, never answered") }
    if isRoleLocal(local) { return (.organisation, "the address of an office") }
    return (.person, seen.from > 0 ? "writes" : "written to")
  }

  /// Many mails, few shapes of subject, and nobody of the owners ever wrote back.
  private static func isScript(_ seen: HandleStatistics) -> Bool {
    seen.from >= 20 && seen.subjectShapes > 0 && seen.subjectShapes * 10 <= seen.from && seen.written == 0
      && seen.answering * 10 <= seen.from
  }

  /// One address, many people: names that no one person has, neither spellings nor initials of each other.
  private static func manyNames(_ seen: HandleStatistics) -> Bool {
    let names = seen.names.keys.filter { $0.contains(" ") }.sorted()
    guard names.count >= 4 else { return false }
    // Groups by family name and first letter: variants of one name fall together.
    let people = Set(
      names.map { name in
        let parts = PersonName(name)
        return PersonName.bare(parts.family) + "," + PersonName.bare(parts.given).prefix(1)
      })
    guard people.count >= 4 else { return false }
    let most = seen.names.values.max() ?? 0
    let all = seen.names.values.reduce(0, +)
    // A person whose name was mistyped now and then has one name far before the others.
    return most * 2 < all
  }

  private static let nobodies: Set<String> = [
    "noaddress", "undisclosedrecipients", "undisclosedrecipient", "unlistedrecipients", "recipientlistnotshown",
    "unknown", "unknownsender", "none", "null", "invalidaddress", "unspecifiedrecipients", "undisclosed",
    "recipientlistsuppressed", "missingaddress",
  ]

  /// Forms that stand for nobody, whatever the domain.
  private static func placeholderForm(_ address: String) -> String? {
    guard let at = address.lastIndex(of: "@") else { return "no address" }
    let local = lettersOf(String(address[..<at]))
    let host = address[address.index(after: at)...]
    if nobodies.contains(foldedASCII(local)) { return "a placeholder" }
    // `Bob@FIRM` whose @ became its code, 40, in front of the firm: all of the firm stand behind `40firm`.
    if address.hasPrefix("40"), local.utf8.count > 1, address[..<at].dropFirst(2).elementsEqual(local) {
      return "an @ that became its code"
    }
    if host.hasSuffix(".invalid") || host == "invalid" { return "a reserved domain (RFC 2606 §2)" }
    if local.isEmpty, address[..<at].allSatisfy({ !$0.isANumber }) { return "no letter before the @" }
    return nil
  }
}
