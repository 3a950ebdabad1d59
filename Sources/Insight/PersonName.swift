/// A display name read as a person's name: cleaned, with given and family name where the form shows them.
public struct PersonName: Sendable, Equatable {
  /// As people write it: `Ada Example`.
  public var full: String
  public var given: String
  public var family: String

  /// Reads a display name; everything is empty if it holds no name.
  public init(_ display: String) {
    full = PersonName.clean(display)
    (given, family) = PersonName.split(full)
  }

  /// A display name without quotes, addresses, directory paths and remarks, family name last.
  ///
  /// Reads `Example, Ada (Firm)`, `'ada@example.test'` (empty: an address is no name), Notes
  /// (`Ada Example/HOU/ECT@ECT`, `Press Desk@FIRM`), Exchange (`Example, Ada </O=FIRM/CN=…>`) and X.400
  /// (`/G=Ada/S=Example/`).
  public static func clean(_ display: String) -> String {
    if display.isEmpty { return "" }
    if isPlain(display) { return evenCase(display) }
    var name = String(display.prefix(300))
    if name.utf8.contains(where: { $0 < 32 || $0 > 126 }) { name = name.filter { !$0.isNewline } }
    if let x400 = fromX400(name) { return x400 }
    for (open, close) in [("<", ">"), ("(", ")"), ("[", "]")] as [(Character, Character)] {
      while name.utf8.contains(open.asciiValue ?? 0), let start = name.firstIndex(of: open) {
        let rest = name[start...]
        let end = rest.firstIndex(of: close).map { name.index(after: $0) } ?? name.endIndex
        let before = name[..<start]
        name = String(before) + " " + String(name[end...])
      }
    }
    // Notes: the name ends where its path begins, `/OU/Domain@Domain`.
    if let slash = name.firstIndex(of: "/"), name.contains("@") || name[slash...].dropFirst().contains("/") {
      name = String(name[..<slash])
    }
    name = squeezed(name.utf8.contains(34) ? name.filter { $0 != "\"" } : name)
    // Notes again: a name of several words before `@DOMAIN`, which has no dot, is no address.
    if let at = name.lastIndex(of: "@"), !name[at...].contains("."), name[..<at].contains(" ") {
      name = String(name[..<at])
    }
    name = trimmed(name, marks)
    if name.contains("@") { return "" }
    name = turned(name)
    guard name.contains(where: \.isALetter) else { return "" }
    return evenCase(name)
  }

  /// Picks the name to show among variants with their counts: names of two words or more before single words, then the
  /// most frequent form, then the longest, then the alphabet, so that any order of input gives the same name.
  public static func best(among variants: [(name: String, count: Int)]) -> String {
    var counts: [String: Int] = [:]
    for variant in variants {
      let cleaned = clean(variant.name)
      if !cleaned.isEmpty { counts[cleaned, default: 0] += max(variant.count, 0) }
    }
    let ranked = counts.sorted { a, b in
      let (aFull, bFull) = (a.key.contains(" "), b.key.contains(" "))
      if aFull != bFull { return aFull }
      if a.value != b.value { return a.value > b.value }
      if a.key.count != b.key.count { return a.key.count > b.key.count }
      return a.key < b.key
    }
    return ranked.first?.key ?? ""
  }

  /// Given and family name of `Ada B. Example`; a single word is a given name; particles stay with the family name.
  static func split(_ full: String) -> (given: String, family: String) {
    var words = full.split(separator: " ").map(String.init)
    while let last = words.last, words.count > 2, suffixes.contains(bare(last)) { words.removeLast() }
    while let first = words.first, words.count > 2, titles.contains(bare(first)) { words.removeFirst() }
    guard words.count > 1, var start = words.indices.last else { return (words.first ?? "", "") }
    while start > 1, particles.contains(bare(words[start - 1])) { start -= 1 }
    return (words[0], words[start...].joined(separator: " "))
  }

  /// The generation a name is marked with (`jr`, `iii`): two that differ are two people.
  static func generation(_ name: String) -> String {
    let last = name.split(separator: " ").last.map { bare(String($0)) } ?? ""
    return generations.contains(last) ? last : ""
  }

  static func bare(_ word: String) -> String { word.lowercased().filter { $0.isALetter || $0.isANumber } }

  private static let generations: Set<String> = ["jr", "sr", "ii", "iii", "iv"]
  private static let suffixes: Set<String> = generations.union(["phd", "md", "esq", "mba", "cpa", "dds", "jd"])
  private static let titles: Set<String> = ["mr", "mrs", "ms", "miss", "dr", "prof", "sir", "herr", "frau", "mme", "m"]
  private static let particles: Set<String> = [
    "von", "van", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "ter", "zu", "zur", "bin",
    "al",
  ]

  /// `Example, Ada` becomes `Ada Example`; a suffix after the comma (`Ada Example, Jr.`) stays behind.
  private static func turned(_ name: String) -> String {
    let parts = name.split(separator: ",", omittingEmptySubsequences: true).map { trimmed(String($0), blank) }
      .filter { !$0.isEmpty }
    guard parts.count > 1 else { return parts.first ?? "" }
    if parts.count == 2, suffixes.contains(bare(parts[1])) { return parts[0] + " " + parts[1] }
    let family = parts[0]
    // More words before the comma than a family name has: a firm or a list of people, left as it stands.
    guard parts.count == 2 || (parts.count == 3 && suffixes.contains(bare(parts[2]))),
      family.split(separator: " ").count <= 3
    else { return name }
    return parts[1] + " " + family + (parts.count == 3 ? " " + parts[2] : "")
  }

  /// `Ada Example`: ASCII words with one space between them need no cleaning.
  private static func isPlain(_ display: String) -> Bool {
    var before = UInt8(ascii: " ")
    for byte in display.utf8 {
      let letter = (byte | 32) >= 97 && (byte | 32) <= 122
      guard letter || byte == 32 || byte == 46 || byte == 45, byte != 32 || before != 32 else { return false }
      before = byte
    }
    return before != 32 && (before | 32) >= 97 && display.utf8.count <= 300
  }

  private static func fromX400(_ text: String) -> String? {
    guard hasFamily(text) else { return nil }
    var given = ""
    var family = ""
    for piece in text.split(whereSeparator: { $0 == "/" || $0 == ";" }) {
      let lower = piece.lowercased()
      if lower.hasPrefix("g=") { given = String(piece.dropFirst(2)) }
      if lower.hasPrefix("s=") { family = String(piece.dropFirst(2)) }
    }
    guard !family.isEmpty else { return nil }
    return squeezed(evenCase(given + " " + family))
  }

  /// Whether a piece begins with `S=`: most paths of Exchange have none, and need not be cut.
  private static func hasFamily(_ text: String) -> Bool {
    var before = UInt8(ascii: "/")
    var letter = UInt8(0)
    for byte in text.utf8 {
      if byte == UInt8(ascii: "="), letter | 32 == UInt8(ascii: "s"), before == 0x2F || before == 0x3B { return true }
      before = letter == 0 ? before : letter
      letter = byte
    }
    return false
  }

  /// Names all in capitals or all in small letters get capitals at the words' beginnings.
  private static func evenCase(_ name: String) -> String {
    let bytes = name.utf8
    guard bytes.contains(32) else { return name }
    // A small and a capital ASCII letter settle it without looking at every character.
    if bytes.contains(where: { $0 >= 97 && $0 <= 122 }), bytes.contains(where: { $0 >= 65 && $0 <= 90 }) { return name }
    let letters = name.filter(\.isALetter)
    let shouted = letters.count > 3 && letters.allSatisfy { $0.isACapital }
    let whispered = letters.allSatisfy { $0.isLowercase }
    guard shouted || whispered else { return name }
    return name.split(separator: " ").map { word in
      particles.contains(bare(String(word))) && whispered
        ? String(word) : word.prefix(1).uppercased() + word.dropFirst().lowercased()
    }.joined(separator: " ")
  }

  private static func squeezed(_ text: String) -> String {
    text.split(whereSeparator: \.isASpace).joined(separator: " ")
  }

  private static func trimmed(_ text: String, _ set: Set<Character>) -> String {
    guard let first = text.firstIndex(where: { !set.contains($0) }),
      let last = text.lastIndex(where: { !set.contains($0) })
    else { return "" }
    return String(text[first...last])
  }

  /// What stands around names and is none of them.
  private static let marks = Set("'`´‘’ ,;:*")
  private static let blank: Set<Character> = [" "]
}
