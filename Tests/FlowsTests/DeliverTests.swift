import Consent
import Flows
import Foundation
import Model
import Outlets
import Plans
import Stage
import Store
import Synchronization
import Testing

@Suite("Delivering to the folder CRM")
struct DeliverTests {
  @Test("P013 nothing leaves before the digest of the dry run was accepted", arguments: StagedHouse.EngineKind.allCases)
  func dryRun(_ engine: StagedHouse.EngineKind) async throws {
    let home = try await DeliverHousehold(engine)
    try await home.person("Bob Brown", "bob@example.test", title: "Buyer")
    let destination = try await AddDestination(home.deliver()).folder(home.folder, as: home.viewer)
    for dryRun in [true, false] {
      let report = try await home.run(destination.id, dryRun: dryRun)
      #expect(!report.approved)
      #expect(report.lines.map(\.field).sorted() == ["email", "family", "given", "name", "title"])
      #expect(report.lines.allSatisfy { $0.old.isEmpty && $0.kind == "create" })
      #expect(report.remedy?.contains(report.digest) == true)
      #expect(report.created == 0)
    }
    #expect(!FileManager.default.fileExists(atPath: home.folder))
    #expect(try await home.house.count("delivery") == 0)
    await #expect(throws: Refusal.self) {
      try await AddDestination(home.deliver()).accept(
        destination.id, digest: String(repeating: "0", count: 64), as: home.viewer)
    }
    let digest = try await home.run(destination.id, dryRun: true).digest
    #expect(
      try await AddDestination(home.deliver()).accept(destination.id, digest: digest, as: home.viewer) == .standing)
    let report = try await home.run(destination.id)
    #expect(report.approved && report.created == 1 && report.isComplete)
    #expect(home.cards().count == 1)
  }

  @Test("run twice changes nothing: no row, no file, no time of change", arguments: StagedHouse.EngineKind.allCases)
  func twice(_ engine: StagedHouse.EngineKind) async throws {
    let home = try await DeliverHousehold(engine)
    for number in 0..<20 { try await home.person("Person \(number)", "p\(number)@example.org") }
    try await home.person("", "nameless@example.org")
    let destination = try await home.accepted()
    #expect(try await home.run(destination).created == 21)
    let (files, rows) = (try home.changes(), try await home.house.digests())
    #expect(files.count == 23)
    let again = try await home.run(destination)
    #expect(again.created == 0 && again.updated == 0 && again.unchanged == 21 && again.isComplete)
    #expect(try home.changes() == files)
    #expect(try await home.house.digests() == rows)
  }

  @Test("only people with a tie are made: no machine, nobody restricted, nobody merged away")
  func createRules() async throws {
    let home = try await DeliverHousehold(.sqlite)
    try await home.person("Bob Brown", "bob@example.test")
    try await home.person("Card Only", "card@example.org", interactions: 0, card: true)
    try await home.person("No Tie", "tie@example.org", interactions: 0)
    try await home.person("House Portal", "no-reply@portal.example", kind: .machine)
    try await home.person("Dee Dawson", "dee@example.test", restricted: true)
    try await home.person("Gone", "gone@example.org", gone: true)
    let destination = try await home.accepted()
    let report = try await home.run(destination)
    #expect(report.created == 2)
    #expect(report.leftOut == ["no tie": 1, "not a person": 1, "restricted": 1])
    #expect(home.cards().keys.allSatisfy { $0.hasPrefix("bob-brown-") || $0.hasPrefix("card-only-") })
  }

  @Test("an edit by hand to a field that we did not change survives", arguments: StagedHouse.EngineKind.allCases)
  func handEdit(_ engine: StagedHouse.EngineKind) async throws {
    let home = try await DeliverHousehold(engine)
    let bob = try await home.person("Bob Brown", "bob@example.test", title: "Buyer")
    let destination = try await home.accepted()
    try await home.run(destination)
    let card = try #require(home.card(with: "Buyer"))
    try home.edit(card.name, "TITLE:Buyer", "TITLE:Seller\r\nTEL:+31 20 123 45 67\r\nNOTE:by hand")
    try await home.email(bob, add: "bob.brown@example.org")
    let report = try await home.run(destination)
    #expect(report.updated == 1 && report.isComplete)
    let text = try #require(home.cards()[card.name])
    for line in ["TITLE:Seller", "TEL:+31 20 123 45 67", "NOTE:by hand", "bob.brown@example.org"] {
      #expect(text.contains(line))
    }
    let changes = try home.changes()
    #expect(try await home.run(destination).unchanged == 1)
    #expect(try home.changes() == changes)
  }

  @Test("P015 an edit of the rules voids the approval")
  func rulesEdited() async throws {
    let home = try await DeliverHousehold(.sqlite)
    try await home.person("Bob Brown", "bob@example.test")
    let destination = try await home.accepted()
    let other = home.deliver { destination in
      var rules = Deliver.standingRules(destination)
      rules.create.interactions = 2
      return rules
    }
    let report = try await home.run(destination, by: other)
    #expect(!report.approved && report.created == 0)
    #expect(home.cards().isEmpty)
    #expect(try await home.run(destination).created == 1)
  }

  @Test("P015 beyond the brake a run needs a yes to exactly its changes, and one yes serves once")
  func brake() async throws {
    let home = try await DeliverHousehold(.sqlite)
    var people: [ID<Person>] = []
    for number in 0..<12 {
      people.append(try await home.person("Person \(number)", "p\(number)@example.org", title: "Old"))
    }
    let destination = try await home.accepted()
    try await home.run(destination)
    for person in people { try await home.title(person, "New") }
    let held = try await home.run(destination)
    let digest = try #require(held.planDigest)
    #expect(!held.approved && held.updated == 0)
    #expect(home.card(with: "New") == nil)
    let add = AddDestination(home.deliver())
    #expect(try await add.accept(destination, digest: digest, as: home.viewer) == .oneUse)
    // One more change, and the yes is to something else.
    try await home.title(people[0], "Newer")
    #expect(try await home.run(destination).approved == false)
    try await home.title(people[0], "New")
    #expect(try await home.run(destination).updated == 12)
    // There and back again is the same plan in bytes, and still needs its own yes.
    for person in people { try await home.title(person, "Old") }
    let back = try #require(try await home.run(destination).planDigest)
    _ = try await add.accept(destination, digest: back, as: home.viewer)
    #expect(try await home.run(destination).updated == 12)
    for person in people { try await home.title(person, "New") }
    #expect(try await home.run(destination).approved == false)
  }

  @Test("P002, P012 nothing but the directory reaches the folder, whatever the store holds")
  func canaries() async throws {
    let home = try await DeliverHousehold(.sqlite)
    let bob = try await home.person("Bob Brown", "bob@example.test")
    let (account, member) = (home.account, home.viewer.member)
    _ = try await home.store.write(account) { session in
      for field in Fact.Field.allCases where !Deliver.directory.contains(FieldKey(field)) {
        try session.run(
          """
          INSERT INTO person_value (account_id, person_id, field, position, value, member_id)
          VALUES ($1, $2, $3, 0, $4, $5)
          """, [Value(account), Value(bob), .text(field.rawValue), "canary-in-\(field.rawValue)", Value(member)])
      }
    }
    let destination = try await home.accepted()
    let report = try await home.run(destination)
    #expect(report.created == 1)
    #expect(Set(report.lines.map(\.field)).isSubset(of: Set(Deliver.directory.map(\.name))))
    var bytes = 0
    for name in try home.changes().keys {
      guard let data = FileManager.default.contents(atPath: home.folder + "/" + name) else { continue }
      bytes += data.count
      #expect(!String(decoding: data, as: UTF8.self).lowercased().contains("canary"))
    }
    #expect(bytes > 0)
    let stranger: ID<Destination> = home.store.ids.next()
    await #expect(throws: Refusal.self) { try await home.run(stranger) }
  }

  @Test("P005, P016 a withdrawn destination is written no more", arguments: StagedHouse.EngineKind.allCases)
  func withdrawn(_ engine: StagedHouse.EngineKind) async throws {
    let home = try await DeliverHousehold(engine)
    let bob = try await home.person("Bob Brown", "bob@example.test")
    let destination = try await home.accepted()
    try await home.run(destination)
    let grants = try await home.store.grants(home.account)
    let grant = try #require(grants.first { $0.target == .destination(destination) })
    try await Withdraw(store: home.store, gate: home.house.gate).grant(grant.id, as: home.viewer)
    try await home.title(bob, "Buyer")
    let files = try home.changes()
    for dryRun in [true, false] {
      await #expect { try await home.run(destination, dryRun: dryRun) } throws: {
        ($0 as? Refusal)?.reason == .withdrawn
      }
    }
    #expect(try home.changes() == files)
    #expect(try await home.store.jobs(home.account).due == 0)
    // Allowed again, it goes on; revoked as a whole, it does not.
    _ = try await home.accepted()
    #expect(try await home.run(destination).updated == 1)
    try await Withdraw(store: home.store, gate: home.house.gate).destination(destination, as: home.viewer)
    await #expect { try await home.run(destination) } throws: { ($0 as? Refusal)?.promise == 16 }
  }

  @Test(
    "P005, P021 withdrawn in the middle of a run of 60 people: not one write after it",
    arguments: StagedHouse.EngineKind.allCases)
  func withdrawnMidway(_ engine: StagedHouse.EngineKind) async throws {
    let home = try await DeliverHousehold(engine)
    for number in 0..<60 { try await home.person("Person \(number)", "p\(number)@example.org") }
    let destination = try await home.accepted()
    let grants = try await home.store.grants(home.account)
    let grant = try #require(grants.first { $0.target == .destination(destination) })
    let outlet = Meddled(
      FolderCRM(Destination(id: destination, member: home.viewer.member, kind: .folder, location: home.folder)), at: 23
    ) { try await Withdraw(store: home.store, gate: home.house.gate).grant(grant.id, as: home.viewer) }
    let deliver = Deliver(store: home.store, gate: home.house.gate, crm: { _ in outlet })
    await #expect { try await home.run(destination, by: deliver) } throws: {
      ($0 as? Refusal)?.reason == .withdrawn
    }
    #expect(home.cards().count == 23)
    #expect(try await home.house.count("link") == 0)
    let states = try await home.store.read(home.account) { [account = home.account] in
      try $0.rows("SELECT DISTINCT state FROM delivery WHERE account_id = $1", [Value(account)]).map { $0.text(0) }
    }
    #expect(states == ["cancelled"])
    // Allowed again: what had arrived is found by its key, and nobody is there twice.
    _ = try await home.accepted()
    #expect(try await home.run(destination).created == 37)
    #expect(home.cards().count == 60)
    #expect(try await home.house.count("link") == 60)
    #expect(try await home.house.count("journal") == 60)
  }

  @Test("a record that stands there already is taken over by its address, not doubled")
  func adopted() async throws {
    let home = try await DeliverHousehold(.sqlite)
    try await home.person("Bob Brown", "bob@example.test", title: "Buyer")
    try FileManager.default.createDirectory(
      atPath: home.folder + "/people", withIntermediateDirectories: true)
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bob Brown\r\nEMAIL:bob@example.test\r\nEND:VCARD\r\n"
    try Data(card.utf8).write(to: URL(fileURLWithPath: home.folder + "/people/my bob.vcf"))
    let destination = try await home.accepted()
    let report = try await home.run(destination)
    #expect(report.created == 0 && report.updated == 1)
    #expect(home.cards().keys.sorted() == ["my bob.vcf"])
    #expect(home.cards()["my bob.vcf"]?.contains("TITLE:Buyer") == true)
    #expect(try await home.run(destination).unchanged == 1)
  }

  @Test("a folder whose disk is not mounted is a trouble, never a deletion of all")
  func folderGone() async throws {
    let home = try await DeliverHousehold(.sqlite)
    try await home.person("Bob Brown", "bob@example.test")
    let destination = try await home.accepted()
    try await home.run(destination)
    try FileManager.default.moveItem(atPath: home.folder, toPath: home.folder + "-away")
    await #expect(throws: Trouble.self) { try await home.run(destination) }
    try FileManager.default.moveItem(atPath: home.folder + "-away", toPath: home.folder)
    #expect(try await home.run(destination).isComplete)
  }
}

/// An outlet that something happens to after a number of writes.
struct Meddled: CRM {
  let crm: any CRM
  let place: Int
  let meddle: @Sendable () async throws -> Void
  private let written = Counter()

  init(_ crm: any CRM, at place: Int, _ meddle: @escaping @Sendable () async throws -> Void) {
    self.crm = crm
    self.place = place
    self.meddle = meddle
  }

  /// How many writes there were.
  final class Counter: Sendable {
    private let count = Mutex(0)
    func next() -> Int {
      count.withLock {
        $0 += 1
        return $0
      }
    }
  }

  func shaped(_ values: FieldValues) -> FieldValues { crm.shaped(values) }
  func records(since cursor: RemoteCursor?) async throws -> RemoteRecords { try await crm.records(since: cursor) }
  var capabilities: CRMCapabilities { crm.capabilities }

  func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    let answers = try await crm.apply(writes, permit, check: check)
    if written.next() == place { try await meddle() }
    return answers
  }

  func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer { try await crm.remove(remote, expecting: digest, permit, check: check) }

  func tidy(_ permit: borrowing Permit<SyncToCRM>, check: StandingCheck) async throws {
    try await crm.tidy(permit, check: check)
  }
}
