/// A noun that rows are kept of, with the prefix its ids are printed with.
public protocol Identified { static var prefix: String { get } }

/// The id of one row: 64 bits made by us, printed as `person_…`; the id of another noun does not fit.
///
/// 41 bits of milliseconds since 2025-01-01, 10 of the generator, 12 of a counter (`house.md`, house dialect).
public struct ID<Noun: Identified>: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let rawValue: Int64

  public init(_ rawValue: Int64) { self.rawValue = rawValue }

  /// Reads `person_1a2b…`; nil for another noun's id and for anything else.
  public init?(_ text: some StringProtocol) {
    let prefix = Noun.prefix + "_"
    guard text.hasPrefix(prefix) else { return nil }
    let digits = text.dropFirst(prefix.count)
    guard !digits.isEmpty, digits.count <= 13, digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isLowercase) }),
      let value = Int64(digits, radix: 36), value >= 0
    else { return nil }
    self.rawValue = value
  }

  public var description: String { Noun.prefix + "_" + String(rawValue, radix: 36) }

  public static func < (a: ID, b: ID) -> Bool { a.rawValue < b.rawValue }
}
