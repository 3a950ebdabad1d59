import Consent
import Flows
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

/// Tasks when something around them changes: the system learns tasks, the account moves to another house.
@Suite("Tasks that move") struct TodoMovingTests {
  private typealias Scene = TodoTests.Scene

  @Test("what was entered as a note becomes a task once the system has tasks")
  func notesBecomeTasks() async throws {
    let scene = try await Scene(hasTasks: false)
    _ = try await scene.edit.add("Call", about: scene.bob, as: scene.viewer)
    try await scene.staged.run()
    let (home, able) = (scene.staged.home, scene.staged.crm.withTasks())
    let deliver = Deliver(store: home.store, gate: home.house.gate, crm: { _ in able })
    #expect(try await home.run(scene.staged.destination.id, by: deliver).tasksSent == 1)
    #expect(able.tasks.map(\.title) == ["Call"])
    let again = try await home.run(scene.staged.destination.id, by: deliver)
    #expect(again.tasksSent == 0 && again.conflicts == 0)
  }

  @Test(
    "an export keeps tasks and what they are called in the CRM: restored into either engine they go on",
    arguments: StagedHouse.EngineKind.allCases)
  func export(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Scene(engine)
    let (home, crm, passphrase) = (scene.staged.home, scene.staged.crm, Array("correct horse battery".utf8))
    let (call, _) = try await scene.edit.add("Call", due: TodoTests.friday, about: scene.bob, as: scene.viewer)
    let (done, _) = try await scene.edit.add("Long done", about: scene.bob, as: scene.viewer)
    let (gone, _) = try await scene.edit.add("Taken away", about: scene.bob, as: scene.viewer)
    try await scene.staged.run()
    _ = try await scene.edit.change(done, .init(isDone: true), as: scene.viewer)
    _ = try await scene.edit.remove(gone, as: scene.viewer)
    try await scene.staged.run()
    let (held, digest) = (try await scene.todos(), try await home.store.digest(home.account))
    #expect(held.count == 2)
    let file = home.house.files + "/tasks.kith"
    try await Export(store: home.store, gate: home.house.gate, progress: { _ in })
      .export(home.account, scene.viewer.member, passphrase: passphrase, to: file)
    for other in StagedHouse.EngineKind.allCases {
      let next = try await StagedHouse(engine: other)
      let back = Export(store: next.store, gate: next.gate, progress: { _ in })
      #expect(try await back.restore(file, passphrase: passphrase) == home.account)
      #expect(try await next.store.digest(home.account) == digest)
      let viewer = try await next.gate.viewer(home.account, scene.viewer.member)
      #expect(try await ShowTodos(store: next.store, gate: next.gate).run(viewer) == held)
      let deliver = Deliver(store: next.store, gate: next.gate, crm: { _ in crm })
      let writes = crm.writes
      let report = try await deliver.run(scene.staged.destination.id, of: viewer.member, in: home.account)
      #expect(report.tasksSent == 0 && report.conflicts == 0 && crm.writes == writes)
      _ = try await EditTodo(store: next.store, gate: next.gate).change(
        call, .init(title: "Call \(other)"), as: viewer)
      #expect(try await deliver.run(scene.staged.destination.id, of: viewer.member, in: home.account).tasksSent == 1)
      #expect(crm.tasks.contains { $0.title == "Call \(other)" } && crm.tasks.count == 3)
      // As it was, for the next engine.
      var theirs = try #require(crm.tasks.first { $0.title == "Call \(other)" })
      theirs.title = "Call"
      crm.put(theirs.remote, theirs)
    }
  }
}
