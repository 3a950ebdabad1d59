import Consent
import Formats
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

@testable import Flows

/// Tasks at systems of their own: amagi-crm is a real server, EspoCRM a staged one.
@Suite("Tasks in CRMs", .serialized) struct TodoCRMTests {
  private static let options = [StandingRules.tasks: "on"]

  private func edit(_ stage: OutletStage) -> EditTodo { EditTodo(store: stage.home.store, gate: stage.home.house.gate) }

  private func todos(_ stage: OutletStage) async throws -> [Todo] {
    try await ShowTodos(store: stage.home.store, gate: stage.home.house.gate).run(stage.home.viewer)
  }

  @Test(
    "in amagi-crm: over and in, each field, a second run sends nothing, and what Kith entered of meetings is no task")
  func amagi() async throws {
    let server = try await StagedAmagi.start()
    let stage = try await OutletStage.amagi(server, Self.options)
    let viewer = stage.home.viewer
    let person = try await stage.home.person("Given Family", "p0@example.org")
    let (task, _) = try await edit(stage).add("Call", due: TodoTests.friday, about: person, as: viewer)
    try await stage.run()
    func shown() async throws -> [JSON] {
      JSON.read(Array(try await server.call("GET", "/api/tasks").utf8))?.asList ?? []
    }
    let made = try #require(try await shown().first)
    #expect(made[key: "title"] == "Call")
    #expect(made[key: "due_date"] == "2026-12-04")
    #expect(made[key: "done"] == false)
    let id = try #require(made[key: "id"]?.asInt)
    let contact = try #require(made[key: "contact_id"]?.asInt)
    try await stage.outlet { crm, permit in
      let mail = ActivityWrite(
        .mail, key: "mail-key", remotes: [String(contact)], direction: .inward, at: Instant(seconds: 1_790_000_000))
      _ = try await crm.log([mail], permit, check: {})
    }
    try await server.call("PATCH", "/api/tasks/\(id)", #"{"due_date":"2026-12-07","notes":"By hand"}"#)
    try await server.call("POST", "/api/tasks", #"{"title":"Send the lease","contact_id":\#(contact)}"#)
    _ = try await edit(stage).change(task, .init(title: "Call back", isDone: true), as: viewer)
    let report = try await stage.run()
    #expect(report.tasksSent == 1 && report.tasksReceived == 2 && report.isComplete)
    let held = try #require(try await shown().first { $0[key: "id"]?.asInt == id })
    #expect(held[key: "title"] == "Call back")
    #expect(held[key: "done"] == true)
    #expect(held[key: "due_date"] == "2026-12-07")
    #expect(held[key: "notes"] == "By hand")
    let mine = try await todos(stage)
    #expect(mine.map(\.title).sorted() == ["Call back", "Send the lease"])
    #expect(mine.first { $0.id == task }?.due == TodoTests.monday)
    let calls = try await shown()
    let again = try await stage.run()
    #expect(again.tasksSent == 0 && again.tasksReceived == 0)
    #expect(try await shown() == calls)
  }

  @Test("P079 in amagi-crm: three in ten answers go wrong, and every task is there once")
  func amagiFaults() async throws {
    let server = try await StagedAmagi.start()
    let proxy = try StagedFaults(before: server.port, StagedAmagi.faults, share: 0, seed: 3, pause: 0)
    let stage = try await OutletStage.amagi(server, by: proxy, Self.options)
    let person = try await stage.home.person("Given Family", "p0@example.org")
    try await stage.run()
    for number in 0..<30 {
      _ = try await edit(stage).add("Task \(number)", about: person, as: stage.home.viewer)
    }
    proxy.spoil(0.3)
    for round in 1... {
      do {
        if try await stage.run().isComplete { break }
      } catch is Trouble {
        #expect(round < 60)
      }
      if round == 60 { break }
    }
    let shown = try await server.call("GET", "/api/tasks")
    let titles = (JSON.read(Array(shown.utf8))?.asList ?? []).compactMap { $0[key: "title"]?.asText }
    #expect(titles.sorted() == (0..<30).map { "Task \($0)" }.sorted())
    #expect(try await todos(stage).count == 30)
  }

  @Test("in EspoCRM: tasks of the owner that was named, over and in; a hand edit survives; without an owner a post")
  func espo() async throws {
    let espo = try StagedEspo()
    let stage = try await OutletStage(espo, Self.options.merging(["owner": "8001"]) { $1 })
    let person = try await stage.home.person("Given Family", "p0@example.org")
    let (task, _) = try await edit(stage).add("Call", due: TodoTests.friday, about: person, as: stage.home.viewer)
    #expect(try await stage.run().tasksSent == 1)
    let made = try #require(espo.records("Task").first)
    let contact = try #require(espo.records("Contact").first?["id"]?.asText)
    #expect(made["name"] == "Call")
    #expect(made["dateEndDate"] == "2026-12-04")
    #expect(made["status"] == "Not Started")
    #expect(made["parentType"] == "Contact")
    #expect(made["parentId"]?.asText == contact)
    #expect(made["assignedUserId"] == "8001")
    espo.edit("Task", made["id"]?.asText ?? "", ["status": "Completed"])
    espo.add(
      "Task",
      [
        "name": "Send the lease", "status": "Started", "parentType": "Contact", "parentId": .text(contact),
        "dateEnd": "2026-12-07 14:00:00",
      ])
    _ = try await edit(stage).change(task, .init(title: "Call back"), as: stage.home.viewer)
    let report = try await stage.run()
    #expect(report.tasksSent == 1 && report.tasksReceived == 2)
    let now = try #require(espo.records("Task").first)
    #expect(now["name"] == "Call back")
    #expect(now["status"] == "Completed")
    let mine = try await todos(stage)
    #expect(mine.first { $0.id == task }?.isDone == true)
    #expect(mine.first { $0.title == "Send the lease" }?.due == TodoTests.monday)
    let writes = espo.writes
    #expect(try await stage.run().isComplete && espo.writes == writes)
    let bare = try StagedEspo()
    let other = try await OutletStage(bare, Self.options)
    let somebody = try await other.home.person("Given Family", "p0@example.org")
    _ = try await edit(other).add("Call", about: somebody, as: other.home.viewer)
    #expect(try await other.run().told.contains { $0.contains("entered as notes") })
    #expect(bare.records("Note").count == 1 && bare.records("Task").isEmpty)
  }

  @Test("P012 no word of a task leaves under a grant that does not name it, whatever the option says")
  func grantWithout() async throws {
    let espo = try StagedEspo()
    let stage = try await OutletStage(espo, ["owner": "8001", StandingRules.tasks: "on"])
    let person = try await stage.home.person("Given Family", "p0@example.org")
    try await stage.run()
    _ = try await edit(stage).add("Canary of a task", about: person, as: stage.home.viewer)
    let account = stage.home.account
    _ = try await stage.home.store.write(account) { session in
      try session.run(
        "DELETE FROM grant_purpose WHERE account_id = $1 AND purpose = 'tasks-to-crm'", [Value(account)])
    }
    await #expect { try await stage.run() } throws: { ($0 as? Refusal)?.reason == .noGrant }
    #expect(!espo.web.asked.contains { ($0.head + $0.body).contains("Canary") })
  }
}
