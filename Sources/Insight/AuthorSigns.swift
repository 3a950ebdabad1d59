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
  /// Given names of the recipients.
  let recipients: Set<String>

  init(name: String, address: String, recipients: [String] = []) {
    let cleaned = PersonName.clean(name)
    names = AuthorSigns.words(cleaned).filter { $0.utf8.count > 1 }
    initials = String(AuthorSigns.words(cleaned).compactMap(\.first))
    self.address = foldedASCII(address)
    let parts = self.address.split(separator: "@", maxSplits: 1)
    let local = parts.first ?? ""
    locals = local.split { !$0.isLetter }.map(String.init).filter { $0.utf8.count >= 3 }
    domain = parts.count == 2 ? AuthorSigns.ownName(of: String(parts[1])) : ""
    let own = Set(names)
    self.recipients = Set(recipients.compactMap { AuthorSigns.words(PersonName.clean($0)).first }).subtracting(own)
  }

  /// The author of a mail as its headers name them.
  init(_ mail: ParsedMail) {
    let author = mail.from.first ?? mail.sender.first
    var name = author?.name ?? ""
    // Exports of Exchange and Notes keep the author's name apart.
    if name.isEmpty { name = mail.header("X-From") ?? "" }
    self.init(
      name: name, address: author?.address ?? "", recipients: (mail.to + mail.cc).prefix(8).map(\.name))
  }

  static func words(_ text: String) -> [String] {
    text.lowercased().split { !($0.isLetter || $0 == "'" || $0 == "-") }.map(String.init)
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
    return locals.contains { $0 == word || word.utf8.count >= 4 && $0.hasPrefix(word) }
  }

  /// Whether letters are the author's initials, all or some in their order.
  func areInitials(_ letters: String) -> Bool {
    let folded = foldedASCII(letters)
    guard folded.utf8.count >= 1, initials.utf8.count >= 2 else { return false }
    if folded == initials { return true }
    // `Example, Ada B.` signs `ABE` or `AE`; the family name may come first in what was read.
    let known = Array(initials)
    var at = 0
    for letter in folded {
      while at < known.count, known[at] != letter { at += 1 }
      if at == known.count { return false }
      at += 1
    }
    return folded.first == known.first || folded.utf8.count > 1
  }
}
