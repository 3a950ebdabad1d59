import Consent
import Foundation
import Model
import Stage
import Store
import Testing

@Suite("Labels and schema")
struct LabelTests {
  static let labels = Schema.embedded.labels

  @Test("P027 every column of every store is labelled, and what is open holds no free text")
  func labelled() {
    #expect(LabelTests.labels.count > 300)
    let sealed = LabelTests.labels.filter { $0.cls == .sealed }
    #expect(
      Set(sealed.map { "\($0.table).\($0.column)" }) == [
        "mail.subject", "mail.content", "attachment.name", "blob_frame.bytes", "fact.detail", "journal_image.before",
        "journal_image.after", "credential.login", "task.title", "task_link.their_title", "note.words",
      ])
  }

  @Test("P027 what a label says of purposes is in the catalogue, and of sealed columns it says some")
  func purposes() {
    let known = Set(Catalogue.all.map(\.name) + ["statistics"])
    for label in LabelTests.labels {
      for purpose in label.purposes { #expect(known.contains(purpose), "\(label.table).\(label.column): \(purpose)") }
      if label.cls == .sealed { #expect(!label.purposes.isEmpty, "\(label.table).\(label.column)") }
    }
  }

  @Test("P012 no sealed column may be opened to sync to the CRM, and bodies by no purpose but those that declare it")
  func bodies() {
    for label in LabelTests.labels where label.cls == .sealed {
      #expect(!label.purposes.contains(SyncToCRM.declaration.name))
      for purpose in label.purposes {
        let declaration = Catalogue.all.first { $0.name == purpose }
        #expect(
          declaration?.opens.contains { $0.rawValue == label.category } == true,
          "\(purpose) opens \(label.table).\(label.column) without declaring \(label.category)")
      }
    }
  }

  @Test("every account table is keyed and scoped by account first")
  func accountFirst() {
    for table in Schema.embedded.tables(of: .account) {
      let first = LabelTests.labels.first { $0.store == .account && $0.table == table && $0.primaryKeyIndex == 0 }
      #expect(first?.column == "account_id", "\(table)")
    }
  }

  @Test("every row of a contact's says whose it is, and goes when the contact is erased")
  func erasable() {
    for label in LabelTests.labels where label.store == .account && label.whose == "contact" {
      #expect(["row", "null", "keep"].contains(label.erase), "\(label.table).\(label.column)")
      if label.cls == .sealed || label.category == "directory" {
        #expect(label.erase != "keep", "\(label.table).\(label.column)")
      }
    }
  }

  @Test("P104 every retention a label names is a rule of the clock")
  func retention() {
    for label in LabelTests.labels {
      #expect(Retention(rawValue: label.retention) != nil, "\(label.table).\(label.column): \(label.retention)")
    }
  }

  @Test("current.sql is the picture of the schema after all migrations")
  func golden() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/Store/Schema/current.sql")
    let picture = try Schema.embedded.picture()
    if ProcessInfo.processInfo.environment["KITH_WRITE_GOLDEN"] != nil {
      try picture.write(to: path, atomically: true, encoding: .utf8)
    }
    let held = try String(contentsOf: path, encoding: .utf8)
    #expect(held == picture, "run the tests once with KITH_WRITE_GOLDEN=1, and look at the difference")
  }

  @Test(
    "P029 the database takes no account without the acceptance of a policy", arguments: StagedHouse.EngineKind.allCases)
  func acceptance(_ engine: StagedHouse.EngineKind) async throws {
    let house = try await StagedHouse(engine: engine)
    let account: ID<Account> = house.store.ids.next()
    try await house.store.engine.create(account)
    await #expect(throws: (any Error).self) {
      _ = try await house.store.write(account) { session in
        try session.run(
          "INSERT INTO account (account_id, name, created_at, acceptance_id) VALUES ($1, 'x', 0, 77)", [Value(account)])
      }
    }
    #expect(try await house.store.account(account) == nil)
  }

  @Test(
    "P039 the database takes no reading grant without the statement of the right",
    arguments: StagedHouse.EngineKind.allCases)
  func warranty(_ engine: StagedHouse.EngineKind) async throws {
    let house = try await StagedHouse(engine: engine)
    let (account, ada) = (house.account, house.ada)
    await #expect(throws: (any Error).self) {
      _ = try await house.store.write(account) { session in
        try session.run(
          "INSERT INTO source (account_id, id, member_id, kind, location, depth, mails) VALUES ($1, 5, $2, 'mbox', '/x', 'text', 0)",
          [Value(account), Value(ada)])
        try session.run(
          """
          INSERT INTO consent_grant (account_id, id, member_id, source_id, scope, depth, words, words_digest,
            policy_version, given_at, epoch) VALUES ($1, 6, $2, 5, 'read', 'text', 'w', 'd', 'v', 0, 1)
          """, [Value(account), Value(ada)])
      }
    }
    #expect(try await house.count("consent_grant") == 0)
  }
}
