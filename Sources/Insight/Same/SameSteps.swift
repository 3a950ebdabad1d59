/// The ladders of values that are not names: which step two values reach, in the order of `SameTrait.steps`.
extension SameColumn {
  func email(_ a: Int, _ b: Int) -> Int {
    enum Step: Int { case differ, domain, namesake, alike, local, close, same }
    let long = max(texts.length(a), texts.length(b))
    let near = domains.edits(a, b, limit: 2) != nil
    var step = domains.equal(a, b) ? Step.domain : .differ
    if near, let edits = texts.edits(a, b, limit: max(1, long / 8)) {
      // A number that differs is another mailbox, not a slip.
      step = edits <= 2 && numbersAgree(a, b) ? .close : .alike
    } else if parts.length(a) >= 3, parts.equal(a, b), parts[a].contains(where: { $0 >= 48 && $0 <= 57 }) {
      step = .local
    } else if letters.length(a) >= 4 && letters.equal(a, b) || parts.length(a) >= 3 && parts.equal(a, b) {
      step = .namesake
    } else if texts.edits(a, b, limit: max(1, long / 8)) != nil {
      step = .alike
    }
    return step.rawValue
  }

  private func numbersAgree(_ a: Int, _ b: Int) -> Bool {
    parts[a].lazy.filter { $0 >= 48 && $0 <= 57 }.elementsEqual(parts[b].lazy.filter { $0 >= 48 && $0 <= 57 })
  }

  func phone(_ a: Int, _ b: Int) -> Int {
    enum Step: Int { case differ, neighbour, close, same }
    var step = Step.differ
    let (short, long) = texts.length(a) <= texts.length(b) ? (a, b) : (b, a)
    if texts.length(a) == texts.length(b) {
      if texts.edits(a, b, limit: 1) != nil {
        step = .close
      } else if texts.length(a) >= 7, texts.shared(a, b) >= texts.length(a) - 3 {
        step = .neighbour
      }
    } else if !isWhole[short], texts.sharedAtEnd(a, b) >= max(7, texts.length(short) - 1),
      texts.sharedAtEnd(a, b) == texts.length(short) || texts.first(short) == 48, texts.length(long) >= 7
    {
      // Written without country or area: the end decides; a trunk zero is no part of it.
      step = .same
    }
    return step.rawValue
  }

  func birthday(_ a: Int, _ b: Int) -> Int {
    enum Step: Int { case differ, year, near, parts, close, same }
    let (x, y) = (texts[a], texts[b])
    func part(_ text: ArraySlice<UInt8>, _ range: Range<Int>) -> ArraySlice<UInt8> {
      text[(text.startIndex + range.lowerBound)..<(text.startIndex + range.upperBound)]
    }
    func equal(_ range: Range<Int>) -> Bool { part(x, range) == part(y, range) }
    let unknown = part(x, 0..<4).allSatisfy { $0 == 48 } || part(y, 0..<4).allSatisfy { $0 == 48 }
    let (year, month, day) = (equal(0..<4), equal(4..<6), equal(6..<8))
    var step = year ? Step.year : .differ
    if unknown {
      step = month && day ? .same : month || day ? .near : .differ
    } else if texts.edits(a, b, limit: 1) != nil
      || year && part(x, 4..<6) == part(y, 6..<8) && part(x, 6..<8) == part(y, 4..<6)
    {
      step = .close
    } else if [year, month, day].filter({ $0 }).count == 2 {
      step = .parts
    } else if zip(x, y).lazy.filter({ $0 != $1 }).count <= 2 {
      step = .near
    }
    return step.rawValue
  }

  func code(_ a: Int, _ b: Int) -> Int {
    enum Step: Int { case differ, start, close, same }
    let short = min(texts.length(a), texts.length(b))
    if short >= 3, texts.edits(a, b, limit: 1) != nil { return Step.close.rawValue }
    let shared = texts.shared(a, b)
    return (shared >= 3 || shared >= 2 && shared * 2 >= short ? Step.start : .differ).rawValue
  }

  func place(_ a: Int, _ b: Int) -> Int {
    enum Step: Int { case differ, alike, close, same }
    let likeness = texts.likeness(a, b, least: 60)
    return (likeness >= 80 ? Step.close : likeness >= 60 ? .alike : .differ).rawValue
  }

  func bag(_ a: Int, _ b: Int) -> Int {
    enum Step: Int { case differ, touching, alike, within, close, same }
    let (both, within) = words.overlap(a, b)
    var step = within >= 30 ? Step.touching : .differ
    if both >= 80 {
      step = .close
    } else if within >= 85 {
      step = .within
    } else if texts.likeness(a, b, least: 85) >= 85 {
      step = .close
    } else if both >= 45 {
      step = .alike
    }
    return step.rawValue
  }

  func street(_ a: Int, _ b: Int) -> Int {
    enum Step: Int { case differ, words, street, house, close, number, same }
    let same = parts.length(a) > 0 && parts.equal(a, b)
    if words.isEmpty(a) || words.isEmpty(b) { return (same ? Step.house : .differ).rawValue }
    var (both, within) = words.overlap(a, b)
    if both < 75, within < 85, texts.likeness(a, b, least: 80) >= 80 { both = 80 }
    let high = both >= 75 || within >= 85
    if same { return (high ? Step.number : both >= 30 ? .house : .differ).rawValue }
    if high {
      let near = parts.length(a) == 0 || parts.length(b) == 0 || parts.edits(a, b, limit: 1) != nil
      return (near ? Step.close : .street).rawValue
    }
    return (both >= 40 ? Step.words : .differ).rawValue
  }
}
