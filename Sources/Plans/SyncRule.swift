public import Model

/// Whose value stands when the two sides of a field differ.
public enum SyncRule: String, Sendable, CaseIterable {
  /// Changes of both sides are taken; where both changed one value, the owner is asked.
  case both
  /// As `both`, but of two changes the later one stands, if both times are known.
  case latest
  /// Ours is written over what stands there.
  case ours
  /// Theirs is taken unless it is blank.
  case theirs
  /// Ours is written only where nothing stands; nothing comes in.
  case fill
  /// Neither read nor written.
  case none
}

/// What a value has to be at the destination: one that is not is refused and named, never bent into shape.
public enum ValueType: Sendable, Equatable {
  case text
  case email
  case phone
  /// `1970-01-31`, or `--01-31` without a year.
  case date
  /// A decimal number, as `-12.5`.
  case number
  /// `true` or `false`.
  case boolean
  /// One of these, letter by letter.
  case option([String])

  /// What the values of a field are, unless the mapping says otherwise.
  public static func usual(_ field: Fact.Field) -> ValueType {
    switch field {
    case .email: .email
    case .phone: .phone
    case .birthday: .date
    case .name, .given, .family, .organisation, .title, .url, .address, .note, .tag, .custom: .text
    }
  }

  /// Why `value` cannot be written there; nil if it can.
  public func refusal(_ value: String, longest: Int? = nil) -> String? {
    if let longest, value.unicodeScalars.count > longest { return "longer than \(longest) characters" }
    switch self {
    case .text: return nil
    case .email: return ValueType.isEmail(value) ? nil : "not an e-mail address"
    case .phone: return ValueType.isPhone(value) ? nil : "not a phone number"
    case .date: return ValueType.isDate(value) ? nil : "not a date"
    case .number: return ValueType.isNumber(value) ? nil : "not a number"
    case .boolean: return value == "true" || value == "false" ? nil : "neither true nor false"
    case .option(let allowed): return allowed.contains(value) ? nil : "not one of the options there"
    }
  }

  var canonical: [String] {
    switch self {
    case .text: ["text"]
    case .email: ["email"]
    case .phone: ["phone"]
    case .date: ["date"]
    case .number: ["number"]
    case .boolean: ["boolean"]
    case .option(let allowed): ["option"] + allowed.sorted()
    }
  }

  private static func isEmail(_ value: String) -> Bool {
    let parts = value.utf8.split(separator: 64, omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && value.utf8.count <= 254
      && value.utf8.allSatisfy { $0 > 32 && $0 != 127 }
  }

  private static func isPhone(_ value: String) -> Bool {
    (3...20).contains(value.utf8.count { (48...57).contains($0) })
  }

  private static func isDate(_ value: String) -> Bool {
    let year: Substring
    let rest: Substring
    if value.hasPrefix("--") {
      (year, rest) = ("", value.dropFirst(2))
    } else {
      guard value.count == 10, value.dropFirst(4).first == "-" else { return false }
      (year, rest) = (value.prefix(4), value.dropFirst(5))
    }
    let parts = rest.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), ([year] + parts).allSatisfy(isFigures),
      let month = Int(parts[0]), let day = Int(parts[1]), (1...12).contains(month)
    else { return false }
    let leaps = year.isEmpty || Int(year).map { $0 % 4 == 0 && ($0 % 100 != 0 || $0 % 400 == 0) } ?? false
    let days = [31, leaps ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...days[month - 1]).contains(day)
  }

  private static func isNumber(_ value: String) -> Bool {
    let digits = value.first == "-" ? value.dropFirst() : value[...]
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    return (1...2).contains(parts.count) && parts.allSatisfy { !$0.isEmpty && isFigures($0) }
  }

  private static func isFigures(_ text: Substring) -> Bool { text.utf8.allSatisfy { (48...57).contains($0) } }
}
