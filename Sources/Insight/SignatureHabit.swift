public import Formats

/// What the ends of an author's mails have in common: a line that comes back mail after mail is a signature's.
///
/// A line is known by its letters and digits. Mails with the same end count once, so that copies of a mail in several
/// folders are one witness, and a mail is never its own.
public struct SignatureHabit: Sendable {
  /// More mails than these tell nothing new; those that come first are kept.
  public static let most = 64

  /// How many mails with different ends hold a line.
  private var holding: [UInt64: Int] = [:]
  private var ends: Set<UInt64> = []

  public init() {}

  /// Takes in a mail of the author.
  public mutating func add(_ split: QuoteSplit) {
    guard ends.count < SignatureHabit.most else { return }
    var roles = split.parts.map { $0 == .quoted ? MailReading.Role.quoted : .body }
    let own = MailReading.own(split, &roles)
    let keys = own.suffix(SignatureLines.most).map { SignatureHabit.key(split.text, $0) }
    guard !keys.isEmpty, ends.insert(SignatureHabit.end(keys)).inserted else { return }
    for key in Set(keys) { holding[key, default: 0] += 1 }
  }

  /// Marks the lines that other mails of the author hold too.
  func mark(_ features: inout [FeatureSet], _ lines: [Int], _ text: TextLines) {
    let keys = lines.map { SignatureHabit.key(text, $0) }
    let isKnown = ends.contains(SignatureHabit.end(keys))
    let others = ends.count - (isKnown ? 1 : 0)
    guard others > 0 else { return }
    for index in lines.indices {
      let seen = (holding[keys[index]] ?? 0) - (isKnown ? 1 : 0)
      features[index].insert(.seenOnce, if: seen == 1)
      features[index].insert(.seenOften, if: seen >= 2)
      features[index].insert(.seenMostly, if: seen >= 2 && seen * 3 >= others)
      features[index].insert(.unseen, if: seen == 0 && others >= 3)
    }
  }

  // FNV-1a, 64 bits (Fowler, Noll and Vo): the same on any machine.
  private static let basis: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prime: UInt64 = 0x0000_0100_0000_01B3

  /// A line by its letters, in small ones, and digits; other signs come and go with the mail program.
  private static func key(_ text: TextLines, _ line: Int) -> UInt64 {
    var hash = basis
    for index in text.lines[line].trimmed {
      let byte = text.bytes[index]
      let isSign = byte < 128 && !(byte &- 48 < 10 || (byte | 32) &- 97 < 26)
      if !isSign { hash = (hash ^ UInt64(byte &- 65 < 26 ? byte | 32 : byte)) &* prime }
    }
    return hash
  }

  private static func end(_ keys: [UInt64]) -> UInt64 { keys.reduce(basis) { ($0 ^ $1) &* prime } }
}

/// The habits of many authors, each known by an address.
public struct SignatureHabits: Sendable {
  private var habits: [String: SignatureHabit] = [:]

  public init() {}

  /// Takes in a mail; one that names no author tells nothing.
  public mutating func add(_ mail: ParsedMail) {
    guard let author = mail.from.first?.address else { return }
    add(QuoteSplit(mail), of: author)
  }

  /// Takes in the text of a known author.
  public mutating func add(_ split: QuoteSplit, of address: String) {
    guard !address.isEmpty else { return }
    habits[foldedASCII(address), default: SignatureHabit()].add(split)
  }

  /// What the mails of an author have in common; nil of one who was not seen.
  public func habit(of address: String) -> SignatureHabit? { habits[foldedASCII(address)] }
}
