import Formats

/// What is known of a mail's author before its text is read, as the lines are compared with it.
struct AuthorSigns: Sendable {
  /// Words of the display name, folded.
  let names: [String]
  /// The first letters of the name's words in their order.
  let initials: String
  /// The folded address.
  let address: String
  /// Pieces of the address's local part with three letters and more.
  let locals: [String]
  /// The domain's own name: `example` of `mail.example.co.uk`; empty for hosts of mail for everybody.
  let domain: String
  /// The recipients as the mail writes them; few are ever asked for, so that their names are read when one is.
  private let recipients: [String]

  init(name: String, address: String, recipients: [String] = []) {
    self.init(cleaned: PersonName.clean(name), address: address, recipients: recipients)
  }

  /// The same of a name that was cleaned.
  private init(cleaned: String, address: String, recipients: [String]) {
    self.address = foldedASCII(address)
    let words = AuthorSigns.words(cleaned.isEmpty ? AuthorSigns.name(in: self.address) : cleaned)
    names = words.filter { $0.utf8.count > 1 }
    initials = String(words.compactMap(\.first))
    let parts = self.address.split(separator: "@", maxSplits: 1)
    let local = parts.first ?? ""
    locals = letterWords(String(local)).filter { $0.utf8.count >= 3 }
    domain = parts.count == 2 ? AuthorSigns.ownName(of: String(parts[1])) : ""
    self.recipients = recipients
  }

  /// The author of a mail as its headers name them; `cleaned` is the name if it was cleaned already.
  init(_ mail: ParsedMail, cleaned: String? = nil) {
    let author = mail.from.first ?? mail.sender.first
    var name = author?.name ?? ""
    // Exports of Exchange and Notes keep the author's name apart.
    if cleaned == nil, name.isEmpty { name = mail.header("X-From") ?? "" }
    self.init(
      cleaned: cleaned ?? PersonName.clean(name), address: author?.address ?? "",
      recipients: (mail.to + mail.cc).prefix(8).map(\.name))
  }

  /// `ada adler` of `ada.adler@example.test`, `ada_adler` and `ada.b.adler`; nothing of an address of one piece.
  private static func name(in address: String) -> String {
    let pieces = address.prefix { $0 != "@" }.split { $0 == "." || $0 == "_" || $0 == "-" }
    let isName =
      (2...3).contains(pieces.count) && pieces.allSatisfy { $0.utf8.allSatisfy { $0 &- 97 < 26 } }
      && (pieces.first?.utf8.count ?? 0) >= 2 && (pieces.last?.utf8.count ?? 0) >= 2
    return isName ? pieces.joined(separator: " ") : ""
  }

  static func words(_ text: String) -> [String] {
    letterWords(text.lowercased(), and: "'-")
  }

  private static let shared: Set<String> = [
    "gmail", "googlemail", "yahoo", "hotmail", "outlook", "live", "msn", "aol", "icloud", "me", "mac", "gmx", "web",
    "mail",
    "comcast", "earthlink", "mindspring", "verizon", "att", "sbcglobal", "bellsouth", "pacbell", "netscape", "excite",
    "juno", "prodigy", "compuserve", "protonmail", "proton", "yandex", "freenet", "t-online", "orange", "free",
    "wanadoo",
    "libero", "terra", "uol", "ymail", "rr", "alltel", "attglobal", "mediaone", "fastmail", "zoho", "qq", "163",
  ]
  private static let publicParts: Set<String> = [
    "com", "co", "org", "net", "gov", "edu", "ac", "state", "gob", "go", "or", "ne",
  ]

  static func ownName(of host: String) -> String {
    var labels = host.split(separator: ".").map(String.init)
    if labels.count > 1 { labels.removeLast() }
    while labels.count > 1, let last = labels.last, publicParts.contains(last) { labels.removeLast() }
    let name = labels.last ?? ""
    return shared.contains(name) ? "" : name
  }

  /// Whether a folded word is the given name of a recipient, and none of the author's.
  func isRecipient(_ word: String) -> Bool {
    guard !names.contains(word) else { return false }
    return recipients.contains {
      AuthorSigns.mayHold($0, word) && AuthorSigns.words(PersonName.clean($0)).first == word
    }
  }

  /// A cheap look: false only if an ASCII word stands nowhere in a text, whatever its case.
  private static func mayHold(_ text: String, _ word: String) -> Bool {
    let (bytes, wanted) = (Array(text.utf8), Array(word.utf8))
    guard let first = wanted.first, wanted.allSatisfy({ $0 < 128 }) else { return true }
    guard bytes.count >= wanted.count else { return false }
    for start in 0...(bytes.count - wanted.count) where bytes[start] | 32 == first | 32 {
      if wanted.indices.allSatisfy({ bytes[start + $0] | 32 == wanted[$0] | 32 }) { return true }
    }
    return false
  }

  /// Whether a word is one of the author's names.
  func isName(_ word: String) -> Bool { names.contains(word) }

  /// Whether a word is a short form of one of the names (`Bob` is not, `Chris` of `Christina` is), or stands in the address.
  func isShortName(_ word: String) -> Bool {
    guard word.utf8.count >= 2 else { return false }
    for name in names where name.utf8.count > 2 {
      let shorter = min(name.utf8.count, word.utf8.count)
      if shorter >= 2, name.utf8.prefix(min(3, shorter)).elementsEqual(word.utf8.prefix(min(3, shorter))) {
        return true
      }
    }
    // `aadler`, `adlera` and `abadler` hold the family name and an initial or two.
    return locals.contains { local in
      let rest = local.utf8.count - word.utf8.count
      return local == word || word.utf8.count >= 4 && local.hasPrefix(word)
        || word.utf8.count >= 3 && (1...2).contains(rest) && local.hasSuffix(word)
    }
  }

  /// Whether letters are the author's initials, all or some in their order.
  func areInitials(_ letters: String) -> Bool {
    let folded = foldedASCII(letters)
    guard folded.utf8.count >= 1, initials.utf8.count >= 2 else { return false }
    if folded == initials { return true }
    // `Example, Ada B.` signs `ABE` or `AE`; the family name may come first in what was read.
    let known = Array(initials)
    // A first or a middle name that the mail does not tell adds a letter.
    let isLonger =
      known.count >= 2 && folded.utf8.count == known.count + 1
      && folded.indices.contains { gone in folded[..<gone] + folded[folded.index(after: gone)...] == initials }
    if isLonger { return true }
    var at = 0
    for letter in folded {
      while at < known.count, known[at] != letter { at += 1 }
      if at == known.count { return false }
      at += 1
    }
    return folded.first == known.first || folded.utf8.count > 1
  }
}
