import Formats

/// Reads the features that stand in a mail's headers.
struct KindSender {
  private(set) var features = KindFeatures()
  /// Words of the display name, in small letters.
  let nameWords: [String]
  /// Pieces of the local part that could be a name.
  let localNames: [String]

  private let local: String
  private let host: String
  private let pieces: [String]
  private let squeezed: String
  private let name: String
  private let hasRole: Bool

  init(_ mail: ParsedMail, _ signs: MailSigns) {
    let parts = signs.address.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    local = String(parts.first ?? "")
    host = parts.count == 2 ? String(parts[1]) : ""
    pieces = local.utf8.split { $0 &- 97 > 25 && $0 < 128 }.map { String(Substring($0)) }
    squeezed = pieces.joined()
    name = signs.cleaned
    nameWords = letterWords(name.lowercased(), and: "'")
    let roles = pieces.map { isRoleLocal($0) }
    localNames = zip(pieces, roles).compactMap { piece, isRole in
      piece.utf8.count >= 3 && !isRole && !KindWords.offices.contains(piece) ? piece : nil
    }
    hasRole = roles.contains(true)
    readAddress()
    readName()
    readRecipients(mail, signs.address)
    readSubject(signs.subject)
    features.insert(.answers, if: signs.answers)
    features.insert(.list, if: signs.discussionList)
    features.insert(.userAgent, if: signs.userAgent)
    features.insert(.urgent, if: signs.urgent)
    features.insert(.ownHost, if: ownHost(signs))
  }

  private mutating func readAddress() {
    let utf8 = local.utf8
    features.insert(.digitsInLocal, if: KindSender.longestRun(utf8) { $0 &- 48 < 10 } >= 3)
    features.insert(.longLocal, if: utf8.count >= 16)
    features.insert(.unspeakableLocal, if: KindSender.longestRun(utf8, KindSender.isConsonant) >= 5)
    features.insert(.roleLocal, if: hasRole || pieces.count != 1 && isRoleLocal(local))
    // Nearly always decided before: what is asked for here are the words of answers.
    features.insert(.machineLocal, if: SenderWord.machine(local) != nil)
    features.insert(.bulkLocal, if: SenderWord.bulk(local) != nil)
    features.insert(.officeLocal, if: pieces.contains { KindWords.offices.contains($0) })
    let names = local.split(whereSeparator: { $0 == "." || $0 == "_" })
    features.insert(
      .twoNamesInLocal,
      if: (2...3).contains(names.count) && names.allSatisfy { $0.allSatisfy { $0.isALetter || $0 == "'" } })
    let labels = host.split(separator: ".")
    let mails = labels.count >= 3 && labels.dropLast(2).contains { KindWords.hosts.contains($0.filter(\.isALetter)) }
    features.insert(.mailingHost, if: mails)
    features.insert(.hostInLocal, if: ownName.utf8.count > 3 && squeezed.holds(ownName))
  }

  /// `example` of `mail.example.org`.
  private var ownName: String { AuthorSigns.ownName(of: host) }

  private mutating func readName() {
    guard !nameWords.isEmpty else { return features.insert(.nameless) }
    let letters = nameWords.joined()
    features.insert(.nameInLocal, if: nameWords.contains { $0.utf8.count > 2 && local.holds($0) })
    if nameWords.count > 1, let first = nameWords.first, let last = nameWords.last {
      let isLocal =
        local.hasPrefix(first.prefix(1)) && local.holds(last)
        || local.hasPrefix(last.prefix(1)) && local.holds(first)
      features.insert(.nameIsLocal, if: isLocal)
    }
    // A given name of a few letters is an address of its own often enough.
    features.insert(.nameIsAllOfLocal, if: nameWords.count == 1 && squeezed.utf8.count >= 5 && letters == squeezed)
    features.insert(.nameIsHost, if: ownName.utf8.count > 3 && letters.holds(ownName))
    let isFirm = nameWords.contains { KindWords.firms.contains($0) }
    features.insert(.firmName, if: isFirm)
    let words = name.split(separator: " ")
    let isPersonal =
      (2...4).contains(words.count) && !isFirm
      && words.allSatisfy { $0.first.map { !$0.isALetter || $0.isACapital } ?? false }
      && !name.contains { $0.isANumber || $0 == "!" || $0 == "$" || $0 == "%" }
    features.insert(.personalName, if: isPersonal)
    features.insert(.oneWordName, if: nameWords.count == 1)
    features.insert(.longName, if: nameWords.count > 4)
  }

  private mutating func readRecipients(_ mail: ParsedMail, _ author: String) {
    let count = mail.to.count + mail.cc.count
    switch count {
    case 0: features.insert(.toNobody)
    case 1: break
    case 2...5: features.insert(.toFew)
    case 6...20: features.insert(.toSome)
    default: features.insert(.toMany)
    }
    let end = "@" + host
    for recipient in mail.to + mail.cc {
      let address = foldedASCII(recipient.address)
      if address == author { features.insert(.toSelf) }
      if !host.isEmpty, address.hasSuffix(end) { features.insert(.toColleague) }
    }
  }

  private mutating func readSubject(_ subject: String) {
    let words = letterWords(subject, and: "'")
    var hasDay = false
    for word in words {
      guard let marks = KindWords.subjectMarks[foldedASCII(word)] else { continue }
      features.formUnion(marks)
      hasDay = hasDay || marks.contains(.subjectDate)
    }
    let hasDate = hasDay && subject.contains(where: \.isANumber) || KindSender.hasDate(subject)
    if hasDay, !hasDate { features.remove(.subjectDate) }
    features.insert(.subjectDate, if: hasDate)
    let marks = KindSender.marks(subject)
    features.insert(.subjectAnswers, if: marks.contains("re") || marks.contains("aw"))
    features.insert(.subjectForwards, if: marks.contains("fw") || marks.contains("fwd") || marks.contains("wg"))
    features.insert(.subjectExclaims, if: subject.utf8.contains(UInt8(ascii: "!")))
    features.insert(.subjectMoney, if: subject.utf8.contains { $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "%") })
    let long = words.filter { $0.utf8.count > 3 }
    features.insert(.subjectCapitals, if: long.count { $0.allSatisfy(\.isACapital) } >= 2)
    features.insert(.subjectTitle, if: long.count >= 3 && long.allSatisfy { $0.first?.isACapital ?? false })
    features.insert(.subjectGap, if: KindSender.longestRun(subject.utf8) { $0 == 32 } >= 4)
    features.insert(.subjectNumber, if: KindSender.longestRun(subject.utf8) { $0 &- 48 < 10 } >= 4)
  }

  /// `re` and `fw` of `Re: [list] Fw: Keys`, where the subject begins so.
  private static func marks(_ subject: String) -> [String] {
    guard subject.utf8.contains(UInt8(ascii: ":")) else { return [] }
    var rest = Substring(foldedASCII(subject)).drop { $0 == " " }
    var marks: [String] = []
    while marks.count < 6 {
      if rest.hasPrefix("["), let close = rest.firstIndex(of: "]") {
        rest = rest[rest.index(after: close)...].drop { $0 == " " }
        continue
      }
      guard let colon = rest.prefix(8).firstIndex(of: ":") else { break }
      marks.append(rest[..<colon].filter(\.isALetter))
      rest = rest[rest.index(after: colon)...].drop { $0 == " " }
    }
    return marks
  }

  /// `3/2/26`, `2026-03-02`.
  private static func hasDate(_ subject: String) -> Bool {
    guard subject.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "-") }) else { return false }
    return subject.split { !($0.isANumber || $0 == "/" || $0 == "-") }.contains { word in
      let parts = word.split(separator: word.contains("/") ? "/" : "-", omittingEmptySubsequences: false)
      return parts.count == 3 && parts.allSatisfy { (1...4).contains($0.utf8.count) && $0.allSatisfy(\.isANumber) }
    }
  }

  private func ownHost(_ signs: MailSigns) -> Bool {
    let tail = host.split(separator: ".").suffix(2).joined(separator: ".")
    return tail.contains(".") && signs.messageIDHost.hasSuffix(tail)
  }

  private static func isConsonant(_ byte: UInt8) -> Bool {
    guard byte &- 97 < 26 else { return false }
    // Bits of a, e, i, o, u and y.
    return 0b1_0001_0000_0100_0001_0001_0001 >> UInt32(byte - 97) & 1 == 0
  }

  private static func longestRun(_ text: String.UTF8View, _ belongs: (UInt8) -> Bool) -> Int {
    var longest = 0
    var run = 0
    for byte in text {
      run = belongs(byte) ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }
}
