import Consent
import Flows
import Foundation
import Model
import Outlets
import Stage
import Store

/// The cast's household with everything run: mails and cards read, people known, the CRM folder filled.
struct Household: Sendable {
  let house: StagedHouse
  let mailbox: String
  let cards: String
  let crm: String
  let destination: ID<Destination>

  var store: Store { house.store }
  var gate: Gate { house.gate }
  var account: ID<Account> { house.account }
  var ada: ID<Member> { house.ada }

  static func made(_ engine: StagedHouse.EngineKind, letters: [Cast.Letter] = Cast.letters) async throws -> Household {
    let house = try await StagedHouse(engine: engine)
    let (mailbox, cards, crm) = (house.files + "/Maildir", house.files + "/cards.vcf", house.files + "/crm")
    try Cast.writeMaildir(mailbox, letters)
    try Cast.writeCards(cards)
    let deliver = Deliver(store: house.store, gate: house.gate)
    let viewer = try await house.gate.viewer(house.account, house.ada)
    let add = AddDestination(deliver)
    try FileManager.default.createDirectory(atPath: crm, withIntermediateDirectories: true)
    let destination = try await add.folder(crm, as: viewer)
    let household = Household(
      house: house, mailbox: mailbox, cards: cards, crm: crm, destination: destination.id)
    try await household.read()
    let rules = Deliver.digest(Deliver.standingRules(destination))
    _ = try await add.accept(destination.id, digest: rules, as: viewer)
    try await household.work()
    return household
  }

  /// Imports the household's files for a member (again), and works until nothing is due.
  func read(for member: ID<Member>? = nil) async throws {
    let add = AddSource(store: store, gate: gate)
    for (kind, path) in [(Source.Kind.maildir, mailbox), (.vcard, cards)] {
      _ = try await add.run(
        account, member ?? ada, AddSource.Wish(kind, path, owners: [Cast.ada.address], isWarranted: true))
    }
    try await work()
  }

  /// Imports events as a calendar of Ada's own, and works until nothing is due.
  func read(events: [String]) async throws {
    let path = house.files + "/ada.ics"
    try Cast.write(Cast.calendar(events), path)
    _ = try await AddSource(store: store, gate: gate).run(
      account, ada, AddSource.Wish(.ics, path, owners: [Cast.ada.address], isWarranted: true))
    try await work()
  }

  func work() async throws { try await Household.work(store, gate, account) }

  /// Runs all jobs of an account, as the command line does.
  static func work(_ store: Store, _ gate: Gate, _ account: ID<Account>) async throws {
    let pull = Pull(store: store, gate: gate, progress: { _ in })
    let analyse = Analyse(store: store, gate: gate)
    let deliver = Deliver(store: store, gate: gate)
    let worker = Worker(store: store, gate: gate) { job, lease in
      switch job.kind {
      case .pull: .pulled(try await pull.run(ID(job.subject), of: lease.account, lease: lease, job: job))
      case .analyse:
        .analysed(try await analyse.analyse(ID(job.subject), of: job.member, in: lease.account, lease: lease))
      case .deliver:
        .delivered(
          try await deliver.run(ID(job.subject), of: job.member, in: lease.account, lease: lease))
      }
    }
    for outcome in try await worker.settle(account) { _ = try outcome.result.get() }
  }

  func viewer(_ member: ID<Member>? = nil) async throws -> Viewer { try await gate.viewer(account, member ?? ada) }

  /// The person with an address, as a viewer sees it; nil if there is none to be seen.
  func person(_ address: String, as member: ID<Member>? = nil) async throws -> Person? {
    try await people(as: member).first { $0.emails.contains(address) }
  }

  func people(as member: ID<Member>? = nil) async throws -> [Person] {
    try await Show(store: store, gate: gate).people(PeopleQuery(limit: 1000), as: try await viewer(member)).map(
      \.person)
  }

  /// All bytes of all files below a folder.
  static func bytes(below folder: String) -> [UInt8] {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.sorted().flatMap { name in
      Array(name.utf8) + Array(FileManager.default.contents(atPath: folder + "/" + name) ?? Data())
    }
  }

  /// Whether a text is anywhere in some bytes, in any case.
  static func holds(_ bytes: [UInt8], _ text: String) -> Bool {
    Data(bytes.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }).range(of: Data(fold(text).utf8)) != nil
  }
}
