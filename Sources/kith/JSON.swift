import Formats
import Model

extension JSON {
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
