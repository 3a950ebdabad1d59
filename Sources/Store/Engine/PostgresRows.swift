import CPQ
import Model

/// Turns results of libpq into rows; binary results are in network byte order.
enum PostgresRows {
  static func binary(_ result: OpaquePointer?) throws -> [Row] {
    let columns = PQnfields(result)
    let types = (0..<columns).map { PQftype(result, $0) }
    return try (0..<PQntuples(result)).map { row in
      Row(
        try (0..<columns).map { column in
          if PQgetisnull(result, row, column) == 1 { return .null }
          guard let base = PQgetvalue(result, row, column) else { return .null }
          let bytes = UnsafeRawBufferPointer(start: base, count: Int(PQgetlength(result, row, column)))
          return try value(bytes, types[Int(column)])
        })
    }
  }

  /// Rows of a statement sent as text: only what the engine itself asks for.
  static func text(_ result: OpaquePointer?) throws -> [Row] {
    let columns = PQnfields(result)
    return (0..<PQntuples(result)).map { row in
      Row(
        (0..<columns).map { column in
          if PQgetisnull(result, row, column) == 1 { return .null }
          let text = PQgetvalue(result, row, column).map { String(cString: $0) } ?? ""
          switch PQftype(result, column) {
          case 20, 21, 23, 26: return .integer(Int64(text) ?? 0)
          case 16: return .integer(text == "t" ? 1 : 0)
          default: return .text(text)
          }
        })
    }
  }

  /// One value by the type's object id (pg_type.dat).
  private static func value(_ bytes: UnsafeRawBufferPointer, _ type: Oid) throws -> Value {
    switch type {
    case 20 where bytes.count == 8: .integer(Int64(bitPattern: number(bytes)))
    case 23 where bytes.count == 4: .integer(Int64(Int32(truncatingIfNeeded: number(bytes))))
    case 26 where bytes.count == 4: .integer(Int64(number(bytes)))
    case 21 where bytes.count == 2: .integer(Int64(Int16(truncatingIfNeeded: number(bytes))))
    case 16 where bytes.count == 1: .integer(bytes[0] == 0 ? 0 : 1)
    case 701 where bytes.count == 8: .real(Double(bitPattern: number(bytes)))
    case 700 where bytes.count == 4: .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: number(bytes)))))
    case 17: .bytes([UInt8](bytes))
    case 25, 1043, 1042, 19, 705: .text(String(decoding: bytes, as: UTF8.self))
    case 1700: try numeric(bytes)
    default: throw Trouble("the database answered with a type Kith does not use (\(type))", "cast it in the statement")
    }
  }

  private static func number(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// `numeric` comes out of `SUM` over `BIGINT`: an integer if it is one and fits, else a real (numeric_send).
  private static func numeric(_ bytes: UnsafeRawBufferPointer) throws -> Value {
    func word(_ index: Int) -> UInt16 {
      index * 2 + 1 < bytes.count ? UInt16(bytes[index * 2]) << 8 | UInt16(bytes[index * 2 + 1]) : 0
    }
    let count = Int(word(0))
    let weight = Int(Int16(bitPattern: word(1)))
    guard word(2) == 0 || word(2) == 0x4000, count < 64 else { return .null }
    let isNegative = word(2) == 0x4000
    var whole: Int64? = 0
    var real = 0.0
    for index in 0..<max(count, max(0, min(weight + 1, 64))) {
      let digit = index < count ? word(4 + index) : 0
      let power = weight - index
      real = real * 10_000 + Double(digit)
      guard power >= 0 else {
        if digit != 0 { whole = nil }
        continue
      }
      whole = whole.flatMap { sum in
        let (product, over) = sum.multipliedReportingOverflow(by: 10_000)
        let (next, overToo) = product.addingReportingOverflow(Int64(digit))
        return over || overToo ? nil : next
      }
    }
    if let whole { return .integer(isNegative ? -whole : whole) }
    var power = weight - max(count, max(0, min(weight + 1, 64))) + 1
    while power < 0 {
      real /= 10_000
      power += 1
    }
    while power > 0 {
      real *= 10_000
      power -= 1
    }
    return .real(isNegative ? -real : real)
  }
}
