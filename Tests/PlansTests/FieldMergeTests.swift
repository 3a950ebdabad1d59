import Model
import Plans
import Testing

@Suite("three sides of a field")
struct FieldMergeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let field: FieldKey
    let base: [String]
    let ours: [String]
    let theirs: [String]
    /// What goes out; nil for nothing.
    var out: [String]?
    var conflict = false

    init(
      _ says: String, _ field: FieldKey, _ base: [String], _ ours: [String], _ theirs: [String], out: [String]? = nil,
      conflict: Bool = false
    ) {
      testDescription = says
      self.field = field
      self.base = base
      self.ours = ours
      self.theirs = theirs
      self.out = out
      self.conflict = conflict
    }
  }

  static let cases: [Case] = [
    Case("nothing changed", .title, ["Agent"], ["Agent"], ["Agent"]),
    Case("their edit survives where we changed nothing", .title, ["Agent"], ["Agent"], ["Broker"]),
    Case("their removal survives where we changed nothing", .title, ["Agent"], ["Agent"], []),
    Case("our edit goes out where they changed nothing", .title, ["Agent"], ["Broker"], ["Agent"], out: ["Broker"]),
    Case("our removal goes out where they changed nothing", .title, ["Agent"], [], ["Agent"], out: []),
    Case("both changed alike", .title, ["Agent"], ["Broker"], ["Broker"]),
    Case("both changed apart", .title, ["Agent"], ["Broker"], ["Owner"], conflict: true),
    Case("we removed and they edited", .title, ["Agent"], [], ["Owner"], conflict: true),
    Case("an empty field is filled", .title, [], ["Agent"], [], out: ["Agent"]),
    Case("a filled field is not overwritten at the first meeting", .title, [], ["Agent"], ["Owner"], conflict: true),
    Case("white space is no change", .title, ["Real  agent"], ["Real agent"], [" Real agent "]),
    Case(
      "both sides' additions stand", .email, ["a@example.test"], ["a@example.test", "b@example.test"],
      ["a@example.test", "c@example.test"], out: ["a@example.test", "c@example.test", "b@example.test"]),
    Case(
      "our removal takes one value alone", .email, ["a@example.test", "b@example.test"], ["b@example.test"],
      ["a@example.test", "b@example.test", "c@example.test"], out: ["b@example.test", "c@example.test"]),
    Case("their removal survives", .phone, ["+15550100", "+15550101"], ["+15550100", "+15550101"], ["+15550100"]),
    Case(
      "a value edited on both sides leaves both", .phone, ["+15550100"], ["+15550101"], ["+15550102"],
      out: ["+15550102", "+15550101"]),
    Case("another spelling of a number is the same number", .phone, ["+15550100"], ["+15550100"], ["+1 (555) 0100"]),
    Case("another case of an address is the same address", .email, [], ["bob@example.test"], ["Bob@Example.test"]),
  ]

  @Test("each case has its outcome", arguments: cases)
  func outcome(_ row: Case) {
    let merge = FieldMerge(
      base: [row.field: row.base], ours: [row.field: row.ours], theirs: [row.field: row.theirs])
    #expect(merge.changes == (row.out.map { [FieldChange(field: row.field, old: row.theirs, new: $0)] } ?? []))
    #expect(
      merge.conflicts
        == (row.conflict
          ? [FieldConflict(field: row.field, base: row.base, ours: row.ours, theirs: row.theirs)] : []))
  }

  @Test("a hand edit at the destination comes in, is never written over, and a later edit of ours becomes a conflict")
  func handEdit() {
    var base: FieldValues = [.title: ["Agent"]]
    for _ in 0..<10 {
      let merge = FieldMerge(base: base, ours: [.title: ["Agent"]], theirs: [.title: ["Broker"]])
      #expect(merge.changes.isEmpty && merge.conflicts.isEmpty && merge.incoming.map(\.new) == [["Broker"]])
      base = merge.base
    }
    let later = FieldMerge(base: base, ours: [.title: ["Owner"]], theirs: [.title: ["Broker"]])
    #expect(later.changes.isEmpty && later.conflicts.count == 1)
  }

  @Test("a conflict ends as the owner decides", arguments: [FieldConflict.Side.ours, .theirs])
  func decided(_ side: FieldConflict.Side) throws {
    let base: FieldValues = [.title: ["Agent"]]
    let ours: FieldValues = [.title: ["Broker"]]
    let theirs: FieldValues = [.title: ["Owner"]]
    let conflict = try #require(FieldMerge(base: base, ours: ours, theirs: theirs).conflicts.first)
    let next = FieldMerge(base: conflict.settled(taking: side, in: base), ours: ours, theirs: theirs)
    #expect(next.conflicts.isEmpty)
    #expect(next.changes.map(\.new) == (side == .ours ? [["Broker"]] : []))
  }

  @Test("fields outside the mapping are neither read nor written")
  func mapped() {
    let merge = FieldMerge(base: [:], ours: [.note: ["n"], .name: ["Bob"]], theirs: [:], fields: [.name])
    #expect(merge.changes.map(\.field) == [.name] && merge.base[.note] == nil)
  }

  @Test("2,000 random histories converge, rest at the second run and lose no value without a conflict")
  func converge() {
    for seed in 0..<UInt64(2000) {
      var random = Seeded(seed)
      let base = values(&random)
      let ours = values(&random)
      var theirs = values(&random)
      let first = FieldMerge(base: base, ours: ours, theirs: theirs)
      checkNothingLost(first, base: base, ours: ours, theirs: theirs, seed: seed)
      for change in first.changes { theirs[change.field] = change.new.isEmpty ? nil : change.new }
      let second = FieldMerge(base: first.base, ours: ours, theirs: theirs)
      #expect(second.changes.isEmpty, "seed \(seed)")
      #expect(second.conflicts == first.conflicts, "seed \(seed)")
      #expect(second.base == first.base, "seed \(seed)")
    }
  }

  @Test("1,000 random runs of edits on both sides agree once both sides rest and conflicts are decided")
  func replicas() {
    for seed in 0..<UInt64(1000) {
      var random = Seeded(seed &+ 10_000)
      var base: FieldValues = [:]
      var ours = values(&random)
      var theirs = values(&random)
      for _ in 0..<5 {
        let merge = FieldMerge(base: base, ours: ours, theirs: theirs)
        base = merge.base
        for conflict in merge.conflicts {
          base = conflict.settled(taking: Bool.random(using: &random) ? .ours : .theirs, in: base)
        }
        for change in merge.changes { theirs[change.field] = change.new.isEmpty ? nil : change.new }
        if Bool.random(using: &random) { ours = values(&random) }
        if Bool.random(using: &random) { theirs = values(&random) }
      }
      // The destination's edits come in as facts: what stands there is taken, and the sides agree for good.
      ours = theirs
      let end = FieldMerge(base: base, ours: ours, theirs: theirs)
      #expect(end.changes.isEmpty && end.conflicts.isEmpty, "seed \(seed)")
      #expect(FieldMerge(base: end.base, ours: ours, theirs: theirs).base == end.base, "seed \(seed)")
    }
  }

  private func values(_ random: inout Seeded) -> FieldValues {
    var values: FieldValues = [:]
    let fields: [FieldKey] = [.name, .title, .email, .phone, .organisation]
    for field in fields where Int.random(in: 0..<4, using: &random) > 0 {
      let pool = field.isMulti ? ["a", "b", "c", "d"] : ["x", "y", "z"]
      let picked = pool.filter { _ in Bool.random(using: &random) }.shuffled(using: &random)
      let kept = field.isMulti ? picked : Array(picked.prefix(1))
      if !kept.isEmpty { values[field] = kept.map { field == .phone ? "+1555" + String($0.utf8.first ?? 0) : $0 } }
    }
    return values
  }

  /// What a side added stands or is in conflict; what goes was removed by a side.
  private func checkNothingLost(
    _ merge: FieldMerge, base: FieldValues, ours: FieldValues, theirs: FieldValues, seed: UInt64
  ) {
    let inConflict = Set(merge.conflicts.map(\.field))
    for field in Set(base.keys).union(ours.keys).union(theirs.keys).subtracting(inConflict) {
      let b = Set(base[field] ?? [])
      let o = Set(ours[field] ?? [])
      let t = Set(theirs[field] ?? [])
      let result = Set(merge.changes.first { $0.field == field }?.new ?? theirs[field] ?? [])
      #expect(result.isSubset(of: o.union(t)), "seed \(seed)")
      if field.isMulti {
        #expect(result.isSuperset(of: o.subtracting(b).union(t.subtracting(b))), "seed \(seed)")
        #expect(t.subtracting(result).isSubset(of: b.subtracting(o)), "seed \(seed)")
      } else {
        // A single value goes only if it is the very one we delivered.
        #expect(t.subtracting(result).isEmpty || t == b, "seed \(seed)")
      }
    }
  }
}
