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

/// What Kith entered in CRMs, interactions and tasks, taken back: in real servers, and in staged ones where none can be had.
@Suite("Undo of what was entered", .serialized) struct UndoEnteredTests {
  enum System: String, Sendable, CaseIterable { case hubspot, espo, amagi, tryton }

  /// One system as its own users see it.
  private struct Place: Sendable {
    var kind: Destination.Kind
    var server: MailServer
    var login: Login
    var options: [String: String] = [:]
    /// How many interactions stand there, and how many tasks.
    var interactions: @Sendable () async throws -> Int
    var tasks: @Sendable () async throws -> Int
    /// Somebody rewrites the first interaction, or the first task; nil where nobody can.
    var rewrite: (@Sendable (_ task: Bool) async throws -> Void)?
    var kept: [any Sendable] = []
  }

  private static func place(_ system: System) async throws -> Place {
    switch system {
    case .hubspot:
      let hub = try StagedHubSpot()
      return Place(
        kind: .hubspot, server: OutletStage.local(hub.port),
        login: Login(user: "", secret: StagedHubSpot.token, kind: .token),
        interactions: { hub.records(.emails).count }, tasks: { hub.records(.tasks).count },
        rewrite: { task in
          let first = try #require(hub.records(task ? .tasks : .emails).first)
          hub.edit(first.id, [task ? "hs_task_subject" : "hs_email_subject": "By hand"])
        }, kept: [hub])
    case .espo:
      let espo = try StagedEspo()
      return Place(
        kind: .espo, server: OutletStage.local(espo.port), login: Login(user: "", secret: StagedEspo.key, kind: .token),
        options: ["owner": "8001"], interactions: { espo.records("Note").count },
        tasks: { espo.records("Task").count },
        rewrite: { task in
          let first = try #require(espo.records(task ? "Task" : "Note").first)
          espo.edit(task ? "Task" : "Note", first["id"]?.asText ?? "", [task ? "name" : "post": "By hand"])
        }, kept: [espo])
    case .amagi: return amagi(try await StagedAmagi.start())
    case .tryton: return tryton(try await StagedTryton.start(.v82))
    }
  }

  private static func amagi(_ server: StagedAmagi) -> Place {
    @Sendable func all(_ mark: String) async throws -> [JSON] {
      (JSON.read(Array(try await server.call("GET", "/api/tasks").utf8))?.asList ?? [])
        .filter { $0[key: "notes"]?.asText?.contains(mark) == true }
    }
    return Place(
      kind: .amagi, server: server.server, login: Login(user: "", secret: server.token, kind: .token),
      interactions: { try await all("kith-key: ").count }, tasks: { try await all("kith-task: ").count },
      rewrite: { task in
        let first = try #require(try await all(task ? "kith-task: " : "kith-key: ").first?[key: "id"]?.asInt)
        try await server.call("PATCH", "/api/tasks/\(first)", #"{"title":"By hand"}"#)
      }, kept: [server])
  }

  /// Tryton has notes of both, and lets nobody rewrite one.
  private static func tryton(_ server: StagedTryton) -> Place {
    @Sendable func all(_ isTask: Bool) async throws -> [Int64] {
      let told = try await server.call("model.ir.note.search_read", #"[[],0,null,[["id","ASC"]],["message"],{}]"#)
      return (JSON.read(Array(told.utf8))?.asList ?? [])
        .filter { ($0[key: "message"]?.asText ?? "").contains("To do: ") == isTask }.compactMap { $0[key: "id"]?.asInt }
    }
    return Place(
      kind: .tryton, server: server.server,
      login: Login(user: StagedTryton.user, secret: StagedTryton.password),
      options: ["database": StagedTryton.database],
      interactions: { try await all(false).count }, tasks: { try await all(true).count },
      rewrite: nil, kept: [server])
  }

  private func entered(_ store: Store, _ viewer: Viewer) async throws -> [JournalEntry] {
    try await store.journal(viewer).filter { $0.verb == .enter && $0.undoneAt == nil && $0.undoes == nil }
  }

  @Test(
    "P013 an interaction that was entered is taken away there with a yes of its own, if it still stands as it was written",
    arguments: System.allCases)
  func interactions(_ system: System) async throws {
    let place = try await Self.place(system)
    let stage = try await ActivityStage(.subject, place.kind, place.server, place.login, place.options)
    let (store, house) = (stage.household.store, stage.household.house)
    let viewer = try await house.gate.viewer(stage.household.account, stage.household.ada)
    let count = try await stage.run().entered
    let all = try await entered(store, viewer)
    #expect(count > 3 && all.count == count)
    #expect(try await place.interactions() == count)
    let undo = Undo(stage.deliver)
    let first = try #require(all.first)
    let look = try await undo.run(first.id, as: viewer)
    let digest = try #require(look.digest)
    #expect(look.undoing == nil && look.lines.map(\.kind) == ["retract"])
    await #expect { try await undo.run(first.id, as: viewer, approve: "no") } throws: {
      ($0 as? Refusal)?.reason == .notApproved
    }
    #expect(try await place.interactions() == count)
    #expect(try await undo.run(first.id, as: viewer, approve: digest).isComplete)
    #expect(try await place.interactions() == count - 1)
    await #expect { try await undo.run(first.id, as: viewer) } throws: { ($0 as? Refusal)?.reason == .notUndoable }
    // It is not entered again.
    #expect(try await stage.run().entered == 0)
    #expect(try await place.interactions() == count - 1)
    // Somebody rewrites one: it stays, and is listed; all others go with one yes.
    try await place.rewrite?(false)
    let stays = place.rewrite == nil ? 0 : 1
    let run = try #require(all.map(\.run).max())
    let rest = all.dropFirst().map(\.id)
    let wanted = try await undo.run(.run(run), as: viewer, dryRun: true)
    let yes = try #require(wanted.digest)
    #expect(Set(rest).isSubset(of: wanted.undone.map(\.entry)))
    let done = try await undoEntered(undo, rest.compactMap { id in all.first { $0.id == id } }, viewer)
    #expect(done.undone.count == rest.count - stays && done.left.count == stays)
    #expect(done.left.allSatisfy { $0.why.contains("changed there since") })
    #expect(try await place.interactions() == stays && !yes.isEmpty)
    #expect(try await stage.run().entered == 0)
  }

  /// Takes these back with the owner's yes to each.
  private func undoEntered(_ undo: Undo, _ entries: [JournalEntry], _ viewer: Viewer) async throws -> UndoManyReport {
    let look = try await undo.retract(entries, viewer, nil)
    let digests = Dictionary(look.undone.map { ($0.entry, $0.digest ?? "") }, uniquingKeysWith: { first, _ in first })
    return try await undo.retract(entries, viewer, digests)
  }

  @Test(
    "P119 a task that was sent is taken away there with a yes, if nobody changed it since; it stays here, and is not sent again",
    arguments: System.allCases)
  func tasks(_ system: System) async throws {
    let place = try await Self.place(system)
    let stage = try await OutletStage(
      place.kind, place.server, place.options.merging([StandingRules.tasks: "on"]) { $1 }, place.login,
      keeping: place.kept)
    let (store, viewer) = (stage.home.store, stage.home.viewer)
    let person = try await stage.home.person("Given Family", "p0@example.org")
    try await stage.run()
    for number in 0..<3 {
      _ = try await EditTodo(store: store, gate: stage.home.house.gate).add(
        "Task \(number)", due: TodoTests.friday, about: person, as: viewer)
    }
    #expect(try await stage.run().tasksSent == 3)
    let all = try await entered(store, viewer)
    #expect(try await place.tasks() == 3 && all.count == 3)
    try await place.rewrite?(true)
    let stays = place.rewrite == nil ? 0 : 1
    let run = try #require(all.map(\.run).max())
    let undo = Undo(stage.deliver())
    let look = try await undo.run(.run(run), as: viewer)
    let digest = try #require(look.digest)
    #expect(try await place.tasks() == 3)
    let report = try await undo.run(.run(run), as: viewer, approve: digest)
    #expect(report.undone.count == 3 - stays && report.undone.allSatisfy { $0.undoing != nil })
    #expect(report.left.count == stays && report.left.allSatisfy { $0.why.contains("changed there since") })
    #expect(try await place.tasks() == stays)
    let held = try await ShowTodos(store: store, gate: stage.home.house.gate).run(viewer)
    #expect(held.count == 3)
    for _ in 0..<2 {
      let again = try await stage.run()
      #expect(again.tasksSent == 0 && again.conflicts == 0)
    }
    #expect(try await place.tasks() == stays)
  }
}
