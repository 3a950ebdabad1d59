#if canImport(Glibc)
  import Glibc
#endif

extension LineChain {
  /// The lines of one text with their states, known.
  public struct Example: Sendable {
    var lines: [FeatureSet]
    var states: [Bool]
  }

  /// Weights that make the known states likeliest, drawn towards zero (`strength` is that pull).
  ///
  /// Full steps with a rate for each weight (resilient propagation, Riedmiller and Braun 1993): no randomness, no rate
  /// to choose, the same examples give the same weights.
  public static func trained(
    on examples: [Example], from start: LineChain = LineChain(), strength: Double = 1.0, rounds: Int = 150
  ) -> LineChain {
    trained(on: examples, from: start, moving: Array(0..<(LineChain.size + 5)), strength: strength, rounds: rounds)
  }

  /// Only the weights of some features move; all others stay as they are.
  static func trained(
    on examples: [Example], from start: LineChain, moving: [LineFeature], strength: Double
  ) -> LineChain {
    let free = moving.flatMap { feature in LineChain.slots.indices.map { $0 * LineFeature.count + feature.rawValue } }
    return trained(on: examples, from: start, moving: free, strength: strength, rounds: 150)
  }

  private static func trained(
    on examples: [Example], from start: LineChain, moving free: [Int], strength: Double, rounds: Int
  ) -> LineChain {
    let size = LineChain.size + 5
    var values = start.weights + start.moves + [start.bias]
    var steps = [Double](repeating: 0.05, count: size)
    var before = [Double](repeating: 0, count: size)
    for _ in 0..<rounds {
      let gradient = gradient(of: LineChain(values), on: examples, values, strength)
      for index in free {
        let slope = gradient[index]
        let agreement = slope * before[index]
        if agreement > 0 {
          steps[index] = min(steps[index] * 1.2, 1)
        } else if agreement < 0 {
          steps[index] = max(steps[index] * 0.5, 1e-6)
          before[index] = 0
          continue
        }
        if slope != 0 { values[index] += slope > 0 ? steps[index] : -steps[index] }
        before[index] = slope
      }
    }
    return LineChain(values)
  }

  private init(_ values: [Double]) {
    self.init()
    weights = Array(values.prefix(LineChain.size))
    moves = Array(values[LineChain.size..<LineChain.size + 4])
    bias = values[LineChain.size + 4]
  }

  /// Which way each value should go.
  private static func gradient(
    of chain: LineChain, on examples: [Example], _ values: [Double], _ strength: Double
  ) -> [Double] {
    var gradient = [Double](repeating: 0, count: values.count)
    for example in examples where !example.lines.isEmpty {
      var lattice = Lattice(chain.scores(example.lines), chain.moves)
      lattice.run()
      for line in example.lines.indices {
        let error = (example.states[line] ? 1 : 0) - lattice.inside[line]
        if abs(error) > 1e-9 { each(example.lines, line) { gradient[$0] += error } }
        gradient[LineChain.size + 4] += error
        if line > 0 {
          gradient[LineChain.size + (example.states[line - 1] ? 2 : 0) + (example.states[line] ? 1 : 0)] += 1
        }
      }
      for move in 0..<4 { gradient[LineChain.size + move] -= lattice.expectedMoves[move] }
    }
    for index in values.indices { gradient[index] -= values[index] * strength }
    return gradient
  }
}
