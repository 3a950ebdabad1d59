import Formats

/// Reads the telephone numbers of one line of a signature, with what they are for.
struct PhoneReader {
  struct Number {
    var range: Range<Int>
    var kind: SignatureFields.Telephone.Kind
    var e164: String?
    var ext: String
  }

  private(set) var numbers: [Number] = []
  private let text: TextLines
  private let line: Range<Int>
  private let region: String
  private var bytes: [UInt8] { text.bytes }

  init(text: TextLines, line: Range<Int>, region: String, skipping: [Range<Int>]) {
    self.text = text
    self.line = line
    self.region = region
    var at = line.lowerBound
    while at < line.upperBound, numbers.count < 6 {
      if let skipped = skipping.first(where: { $0.contains(at) }) {
        at = skipped.upperBound
      } else if let next = read(at) {
        at = next
      } else {
        at += 1
      }
    }
    for index in numbers.indices { numbers[index].kind = kind(index) }
  }

  private func isDigit(_ at: Int) -> Bool { at >= line.lowerBound && at < line.upperBound && bytes[at] &- 48 < 10 }

  private func isLetter(_ at: Int) -> Bool {
    at >= line.lowerBound && at < line.upperBound && (bytes[at] | 32) &- 97 < 26
  }

  /// Reads a number that begins here; answers the index behind it.
  private mutating func read(_ start: Int) -> Int? {
    let first = bytes[start]
    if (first | 32) == UInt8(ascii: "x") || (first | 32) == UInt8(ascii: "e"), !isLetter(start - 1),
      let found = extensionAlone(start)
    {
      return found
    }
    guard first == UInt8(ascii: "+") || first == UInt8(ascii: "(") || first &- 48 < 10 else { return nil }
    if isDigit(start - 1) || isLetter(start - 1) { return nil }
    let run = digits(from: start)
    guard run.count >= 4 else { return max(run.end, start + 1) }
    if let end = whole(start, run) { return end }
    if run.count <= 5, let end = short(start, run) { return end }
    return max(run.end, start + 1)
  }

  private struct Run {
    var end: Int
    var groups: [Int]
    var count: Int { groups.reduce(0, +) }
  }

  /// Digits and the signs that group them.
  private func digits(from start: Int) -> Run {
    var at = start
    var groups: [Int] = []
    var end = start
    var group = 0
    var gap = 0
    while at < line.upperBound {
      let byte = bytes[at]
      if byte &- 48 < 10 {
        group += 1
        gap = 0
        end = at + 1
      } else {
        if group > 0 { groups.append(group) }
        group = 0
        gap += 1
        let joins =
          byte == 32 || byte == 45 || byte == 46 || byte == 40 || byte == 41 || byte == 47 || byte == 43 && at == start
        guard joins, gap <= 3, !(byte == 40 && groups.reduce(0, +) >= 7) else { break }
        // Two spaces part two numbers.
        if byte == 32, at > start, bytes[at - 1] == 32 { break }
      }
      at += 1
    }
    if group > 0 { groups.append(group) }
    return Run(end: end, groups: groups)
  }

  /// A number that can be dialled from everywhere, or at least from its town.
  private mutating func whole(_ start: Int, _ run: Run) -> Int? {
    let isInternational = bytes[start] == UInt8(ascii: "+")
    guard run.count >= 7, run.count <= 15, !isLetter(run.end) || isExtensionMark(run.end) else { return nil }
    // Postal codes and dates.
    if run.groups == [5, 4] || run.groups.count == 3 && run.groups[0] <= 2 && run.groups[1] <= 2 && !isInternational {
      return nil
    }
    let written = text.text(start..<run.end)
    let (ext, end) = extensionBehind(run.end)
    let known = run.count >= 8 ? Phone.number(written, region: region) : nil
    if let known {
      numbers.append(Number(range: start..<end, kind: .work, e164: known.e164, ext: ext.isEmpty ? known.ext : ext))
      return end
    }
    let isAmerican = run.groups.suffix(3) == [3, 3, 4] || run.groups == [10]
    let isLocal = run.groups == [3, 4]
    guard isAmerican || isInternational || isLocal && (isAlone(start..<end) || hasLabel(start)) else { return nil }
    numbers.append(Number(range: start..<end, kind: .work, e164: nil, ext: ext))
    return end
  }

  private func isExtensionMark(_ at: Int) -> Bool {
    at < line.upperBound && (bytes[at] | 32) == UInt8(ascii: "x") && isDigit(at + 1)
  }

  /// `x19`, `, ext. 245` behind a number.
  private func extensionBehind(_ start: Int) -> (String, Int) {
    var at = start
    while at < line.upperBound, bytes[at] == 32 || bytes[at] == 44 || bytes[at] == 59, at - start < 3 { at += 1 }
    guard let digits = markedDigits(at) else { return ("", start) }
    return (text.text(digits), digits.upperBound)
  }

  /// The digits behind `x`, `ext.` or `extension`.
  private func markedDigits(_ start: Int) -> Range<Int>? {
    var at = start
    let marks: [StaticString] = ["extension", "ext", "xt", "x"]
    guard let mark = marks.first(where: { ContactShapes.begins(bytes, at, line.upperBound, $0) }) else { return nil }
    at += mark.utf8CodeUnitCount
    while at < line.upperBound,
      bytes[at] == 46 || bytes[at] == 32 || bytes[at] == 58 || bytes[at] == 45 || bytes[at] == 35, at - start < 14
    { at += 1 }
    let first = at
    while at < line.upperBound, isDigit(at) || bytes[at] == 45 && isDigit(at + 1) && isDigit(at - 1) { at += 1 }
    let count = (first..<at).count { isDigit($0) }
    return (1...6).contains(count) ? first..<at : nil
  }

  private mutating func extensionAlone(_ start: Int) -> Int? {
    guard let digits = markedDigits(start),
      (3...6).contains((digits.lowerBound..<digits.upperBound).count { isDigit($0) })
    else { return nil }
    guard !isLetter(digits.upperBound) else { return nil }
    numbers.append(
      Number(range: start..<digits.upperBound, kind: .work, e164: nil, ext: text.text(digits).filter(\.isANumber)))
    return digits.upperBound
  }

  /// `3-1587`, `57302`: what is dialled inside of a house, alone on its line or with a label or a name before it.
  private mutating func short(_ start: Int, _ run: Run) -> Int? {
    guard run.groups == [1, 4] || run.groups == [5], !isLetter(run.end) else { return nil }
    let range = start..<run.end
    guard isAlone(range) || hasLabel(start) || run.groups == [1, 4] && isAtEnd(range) else { return nil }
    numbers.append(Number(range: range, kind: .work, e164: nil, ext: text.text(range).filter(\.isANumber)))
    return run.end
  }

  private func isAlone(_ range: Range<Int>) -> Bool {
    (line.lowerBound..<range.lowerBound).allSatisfy { !isLetter($0) && !isDigit($0) } && isAtEnd(range)
  }

  private func isAtEnd(_ range: Range<Int>) -> Bool {
    (range.upperBound..<line.upperBound).allSatisfy { !isLetter($0) && !isDigit($0) }
  }

  // MARK: what it is for

  private func hasLabel(_ at: Int) -> Bool { label(max(line.lowerBound, at - 24)..<at) != nil }

  /// The last word in a piece of the line that says what a number is for.
  private func label(_ range: Range<Int>) -> SignatureFields.Telephone.Kind? {
    var found: SignatureFields.Telephone.Kind?
    for word in LineWords(text, range).words {
      if let kind = PhoneReader.labels[word.folded] { found = kind }
    }
    return found
  }

  private static let labels: [String: SignatureFields.Telephone.Kind] = {
    var all: [String: SignatureFields.Telephone.Kind] = [:]
    let lists: [(SignatureFields.Telephone.Kind, String)] = [
      (
        .work,
        "phone ph tel telephone tele fone office off work wk direct dial main o w d p t t: telefon telefono teléfono téléphone tél тел телефон bureau büro voice"
      ),
      (.mobile, "cell cellular mobile mob mobil móvil portable handy gsm c m whatsapp моб celular cellulare"),
      (.home, "home hm h privat domicile casa"), (.fax, "fax facsimile telefax f факс télécopie"),
      (.pager, "pager pgr page beeper"),
    ]
    for (kind, words) in lists {
      for word in words.split(separator: " ") { all[String(word)] = kind }
    }
    return all
  }()

  /// Labels stand before their numbers, or behind all of them if nothing stands before the first.
  private func kind(_ index: Int) -> SignatureFields.Telephone.Kind {
    let range = numbers[index].range
    let before = index > 0 ? numbers[index - 1].range.upperBound : line.lowerBound
    let after = index + 1 < numbers.count ? numbers[index + 1].range.lowerBound : line.upperBound
    let leads = label(line.lowerBound..<numbers[0].range.lowerBound) != nil
    if leads { return label(before..<range.lowerBound) ?? label(range.upperBound..<after) ?? .work }
    return label(range.upperBound..<after) ?? label(before..<range.lowerBound) ?? .work
  }
}
