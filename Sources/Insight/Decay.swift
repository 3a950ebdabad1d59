import Model

/// ½^(age / half-life) as an integer of 2³⁰ths, the same on any machine.
///
/// Only IEEE operations with one defined result are used (`*`, `/`, square root), never `pow`, whose last bits differ
/// between C libraries. Sums of these integers do not depend on the order of their terms.
enum Decay {
  static let one: Int64 = 1 << 30

  /// ½^½, ½^¼, … : each the square root of the one before.
  private static let roots: [Double] = {
    var roots: [Double] = []
    var root = 0.5
    for _ in 0..<24 {
      root = root.squareRoot()
      roots.append(root)
    }
    return roots
  }()

  /// How much of a touch of `age` milliseconds is left; nothing of the future.
  static func left(age: Int64, halfLifeDays: Int) -> Int64 {
    guard age >= 0 else { return 0 }
    let halfLife = Int64(clamping: max(halfLifeDays, 1)).multipliedReportingOverflow(by: Instant.day)
    guard !halfLife.overflow else { return one }
    let whole = age / halfLife.partialValue
    guard whole < 30 else { return 0 }
    var rest = Double(age % halfLife.partialValue) / Double(halfLife.partialValue)
    var factor = 1.0
    for root in roots {
      rest *= 2
      if rest >= 1 {
        rest -= 1
        factor *= root
      }
    }
    return Int64((factor * Double(one)).rounded()) >> whole
  }
}
