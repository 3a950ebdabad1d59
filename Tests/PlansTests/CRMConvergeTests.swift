import Insight
import Model
import Plans
import Testing

/// Kith, its sources and one record of a CRM, as small as they can be: facts, a fold, a base, and what stands there.
private struct Replica {
  var facts: [Fact] = []
  var base: FieldValues?
  var overwrote: [FieldKey: [[String]]] = [:]
  var ruled: [FieldConflict] = []
  var clock: Int64 = 0

  var ours: FieldValues { foldFacts(facts).values.filter { CRMConvergeTests.fields.contains($0.key) } }

  mutating func say(_ key: FieldKey, _ values: [String], _ origin: Fact.Origin, record: Int64) {
    clock += 1
    let at = Instant(milliseconds: clock)
    if key.isMulti, origin == .typed {
      // A typed word about a field of many takes one value away, or adds one.
      for value in values {
        facts.removeAll { $0.field == key.field && $0.origin == .typed && $0.value == value }
        facts.append(
          Fact(
            field: key.field, label: key.label, value: value, origin: .typed, record: ID(record), firstSeen: at,
            lastSeen: at, confidence: clock % 3 == 0 ? 0 : 1))
      }
      return
    }
    facts.removeAll { $0.field == key.field && $0.label == key.label && $0.record == ID(record) }
    facts += values.map {
      Fact(
        field: key.field, label: key.label, value: $0, origin: origin, record: ID(record), firstSeen: at, lastSeen: at)
    }
  }

  /// The record that what comes in from the CRM is kept in.
  static let destination: Int64 = 9

  var taken: FieldValues {
    var taken: FieldValues = [:]
    for fact in facts where fact.record == ID(Replica.destination) {
      taken[FieldKey(fact.field, label: fact.label), default: []].append(fact.value)
    }
    return taken
  }

  func merge(_ theirs: FieldValues, _ mapping: [StandingRules.Mapping], changedThere: Instant?) -> FieldMerge {
    var context = MergeContext(taken: taken, changedThere: changedThere, overwrote: overwrote)
    for fact in facts where fact.confidence > 0 {
      let key = FieldKey(fact.field, label: fact.label)
      if ours[key]?.contains(fact.value) == true { context.changedHere[key] = fact.firstSeen }
    }
    return FieldMerge(base: base ?? [:], ours: ours, theirs: theirs, mapping: mapping, context: context)
  }

  /// One run: what comes in is entered first, then what is left goes out.
  mutating func run(
    _ theirs: inout FieldValues, _ mapping: [StandingRules.Mapping], changedThere: inout Instant?
  ) -> FieldMerge {
    let first = merge(theirs, mapping, changedThere: changedThere)
    note(first)
    var agreed: FieldValues = [:]
    for change in first.incoming {
      let key = change.field
      let kept = (taken[key] ?? []).filter((theirs[key] ?? []).contains)
      let new = key.isMulti ? kept + change.new.filter { !change.old.contains($0) } : change.new
      facts.removeAll { $0.record == ID(Replica.destination) && FieldKey($0.field, label: $0.label) == key }
      clock += 1
      facts += new.map {
        Fact(
          field: key.field, label: key.label, value: $0, origin: .destination, record: ID(Replica.destination),
          firstSeen: Instant(milliseconds: clock), lastSeen: Instant(milliseconds: clock))
      }
      if key.isMulti {
        let came = change.new.filter { !change.old.contains($0) && ours[key]?.contains($0) == true }
        agreed[key] = (self.base?[key] ?? []) + came.filter { self.base?[key]?.contains($0) != true }
      } else if ours[key] == change.new {
        agreed[key] = ours[key]
      } else {
        agreed[key] = self.base?[key]
      }
    }
    // What comes in is settled; what goes out is planned anew from the old base.
    var merged = first
    if !first.incoming.isEmpty {
      var base = self.base ?? [:]
      for change in first.incoming { base[change.field] = agreed[change.field] }
      self.base = base
      merged = merge(theirs, mapping, changedThere: changedThere)
      note(merged)
    }
    for change in merged.changes {
      theirs[change.field] = change.new.isEmpty ? nil : change.new
      clock += 1
      changedThere = Instant(milliseconds: clock)
    }
    base = merged.base
    return FieldMerge.joined(first, merged)
  }

  private mutating func note(_ merge: FieldMerge) {
    for entry in merge.ruled {
      ruled.append(entry)
      if entry.cause == .ruled(.ours) { overwrote[entry.field, default: []].append(entry.theirs) }
    }
  }
}

extension FieldMerge {
  /// What both halves of a run did.
  fileprivate static func joined(_ first: FieldMerge, _ second: FieldMerge) -> FieldMerge {
    var joined = second
    joined.incoming = first.incoming
    joined.ruled = first.ruled + (first == second ? [] : second.ruled)
    return joined
  }
}

@Suite("both sides of a CRM settle")
struct CRMConvergeTests {
  static let fields: [FieldKey] = [.title, .organisation, .email, .phone, .custom("Club")]

  private static func mapping(_ rule: SyncRule) -> [StandingRules.Mapping] {
    fields.map { .init($0, to: $0.name, rule: rule, type: .text) }
  }

  private static func values(_ key: FieldKey, _ random: inout Seeded) -> [String] {
    let pool = key == .phone ? ["+15550101", "+15550102", "+15550103"] : ["red", "green", "blue", "grey"]
    let picked = pool.shuffled(using: &random).prefix(Int.random(in: 0...2, using: &random))
    return key.isMulti ? Array(picked) : Array(picked.prefix(1))
  }

  private static func edit(_ kith: inout Replica, _ random: inout Seeded) {
    let key = fields.randomElement(using: &random) ?? .title
    let source = Int64.random(in: 1...3, using: &random)
    kith.say(key, values(key, &random), source == 3 ? .typed : .card, record: source)
  }

  @Test(
    "source, Kith and CRM edited at random in any order come to rest, and no value of the CRM is lost without an entry",
    arguments: SyncRule.allCases)
  func converge(_ rule: SyncRule) {
    let mapping = Self.mapping(rule)
    for seed in 0..<UInt64(1000) {
      var random = Seeded(seed)
      var kith = Replica()
      var theirs: FieldValues = [:]
      var changed: Instant?
      for _ in 0..<12 {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: Self.edit(&kith, &random)
        case 1:
          let key = Self.fields.randomElement(using: &random) ?? .title
          let new = Self.values(key, &random)
          theirs[key] = new.isEmpty ? nil : new
          kith.clock += 1
          changed = Instant(milliseconds: kith.clock)
        default: Self.check(&kith, &theirs, mapping, &changed, seed)
        }
      }
      _ = kith.run(&theirs, mapping, changedThere: &changed)
      _ = kith.run(&theirs, mapping, changedThere: &changed)
      let (rest, facts) = (theirs, kith.facts)
      let third = kith.run(&theirs, mapping, changedThere: &changed)
      #expect(third.changes.isEmpty && third.incoming.isEmpty && third.ruled.isEmpty, "\(rule) seed \(seed)")
      #expect(theirs == rest && kith.facts == facts, "\(rule) seed \(seed)")
    }
  }

  /// One run, after which every value that a run took away at the CRM is in an entry, was ours, or came in.
  private static func check(
    _ kith: inout Replica, _ theirs: inout FieldValues, _ mapping: [StandingRules.Mapping], _ changed: inout Instant?,
    _ seed: UInt64
  ) {
    let (before, base) = (theirs, kith.base ?? [:])
    let done = kith.run(&theirs, mapping, changedThere: &changed)
    for key in fields {
      for value in before[key] ?? [] where theirs[key]?.contains(value) != true {
        let isKept =
          base[key]?.contains(value) == true || done.ruled.contains { $0.field == key && $0.theirs.contains(value) }
          || kith.facts.contains { $0.field == key.field && $0.value == value && $0.confidence > 0 }
        #expect(isKept, "\(key) seed \(seed)")
      }
    }
  }

  @Test("two accounts of Kith on one CRM settle within two runs each", arguments: SyncRule.allCases)
  func two(_ rule: SyncRule) {
    let mapping = Self.mapping(rule)
    for seed in 0..<UInt64(1000) {
      var random = Seeded(seed &+ 77_000)
      var ada = Replica()
      var bob = Replica()
      var theirs: FieldValues = [:]
      var changed: Instant?
      for _ in 0..<6 {
        Self.edit(&ada, &random)
        bob.clock = ada.clock
        Self.edit(&bob, &random)
        ada.clock = bob.clock
      }
      for _ in 0..<2 {
        _ = ada.run(&theirs, mapping, changedThere: &changed)
        bob.clock = ada.clock
        _ = bob.run(&theirs, mapping, changedThere: &changed)
        ada.clock = bob.clock
      }
      let rest = theirs
      let last = (
        ada.run(&theirs, mapping, changedThere: &changed), bob.run(&theirs, mapping, changedThere: &changed)
      )
      #expect(theirs == rest, "\(rule) seed \(seed)")
      #expect(last.0.changes.isEmpty && last.1.changes.isEmpty, "\(rule) seed \(seed)")
    }
  }
}
