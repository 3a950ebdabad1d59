import Consent
import Flows
import Model
import Stage
import Store
import Testing
import Wire

/// Calendars on a staged server, and Kith's way in to them.
struct CalendarStage {
  let office: Office
  let server: StagedDAV

  init(_ kind: StagedDAV.Kind, _ engine: StagedHouse.EngineKind = .sqlite) async throws {
    office = try await Office(engine: engine)
    server = try await StagedDAV.start(kind)
  }

  func path(_ uid: String) -> String { "\(server.calendar)\(uid).ics" }

  @discardableResult
  func put(_ uid: String, _ events: [String]) throws -> String {
    try server.change([.init("PUT", path(uid), String(decoding: Cast.calendar(events), as: UTF8.self))]).first ?? ""
  }

  /// Ada's own calendar, and a task in it.
  func fill() throws {
    for (uid, event) in zip(["viewing", "weekly", "later", "alone"], Cast.events) { try put(uid, [event]) }
    try put("task", ["BEGIN:VTODO\nUID:task\nDTSTAMP:20260101T000000Z\nSUMMARY:Canary of a title\nEND:VTODO\n"])
  }

  func delete(_ uid: String) throws { try server.change([.init("DELETE", path(uid))]) }

  func add() async throws -> Source {
    try await AddSource(store: office.store, gate: office.gate).run(
      office.account, office.ada,
      AddSource.Wish(
        server.server, Login(user: StagedDAV.user, secret: StagedDAV.password), kind: .caldav, isWarranted: true)
    ).source
  }

  /// Pulls and understands.
  @discardableResult
  func pull(_ source: Source) async throws -> Pulled {
    let door = ServerDoor(store: office.store, gate: office.gate, rules: AddressRules(allowsThisMachine: true))
    let lease = try #require(try await office.store.lease(office.account, holder: "test"))
    do {
      let report = try await Pull(store: office.store, gate: office.gate, door: door)
        .run(source.id, of: office.account, lease: lease)
      try await office.store.release(lease)
      try await office.understand(source.id)
      return try await Pulled(report, office.store, office.account)
    } catch {
      try await office.store.release(lease)
      throw error
    }
  }

  /// When everybody was met last, by address.
  func met() async throws -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: try await office.people().map { ($0.emails.first ?? "", $0.lastContacted?.date ?? "") })
  }

  func run(_ statement: String) async throws {
    let account = office.account
    _ = try await office.store.write(account) { try $0.run(statement, [Value(account)]) }
  }
}
