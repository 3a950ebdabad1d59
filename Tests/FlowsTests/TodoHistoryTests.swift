import Consent
import Flows
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

/// Random lives of tasks in Kith and in CRMs that have tasks: each person has a seed of its own.
@Suite("Random histories of tasks", .serialized) struct TodoHistoryTests {
  enum System: String, Sendable, CaseIterable { case amagi, espo, hubspot }

  private static let seeds = 0..<30
  private static let rounds = 5
  private static let options = [StandingRules.tasks: "on"]

  private func stage(_ system: System) async throws -> OutletStage {
    switch system {
    case .amagi: return try await OutletStage.amagi(try await StagedAmagi.start(), Self.options)
    case .espo: return try await OutletStage(try StagedEspo(), Self.options.merging(["owner": "8001"]) { $1 })
    case .hubspot:
      let hub = try StagedHubSpot()
      return try await OutletStage(
        .hubspot, OutletStage.local(hub.port), Self.options,
        Login(user: "", secret: StagedHubSpot.token, kind: .token), keeping: [hub])
    }
  }

  /// What a hand wrote on one side since the last run, by the id of the task there or here.
  private struct Said {
    var title: String?
    var due: Instant??
    var isDone: Bool?

    /// Always something that was never said before: a word that goes back to what both sides agreed on is no change.
    init(_ word: String, on day: Instant, wasDone: Bool, _ dice: inout Dice) {
      switch Int.random(in: 0..<3, using: &dice) {
      case 0: title = word
      case 1: due = .some(day)
      default: isDone = !wasDone
      }
    }

    func stands(_ title: String, _ due: Instant?, _ isDone: Bool) -> Bool {
      (self.title ?? title) == title && (self.due ?? due) == due && (self.isDone ?? isDone) == isDone
    }
  }

  private struct Scene {
    let stage: OutletStage
    let people: [ID<Person>]
    var contacts: [ID<Person>: String] = [:]

    var edit: EditTodo { EditTodo(store: stage.home.store, gate: stage.home.house.gate) }

    func here() async throws -> [Todo] {
      try await ShowTodos(store: stage.home.store, gate: stage.home.house.gate).run(stage.home.viewer)
    }

    func there() async throws -> [RemoteTodo] { try await stage.outlet { crm, _ in try await crm.todos() } }

    func links() async throws -> [TodoLink] {
      let (account, id) = (stage.home.account, stage.destination.id)
      return try await stage.home.store.read(account) { try TodoLinks.all(id, account, in: $0) }
    }

    /// Somebody writes there by hand.
    func write(_ write: TodoWrite) async throws {
      let answer = try await stage.outlet { crm, permit in
        try await crm.write([write], permit, check: {}).first
      }
      guard answer?.remote != nil else { throw Trouble("the hand was not taken", "\(answer as Any)") }
    }
  }

  @Test(
    "thirty people's tasks edited at random here and there rest within two runs; no hand is written over, none is twice",
    arguments: System.allCases)
  func converge(_ system: System) async throws {
    let stage = try await stage(system)
    var people: [ID<Person>] = []
    for seed in Self.seeds {
      people.append(try await stage.home.person("Person Nr\(seed)", "p\(seed)@example.test", card: true))
    }
    try await stage.run()
    var scene = Scene(stage: stage, people: people)
    let (account, id, member) = (stage.home.account, stage.destination.id, stage.home.viewer.member)
    scene.contacts = try await stage.home.store.read(account) { session in
      try TodoLinks.contacts(id, of: member, account, in: session)
    }
    #expect(scene.contacts.count == people.count)
    var dice = Self.seeds.map { Dice(state: UInt64($0) &* 6151 &+ 5) }
    for round in 0..<Self.rounds {
      var saidHere: [ID<Todo>: Said] = [:]
      var saidThere: [String: Said] = [:]
      let (here, there) = (try await scene.here(), try await scene.there())
      for (seed, person) in people.enumerated() {
        let what = Int.random(in: 0..<6, using: &dice[seed])
        let mine = here.filter { $0.person == person }
        let theirs = there.filter { $0.contact == scene.contacts[person] }
        if what == 0 || mine.isEmpty && what < 3 {
          let due = [nil, TodoTests.friday].randomElement(using: &dice[seed]) ?? nil
          _ = try await scene.edit.add("Here \(seed) \(round)", due: due, about: person, as: stage.home.viewer)
        }
        if what == 1 {
          try await scene.write(
            TodoWrite(
              key: "hand-\(seed)-\(round)", contact: scene.contacts[person] ?? "", title: "There \(seed) \(round)"))
        }
        if what == 2 || what == 4, let one = mine.randomElement(using: &dice[seed]) {
          let said = Said(
            "Ours \(seed) \(round)", on: TodoTests.friday.advanced(byDays: Double(1 + 2 * round)), wasDone: one.isDone,
            &dice[seed])
          let change = EditTodo.Change(title: said.title, due: said.due, isDone: said.isDone)
          _ = try await scene.edit.change(one.id, change, as: stage.home.viewer)
          saidHere[one.id] = said
        }
        if what == 3 || what == 4, let one = theirs.randomElement(using: &dice[seed]) {
          let said = Said(
            "Theirs \(seed) \(round)", on: TodoTests.friday.advanced(byDays: Double(2 + 2 * round)),
            wasDone: one.isDone,
            &dice[seed])
          try await scene.write(Self.byHand(one, said))
          saidThere[one.remote] = said
        }
        if what == 5, round > 1, let one = mine.randomElement(using: &dice[seed]) {
          _ = try await scene.edit.remove(one.id, as: stage.home.viewer)
        }
      }
      _ = try await stage.run()
      for todo in try await scene.here() {
        #expect(saidHere[todo.id]?.stands(todo.title, todo.due, todo.isDone) ?? true, "\(system) round \(round)")
      }
      for todo in try await scene.there() {
        #expect(saidThere[todo.remote]?.stands(todo.title, todo.due, todo.isDone) ?? true, "\(system) round \(round)")
      }
    }
    for _ in 0..<2 { _ = try await stage.run() }
    try await expectRest(scene, system)
  }

  private static func byHand(_ one: RemoteTodo, _ said: Said) -> TodoWrite {
    var fields: Set<Todo.Field> = []
    if said.title != nil { fields.insert(.title) }
    if said.due != nil { fields.insert(.due) }
    if said.isDone != nil { fields.insert(.done) }
    return TodoWrite(
      key: one.key ?? "", remote: one.remote, contact: one.contact, fields: fields, title: said.title ?? one.title,
      due: said.due ?? one.due, isDone: said.isDone ?? one.isDone, expected: one)
  }

  /// Another run sends and takes nothing; each task is one here and there, and they say the same but where one is asked.
  private func expectRest(_ scene: Scene, _ system: System) async throws {
    let before = (try await scene.there(), try await scene.here())
    let quiet = try await scene.stage.run()
    #expect(quiet.tasksSent == 0 && quiet.tasksReceived == 0 && quiet.created == 0 && quiet.updated == 0, "\(system)")
    let (there, here) = (try await scene.there(), try await scene.here())
    #expect(there.sorted { $0.remote < $1.remote } == before.0.sorted { $0.remote < $1.remote } && here == before.1)
    let keys = there.compactMap(\.key)
    #expect(Set(keys).count == keys.count && Set(there.map(\.remote)).count == there.count)
    let links = try await scene.links()
    let remotes = links.compactMap(\.remote)
    #expect(Set(remotes).count == remotes.count && Set(there.map(\.remote)).isSubset(of: remotes))
    let asked = try await DecideConflict(store: scene.stage.home.store, gate: scene.stage.home.house.gate)
      .list(scene.stage.home.viewer)
    var differing = 0
    for todo in here {
      guard let remote = links.first(where: { $0.todo == todo.id })?.remote,
        let theirs = there.first(where: { $0.remote == remote })
      else {
        // One that was done before it left stays here.
        #expect(todo.isDone, "\(system): a task never left")
        continue
      }
      let pairs: [(Todo.Field, Bool)] = [
        (.title, theirs.title == todo.title), (.due, theirs.due == todo.due), (.done, theirs.isDone == todo.isDone),
      ]
      for (field, isSame) in pairs where !isSame {
        differing += 1
        #expect(asked.contains { $0.matter == .task(todo.id, field) }, "\(system) \(field)")
      }
    }
    #expect(quiet.conflicts == differing)
    print("\(system): \(here.count) tasks here, \(there.count) there, \(differing) fields asked about")
  }
}
