/// One thing that two records are compared by; how far they agree is a step of its ladder, from 0.
enum SameTrait: Hashable, Sendable {
  case given, middle, family, nameWords, email, phone, organisation, title, street, city, postcode, country, birthday
  /// A column of text by its number: codes letter by letter, remarks as words.
  case code(Int), words(Int)

  /// The key under which its weight is shown.
  var label: String {
    switch self {
    case .nameWords: "name"
    case .code(let number), .words(let number): number == 0 ? "text" : "text \(number + 1)"
    default: "\(self)"
    }
  }

  /// The ladder it stands on: the name under which the weights file knows it.
  var ladder: String {
    switch self {
    case .nameWords: "name"
    case .code: "code"
    case .words: "words"
    default: "\(self)"
    }
  }

  /// The names of the steps, from nothing in common upwards.
  var steps: [String] { SameTrait.steps[ladder] ?? [] }

  /// The step of values that are the same, whose weight depends on how rare the value is.
  var same: Int { steps.firstIndex(of: "same") ?? 0 }

  static let steps: [String: [String]] = [
    "given": ["differ", "alike", "close", "initial", "nickname", "same", "crossed"],
    "middle": ["generation", "differ", "initial", "same"],
    "family": ["differ", "initial", "alike", "part", "close", "same", "crossed"],
    "name": ["differ", "touching", "alike", "within", "close", "same"],
    "email": ["differ", "domain", "namesake", "alike", "local", "close", "same"],
    "phone": ["differ", "neighbour", "close", "same"],
    "organisation": ["differ", "touching", "alike", "within", "close", "same"],
    "title": ["differ", "touching", "alike", "within", "close", "same"],
    "street": ["differ", "words", "street", "house", "close", "number", "same"],
    "city": ["differ", "alike", "close", "same"],
    "postcode": ["differ", "start", "close", "same"],
    "country": ["differ", "alike", "close", "same"],
    "birthday": ["differ", "year", "near", "parts", "close", "same"],
    "code": ["differ", "start", "close", "same"],
    "words": ["differ", "touching", "alike", "within", "close", "same"],
  ]
}

/// The steps of a pair over all traits, four bits each; 0 for a trait that one of the two says nothing of.
struct SamePattern: Hashable, Comparable, Sendable {
  var bits: UInt64 = 0

  subscript(_ trait: Int) -> Int? {
    get {
      let step = Int(bits >> UInt64(trait * 4) & 15)
      return step == 0 ? nil : step - 1
    }
    set {
      bits &= ~(15 << UInt64(trait * 4))
      if let newValue { bits |= UInt64(newValue + 1) << UInt64(trait * 4) }
    }
  }

  static func < (a: SamePattern, b: SamePattern) -> Bool { a.bits < b.bits }
  /// Traits at most; four bits each fill the 64.
  static let most = 16
}
