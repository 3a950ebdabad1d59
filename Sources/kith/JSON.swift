import Model

/// A JSON value whose keys keep their order; printed on one line.
enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int64)
  case number(Double)
  case text(String)
  case list([JSON])
  case object([Pair])

  struct Pair: Sendable, Equatable {
    var key: String
    var value: JSON
  }

  var line: String {
    var out: [UInt8] = []
    append(to: &out)
    return String(decoding: out, as: UTF8.self)
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

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  init(stringLiteral value: String) { self = .text(value) }
  init(integerLiteral value: Int64) { self = .int(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
  init(arrayLiteral elements: JSON...) { self = .list(elements) }
  init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements.map { Pair(key: $0.0, value: $0.1) }) }
  init(nilLiteral: ()) { self = .null }

  init(_ value: String?) { self = value.map { .text($0) } ?? .null }
  init(_ value: Int) { self = .int(Int64(value)) }
  init(_ value: Int64) { self = .int(value) }
  init(_ value: Double) { self = .number(value) }
  init(_ value: Instant?) { self = value.map { .text($0.description) } ?? .null }
  init<Noun>(_ value: ID<Noun>?) { self = value.map { .text($0.description) } ?? .null }
  init(_ values: [String]) { self = .list(values.map { .text($0) }) }
  /// Counts by rule, in order of their names.
  init(_ counts: [String: Int]) {
    self = .object(counts.sorted { $0.key < $1.key }.map { Pair(key: $0.key, value: JSON($0.value)) })
  }

  /// The value of a key, for the text form of a table.
  subscript(key key: String) -> JSON? {
    guard case .object(let pairs) = self else { return nil }
    return pairs.first { $0.key == key }?.value
  }

  /// As people read it in a table: no quotes, lists with commas.
  var plain: String {
    switch self {
    case .null: ""
    case .bool(let value): value ? "yes" : "no"
    case .int(let value): String(value)
    case .number(let value): JSON.rounded(value)
    case .text(let text): text
    case .list(let items): items.map(\.plain).joined(separator: ", ")
    case .object(let pairs): pairs.map { "\($0.key) \($0.value.plain)" }.joined(separator: ", ")
    }
  }

  private static func rounded(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return String(value) }
    let tenths = Int64((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
  }
}
