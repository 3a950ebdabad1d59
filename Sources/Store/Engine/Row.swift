public import Model

/// One row of an answer, read by position; what is not there, or is of another type, reads as null, 0 or empty.
public struct Row: Sendable, Hashable {
  public let values: [Value]

  public init(_ values: [Value]) { self.values = values }

  public var count: Int { values.count }

  public subscript(index: Int) -> Value { values.indices.contains(index) ? values[index] : .null }

  public func int(_ index: Int) -> Int64 { intOrNil(index) ?? 0 }

  public func intOrNil(_ index: Int) -> Int64? {
    switch self[index] {
    case .integer(let number): number
    case .real(let number): Int64(exactly: number.rounded(.towardZero))
    case .null, .text, .bytes: nil
    }
  }

  public func real(_ index: Int) -> Double { realOrNil(index) ?? 0 }

  public func realOrNil(_ index: Int) -> Double? {
    switch self[index] {
    case .integer(let number): Double(number)
    case .real(let number): number
    case .null, .text, .bytes: nil
    }
  }

  public func text(_ index: Int) -> String { textOrNil(index) ?? "" }

  public func textOrNil(_ index: Int) -> String? {
    if case .text(let text) = self[index] { text } else { nil }
  }

  public func bytes(_ index: Int) -> [UInt8] { bytesOrNil(index) ?? [] }

  public func bytesOrNil(_ index: Int) -> [UInt8]? {
    if case .bytes(let bytes) = self[index] { bytes } else { nil }
  }

  public func bool(_ index: Int) -> Bool { int(index) != 0 }

  public func instant(_ index: Int) -> Instant { Instant(milliseconds: int(index)) }

  public func instantOrNil(_ index: Int) -> Instant? { intOrNil(index).map { Instant(milliseconds: $0) } }

  public func id<Noun>(_ index: Int) -> ID<Noun> { ID(int(index)) }

  public func idOrNil<Noun>(_ index: Int) -> ID<Noun>? { intOrNil(index).map { ID($0) } }
}
