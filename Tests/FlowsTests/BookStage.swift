import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Wire

/// Address books on a staged server, and Kith's way in to them.
struct BookStage {
  let way: WayIn
  let server: StagedDAV

  init(_ kind: StagedDAV.Kind, _ engine: StagedHouse.EngineKind = .sqlite) async throws {
    way = try await WayIn(engine)
    server = try await StagedDAV.start(kind)
  }

  var door: ServerDoor {
    ServerDoor(store: way.store, gate: way.house.gate, rules: AddressRules(allowsThisMachine: true))
  }

  /// A card nobody else has.
  static func card(_ number: Int, uid: String? = nil, _ more: String = "") -> String {
    """
    BEGIN:VCARD\r\nVERSION:3.0\r\nUID:\(uid ?? "card-\(number)")\r\nFN:Bob Nr. \(number)\r\nN:Nr. \(number);Bob;;;\r\n\
    EMAIL:bob\(number)@example.test\r\n\(more)END:VCARD\r\n
    """
  }

  func put(_ numbers: some Sequence<Int>, _ more: String = "") throws {
    try server.change(
      numbers.map { .init("PUT", "\(server.book)\($0).vcf", BookStage.card($0, more)) })
  }

  func delete(_ numbers: some Sequence<Int>) throws {
    try server.change(numbers.map { .init("DELETE", "\(server.book)\($0).vcf") })
  }

  /// Adds the books as a source.
  func add(password: String = StagedDAV.password, path: String? = nil) async throws -> Source {
    var there = server.server
    there.path = path
    return try await AddSource(store: way.store, gate: way.house.gate).run(
      way.account, way.house.ada,
      AddSource.Wish(there, Login(user: StagedDAV.user, secret: password), kind: .carddav, isWarranted: true)
    ).source
  }

  @discardableResult
  func pull(_ source: Source, gate: Gate? = nil) async throws -> Pulled {
    try await way.pull(source.id, door: door, gate: gate)
  }

  /// The addresses on the cards that are held, in order.
  func addresses() async throws -> [String] {
    try await way.column(
      """
      SELECT f.value FROM fact f JOIN record r ON r.account_id = f.account_id AND r.id = f.record_id
      WHERE f.account_id = $1 AND f.field = 'email' AND r.kind = 'card' AND r.gone_at IS NULL
      """
    ).compactMap { if case .text(let text) = $0 { text } else { nil } }.sorted()
  }

  static func addresses(_ numbers: some Sequence<Int>) -> [String] { numbers.map { "bob\($0)@example.test" }.sorted() }

  func run(_ statement: String) async throws {
    let account = way.account
    _ = try await way.store.write(account) { try $0.run(statement, [Value(account)]) }
  }
}
