/// Weighs the features of a mail: whether a person wrote it, and if not, whether it went to many or is a program's.
///
/// Three sums of weights over the features that hold. What headers show is weighed apart where the text is not known.
public struct KindModel: Sendable, Equatable {
  /// What is weighed.
  enum Side: Int, CaseIterable, Sendable {
    /// For a person, by headers and text.
    case person
    /// For a person, by headers alone.
    case head
    /// For many recipients, against a program.
    case bulk
  }

  /// One for each feature, and what speaks without looking, at the end; by side.
  private(set) var weights: [[Double]]

  static let size = KindFeature.count + 1

  init() { weights = Side.allCases.map { _ in [Double](repeating: 0, count: KindModel.size) } }

  init(_ weights: [[Double]]) { self.weights = weights }

  /// The sum of one side; more than 0 speaks for it.
  func sum(_ side: Side, _ features: KindFeatures) -> Double {
    let row = weights[side.rawValue]
    var sum = row[KindFeature.count]
    for index in 0..<KindFeature.count where features.contains(at: index) { sum += row[index] }
    return sum
  }

  /// The features that speak most against a person, the strongest first; at most three.
  func reasons(_ side: Side, _ features: KindFeatures) -> [KindFeature] {
    let row = weights[side.rawValue]
    let against = features.all.filter { row[$0.rawValue] < 0 }
    return Array(
      against.sorted { (row[$0.rawValue], $0.rawValue) < (row[$1.rawValue], $1.rawValue) }.prefix(3))
  }

  // MARK: text

  /// The weights as lines, `feature person head bulk`, in thousandths.
  var text: String {
    let names = KindFeature.allCases.map { "\($0)" } + ["bias"]
    return names.enumerated().map { index, name in
      name + " " + weights.map { "\(Int(($0[index] * 1_000).rounded()))" }.joined(separator: " ")
    }.joined(separator: "\n")
  }

  /// Reads what `text` wrote; lines that name nothing known are passed over.
  init(text: String) {
    self.init()
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 1 + Side.allCases.count, let name = words.first else { continue }
      guard let index = name == "bias" ? KindFeature.count : KindFeature.named[name]?.rawValue else { continue }
      for side in Side.allCases { weights[side.rawValue][index] = (Double(words[1 + side.rawValue]) ?? 0) / 1_000 }
    }
  }
}
