import Formats

/// Reads the features of a line that stand in the line itself.
struct LineSigns {
  private(set) var features = FeatureSet()
  let words: LineWords
  /// How many bytes of the line are digits.
  private var digits = 0
  private var letters = 0

  init(_ line: Int, of split: QuoteSplit, author: AuthorSigns) {
    let text = split.text
    let range = text.lines[line].trimmed
    words = LineWords(text, range)
    features.insert(.indented, if: range.lowerBound - text.lines[line].range.lowerBound >= 4)
    features.insert(.markedByMail, if: split.marked.contains(line))
    readSize(range)
    readSigns(text, range)
    readWords(text, range)
    if range.count <= 160 { readAuthor(author, text, range) }
    let isDevice = DeviceLine.isOne(line, of: text)
    features.insert(.device, if: isDevice)
  }

  private mutating func readSize(_ range: Range<Int>) {
    switch words.count {
    case 0, 1: features.insert(.words1)
    case 2: features.insert(.words2)
    case 3: features.insert(.words3)
    case 4, 5: features.insert(.words4to5)
    case 6...9: features.insert(.words6to9)
    default: features.insert(.words10)
    }
    switch range.count {
    case 0...3: features.insert(.tiny)
    case 4...24: features.insert(.short)
    case 25...45: features.insert(.medium)
    case 46...75: features.insert(.long)
    default: features.insert(.veryLong)
    }
  }

  private mutating func readSigns(_ text: TextLines, _ range: Range<Int>) {
    guard let firstIndex = range.first, let lastIndex = range.last else { return }
    let bytes = text.bytes
    let (first, last) = (bytes[firstIndex], bytes[lastIndex])
    features.insert(.endsDot, if: last == UInt8(ascii: "."))
    features.insert(.endsComma, if: last == UInt8(ascii: ","))
    features.insert(.endsQuestion, if: last == UInt8(ascii: "?"))
    features.insert(.endsExclaim, if: last == UInt8(ascii: "!"))
    features.insert(.endsColon, if: last == UInt8(ascii: ":"))
    features.insert(.endsDash, if: last == UInt8(ascii: "-") && words.count > 0)
    features.insert(.startsLower, if: first &- 97 < 26)
    features.insert(.startsDigit, if: first &- 48 < 10)
    let second = range.count > 1 ? bytes[firstIndex + 1] : 0
    features.insert(.startsDash, if: first == UInt8(ascii: "-") && second != UInt8(ascii: "-") && words.count > 0)
    features.insert(
      .startsBullet,
      if: first == UInt8(ascii: "*") || first == UInt8(ascii: "?") && second <= 32
        || first == UInt8(ascii: "+") && second <= 32)
    var rules = 0
    var previous: UInt8 = 32
    var lastTwo: UInt8 = 32
    for index in range.prefix(200) {
      let byte = bytes[index]
      switch byte {
      case 48...57: digits += 1
      case 65...90, 97...122: letters += 1
      case 128...: letters += 1
      case UInt8(ascii: "$"), UInt8(ascii: "%"): features.insert(.money)
      case 9: features.insert(.tabInside)
      case UInt8(ascii: "|"): features.insert(.pipe)
      case UInt8(ascii: "/"): features.insert(.slash)
      case UInt8(ascii: "("): features.insert(.parenthesis)
      case UInt8(ascii: "&"): features.insert(.ampersand)
      case UInt8(ascii: ":"): features.insert(.colonInside, if: index != lastIndex)
      case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "="), UInt8(ascii: "*"), UInt8(ascii: "~"): rules += 1
      default: break
      }
      if byte &- 65 < 26, previous == 32, lastTwo == UInt8(ascii: ".") || lastTwo == UInt8(ascii: "?") {
        features.insert(.sentenceInside, if: index - range.lowerBound > 8)
      }
      lastTwo = previous
      previous = byte
    }
    let dashes = first == 0xE2 && letters == range.count
    features.insert(.separator, if: rules + (dashes ? range.count : 0) == range.count && range.count >= 2)
    features.insert(.signatureDashes, if: range.count == 2 && first == UInt8(ascii: "-") && second == first)
    features.insert(.hasDigit, if: digits > 0)
    features.insert(.manyDigits, if: digits >= 7)
  }

  private mutating func readWords(_ text: TextLines, _ range: Range<Int>) {
    let view = ContactShapes(text, range)
    features.insert(.phone, if: view.hasPhone)
    features.insert(.extensionAlone, if: view.hasExtension && range.count <= 40)
    features.insert(.mailAddress, if: view.hasAddress)
    features.insert(.webAddress, if: view.hasWeb)
    features.insert(.addressAlone, if: (view.hasAddress || view.hasWeb) && words.count <= 3)
    features.insert(.clock, if: view.hasClock)
    let all = words.words
    guard !all.isEmpty else { return }
    features.insert(.postscript, if: all[0].folded == "ps" || all[0].folded == "pps" || all[0].folded == "p.s")
    let functions = words.count(.function)
    features.insert(.function1, if: functions == 1)
    features.insert(.function2, if: functions >= 2)
    features.insert(.firstPerson, if: words.count(.firstPerson) > 0)
    features.insert(.secondPerson, if: words.count(.secondPerson) > 0)
    features.insert(.thanks, if: words.count(.thanks) > 0)
    let isClosing = words.isClosing
    features.insert(.closing, if: isClosing)
    features.insert(.closingWithName, if: !isClosing && words.closingBeforeName != nil)
    features.insert(.closingStart, if: !isClosing && all[0].kinds.contains(.closing))
    features.insert(.remark, if: words.count <= 3 && words.count(.remark) > 0)
    features.insert(.greeting, if: all[0].kinds.contains(.greeting) && words.count <= 4 && !isClosing)
    if words.count <= 12 {
      features.insert(.roleWord, if: words.count(.role) > 0)
      features.insert(.firmWord, if: words.count(.firm) > 0)
      features.insert(.departmentWord, if: words.count(.department) > 0)
      features.insert(.streetWord, if: words.count(.street) > 0 && digits > 0)
      features.insert(.phoneLabel, if: words.count(.phoneLabel) > 0)
    }
    features.insert(.stateAndCode, if: hasStateAndCode)
    let spoken = all.filter { !$0.hasDigit }
    let capitals = spoken.count { $0.startsUpper }
    let isTitle =
      !spoken.isEmpty && spoken.allSatisfy { $0.startsUpper || $0.range.count <= 3 || $0.kinds.contains(.function) }
    features.insert(.titleCase, if: isTitle && capitals > 0 && words.count <= 10)
    features.insert(.allCaps, if: !spoken.isEmpty && spoken.allSatisfy { $0.isUpper } && letters > 3)
    features.insert(.allLower, if: !spoken.isEmpty && capitals == 0)
    features.insert(.initials, if: all.count == 1 && digits == 0 && letters <= 4 && (all[0].isUpper || letters <= 3))
    features.insert(.oneCapitalWord, if: all.count == 1 && all[0].startsUpper && !all[0].isUpper && letters > 2)
  }

  /// `TX 77002`, `Oregon 97204`: a state with a postal code behind it.
  private var hasStateAndCode: Bool {
    let all = words.words
    guard all.count >= 2, words.count <= 12 else { return false }
    for (left, right) in zip(all, all.dropFirst()) where left.kinds.contains(.state) && left.startsUpper {
      if right.hasDigit, right.range.count == 5 || right.range.count == 10 { return true }
    }
    return false
  }

  private mutating func readAuthor(_ author: AuthorSigns, _ text: TextLines, _ range: Range<Int>) {
    let all = words.words
    guard !all.isEmpty else { return }
    let named = all.filter { author.isName($0.folded) }
    features.insert(.authorName, if: !named.isEmpty)
    let isShort = all.contains { !$0.hasDigit && author.isShortName($0.folded) }
    features.insert(.authorShortName, if: isShort && words.count <= 6)
    if words.count <= 5 {
      let alone = all.allSatisfy { word in
        author.isName(word.folded) || word.range.count == 1 || word.kinds.contains(.degree)
          || word.kinds.contains(.honorific)
          || author.isShortName(word.folded)
      }
      features.insert(.authorNameAlone, if: alone && (isShort || !named.isEmpty))
    }
    if words.count == 1, letters <= 4, digits == 0 {
      features.insert(.authorInitials, if: author.areInitials(all[0].folded.filter(\.isALetter)))
    }
    if !author.address.isEmpty, features.contains(.mailAddress) {
      features.insert(.authorAddress, if: foldedASCII(text.text(range)).contains(author.address))
    }
    if author.domain.utf8.count >= 3 {
      features.insert(
        .authorDomain,
        if: all.contains {
          $0.folded.utf8.count >= 3 && author.domain.hasPrefix($0.folded) || $0.folded == author.domain
        })
    }
    features.insert(.recipientName, if: all.count <= 3 && author.isRecipient(all[0].folded))
  }
}
