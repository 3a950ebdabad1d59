import Model
import Testing

@testable import Plans

@Suite("tasks on both sides") struct TodoPlanTests {
  private static let monday = Instant(year: 2026, month: 11, day: 30)
  private static let friday = Instant(year: 2026, month: 12, day: 4)

  private func here(
    _ now: TodoState, base: TodoState? = nil, remote: String? = "r1", isGone: Bool = false, isLeft: Bool = false
  ) -> TodoHere {
    TodoHere(
      id: ID(1), key: "k1", contact: "c1", now: now, isGone: isGone,
      link: base.map { .init(remote: remote, base: $0, isLeft: isLeft) })
  }

  private func there(_ now: TodoState, _ remote: String = "r1", key: String? = "k1") -> TodoThere {
    TodoThere(remote: remote, contact: "c1", key: key, now: now)
  }

  @Test("a task leaves once: a try that may have arrived is looked for by its key, and one that did is taken for it")
  func creation() {
    let task = TodoState(title: 1, due: Self.monday)
    let new = TodoPlan(here: [here(task)], there: [])
    #expect(new.sendings.map(\.isRetry) == [false] && new.sendings.map(\.remote) == [nil])
    let lost = TodoPlan(here: [here(task, base: task, remote: nil)], there: [])
    #expect(lost.sendings.map(\.isRetry) == [true])
    for link in [here(task), here(task, base: task, remote: nil)] {
      let arrived = TodoPlan(here: [link], there: [there(task)])
      #expect(arrived.sendings.isEmpty && arrived.found.isEmpty && arrived.conflicts.isEmpty)
      #expect(arrived.settled == [.init(id: ID(1), remote: "r1", base: task)])
    }
    #expect(TodoPlan(here: [here(task, base: task)], there: [there(task)]).isEmpty)
  }

  @Test("what was done before the other side knew of it stays where it is, and what the owner took away too")
  func done() {
    let done = TodoState(title: 1, isDone: true)
    #expect(TodoPlan(here: [here(done)], there: []).isEmpty)
    #expect(TodoPlan(here: [], there: [there(done, key: nil)]).isEmpty)
    let open = TodoState(title: 1)
    #expect(TodoPlan(here: [], there: [there(open, key: nil), there(open, "r2", key: "other")]).found.count == 2)
    #expect(TodoPlan(here: [here(open, base: open, isGone: true)], there: [there(open)]).isEmpty)
  }

  @Test("each field by itself: one side's change goes over, two that differ are a conflict, two alike are agreed")
  func fields() {
    let base = TodoState(title: 1, due: Self.monday)
    let ours = TodoState(title: 2, due: Self.friday, isDone: true)
    let theirs = TodoState(title: 3, due: Self.monday, isDone: true)
    let plan = TodoPlan(here: [here(ours, base: base)], there: [there(theirs)])
    #expect(plan.sendings.map(\.fields) == [[.due]])
    #expect(plan.receivings.isEmpty)
    #expect(plan.conflicts == [.init(id: ID(1), field: .title, remote: "r1")])
    #expect(plan.settled.map(\.base) == [TodoState(title: 1, due: Self.monday, isDone: true)])
    let edited = TodoPlan(here: [here(base, base: base)], there: [there(TodoState(title: 1, due: nil))])
    #expect(edited.receivings.map(\.fields) == [[.due]] && edited.overwrites == 1)
  }

  @Test("one that was deleted there is asked about, and never deleted here; one that was let go is left alone")
  func deleted() {
    let task = TodoState(title: 1)
    let plan = TodoPlan(here: [here(task, base: task)], there: [])
    #expect(plan.conflicts == [.init(id: ID(1), field: nil, remote: "r1")] && plan.sendings.isEmpty)
    #expect(TodoPlan(here: [here(task, base: task, isLeft: true)], there: []).conflicts.isEmpty)
  }

  @Test("edited at random on both sides, tasks come to agree and every clash is asked about", arguments: [1, 2, 3])
  func converge(_ part: Int) {
    for seed in (part * 400)..<(part * 400 + 400) {
      var random = Seeded(UInt64(seed))
      var (ours, theirs) = (TodoState(title: 1), TodoState(title: 1))
      var base = ours
      for _ in 0..<6 {
        let (before, known) = (ours, theirs)
        if Bool.random(using: &random) { edit(&ours, &random) }
        if Bool.random(using: &random) { edit(&theirs, &random) }
        let clashes = Todo.Field.allCases.filter {
          !ours.agrees(base, on: $0) && !theirs.agrees(base, on: $0) && !ours.agrees(theirs, on: $0)
        }
        var plan = TodoPlan(here: [here(ours, base: base)], there: [there(theirs)])
        #expect(Set(plan.conflicts.compactMap(\.field)) == Set(clashes), "seed \(seed)")
        for conflict in plan.conflicts {
          // The owner's choice: what loses becomes the base, and the other goes over as any change does.
          guard let field = conflict.field else { continue }
          base.take(field, from: Bool.random(using: &random) ? ours : theirs)
        }
        plan = TodoPlan(here: [here(ours, base: base)], there: [there(theirs)])
        #expect(plan.conflicts.isEmpty, "seed \(seed)")
        for one in plan.settled { base = one.base }
        for one in plan.sendings { for field in one.fields { theirs.take(field, from: ours) } }
        for one in plan.receivings { for field in one.fields { ours.take(field, from: theirs) } }
        #expect(ours == theirs, "seed \(seed): \(before) \(known)")
        plan = TodoPlan(here: [here(ours, base: base)], there: [there(theirs)])
        for one in plan.settled { base = one.base }
        #expect(TodoPlan(here: [here(ours, base: base)], there: [there(theirs)]).isEmpty, "seed \(seed)")
      }
    }
  }

  private func edit(_ state: inout TodoState, _ random: inout Seeded) {
    switch Int.random(in: 0..<3, using: &random) {
    case 0: state.title = UInt64.random(in: 1...4, using: &random)
    case 1: state.due = [nil, Self.monday, Self.friday].randomElement(using: &random) ?? nil
    default: state.isDone.toggle()
    }
  }
}
