/// What can be seen of one line of a mail: its place, its shape, and the classes of words it holds; no word itself.
enum LineFeature: Int, CaseIterable {
  // Place
  case last1, last2, last3, last4to6, last7to10, last11, first, total1, total2to4, total5to12, total13
  case blankAbove, blanksAbove, blankBelow, markedByMail
  // Size
  case words1, words2, words3, words4to5, words6to9, words10, tiny, short, medium, long, veryLong
  // Ends and beginnings
  case endsDot, endsComma, endsQuestion, endsExclaim, endsColon, endsDash
  case startsLower, startsDash, startsBullet, startsDigit, indented
  // Letters
  case titleCase, allCaps, allLower, initials, oneCapitalWord
  // Signs
  case hasDigit, manyDigits, phone, extensionAlone, mailAddress, webAddress, addressAlone, money, clock, tabInside, pipe
  case slash, colonInside, parenthesis, ampersand, sentenceInside, postscript, separator, signatureDashes, device
  // Classes of words
  case function1, function2, firstPerson, secondPerson, closing, closingWithName, closingStart, thanks, greeting
  case roleWord, firmWord, departmentWord, streetWord, stateAndCode, phoneLabel
  // The author
  case authorName, authorNameAlone, authorShortName, authorInitials, authorAddress, authorDomain, recipientName
  // What stands around
  case closingNear, nameNear, contactBelow, sentenceBelow, shortToTheEnd, nameBelow
  case remark
  // What other mails of the author hold
  case seenOnce, seenOften, seenMostly, unseen

  static let count = allCases.count
  static let named: [String: LineFeature] = Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0) })
}

/// The features of a line that hold.
struct FeatureSet: Sendable, Equatable {
  private(set) var low: UInt64 = 0
  private(set) var high: UInt64 = 0

  mutating func insert(_ feature: LineFeature, if holds: Bool = true) {
    guard holds else { return }
    let index = feature.rawValue
    if index < 64 { low |= 1 << UInt64(index) } else { high |= 1 << UInt64(index - 64) }
  }

  func contains(_ feature: LineFeature) -> Bool {
    let index = feature.rawValue
    return index < 64 ? low & (1 << UInt64(index)) != 0 : high & (1 << UInt64(index - 64)) != 0
  }

  /// Calls `body` with the index of each feature that holds.
  func each(_ body: (Int) -> Void) {
    var bits = low
    while bits != 0 {
      body(bits.trailingZeroBitCount)
      bits &= bits - 1
    }
    bits = high
    while bits != 0 {
      body(64 + bits.trailingZeroBitCount)
      bits &= bits - 1
    }
  }
}
