/// Logarithms and powers to base 2 by IEEE operations alone, so that every machine gives the same bits.
enum Bits {
  /// log2 of a positive number; the error is below 2⁻⁴⁰.
  static func log2(_ x: Double) -> Double {
    guard x > 0, x.isFinite else { return x > 0 ? 1_024 : -1_074 }
    var exponent = Double(x.exponent)
    var part = x.significand
    if part > 1.414_213_562_373_095 {
      part /= 2
      exponent += 1
    }
    // ln(part) = 2 (z + z³/3 + z⁵/5 + …) with z = (part - 1)/(part + 1), |z| < 0.172.
    let z = (part - 1) / (part + 1)
    let square = z * z
    var sum = 0.0
    for term in stride(from: 17, through: 1, by: -2) { sum = sum * square + 1 / Double(term) }
    return exponent + 2 * z * sum * 1.442_695_040_888_963_4
  }

  /// 2^x.
  static func power(_ x: Double) -> Double {
    guard x > -1_000 else { return 0 }
    guard x < 1_000 else { return .infinity }
    let whole = x.rounded()
    let rest = (x - whole) * 0.693_147_180_559_945_3
    var sum = 1.0
    for term in stride(from: 12, through: 1, by: -1) { sum = 1 + sum * rest / Double(term) }
    return Double(sign: .plus, exponent: Int(whole), significand: sum)
  }

  /// The probability of log-odds in bits.
  static func probability(_ bits: Double) -> Double {
    if bits >= 0 { return 1 / (1 + power(-bits)) }
    let odds = power(bits)
    return odds / (1 + odds)
  }
}
