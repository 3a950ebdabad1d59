/// Changes that go together, and what became of each so far.
struct TrytonBatch: Sendable {
  let writes: [CRMWrite]
  var answers: [CRMAnswer?]

  init(_ writes: [CRMWrite]) {
    self.writes = writes
    answers = Array(repeating: nil, count: writes.count)
  }

  /// The places of those that have no answer yet.
  var open: [Int] { writes.indices.filter { answers[$0] == nil } }
}
