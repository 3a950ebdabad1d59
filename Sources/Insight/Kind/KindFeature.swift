/// What can be seen of a mail that tells the kind of its author: shapes and classes, no word and no name of it.
enum KindFeature: Int, CaseIterable {
  // The address
  case digitsInLocal, longLocal, unspeakableLocal, roleLocal, machineLocal, bulkLocal, officeLocal, twoNamesInLocal
  case mailingHost, hostInLocal
  // The display name
  case nameless, nameInLocal, nameIsLocal, nameIsAllOfLocal, nameIsHost, firmName, personalName, oneWordName, longName
  // Recipients
  case toNobody, toFew, toSome, toMany, toSelf, toColleague
  // The subject
  case subjectAnswers, subjectForwards, subjectExclaims, subjectMoney, subjectSales, subjectNotice, subjectIssue
  case subjectDate, subjectCapitals, subjectTitle, subjectGap, subjectNumber
  // Other headers
  case answers, list, userAgent, urgent, ownHost
  // The size of the author's own text
  case noWords, fewWords, someWords, manyWords, endlessWords
  // Classes of words and phrases in it
  case unsubscribe, noReply, account, accountOften, sales, salesOften, salesThroughout, legal, legalOften, viewing
  case disclaimer, dearNobody, greeting, firstPerson, firstPersonOften, secondPersonOften, thanks, casual, attached
  // Its shape
  case noLinks, manyLinks, linksThroughout, trackingLink, numberLink, image, manyImages, table, manyTables
  case fonts, rules, exclaims, money, percent, capitals, question, quotes, signedName, signedInitials

  static let count = allCases.count
  static let named: [String: KindFeature] = Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0) })
  /// Those that the headers alone show.
  static let heads: Set<KindFeature> = Set(allCases.prefix { $0 != .noWords })

  /// As a reader is told of it: `many links`.
  var words: String {
    var words = ""
    for character in "\(self)" { words += character.isUppercase ? " " + character.lowercased() : String(character) }
    return words
  }
}

/// The features of a mail that hold; there is room for 128.
struct KindFeatures: Sendable, Equatable {
  private(set) var low: UInt64 = 0
  private(set) var high: UInt64 = 0

  mutating func insert(_ feature: KindFeature, if holds: Bool = true) {
    guard holds else { return }
    let index = feature.rawValue
    if index < 64 { low |= 1 << UInt64(index) } else { high |= 1 << UInt64(index - 64) }
  }

  mutating func remove(_ feature: KindFeature) {
    let index = feature.rawValue
    if index < 64 { low &= ~(1 << UInt64(index)) } else { high &= ~(1 << UInt64(index - 64)) }
  }

  mutating func formUnion(_ others: KindFeatures) {
    low |= others.low
    high |= others.high
  }

  func contains(_ feature: KindFeature) -> Bool { contains(at: feature.rawValue) }

  func contains(at index: Int) -> Bool {
    (index < 64 ? low >> UInt64(index) : high >> UInt64(index - 64)) & 1 == 1
  }

  /// Those that hold, in their order.
  var all: [KindFeature] { KindFeature.allCases.filter { contains($0) } }
}
