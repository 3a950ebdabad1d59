import Consent
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

@testable import Flows

@Suite("Tasks in HubSpot") struct HubSpotTodoTests {
  /// A household with a HubSpot that keeps tasks in step, and one person there.
  private struct Scene {
    let stage: OutletStage
    let hub: StagedHubSpot
    let person: ID<Person>

    init(faults: HubSpotFaults? = nil, version: String = "v3") async throws {
      hub = try StagedHubSpot(version: version, faults: faults)
      stage = try await OutletStage(hub, owner: "7001", [StandingRules.tasks: "on"])
      person = try await stage.home.person("Given Family", "p0@example.org")
    }

    var edit: EditTodo { EditTodo(store: stage.home.store, gate: stage.home.house.gate) }
    var viewer: Viewer { stage.home.viewer }

    func add(_ title: String, due: Instant? = nil) async throws -> ID<Todo> {
      try await edit.add(title, due: due, about: person, as: viewer).task
    }

    func todos() async throws -> [String: Todo] {
      let all = try await ShowTodos(store: stage.home.store, gate: stage.home.house.gate).run(viewer)
      return Dictionary(all.map { ($0.title, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The tasks there by their titles.
    func there() -> [String: HubSpotRecord] {
      Dictionary(
        hub.records(.tasks).map { ($0.properties["hs_task_subject"] ?? "", $0) },
        uniquingKeysWith: { first, _ in first })
    }

    /// Makes a task there by hand, about the person.
    func put(_ title: String, _ values: [String: String]) throws {
      let contact = try #require(hub.records(.contacts).first)
      let task = try hub.add(.tasks, values.merging(["hs_task_subject": title]) { $1 })
      try hub.link(.tasks, task, .contacts, contact.id)
    }

    /// Whether the last run wrote something.
    func isQuiet(_ before: Int) -> Bool {
      !hub.calls[before...].contains { call in
        ["create", "update", "upsert"].contains { call.what.hasSuffix($0) }
      }
    }
  }

  @Test("over and in, each field by itself; a task without a day stays without; a second run sends nothing")
  func bothWays() async throws {
    for version in ["v3", "2026-03"] {
      let scene = try await Scene(version: version)
      let call = try await scene.add("Call", due: TodoTests.friday)
      _ = try await scene.add("Some day")
      let first = try await scene.stage.run()
      #expect(first.tasksSent == 2 && first.isComplete && first.told.isEmpty, "\(first.troubles)")
      let made = try #require(scene.there()["Call"])
      let contact = try #require(scene.hub.records(.contacts).first)
      #expect(made.properties["hs_task_status"] == "NOT_STARTED" && made.properties["hubspot_owner_id"] == "7001")
      #expect(made.properties["hs_timestamp"]?.hasPrefix("2026-12-04T12:00") == true)
      #expect(made.properties["hs_task_body"] == nil && scene.hub.linked(made.id, .contacts) == [contact.id])
      // Somebody plans one for another hour of its day, begins it, and writes notes: no change of ours.
      scene.hub.edit(
        made.id,
        ["hs_timestamp": "2026-12-04T08:30:00Z", "hs_task_status": "IN_PROGRESS", "hs_task_body": "By hand"])
      var before = scene.hub.calls.count
      let second = try await scene.stage.run()
      #expect(second.tasksSent == 0 && second.tasksReceived == 0 && scene.isQuiet(before))
      try scene.put("Send the lease", ["hs_timestamp": "2026-12-07T14:00:00Z", "hs_task_status": "WAITING"])
      try scene.put("Long done", ["hs_timestamp": "2026-11-07T14:00:00Z", "hs_task_status": "COMPLETED"])
      scene.hub.edit(made.id, ["hs_task_status": "COMPLETED"])
      _ = try await scene.edit.change(call, .init(title: "Call back"), as: scene.viewer)
      let third = try await scene.stage.run()
      #expect(third.tasksSent == 1 && third.tasksReceived == 2 && third.isComplete)
      let now = try #require(scene.there()["Call back"])
      #expect(now.id == made.id && now.properties["hs_task_status"] == "COMPLETED")
      #expect(now.properties["hs_task_body"] == "By hand")
      #expect(now.properties["hs_timestamp"]?.hasPrefix("2026-12-04T08:30") == true)
      let mine = try await scene.todos()
      #expect(mine["Call back"]?.isDone == true && mine["Call back"]?.due == TodoTests.friday)
      #expect(mine["Send the lease"]?.due == TodoTests.monday && mine["Some day"]?.due == .some(nil))
      #expect(mine.count == 3)
      before = scene.hub.calls.count
      #expect(try await scene.stage.run().isComplete && scene.isQuiet(before))
    }
  }

  @Test("a day is given, taken away and given again on either side")
  func days() async throws {
    let scene = try await Scene()
    let task = try await scene.add("Call")
    try await scene.stage.run()
    let id = try #require(scene.there()["Call"]).id
    func due() async throws -> Instant? { try await scene.todos()["Call"]?.due }
    scene.hub.edit(id, ["hs_timestamp": "2026-12-04T08:00:00Z"])
    try await scene.stage.run()
    #expect(try await due() == TodoTests.friday)
    _ = try await scene.edit.change(task, .init(due: .some(nil)), as: scene.viewer)
    #expect(try await scene.stage.run().tasksSent == 1)
    #expect(try await scene.stage.run().tasksReceived == 0)
    #expect(try await due() == nil)
    _ = try await scene.edit.change(task, .init(due: TodoTests.monday), as: scene.viewer)
    try await scene.stage.run()
    #expect(scene.there()["Call"]?.properties["hs_timestamp"]?.hasPrefix("2026-12-07T12:00") == true)
    #expect(scene.there()["Call"]?.properties["kith_no_day"] == nil)
    #expect(try await scene.stage.run().tasksReceived == 0)
    #expect(try await due() == TodoTests.monday)
  }

  @Test("a task about several records is one; where Kith's own is given to somebody unknown it stays in step")
  func several() async throws {
    let scene = try await Scene()
    _ = try await scene.add("Call")
    try await scene.stage.run()
    let contact = try #require(scene.hub.records(.contacts).first)
    let stranger = try scene.hub.add(.contacts, ["lastname": "Stranger"])
    let company = try scene.hub.add(.companies, ["name": "Acme"])
    let both = try scene.hub.add(.tasks, ["hs_task_subject": "Both", "hs_timestamp": "2026-12-07T14:00:00Z"])
    for (type, id) in [(HubSpotType.companies, company), (.contacts, stranger), (.contacts, contact.id)] {
      try scene.hub.link(.tasks, both, type, id)
    }
    let mine = try #require(scene.there()["Call"]).id
    scene.hub.unlink(mine, contact.id)
    try scene.hub.link(.tasks, mine, .contacts, stranger)
    scene.hub.edit(mine, ["hs_task_status": "COMPLETED"])
    let report = try await scene.stage.run()
    #expect(report.tasksReceived == 2 && report.conflicts == 0)
    let todos = try await scene.todos()
    #expect(todos["Both"]?.person == scene.person && todos["Call"]?.isDone == true)
  }

  @Test("P079 in HubSpot: three in ten calls go wrong in every way there is, and every task is there once")
  func faults() async throws {
    let scene = try await Scene(faults: HubSpotFaults(seed: 4))
    var tasks: [ID<Todo>] = []
    for number in 0..<120 { tasks.append(try await scene.add("Task \(number)", due: TodoTests.friday)) }
    var rounds = try await scene.stage.struggle()
    for (number, task) in tasks.enumerated() {
      let change = EditTodo.Change(title: "Other \(number)", isDone: number % 2 == 0)
      _ = try await scene.edit.change(task, change, as: scene.viewer)
    }
    rounds += try await scene.stage.struggle()
    print("HubSpot: 120 tasks made and changed in \(scene.hub.calls.count) calls, \(rounds) runs")
    let held = scene.hub.records(.tasks)
    #expect(held.count == 120 && Set(held.compactMap { $0.properties["kith_id"] }).count == 120)
    let wanted = (0..<120).map { "Other \($0) \($0 % 2 == 0 ? "COMPLETED" : "NOT_STARTED")" }
    let found = held.map { ($0.properties["hs_task_subject"] ?? "") + " " + ($0.properties["hs_task_status"] ?? "") }
    #expect(Set(found) == Set(wanted))
    #expect(try await scene.todos().count == 120)
    scene.hub.heal()
    let before = scene.hub.calls.count
    #expect(try await scene.stage.run().isComplete && scene.isQuiet(before))
  }
}
