import Model
import Plans
import Testing

@Suite("merging by hand")
struct MergePlanTests {
  private let ada = ID<Person>(1)
  private let bob = ID<Person>(2)
  private let cyd = ID<Person>(3)

  private func record(_ id: Int64, _ person: ID<Person>) -> Record {
    Record(id: ID(id), kind: .address, person: person)
  }

  private func apply(_ moves: [MergePlan.Move], to records: [Record]) -> [Record] {
    let to = Dictionary(moves.map { ($0.record, $0.to) }, uniquingKeysWith: { _, last in last })
    return records.map { Record(id: $0.id, kind: $0.kind, person: to[$0.id] ?? $0.person) }
  }

  @Test("the first named person is kept and gets every record of the others")
  func merges() throws {
    let plan = try MergePlan.merge([bob, ada, bob, ada], records: [record(1, ada), record(2, bob), record(3, cyd)])
    #expect(plan.kept == bob && plan.absorbed == [ada])
    #expect(plan.moves == [.init(ID(1), from: ada, to: bob)])
    #expect(plan.own == [ID(2)])
  }

  @Test("one person alone cannot be merged")
  func alone() {
    #expect(throws: Trouble.self) { try MergePlan.merge([bob, bob], records: []) }
    #expect(throws: Trouble.self) { try MergePlan.merge([], records: []) }
  }

  @Test("unmerging gives everybody back their records and keeps them apart")
  func undoes() throws {
    let before = [record(1, ada), record(2, bob), record(3, cyd)]
    let plan = try MergePlan.merge([ada, bob, cyd], records: before)
    let undone = plan.undo(records: apply(plan.moves, to: before))
    #expect(apply(undone.moves, to: apply(plan.moves, to: before)) == before)
    #expect(undone.restored == [bob, cyd] && undone.stayed.isEmpty)
    #expect(
      undone.separations == [
        RecordPair(ID(1), ID(2)), RecordPair(ID(1), ID(3)), RecordPair(ID(2), ID(3)),
      ])
  }

  @Test("what came to the kept person later stays, and so does what a later decision moved on")
  func laterEdits() throws {
    let before = [record(1, ada), record(2, bob), record(4, bob)]
    let plan = try MergePlan.merge([ada, bob], records: before)
    var now = apply(plan.moves, to: before)
    now.append(record(9, ada))
    now = apply([.init(ID(4), from: ada, to: cyd)], to: now)
    let undone = plan.undo(records: now)
    #expect(undone.moves == [.init(ID(2), from: ada, to: bob)])
    #expect(undone.stayed == [ID(4)])
  }

  @Test("a record that left and was brought anew by a later decision stays with that one")
  func anew() throws {
    let before = [record(1, ada), record(2, bob), record(3, cyd)]
    let first = try MergePlan.merge([ada, bob], records: before)
    let second = try MergePlan.merge([cyd, ada], records: apply(first.moves, to: before))
    var now = apply(second.moves, to: apply(first.moves, to: before))
    // The first is taken back, and Bob comes to Cyd by a decision of his own.
    now = apply(first.undo(records: now, after: [second]).moves, to: now)
    let third = try MergePlan.merge([cyd, bob], records: now)
    now = apply(third.moves, to: now)
    let undone = second.undo(records: now, after: [third])
    #expect(undone.moves.map(\.record) == [ID(1)] && undone.stayed == [ID(2)])
    now = apply(undone.moves, to: now)
    #expect(apply(third.undo(records: now).moves, to: now) == before)
  }

  @Test("some of the absorbed can be taken back alone")
  func partly() throws {
    let before = [record(1, ada), record(2, bob), record(3, cyd)]
    let plan = try MergePlan.merge([ada, bob, cyd], records: before)
    let undone = plan.undo(records: apply(plan.moves, to: before), only: [cyd])
    #expect(undone.moves == [.init(ID(3), from: ada, to: cyd)] && undone.restored == [cyd])
  }

  @Test("1,000 random chains of merges, undone in any order, end where they began")
  func chains() throws {
    for seed in 0..<UInt64(1000) {
      var random = Seeded(seed)
      let persons = (1...6).map { ID<Person>(Int64($0)) }
      let before = (1...12).map { record(Int64($0), persons[Int.random(in: 0..<6, using: &random)]) }
      var now = before
      var made: [MergePlan] = []
      var alive = persons
      while alive.count > 2 {
        let named = Array(alive.shuffled(using: &random).prefix(Int.random(in: 2...3, using: &random)))
        let plan = try MergePlan.merge(named, records: now)
        now = apply(plan.moves, to: now)
        alive.removeAll { plan.absorbed.contains($0) }
        made.append(plan)
      }
      var live = Array(made.indices)
      for index in made.indices.shuffled(using: &random) {
        live.removeAll { $0 == index }
        let later = live.filter { $0 > index }.map { made[$0] }
        now = apply(made[index].undo(records: now, after: later).moves, to: now)
      }
      #expect(now == before, "seed \(seed)")
    }
  }
}
