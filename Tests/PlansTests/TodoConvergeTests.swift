import Model
import Testing

@testable import Plans

/// The tasks of one person here and at a CRM, as small as they can be: what is held, how it is linked, what stands there.
private struct TodoLife {
  struct Held {
    var id: Int64
    var now: TodoState
    var isGone = false
    var link: TodoHere.Link?
  }

  var here: [Held] = []
  var there: [String: TodoThere] = [:]
  /// Which of those that stand there a hand deleted.
  var deleted: Set<String> = []
  private var made: Int64 = 0

  mutating func number() -> Int64 {
    made += 1
    return made
  }

  var plan: TodoPlan {
    TodoPlan(
      here: here.map { one in
        TodoHere(
          id: ID(one.id), key: "k\(one.id)", contact: "c", now: one.now, isGone: one.isGone, link: one.link)
      }, there: there.values.sorted { $0.remote < $1.remote })
  }

  private mutating func change(_ id: ID<Todo>, _ body: (inout Held) -> Void) {
    for place in here.indices where here[place].id == id.rawValue { body(&here[place]) }
  }

  /// One run: what comes in is entered at once; then each that goes out is posted, sent, and entered.
  ///
  /// A run that is cut may end before anything, before a sending arrives, or after it did and before that is known here.
  mutating func run(cut random: inout Seeded, _ isCut: Bool) {
    let plan = plan
    if isCut, Int.random(in: 0..<4, using: &random) == 0 { return }
    for one in plan.settled {
      change(one.id) { $0.link = .init(remote: one.remote, base: one.base, isLeft: $0.link?.isLeft ?? false) }
    }
    for one in plan.receivings {
      guard let theirs = there[one.remote]?.now else { continue }
      for field in one.fields {
        change(one.id) {
          $0.now.take(field, from: theirs)
          $0.link?.base.take(field, from: theirs)
        }
      }
    }
    for one in plan.found {
      here.append(Held(id: number(), now: one.now, link: .init(remote: one.remote, base: one.now)))
    }
    for one in plan.sendings where one.remote == nil {
      change(one.id) { $0.link = .init(remote: nil, base: $0.link?.base ?? $0.now) }
    }
    for one in plan.sendings {
      let dies = isCut && Int.random(in: 0..<3, using: &random) == 0
      if dies, Bool.random(using: &random) { return }
      let remote = commit(one)
      if dies { return }
      change(one.id) { held in
        var base = held.link?.base ?? held.now
        if one.remote == nil { base = held.now }
        for field in one.fields { base.take(field, from: held.now) }
        held.link = .init(remote: remote, base: base)
      }
    }
  }

  /// What the CRM does: one that has the key already is not made again.
  private mutating func commit(_ one: TodoPlan.Sending) -> String {
    guard let now = here.first(where: { $0.id == one.id.rawValue })?.now else { return "" }
    let key = "k\(one.id.rawValue)"
    if let remote = one.remote {
      if let base = here.first(where: { $0.id == one.id.rawValue })?.link?.base {
        for field in one.fields {
          #expect(there[remote]?.now.agrees(base, on: field) == true, "written over what somebody else wrote")
          there[remote]?.now.take(field, from: now)
        }
      }
      return remote
    }
    if let held = there.values.first(where: { $0.key == key }) { return held.remote }
    let remote = "r\(number())"
    there[remote] = TodoThere(remote: remote, contact: "c", key: key, now: now)
    return remote
  }

  /// The owner decides all that is asked.
  mutating func decide(_ random: inout Seeded) {
    for conflict in plan.conflicts {
      let isOurs = Bool.random(using: &random)
      let theirs = there[conflict.remote]?.now
      change(conflict.id) { held in
        if let field = conflict.field, let theirs {
          held.link?.base.take(field, from: isOurs ? theirs : held.now)
        } else if isOurs {
          held.link = nil
        } else {
          held.link?.isLeft = true
        }
      }
    }
  }
}

@Suite("tasks of both sides settle") struct TodoConvergeTests {
  private static let days = [nil, Instant(year: 2026, month: 11, day: 30), Instant(year: 2026, month: 12, day: 4)]

  private func edit(_ state: inout TodoState, _ random: inout Seeded) {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: state.title = UInt64.random(in: 1...4, using: &random)
    case 1: state.due = Self.days.randomElement(using: &random) ?? nil
    default: state.isDone.toggle()
    }
  }

  private func hand(_ life: inout TodoLife, _ random: inout Seeded) {
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1:
      let id = life.number()
      life.here.append(.init(id: id, now: TodoState(title: UInt64(id) + 10)))
    case 2:
      let remote = "hand\(life.number())"
      life.there[remote] = TodoThere(remote: remote, contact: "c", now: TodoState(title: UInt64(life.number()) + 10))
    case 3, 4:
      guard let place = life.here.indices.randomElement(using: &random), !life.here[place].isGone else { return }
      edit(&life.here[place].now, &random)
    case 5, 6:
      guard let remote = life.there.keys.sorted().randomElement(using: &random), var one = life.there[remote] else {
        return
      }
      edit(&one.now, &random)
      life.there[remote] = one
    default:
      if Bool.random(using: &random) {
        guard let place = life.here.indices.randomElement(using: &random) else { return }
        life.here[place].isGone = true
      } else if let remote = life.there.keys.sorted().randomElement(using: &random) {
        life.there[remote] = nil
        life.deleted.insert(remote)
      }
    }
  }

  @Test(
    "made, edited, taken away and deleted at random on both sides, by runs that are cut off: none twice, none lost, at rest"
  )
  func converge() {
    for seed in 0..<UInt64(1500) {
      var random = Seeded(seed)
      var life = TodoLife()
      for _ in 0..<16 {
        if Int.random(in: 0..<3, using: &random) > 0 {
          hand(&life, &random)
        } else {
          let before = life.there
          life.run(cut: &random, Bool.random(using: &random))
          #expect(before.keys.allSatisfy { life.there[$0] != nil }, "seed \(seed): a run deleted a task there")
        }
        let keys = life.there.values.compactMap(\.key)
        #expect(Set(keys).count == keys.count, "seed \(seed): there twice")
      }
      life.run(cut: &random, false)
      life.decide(&random)
      for _ in 0..<2 { life.run(cut: &random, false) }
      #expect(life.plan.isEmpty && life.plan.conflicts.isEmpty, "seed \(seed)")
      let links = life.here.compactMap { $0.link?.remote }
      #expect(Set(links).count == links.count, "seed \(seed): two of one")
      for held in life.here where !held.isGone && held.link?.isLeft != true {
        let theirs = held.link?.remote.flatMap { life.there[$0]?.now }
        // One that was done before it ever left stays here.
        #expect(theirs == held.now || held.link == nil && held.now.isDone, "seed \(seed): lost there")
      }
      for (remote, one) in life.there where !one.now.isDone {
        let isKnown = links.contains(remote) || one.key.map { key in life.here.contains { "k\($0.id)" == key } } == true
        #expect(isKnown, "seed \(seed): lost here")
      }
    }
  }
}
