#if canImport(Glibc)
  import Glibc
#endif

/// A linear chain over the lines of a text with two states: part of a signature or not.
///
/// After Lafferty et al., 2001. A line is seen through its own features and those of the lines above and below; the
/// weights are numbers in a text.
public struct LineChain: Sendable, Equatable {
  static let slots = ["here", "above", "below"]
  static let size = LineFeature.count * 3

  /// One for each feature in each place, in the order of `slots`; they speak for the signature.
  var weights: [Double]
  /// From a line outside to one inside, and so on: `[from * 2 + to]`.
  var moves: [Double]
  /// What speaks for a signature without looking.
  var bias: Double

  public init() {
    weights = [Double](repeating: 0, count: LineChain.size)
    moves = [0, 0, 0, 0]
    bias = 0
  }

  // MARK: scores

  /// How strongly each line speaks for being part of a signature.
  func scores(_ lines: [FeatureSet]) -> [Double] {
    lines.indices.map { line in
      var sum = bias
      LineChain.each(lines, line) { sum += weights[$0] }
      return sum
    }
  }

  /// Calls `body` with the index of each weight that a line turns on.
  static func each(_ lines: [FeatureSet], _ line: Int, _ body: (Int) -> Void) {
    lines[line].each(body)
    if line > 0 { lines[line - 1].each { body($0 + LineFeature.count) } }
    if line + 1 < lines.count { lines[line + 1].each { body($0 + 2 * LineFeature.count) } }
  }

  /// The likeliest states of all lines together (Viterbi).
  func best(_ lines: [FeatureSet]) -> [Bool] {
    guard !lines.isEmpty else { return [] }
    let scores = scores(lines)
    var outside = 0.0
    var inside = scores[0]
    var back: [(Bool, Bool)] = [(false, false)]
    back.reserveCapacity(lines.count)
    for score in scores.dropFirst() {
      let (stay, leave) = (outside + moves[0], inside + moves[2])
      let (enter, keep) = (outside + moves[1], inside + moves[3])
      back.append((leave > stay, keep > enter))
      outside = max(stay, leave)
      inside = max(enter, keep) + score
    }
    var states = [Bool](repeating: false, count: lines.count)
    var state = inside > outside
    for line in lines.indices.reversed() {
      states[line] = state
      state = state ? back[line].1 : back[line].0
    }
    return states
  }

  /// The probability of each line to be part of a signature (forward and backward).
  func probabilities(_ lines: [FeatureSet]) -> [Double] {
    var lattice = Lattice(scores(lines), moves)
    lattice.run()
    return lattice.inside
  }

  // MARK: as text

  /// The weights as lines of text, `slot feature number`; zeros are left out.
  public var text: String {
    var lines = ["bias \(LineChain.number(bias))"]
    for (index, name) in ["out out", "out in", "in out", "in in"].enumerated() {
      lines.append("move \(name) \(LineChain.number(moves[index]))")
    }
    for (slot, name) in LineChain.slots.enumerated() {
      for feature in LineFeature.allCases {
        let weight = LineChain.number(weights[slot * LineFeature.count + feature.rawValue])
        if weight != "0" { lines.append("\(name) \(feature) \(weight)") }
      }
    }
    return lines.joined(separator: "\n")
  }

  /// In thousandths, so that the same training gives the same text on any machine.
  private static func number(_ value: Double) -> String {
    let thousandths = Int((max(-1000, min(1000, value)) * 1000).rounded())
    if thousandths == 0 { return "0" }
    let digits = String(abs(thousandths) % 1000)
    let fraction = String(repeating: "0", count: 3 - digits.count) + digits
    return (thousandths < 0 ? "-" : "") + "\(abs(thousandths) / 1000).\(fraction)"
  }

  /// Reads what `text` wrote; lines that name nothing known are passed over.
  public init(text: String) {
    self.init()
    let places = ["out out": 0, "out in": 1, "in out": 2, "in in": 3]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard let last = words.last, let value = Double(last) else { continue }
      if words.count == 2, words[0] == "bias" { bias = value }
      if words.count == 4, words[0] == "move", let place = places[words[1] + " " + words[2]] { moves[place] = value }
      if words.count == 3, let slot = LineChain.slots.firstIndex(of: words[0]),
        let feature = LineFeature.named[words[1]]
      {
        weights[slot * LineFeature.count + feature.rawValue] = value
      }
    }
  }
}

/// Sums over all ways through the lines, in logarithms.
struct Lattice {
  private let scores: [Double]
  private let moves: [Double]
  /// The probability of each line to be inside.
  private(set) var inside: [Double] = []
  /// The expected number of each move.
  private(set) var expectedMoves: [Double] = [0, 0, 0, 0]
  /// The logarithm of the sum over all ways.
  private(set) var total = 0.0

  init(_ scores: [Double], _ moves: [Double]) {
    self.scores = scores
    self.moves = moves
  }

  static func add(_ a: Double, _ b: Double) -> Double {
    let (high, low) = a > b ? (a, b) : (b, a)
    return high + log1p(exp(low - high))
  }

  mutating func run() {
    let count = scores.count
    guard count > 0 else { return }
    var forward = [(0.0, scores[0])]
    forward.reserveCapacity(count)
    for line in 1..<max(count, 1) {
      let (out, into) = forward[line - 1]
      forward.append(
        (Lattice.add(out + moves[0], into + moves[2]), Lattice.add(out + moves[1], into + moves[3]) + scores[line]))
    }
    total = Lattice.add(forward[count - 1].0, forward[count - 1].1)
    inside = [Double](repeating: 0, count: count)
    var after = (0.0, 0.0)
    for line in stride(from: count - 1, through: 0, by: -1) {
      inside[line] = exp(forward[line].1 + after.1 - total)
      guard line > 0 else { break }
      let (out, into) = forward[line - 1]
      let here = after.1 + scores[line]
      expectedMoves[0] += exp(out + moves[0] + after.0 - total)
      expectedMoves[1] += exp(out + moves[1] + here - total)
      expectedMoves[2] += exp(into + moves[2] + after.0 - total)
      expectedMoves[3] += exp(into + moves[3] + here - total)
      after = (Lattice.add(moves[0] + after.0, moves[1] + here), Lattice.add(moves[2] + after.0, moves[3] + here))
    }
  }
}
