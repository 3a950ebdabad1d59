import Consent
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Synchronization
import Testing

@testable import Flows

@Suite("Tasks") struct TodoTests {
  static let friday = Instant(year: 2026, month: 12, day: 4)
  static let monday = Instant(year: 2026, month: 12, day: 7)

  /// A household with a CRM in memory that keeps tasks, and leave to keep them in step.
  struct Scene {
    let staged: StagedDelivery
    let bob: ID<Person>

    init(
      _ engine: StagedHouse.EngineKind = .sqlite, hasTasks: Bool = true, switched: Bool = true,
      fault: @escaping @Sendable (Int, StagedCRM.Moment) throws -> Void = { _, _ in }
    ) async throws {
      staged = try await StagedDelivery(
        engine,
        capabilities: CRMCapabilities(
          batch: 10, hasNotes: true, hasTasks: hasTasks, fields: Set(Fact.Field.allCases)), fault: fault)
      bob = try await staged.home.person("Bob Brown", "bob@example.test", card: true)
      if switched { try await switchOn() }
      try await staged.run()
    }

    /// Keeps tasks in step from now on.
    func switchOn(accepting: Bool = true) async throws {
      let kept = try await AddDestination(staged.deliver).set(
        [StandingRules.tasks: "on"], of: staged.destination.id, as: staged.home.viewer)
      guard accepting else { return }
      try await staged.home.store.approve(
        staged.home.account, staged.home.viewer.member, kept.id, kind: .standing,
        digest: Deliver.digest(Deliver.standingRules(kept)))
    }

    var edit: EditTodo { EditTodo(store: staged.home.store, gate: staged.home.house.gate) }
    var viewer: Viewer { staged.home.viewer }
    var contact: String { staged.record("bob@example.test")?.remote ?? "" }

    func todos() async throws -> [Todo] {
      try await ShowTodos(store: staged.home.store, gate: staged.home.house.gate).run(viewer)
    }

    func undo(_ entry: ID<JournalEntry>) async throws {
      _ = try await Undo(staged.deliver).run(entry, as: viewer)
    }
  }

  @Test(
    "a task is noted, changed, done and taken away, and each of it can be undone",
    arguments: StagedHouse.EngineKind.allCases)
  func noted(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Scene(engine, switched: false)
    let (task, added) = try await scene.edit.add(
      "  Call about\n the offer ", due: Self.friday, about: scene.bob, as: scene.viewer)
    var held = try #require(try await scene.todos().first)
    #expect(held.id == task && held.person == scene.bob && held.title == "Call about the offer")
    #expect(held.due == Self.friday && !held.isDone)
    let changed = try await scene.edit.change(
      task, .init(title: "Write instead", due: .some(nil), isDone: true), as: scene.viewer)
    held = try #require(try await scene.todos().first)
    #expect(held.title == "Write instead" && held.due == nil && held.isDone)
    try await scene.undo(changed)
    held = try #require(try await scene.todos().first)
    #expect(held.title == "Call about the offer" && held.due == Self.friday && !held.isDone)
    let removed = try await scene.edit.remove(task, as: scene.viewer)
    #expect(try await scene.todos().isEmpty)
    await #expect(throws: Refusal.self) { try await scene.edit.change(task, .init(isDone: true), as: scene.viewer) }
    try await scene.undo(removed)
    #expect(try await scene.todos().count == 1)
    try await scene.undo(added)
    #expect(try await scene.todos().isEmpty)
    await #expect(throws: Trouble.self) { try await scene.edit.add(" \n", about: scene.bob, as: scene.viewer) }
  }

  @Test(
    "P120 the tasks of somebody who is erased are gone with their words", arguments: StagedHouse.EngineKind.allCases)
  func erased(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Scene(engine)
    _ = try await scene.edit.add("Canary of a task", about: scene.bob, as: scene.viewer)
    try await scene.staged.run()
    let (store, account) = (scene.staged.home.store, scene.staged.home.account)
    let handles = try await store.handles(of: scene.bob, account, scene.viewer.member)
    let permit = try await scene.staged.home.house.gate.permit(
      EraseData.self, for: Request(account: account, member: scene.viewer.member))
    try await store.erase(try await permit.keyIDs(handles), account)
    #expect(try await scene.staged.home.house.count("task") == 0)
    #expect(try await scene.staged.home.house.count("task_link") == 0)
  }

  @Test("without leave no task leaves and none comes in")
  func off() async throws {
    let scene = try await Scene(switched: false)
    _ = try await scene.edit.add("Call", about: scene.bob, as: scene.viewer)
    scene.staged.crm.put("t9", RemoteTodo(remote: "t9", contact: scene.contact, title: "Theirs"))
    try await scene.staged.run()
    #expect(scene.staged.crm.tasks.map(\.remote) == ["t9"])
    #expect(try await scene.todos().count == 1)
  }

  @Test(
    "tasks go over and come in, changes of each field too; two runs later nothing is sent",
    arguments: StagedHouse.EngineKind.allCases)
  func bothWays(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Scene(engine)
    let crm = scene.staged.crm
    let (task, _) = try await scene.edit.add("Call", due: Self.friday, about: scene.bob, as: scene.viewer)
    crm.put("t9", RemoteTodo(remote: "t9", contact: scene.contact, title: "Send the lease", due: Self.monday))
    crm.put("old", RemoteTodo(remote: "old", contact: scene.contact, title: "Long done", isDone: true))
    crm.put("else", RemoteTodo(remote: "else", contact: "nobody", title: "About somebody else"))
    var report = try await scene.staged.run()
    #expect(report.tasksSent == 1 && report.tasksReceived == 1 && report.isComplete)
    #expect(try await scene.todos().map(\.title).sorted() == ["Call", "Send the lease"])
    let there = try #require(crm.tasks.first { $0.key != nil })
    #expect(there.title == "Call" && there.due == Self.friday && there.contact == scene.contact)
    for _ in 0..<2 {
      let writes = crm.writes
      report = try await scene.staged.run()
      #expect(report.tasksSent == 0 && report.tasksReceived == 0 && crm.writes == writes)
    }
    _ = try await scene.edit.change(task, .init(isDone: true), as: scene.viewer)
    var theirs = there
    theirs.title = "Call Bob back"
    crm.put(theirs.remote, theirs)
    report = try await scene.staged.run()
    #expect(report.tasksSent == 1 && report.tasksReceived == 1 && report.conflicts == 0)
    theirs.isDone = true
    #expect(crm.tasks.first { $0.remote == theirs.remote } == theirs)
    let mine = try #require(try await scene.todos().first { $0.id == task })
    #expect(mine.title == "Call Bob back" && mine.isDone)
    let came = try #require(
      try await scene.staged.journal().first { $0.verb == .task && $0.destination != nil && $0.undoneAt == nil })
    #expect(came.person == scene.bob)
  }

  @Test("two words for one task are a conflict with both, and the owner's choice goes over")
  func conflict() async throws {
    for side in [FieldConflict.Side.ours, .theirs] {
      let scene = try await Scene()
      let crm = scene.staged.crm
      let (task, _) = try await scene.edit.add("Call", about: scene.bob, as: scene.viewer)
      try await scene.staged.run()
      _ = try await scene.edit.change(task, .init(title: "Ring"), as: scene.viewer)
      var theirs = try #require(crm.tasks.first)
      theirs.title = "Phone"
      crm.put(theirs.remote, theirs)
      for _ in 0..<2 {
        let report = try await scene.staged.run()
        #expect(report.conflicts == 1 && report.tasksSent == 0 && report.tasksReceived == 0)
      }
      #expect(crm.tasks == [theirs])
      let open = try await scene.staged.decide.list(scene.viewer)
      let one = try #require(open.first)
      #expect(open.count == 1 && one.matter == .task(task, .title) && one.ours == "Ring" && one.theirs == "Phone")
      try await scene.staged.decide.decide(one.id, taking: side, as: scene.viewer)
      #expect(try await scene.staged.run().conflicts == 0)
      let word = side == .ours ? "Ring" : "Phone"
      #expect(crm.tasks.map(\.title) == [word])
      #expect(try await scene.todos().map(\.title) == [word])
      #expect(try await scene.staged.decide.list(scene.viewer).isEmpty)
    }
  }

  @Test("a task that was deleted there is neither deleted here nor made again before the owner says so")
  func deleted() async throws {
    for side in [FieldConflict.Side.ours, .theirs] {
      let scene = try await Scene()
      let crm = scene.staged.crm
      let (task, _) = try await scene.edit.add("Call", about: scene.bob, as: scene.viewer)
      try await scene.staged.run()
      crm.put(try #require(crm.tasks.first).remote, nil)
      #expect(try await scene.staged.run().conflicts == 1)
      #expect(crm.tasks.isEmpty)
      let one = try #require(try await scene.staged.decide.list(scene.viewer).first)
      #expect(one.matter == .taskDeleted(task) && one.ours == "Call")
      try await scene.staged.decide.decide(one.id, taking: side, as: scene.viewer)
      #expect(try await scene.staged.run().conflicts == 0)
      #expect(crm.tasks.map(\.title) == (side == .ours ? ["Call"] : []))
      #expect(try await scene.todos().map(\.title) == ["Call"])
    }
  }

  @Test("what the owner takes away here stays there, and does not come back")
  func removed() async throws {
    let scene = try await Scene()
    let (task, _) = try await scene.edit.add("Call", about: scene.bob, as: scene.viewer)
    try await scene.staged.run()
    _ = try await scene.edit.remove(task, as: scene.viewer)
    for _ in 0..<2 { try await scene.staged.run() }
    #expect(scene.staged.crm.tasks.count == 1)
    #expect(try await scene.todos().isEmpty)
  }

  @Test("P119 what came in is taken back by undo, and that goes out with the next delivery")
  func undone() async throws {
    let scene = try await Scene()
    let crm = scene.staged.crm
    _ = try await scene.edit.add("Call", due: Self.friday, about: scene.bob, as: scene.viewer)
    try await scene.staged.run()
    var theirs = try #require(crm.tasks.first)
    theirs.due = Self.monday
    crm.put(theirs.remote, theirs)
    try await scene.staged.run()
    #expect(try await scene.todos().map(\.due) == [Self.monday])
    let entry = try #require(try await scene.staged.journal().first { $0.verb == .task })
    try await scene.undo(entry.id)
    #expect(try await scene.todos().map(\.due) == [Self.friday])
    try await scene.staged.run()
    #expect(crm.tasks.map(\.due) == [Self.friday])
    // What was sent by that is an entry of its own, and goes back the same way.
    let sent = try #require(try await scene.staged.journal().first { $0.verb == .task })
    try await scene.undo(sent.id)
    try await scene.staged.run()
    #expect(crm.tasks.map(\.due) == [Self.monday])
  }

  @Test("P079 answers that are lost after the commit make no task twice, and no change is lost")
  func lostAnswers() async throws {
    let strikes = Mutex(0)
    let scene = try await Scene(fault: { _, moment in
      guard moment == .afterCommit else { return }
      let strike = strikes.withLock { left in
        left -= 1
        return left >= 0
      }
      if strike { throw Trouble("the line broke", "try again") }
    })
    for number in 0..<25 {
      _ = try await scene.edit.add("Task \(number)", about: scene.bob, as: scene.viewer)
    }
    for _ in 0..<12 {
      strikes.withLock { $0 = 1 }
      do { try await scene.staged.run() } catch is Trouble { continue }
    }
    strikes.withLock { $0 = 0 }
    try await scene.staged.run()
    #expect(scene.staged.crm.tasks.map(\.title).sorted() == (0..<25).map { "Task \($0)" }.sorted())
    #expect(try await scene.todos().count == 25)
    // Each is in the journal once, also where an earlier try turned out to have arrived.
    #expect(try await scene.staged.journal().count { $0.verb == .enter } == 25)
    let writes = scene.staged.crm.writes
    try await scene.staged.run()
    #expect(scene.staged.crm.writes == writes)
  }

  @Test("P015 more tasks than the brake allows are not written over before the owner approved exactly that")
  func brake() async throws {
    let scene = try await Scene()
    let crm = scene.staged.crm
    for number in 0..<10 { _ = try await scene.edit.add("Task \(number)", about: scene.bob, as: scene.viewer) }
    try await scene.staged.run()
    for var todo in crm.tasks {
      todo.isDone = true
      crm.put(todo.remote, todo)
    }
    let held = try await scene.staged.run()
    let digest = try #require(held.planDigest)
    #expect(!held.approved && held.tasksReceived == 0)
    #expect(try await scene.todos().allSatisfy { !$0.isDone })
    _ = try await AddDestination(scene.staged.deliver).accept(
      scene.staged.destination.id, digest: digest, as: scene.viewer)
    #expect(try await scene.staged.run().tasksReceived == 10)
    #expect(try await scene.todos().allSatisfy(\.isDone))
  }

  @Test("a system without tasks gets a note of each, once, and the owner is told")
  func notes() async throws {
    let scene = try await Scene(hasTasks: false)
    _ = try await scene.edit.add("Call", due: Self.friday, about: scene.bob, as: scene.viewer)
    let report = try await scene.staged.run()
    #expect(report.tasksSent == 1 && report.told.contains { $0.contains("entered as notes") })
    #expect(scene.staged.crm.activities.map(\.text) == ["To do: Call, due 2026-12-04"])
    #expect(try await scene.staged.run().tasksSent == 0)
    #expect(scene.staged.crm.activities.count == 1)
  }

  @Test("a dry run says each task that would leave or come in, with its words, before anything was accepted")
  func dryRun() async throws {
    let scene = try await Scene(switched: false)
    let crm = scene.staged.crm
    let (task, _) = try await scene.edit.add("Call", due: Self.friday, about: scene.bob, as: scene.viewer)
    crm.put("t9", RemoteTodo(remote: "t9", contact: scene.contact, title: "Send the lease", due: Self.monday))
    try await scene.switchOn(accepting: false)
    func told() async throws -> [[String]] {
      let report = try await scene.staged.run(dryRun: true)
      return report.lines.filter { $0.kind.hasSuffix("task") }.map { [$0.kind, $0.field] + $0.old + ["->"] + $0.new }
    }
    #expect(
      try await told() == [
        ["task", "title", "->", "Call"], ["task", "due", "->", "2026-12-04"],
        ["receive-task", "title", "->", "Send the lease"], ["receive-task", "due", "->", "2026-12-07"],
      ])
    let first = try await scene.staged.run(dryRun: true)
    #expect(first.lines.first { $0.kind == "task" }?.task == task.description && !first.approved)
    #expect(try await scene.todos().count == 1 && crm.tasks.count == 1)
    try await scene.switchOn()
    try await scene.staged.run()
    #expect(try await told().isEmpty)
    _ = try await scene.edit.change(task, .init(title: "Call back", due: .some(nil)), as: scene.viewer)
    var theirs = try #require(crm.tasks.first { $0.key != nil })
    theirs.isDone = true
    crm.put(theirs.remote, theirs)
    #expect(
      try await told() == [
        ["change-task", "title", "Call", "->", "Call back"], ["change-task", "due", "2026-12-04", "->"],
        ["receive-task", "done", "false", "->", "true"],
      ])
    let bare = try await Scene(hasTasks: false)
    _ = try await bare.edit.add("Call", due: Self.friday, about: bare.bob, as: bare.viewer)
    let lines = try await bare.staged.run(dryRun: true).lines.filter { $0.kind == "task" }
    #expect(lines.map { [$0.field] + $0.new } == [["note", "To do: Call, due 2026-12-04"]])
  }

  @Test("P119 a change of a task that was sent goes back field by field, where it still shows, with the next delivery")
  func sentChange() async throws {
    let scene = try await Scene()
    let crm = scene.staged.crm
    let (call, _) = try await scene.edit.add("Call", due: Self.friday, about: scene.bob, as: scene.viewer)
    let (write, _) = try await scene.edit.add("Write", about: scene.bob, as: scene.viewer)
    try await scene.staged.run()
    for task in [call, write] {
      _ = try await scene.edit.change(task, .init(title: "Other \(task == call)"), as: scene.viewer)
    }
    try await scene.staged.run()
    let run = try #require(try await scene.staged.journal().map(\.run).max())
    // Since then one is done as well, and the other has other words again.
    _ = try await scene.edit.change(call, .init(isDone: true), as: scene.viewer)
    _ = try await scene.edit.change(write, .init(title: "Write again"), as: scene.viewer)
    let report = try await Undo(scene.staged.deliver).run(.run(run), as: scene.viewer)
    #expect(report.undone.count == 1 && report.left.count == 1)
    #expect(report.left.allSatisfy { $0.why.contains("changed since") })
    let held = try await scene.todos()
    #expect(held.first { $0.id == call }.map { [$0.title, String($0.isDone)] } == ["Call", "true"])
    #expect(held.first { $0.id == write }?.title == "Write again")
    #expect(crm.tasks.map(\.title).sorted() == ["Other false", "Other true"])
    try await scene.staged.run()
    #expect(crm.tasks.map(\.title).sorted() == ["Call", "Write again"])
    #expect(try await scene.staged.run().tasksSent == 0)
  }
}
