import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Wire

/// A mailbox on a staged server, and Kith's way in to it.
struct ServerStage {
  let way: WayIn
  let dovecot: StagedDovecot
  let user: String

  init(_ offer: StagedDovecot.Offer = .everything, _ engine: StagedHouse.EngineKind = .sqlite) async throws {
    way = try await WayIn(engine)
    dovecot = try await StagedDovecot.shared(offer)
    user = dovecot.freshUser()
  }

  func client() throws -> StagedMailClient { try StagedMailClient(port: dovecot.port, user: user) }

  /// A mail nobody else has; `number` makes it so.
  static func mail(_ number: Int, from: String = "bob@example.org", bytes: Int = 0) -> [UInt8] {
    let day = 1 + number % 28
    let text = """
      From: Bob <\(from)>
      To: Ada <ada@example.test>
      Date: \(day < 10 ? "0" : "")\(day) Jun 2026 10:00:00 +0000
      Message-ID: <\(number)@example.org>
      Subject: The house, \(number)

      Dear Ada, this is letter \(number).

      """
    return Array((text + String(repeating: "x", count: bytes)).replacing("\n", with: "\r\n").utf8)
  }

  /// Adds the mailbox as a source.
  func add(
    _ server: MailServer? = nil, password: String = StagedDovecot.password, depth: Depth? = nil, since: Instant? = nil
  ) async throws -> Source {
    try await AddSource(store: way.store, gate: way.house.gate).run(
      way.account, way.house.ada,
      AddSource.Wish(
        server ?? dovecot.server(), Login(user: user, secret: password), depth: depth, since: since, isWarranted: true)
    ).source
  }

  var door: ServerDoor {
    ServerDoor(store: way.store, gate: way.house.gate, rules: AddressRules(allowsThisMachine: true))
  }

  @discardableResult
  func pull(_ source: Source, gate: Gate? = nil, batch: Int = 7) async throws -> Pulled {
    try await way.pull(source.id, door: door, gate: gate, batch: batch)
  }

  /// What is held, as the server would tell it.
  func held(_ source: Source) async throws -> [StagedMailClient.Found] { try await way.held(source) }
}

extension WayIn {
  /// What is held, as the server would tell it.
  func held(_ source: Source) async throws -> [StagedMailClient.Found] {
    let account = account
    return try await store.read(account) { session in
      try session.rows(
        """
        SELECT f.name, p.uid_validity, p.uid, m.digest FROM place p
        JOIN folder f ON f.account_id = p.account_id AND f.id = p.folder_id
        JOIN mail m ON m.account_id = p.account_id AND m.id = p.mail_id
        WHERE p.account_id = $1 AND f.source_id = $2
        """, [Value(account), Value(source.id)]
      ).map { row in
        StagedMailClient.Found(
          folder: row.text(0), uidValidity: row.int(1), uid: row.int(2), digest: hex(row.bytes(3)))
      }
    }.sorted()
  }

  /// Pulls a source on a server under a lease, as a job.
  func pull(_ source: ID<Source>, door: ServerDoor, gate: Gate? = nil, batch: Int = 7) async throws -> Pulled {
    guard let lease = try await store.lease(account, holder: "test") else { throw Trouble("no lease", "") }
    do {
      let report = try await Pull(store: store, gate: gate ?? house.gate, door: door, batch: batch)
        .run(source, of: account, lease: lease)
      try await store.release(lease)
      return try await Pulled(report, store, account)
    } catch {
      try await store.release(lease)
      throw error
    }
  }
}
