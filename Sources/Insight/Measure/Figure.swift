/// One measured number: what it is of, on which set, over how many cases.
public struct Figure: Sendable, Equatable {
  public var what: String
  public var set: String
  public var value: Double
  /// The 95 % interval, if one was worked out.
  public var interval: ClosedRange<Double>?
  /// How many cases were judged.
  public var count: Int
  /// What must be reached, or must not be passed if `isCeiling`.
  public var bar: Double?
  public var isCeiling: Bool
  /// How many decimals it is told with; none for rates.
  public var decimals = 3
  /// What somebody else, or a simpler rule, reaches on the same cases.
  public var rival: Rival?

  /// A figure to compare with: `the trivial rule`, `Splink 4.0.17`, `frequency`.
  public struct Rival: Sendable, Equatable {
    public var name: String
    public var value: Double
  }

  public init(
    _ what: String, on set: String, _ value: Double, interval: ClosedRange<Double>? = nil, count: Int,
    bar: Double? = nil,
    isCeiling: Bool = false
  ) {
    self.what = what
    self.set = set
    self.value = value
    self.interval = interval
    self.count = count
    self.bar = bar
    self.isCeiling = isCeiling
  }

  /// The figure with what others reach beside it.
  public func beside(_ name: String, _ value: Double) -> Figure {
    var figure = self
    figure.rival = Rival(name: name, value: value)
    return figure
  }

  /// The figure told with so many decimals.
  public func told(decimals: Int) -> Figure {
    var figure = self
    figure.decimals = decimals
    return figure
  }

  /// Whether the bar is reached; true without one.
  public var holds: Bool {
    guard let bar else { return true }
    return isCeiling ? value <= bar : value >= bar
  }
}

/// Answers that are right, wrong and missing.
public struct Verdicts: Sendable, Equatable {
  public var right = 0
  public var wrong = 0
  public var missing = 0

  public init() {}

  public init<T: Hashable>(_ found: Set<T>, truth: Set<T>) {
    right = found.intersection(truth).count
    wrong = found.subtracting(truth).count
    missing = truth.subtracting(found).count
  }

  public static func += (a: inout Verdicts, b: Verdicts) {
    a.right += b.right
    a.wrong += b.wrong
    a.missing += b.missing
  }

  public var precision: Double { right + wrong == 0 ? 1 : Double(right) / Double(right + wrong) }
  public var recall: Double { right + missing == 0 ? 1 : Double(right) / Double(right + missing) }
  public var f1: Double { right == 0 ? 0 : 2 * Double(right) / Double(2 * right + wrong + missing) }
  /// How many true answers there are.
  public var truths: Int { right + missing }

  /// The 95 % interval of F1 when whole groups are drawn anew (bootstrap, 2,000 rounds, the same every time).
  public static func interval(_ groups: [Verdicts]) -> ClosedRange<Double>? {
    guard groups.count > 1 else { return nil }
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    var values: [Double] = []
    for _ in 0..<2_000 {
      var sum = Verdicts()
      for _ in groups.indices {
        // xorshift64*, Vigna 2016.
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        sum += groups[Int(((state &* 0x2545_F491_4F6C_DD1D) >> 33) % UInt64(groups.count))]
      }
      values.append(sum.f1)
    }
    values.sort()
    return values[50]...values[1_949]
  }
}

/// The data folder as a value: Insight itself opens no file.
public struct DataFiles: Sendable {
  /// All files below a folder, in order of path.
  public var below: @Sendable (String) -> [String]
  public var bytes: @Sendable (String) -> [UInt8]

  public init(below: @escaping @Sendable (String) -> [String], bytes: @escaping @Sendable (String) -> [UInt8]) {
    self.below = below
    self.bytes = bytes
  }
}
