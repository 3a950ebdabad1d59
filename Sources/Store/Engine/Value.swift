public import Model

/// A value as both engines keep it; instants and ids are integers, a flag is 0 or 1.
public enum Value: Sendable, Hashable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case bytes([UInt8])

  public init(_ number: Int) { self = .integer(Int64(number)) }
  public init(_ number: Int64) { self = .integer(number) }
  public init(_ flag: Bool) { self = .integer(flag ? 1 : 0) }
  public init(_ number: Double) { self = .real(number) }
  public init(_ text: String) { self = .text(text) }
  public init(_ text: Substring) { self = .text(String(text)) }
  public init(_ bytes: [UInt8]) { self = .bytes(bytes) }
  public init(_ instant: Instant) { self = .integer(instant.milliseconds) }
  public init<Noun>(_ id: ID<Noun>) { self = .integer(id.rawValue) }

  public init(_ number: Int?) { self = number.map { Value($0) } ?? .null }
  public init(_ number: Int64?) { self = number.map { Value($0) } ?? .null }
  public init(_ flag: Bool?) { self = flag.map { Value($0) } ?? .null }
  public init(_ number: Double?) { self = number.map { Value($0) } ?? .null }
  public init(_ text: String?) { self = text.map { Value($0) } ?? .null }
  public init(_ bytes: [UInt8]?) { self = bytes.map { Value($0) } ?? .null }
  public init(_ instant: Instant?) { self = instant.map { Value($0) } ?? .null }
  public init<Noun>(_ id: ID<Noun>?) { self = id.map { Value($0) } ?? .null }

  public var isNull: Bool { self == .null }
}

extension Value: ExpressibleByNilLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation
{
  public init(nilLiteral: ()) { self = .null }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
  public init(booleanLiteral value: Bool) { self = .integer(value ? 1 : 0) }
  public init(stringLiteral value: String) { self = .text(value) }
}
