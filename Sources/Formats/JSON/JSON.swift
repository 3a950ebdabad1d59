/// A JSON value whose keys keep their order (RFC 8259); printed on one line.
public enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int64)
  case number(Double)
  case text(String)
  case list([JSON])
  case object([Pair])

  public struct Pair: Sendable, Equatable {
    public var key: String
    public var value: JSON

    public init(key: String, value: JSON) {
      self.key = key
      self.value = value
    }
  }

  /// The value as text without a line break.
  public var line: String { String(decoding: bytes, as: UTF8.self) }

  /// The value as UTF-8 without a line break.
  public var bytes: [UInt8] {
    var out: [UInt8] = []
    append(to: &out)
    return out
  }

  private func append(to out: inout [UInt8]) {
    switch self {
    case .null: out += Array("null".utf8)
    case .bool(let value): out += Array((value ? "true" : "false").utf8)
    case .int(let value): out += Array(String(value).utf8)
    case .number(let value): out += Array((value.isFinite ? String(value) : "null").utf8)
    case .text(let text): JSON.append(text, to: &out)
    case .list(let items):
      out.append(UInt8(ascii: "["))
      for (position, item) in items.enumerated() {
        if position > 0 { out.append(UInt8(ascii: ",")) }
        item.append(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let pairs):
      out.append(UInt8(ascii: "{"))
      for (position, pair) in pairs.enumerated() {
        if position > 0 { out.append(UInt8(ascii: ",")) }
        JSON.append(pair.key, to: &out)
        out.append(UInt8(ascii: ":"))
        pair.value.append(to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }

  /// A string with the escapes that RFC 8259 §7 demands.
  private static func append(_ text: String, to out: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    out.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
      case 10: out += Array("\\n".utf8)
      case 13: out += Array("\\r".utf8)
      case 9: out += Array("\\t".utf8)
      case 0..<32, 127: out += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}

extension JSON {
  /// What bytes say; nil if they are no JSON, or nested deeper than 64 levels.
  public static func read(_ bytes: [UInt8]) -> JSON? {
    var reader = JSONReader(bytes)
    return reader.whole()
  }

  /// The value of a key of an object; the first one if it stands there twice.
  public subscript(key key: String) -> JSON? {
    guard case .object(let pairs) = self else { return nil }
    return pairs.first { $0.key == key }?.value
  }

  /// The value of a text; nil for every other kind.
  public var asText: String? { if case .text(let text) = self { text } else { nil } }

  /// The value of a whole number; nil for every other kind.
  public var asInt: Int64? { if case .int(let value) = self { value } else { nil } }

  /// The items of a list; nil for every other kind.
  public var asList: [JSON]? { if case .list(let items) = self { items } else { nil } }

  /// The keys and values of an object; nil for every other kind.
  public var asPairs: [Pair]? { if case .object(let pairs) = self { pairs } else { nil } }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSON...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Pair(key: $0.0, value: $0.1) })
  }
  public init(nilLiteral: ()) { self = .null }

  public init(_ value: String?) { self = value.map { .text($0) } ?? .null }
}
