import Formats

/// Finds name, title and organisation among the pieces of a signature.
struct SignatureNames {
  let segments: [SignatureSegment]
  let author: AuthorSigns
  let text: TextLines
  let confidence: Double
  /// Something on the card can be dialled, written to or opened.
  let hasContact: Bool

  func read(_ fields: inout SignatureFields) {
    let name = bestName()
    if let name { fields.name = value(name.range, name.score >= 3 ? 0.97 : 0.8) }
    var firms: [(range: Range<Int>, score: Double)] = []
    var isBelowName = false
    for segment in segments where !isAddress(segment, fields.address) {
      if let name, name.range.overlaps(segment.range) {
        readBehindName(segment, name.range, &fields, &firms)
        isBelowName = true
        continue
      }
      if isAuthorName(segment.words.words) { continue }
      let count = firms.count
      let title = fields.title
      read(segment.range, segment, &fields, &firms)
      // On a card the firm stands below the name or the title, whatever it is called.
      if isBelowName, firms.count == count, fields.title == title {
        isBelowName = false
        if mayBeFirm(segment) { firms.append((closed(segment.range, segment.words.words), 1.5)) }
      } else if firms.count > count {
        isBelowName = false
      }
    }
    guard
      let best = firms.max(by: {
        $0.score < $1.score || $0.score == $1.score && $0.range.lowerBound > $1.range.lowerBound
      })
    else { return }
    fields.organisation = value(best.range, min(0.95, 0.6 + best.score * 0.08))
  }

  /// Words in capitals that are no department, on a card that can be answered.
  private func mayBeFirm(_ segment: SignatureSegment) -> Bool {
    let words = segment.words.words
    guard (1...6).contains(words.count), !segment.hasContact, segments.count >= 3, hasContact else { return false }
    guard segments.count(where: { $0.line == segment.line }) == 1, !words[0].kinds.contains(.function) else {
      return false
    }
    let other: WordClass = [.department, .role, .firstPerson, .secondPerson, .closing, .phoneLabel, .greeting]
    return words.allSatisfy {
      !$0.hasDigit && $0.kinds.isDisjoint(with: other) && ($0.startsUpper || $0.kinds.contains(.function))
    }
      && words.contains { $0.kinds.isDisjoint(with: [.function]) && $0.range.count > 2 }
  }

  private func value(_ range: Range<Int>, _ share: Double) -> SignatureFields.Value {
    let words = text.text(range).split(whereSeparator: \.isASpace).joined(separator: " ")
    return SignatureFields.Value(text: words, range: range, confidence: confidence * share)
  }

  private func isAddress(_ segment: SignatureSegment, _ address: SignatureFields.Value?) -> Bool {
    PostalLines.isPart(segment, text) || address.map { $0.range.overlaps(segment.range) } ?? false
  }

  // MARK: name

  private struct Name {
    var range: Range<Int>
    var score: Double
  }

  private func bestName() -> Name? {
    var best: Name?
    for segment in segments {
      guard let found = name(segment) else { continue }
      if found.score > best?.score ?? 0 { best = found }
    }
    return best
  }

  /// The part of a segment that is a name, and how sure that is.
  private func name(_ segment: SignatureSegment) -> Name? {
    var words = segment.words.words[...]
    let isClosed = segment.words.closingBeforeName
    if let count = isClosed { words = words.dropFirst(count) }
    while let first = words.first, first.kinds.contains(.honorific), words.count > 1 { words = words.dropFirst() }
    // `Ada Example, CFA, Director`: what a comma parts is no part of the name, but for what belongs to it.
    if let comma = words.firstIndex(where: { $0.after == UInt8(ascii: ",") }),
      comma < words.index(before: words.endIndex)
    {
      let next = words[words.index(after: comma)]
      let isSuffix = next.folded == "jr" || next.folded == "sr" || next.folded == "iii" || next.folded == "ii"
      words = isSuffix ? words.prefix(upTo: min(comma + 2, words.endIndex)) : words.prefix(through: comma)
    }
    while let last = words.last,
      last.hasDigit || last.folded == "x" || last.kinds.contains(.degree) && words.count > 2 && !isSuffix(last.folded)
    {
      words = words.dropLast()
    }
    guard let first = words.first, let last = words.last, (1...4).contains(words.count) else { return nil }
    guard segment.words.count <= 12,
      !words.contains(where: { $0.hasDigit || SignatureNames.nobody.contains($0.folded) })
    else { return nil }
    let range = first.range.lowerBound..<last.range.upperBound
    guard !isInitials(words, range) else { return nil }
    return score(words, segment, isClosed != nil).map { Name(range: range, score: $0) }
  }

  private func isSuffix(_ word: String) -> Bool { ["jr", "sr", "ii", "iii", "iv"].contains(word) }

  private func isInitials(_ words: ArraySlice<LineWords.Word>, _ range: Range<Int>) -> Bool {
    let letters = words.map(\.folded).joined().filter(\.isALetter)
    if letters.count <= 1 { return true }
    guard words.count == 1, let word = words.first else { return words.allSatisfy { $0.folded.count == 1 } }
    if author.isName(word.folded) || letters.count > 4 { return false }
    return word.isUpper && letters.count <= 4 && !author.isShortName(word.folded) || letters.count == 2
      || letters.count == 3 && !word.startsUpper && !author.isShortName(word.folded)
  }

  private func score(_ words: ArraySlice<LineWords.Word>, _ segment: SignatureSegment, _ isClosed: Bool) -> Double? {
    if isAuthorName(Array(words)) { return 3 + Double(words.count) * 0.5 }
    let other: WordClass = [.role, .firm, .department, .function, .firstPerson, .secondPerson, .closing, .phoneLabel]
    guard words.allSatisfy({ $0.kinds.isDisjoint(with: other) }) else { return nil }
    // What the author's domain is called is the firm.
    if words.count >= 2, domainScore(Array(words)) >= 2 { return nil }
    let isCapital = words.allSatisfy { $0.startsUpper }
    let isWhole =
      words.count == segment.words.words.count || isClosed
      || !segment.words.words.contains {
        !$0.hasDigit && $0.range.lowerBound >= (words.last?.range.upperBound ?? 0) && $0.kinds.isEmpty
      }
    guard isWhole else { return nil }
    let isBelowClosing = isClosed || segment.isClosed
    if words.count >= 2 {
      return isCapital && (segment.opens || isClosed) ? 2 : isBelowClosing && words.count == 2 ? 1.2 : nil
    }
    guard segment.opens || isClosed else { return nil }
    return isCapital ? 1.5 : 1
  }

  /// Whether words are the author's name in one of its forms.
  private func isAuthorName(_ words: [LineWords.Word]) -> Bool {
    guard (1...4).contains(words.count) else { return false }
    var known = 0
    var strangers = 0
    for word in words {
      if author.isName(word.folded) || author.isShortName(word.folded) {
        known += 1
      } else if !(word.folded.filter(\.isALetter).count == 1 || isSuffix(word.folded)
        || word.kinds.contains(.honorific))
      {
        let isNamely =
          word.startsUpper && word.kinds.isDisjoint(with: [.role, .firm, .department, .function, .closing])
        guard isNamely else { return false }
        strangers += 1
      }
    }
    // One word may differ: a nickname, a middle name, a family name that changed.
    guard strangers == 0 || strangers == 1 && words.contains(where: { author.isName($0.folded) }) else { return false }
    return known > 0
  }

  private static let nobody: Set<String> = [
    "mom", "dad", "mum", "aunt", "uncle", "grandma", "grandpa", "team", "all", "everyone", "the", "and", "for", "from",
    "customer",
    "staff", "members", "management", "crew", "family", "folks", "none", "final", "support",
    "sorry", "enjoy", "fyi", "thanks", "attachment", "attachments", "note", "notes", "confidential", "internet",
    "phone", "date", "attendees", "location", "when", "where", "e-mail", "email",
  ]

  // MARK: title and organisation

  /// `Ada Example, Director` and `Ada Example - Example Ltd`.
  private func readBehindName(
    _ segment: SignatureSegment, _ name: Range<Int>, _ fields: inout SignatureFields,
    _ firms: inout [(range: Range<Int>, score: Double)]
  ) {
    let rest = segment.words.words.filter { $0.range.lowerBound >= name.upperBound && !$0.kinds.contains(.degree) }
    guard let first = rest.first, let last = rest.last, rest.count <= 8, !rest.allSatisfy(\.hasDigit) else { return }
    let isParted = text.bytes[name.upperBound..<first.range.lowerBound].contains { $0 > 32 && $0 != UInt8(ascii: ".") }
    guard isParted else { return }
    read(first.range.lowerBound..<last.range.upperBound, segment, &fields, &firms)
  }

  private func read(
    _ range: Range<Int>, _ segment: SignatureSegment, _ fields: inout SignatureFields,
    _ firms: inout [(range: Range<Int>, score: Double)]
  ) {
    let words = segment.words.words.filter { range.contains($0.range.lowerBound) }
    guard !words.isEmpty, words.count <= 10, segment.words.count <= 12 else { return }
    if isTitle(words) {
      guard let split = firmBehindTitle(words) else {
        if fields.title == nil { fields.title = value(closed(range, words), 0.9) }
        return
      }
      if fields.title == nil {
        fields.title = value(words[0].range.lowerBound..<words[split - 1].range.upperBound, 0.9)
      }
      firms.append((words[split].range.lowerBound..<words[words.count - 1].range.upperBound, 2))
      return
    }
    let score = firmScore(words, segment)
    if score >= 2 { firms.append((closed(firmRange(words), words), score)) }
  }

  /// Brings in the point that ends `Inc.` and the parenthesis that closes.
  private func closed(_ range: Range<Int>, _ words: [LineWords.Word]) -> Range<Int> {
    guard range.upperBound < text.bytes.count, text.bytes[range.upperBound] == UInt8(ascii: "."),
      words.last?.kinds.contains(.legalForm) ?? false
    else { return range }
    return range.lowerBound..<range.upperBound + 1
  }

  private func isTitle(_ words: [LineWords.Word]) -> Bool {
    guard let role = words.firstIndex(where: { $0.kinds.contains(.role) }) else { return false }
    // `Office of the Chairman` is a place; `Executive Search & Selection` has no head.
    if words[0].folded == "office" || words[0].folded == "the" || words[0].folded == "for" { return false }
    let roles = words.count {
      $0.kinds.contains(.role)
        && !["executive", "lead", "head", "principal", "chief", "associate", "staff"].contains($0.folded)
    }
    if roles == 0 { return role == words.count - 1 || words.count <= 2 && words[0].folded != "executive" }
    if words.contains(where: { $0.kinds.contains(.legalForm) }), firmBehindTitle(words) == nil { return false }
    // `Associate & Analyst Programs` is what somebody works in.
    if let last = words.last, words.count >= 2, ["program", "programs", "office", "department"].contains(last.folded),
      words[words.count - 2].kinds.contains(.role)
    {
      return false
    }
    // `Executive` first, a role last, or `Director of`.
    return words.count <= 9
  }

  /// Where a firm begins behind a title and a comma: `Executive Assistant, PGE`.
  private func firmBehindTitle(_ words: [LineWords.Word]) -> Int? {
    for (index, word) in words.enumerated() where index + 1 < words.count && index >= 0 {
      let isParted = word.after == UInt8(ascii: ",") || words[index + 1].folded == "at"
      guard isParted, words[...index].contains(where: { $0.kinds.contains(.role) }) else { continue }
      let start = words[index + 1].folded == "at" ? index + 2 : index + 1
      guard start < words.count else { return nil }
      let rest = Array(words[start...])
      guard !rest.contains(where: { $0.kinds.contains(.role) }) else { return nil }
      if rest.count == 1, rest[0].isUpper, rest[0].range.count <= 5,
        !["hr", "it", "na", "ii", "iii"].contains(rest[0].folded)
      {
        return start
      }
      if rest.contains(where: { $0.kinds.contains(.legalForm) }) || domainScore(rest) >= 2
        || rest[0].isUpper && rest[0].range.count >= 4
      {
        return start
      }
      return nil
    }
    return nil
  }

  private func firmRange(_ words: [LineWords.Word]) -> Range<Int> {
    // `Enron Wholesale Services, Research`: a department behind a comma is not the firm.
    for (index, word) in words.enumerated() where word.after == UInt8(ascii: ",") && index + 1 < words.count {
      let rest = words[(index + 1)...]
      if rest.allSatisfy({ $0.kinds.contains(.department) && !$0.kinds.contains(.firm) }) {
        return words[0].range.lowerBound..<word.range.upperBound
      }
    }
    return words[0].range.lowerBound..<words[words.count - 1].range.upperBound
  }

  private func firmScore(_ words: [LineWords.Word], _ segment: SignatureSegment) -> Double {
    guard words.count <= 8,
      !words.contains(where: { !$0.kinds.isDisjoint(with: [.firstPerson, .secondPerson, .closing, .greeting]) })
    else { return 0 }
    guard !words.allSatisfy({ $0.hasDigit || $0.kinds.contains(.phoneLabel) }) else { return 0 }
    // `NYISO Customer Relations`: a part of the firm that is named first.
    if words.count >= 2, words[0].folded == author.domain,
      words.dropFirst().allSatisfy({ $0.kinds.contains(.department) })
    {
      return 0
    }
    var score = 0.0
    if words.dropFirst().contains(where: {
      $0.kinds.contains(.legalForm) && !$0.kinds.contains(.state)
        || ["inc", "llc", "corp", "ltd", "gmbh"].contains($0.folded)
    }), words.count > 1 {
      score += 3
    }
    let firms = words.count {
      $0.kinds.contains(.firm) && !$0.kinds.contains(.department) && !$0.kinds.contains(.legalForm)
    }
    if firms > 0, words.count > 1 { score += 2 }
    score += domainScore(words)
    let departments = words.count { $0.kinds.contains(.department) }
    if departments >= 2, score < 3 { score -= 1 }
    if words.contains(where: \.hasDigit) { score -= 1 }
    if segment.hasContact { score -= 0.5 }
    return score
  }

  /// How much words look like the name of the author's domain: the name itself, joined, or by its initials.
  private func domainScore(_ words: [LineWords.Word]) -> Double {
    let domain = author.domain.filter { $0.isALetter || $0.isANumber }
    guard domain.utf8.count >= 2 else { return 0 }
    let plain = (words.first?.folded == "the" ? words.dropFirst() : words[...]).map {
      $0.folded.filter { $0.isALetter || $0.isANumber }
    }.filter { !$0.isEmpty }
    guard let first = plain.first else { return 0 }
    let joined = plain.joined()
    if first == domain || plain.contains(domain) { return 3 }
    if domain.utf8.count >= 4, joined.contains(domain) || joined.utf8.count >= 4 && domain.contains(joined) { return 3 }
    if first.utf8.count >= 4, domain.hasPrefix(first) { return 2 }
    let initials = String(plain.filter { $0 != "of" && $0 != "the" && $0 != "for" && $0 != "and" }.compactMap(\.first))
    let common = zip(initials.utf8, domain.utf8).prefix { $0 == $1 }.count
    if common >= 3, domain.utf8.count <= common + 1 { return 2 }
    return 0
  }
}
