import Consent
import Foundation
import Model
import NIOCore
import Outlets
import Plans
import Stage
import Store
import Synchronization
import Testing
import Wire

@testable import Flows

/// Promises about CRMs on servers, whichever they are.
@Suite("promises about CRMs on servers", .serialized) struct OutletPromiseTests {
  static let kinds: [Destination.Kind] = [.tryton, .amagi, .carddav, .hubspot, .espo, .webhook]

  /// A household with a destination of a kind at a name that nobody may ask for, and what was asked.
  private struct Scene {
    let stage: OutletStage
    let names = Names()

    init(_ kind: Destination.Kind) async throws {
      let server = MailServer(
        host: "crm.example.test", port: 443, path: kind == .carddav ? "/book/" : nil, security: .implicit)
      stage = try await OutletStage(
        kind, server, ["database": "crm"], Login(user: "ada", secret: StagedWebhook.secret, kind: .token))
      try await stage.people(3)
    }

    func run() async throws -> DeliverReport {
      let (store, names) = (stage.home.store, names)
      let door = ServerDoor(
        store: store, gate: stage.home.house.gate,
        dialler: { mayDial, maySend in
          Dialler(
            rules: AddressRules(), resolver: names, connect: { _, _, _ in throw Trouble("no line in a test", "") },
            now: store.clock, mayDial: mayDial, maySend: maySend)
        })
      let deliver = Deliver(
        store: store, gate: stage.home.house.gate, door: door, rules: OutletStage.unbraked, pause: { _ in false })
      return try await deliver.run(stage.destination.id, of: stage.home.viewer.member, in: stage.home.account)
    }
  }

  /// A name server that has one address for everybody, and counts.
  private final class Names: NameResolver {
    private let count = Mutex(0)
    var asked: Int { count.withLock { $0 } }

    func addresses(of name: String, within limit: TimeAmount) async throws -> [IPAddress] {
      count.withLock { $0 += 1 }
      return [try #require(IPAddress("203.0.113.7"))]
    }
  }

  @Test(
    "P005 P006 P016 a CRM that is off is not even looked up: no name is asked and no line is opened", arguments: kinds)
  func off(_ kind: Destination.Kind) async throws {
    let scene = try await Scene(kind)
    // While it is on, its name is asked: the scene would tell.
    await #expect(throws: Trouble.self) { try await scene.run() }
    let asked = scene.names.asked
    #expect(asked > 0)
    try await Withdraw(store: scene.stage.home.store, gate: scene.stage.home.house.gate)
      .destination(scene.stage.destination.id, as: scene.stage.home.viewer)
    for _ in 0..<3 { await #expect(throws: Refusal.self) { try await scene.run() } }
    #expect(scene.names.asked == asked)
  }

  @Test("P083 with no CRM and no other service connected Kith does all of its own, and nothing is sent for any")
  func alone() async throws {
    let house = try await StagedHouse(engine: .sqlite)
    let mailbox = house.files + "/Maildir"
    try Cast.writeMaildir(mailbox, Cast.letters)
    _ = try await AddSource(store: house.store, gate: house.gate).run(
      house.account, house.ada,
      AddSource.Wish(.maildir, mailbox, owners: [Cast.ada.address], isWarranted: true))
    try await Household.work(house.store, house.gate, house.account)
    let viewer = try await house.gate.viewer(house.account, house.ada)
    let known = try await Show(store: house.store, gate: house.gate).people(PeopleQuery(limit: 1000), as: viewer)
    #expect(known.contains { $0.person.emails.contains(Cast.bob.address) })
    #expect(try await house.store.countDue(house.account) == 0)
    let purposes = Set(try await house.store.ledger(house.account).map(\.line.purpose))
    #expect(purposes.contains("read-mail") && purposes.contains("find-people"))
    #expect(purposes.isDisjoint(with: ["sync-to-crm", "connect-to-crm", "log-to-crm"]))
  }

  @Test("P085 nothing is exchanged with a CRM before it was consented to, and what was is on record with its words")
  func consent() async throws {
    let (first, second) = (try StagedHubSpot(), try StagedHubSpot())
    let stage = try await OutletStage(first)
    try await stage.people(2)
    // Another CRM at another place: known by name, with a login and a yes to its rules, but with no grant of its own.
    let (store, account, member) = (stage.home.store, stage.home.account, stage.home.viewer.member)
    let wanted = Destination(
      id: store.ids.next(), member: member, kind: .hubspot, location: "http://127.0.0.1:\(second.port)",
      server: OutletStage.local(second.port), options: ["api-version": second.version])
    let other = try await AddDestination(stage.deliver()).server(
      wanted, Login(user: "", secret: StagedHubSpot.token, kind: .token), as: stage.home.viewer)
    try await store.approve(
      account, member, other.id, kind: .standing, digest: Deliver.digest(OutletStage.unbraked(other)))
    let grants = try await store.grants(account, member: member)
    _ = try await store.write(account) {
      try $0.run(
        "DELETE FROM consent_grant WHERE account_id = $1 AND destination_id = $2", [Value(account), Value(other.id)])
    }
    await #expect(throws: Refusal.self) { try await stage.deliver().run(other.id, of: member, in: account) }
    #expect(second.web.asked.isEmpty)
    #expect(try await stage.run().created == 2)
    #expect(!first.web.asked.isEmpty && second.web.asked.isEmpty)
    let grant = try #require(grants.first { $0.target == .destination(stage.destination.id) })
    #expect(grant.words == GrantWords.writing(.hubspot) && grant.givenAt <= store.clock())
    let lines = try await store.ledger(account).map(\.line)
    let about = lines.filter { $0.purpose == "sync-to-crm" && $0.outcome == "permitted" }.map(\.about)
    let refused = lines.filter { $0.outcome == "no-grant" }.map(\.about)
    #expect(Set(about).count == 1 && Set(refused).count == 1 && Set(about).isDisjoint(with: refused))
  }

  /// A CRM that keeps interactions, and what went over the line to it.
  enum Wired: String, CaseIterable { case tryton82, tryton60, amagi, espo, webhook }

  /// Everything that such a CRM was sent by one whole delivery at a level.
  private func heard(_ wired: Wired, _ level: ActivityLevel) async throws -> (text: String, entered: Int) {
    switch wired {
    case .tryton82, .tryton60:
      let server = try await StagedTryton.start(wired == .tryton82 ? .v82 : .v60)
      let proxy = try StagedFaults(before: server.port, StagedTryton.faults, share: 0, seed: 1)
      return try await heard(
        proxy, level, .tryton, Login(user: StagedTryton.user, secret: StagedTryton.password),
        ["database": StagedTryton.database])
    case .amagi:
      let server = try await StagedAmagi.start()
      let proxy = try StagedFaults(before: server.port, StagedAmagi.faults, share: 0, seed: 1)
      return try await heard(proxy, level, .amagi, Login(user: "", secret: server.token, kind: .token), [:])
    case .espo:
      let espo = try StagedEspo()
      let proxy = try StagedFaults(before: espo.port, StagedEspo.faults, share: 0, seed: 1)
      return try await heard(
        proxy, level, .espo, Login(user: "", secret: StagedEspo.key, kind: .token), ["owner": "8001"])
    case .webhook:
      let hook = try StagedWebhook()
      let stage = try await ActivityStage(
        level, .webhook, OutletStage.local(hook.port, path: "/hooks/kith"),
        Login(user: "", secret: StagedWebhook.secret))
      hook.keepTime(by: stage.household.house.clock)
      let entered = try await stage.run().entered
      return (hook.web.asked.map { $0.path + $0.head + $0.body }.joined(separator: "\n"), entered)
    }
  }

  private func heard(
    _ proxy: StagedFaults, _ level: ActivityLevel, _ kind: Destination.Kind, _ login: Login, _ options: [String: String]
  ) async throws -> (text: String, entered: Int) {
    proxy.keep()
    let entered = try await ActivityStage(level, kind, proxy.server, login, options).run().entered
    return (proxy.bodies.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n"), entered)
  }

  @Test(
    "P012 with metadata no word of a mail goes over the line to any CRM; with more, what was granted does",
    arguments: Wired.allCases)
  func wire(_ wired: Wired) async throws {
    let subjects = Cast.letters.map(\.subject).filter { !$0.isEmpty }
    // Lines of bodies, as JSON writes them: such as have no sign that is written otherwise.
    let lines = Cast.letters.flatMap { $0.body.split(separator: "\n").map(String.init) }.filter { line in
      line.count > 20 && line.unicodeScalars.allSatisfy { $0.isASCII && $0 != "\"" && $0 != "\\" && $0 != "/" }
    }
    let quiet = try await heard(wired, .metadata)
    #expect(quiet.entered > 0)
    for word in subjects + lines { #expect(!quiet.text.contains(word)) }
    // The look is not blind: at the level full both are there.
    let full = try await heard(wired, .full)
    #expect(full.entered == quiet.entered)
    #expect(subjects.contains { full.text.contains($0) } && lines.contains { full.text.contains($0) })
  }

  /// A server of address books that has an empty book, or a webhook: either takes nothing that holds a word.
  private static func narrow(_ word: String) throws -> StagedWeb {
    let book = """
      <d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:response><d:href>/book/</d:href>
      <d:propstat><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype></d:prop>
      <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>
      """
    return try StagedWeb { question in
      if question.method == "PROPFIND" { return StagedWeb.Answer(207, book, fields: ["Content-Type: application/xml"]) }
      return StagedWeb.Answer(
        question.body.contains(word) ? 413 : question.method == "PUT" ? 201 : 204, fields: ["ETag: \"1\""])
    }
  }

  @Test(
    "P079 what a server does not take at all is a named conflict of one person, never a cut, and the others stand",
    arguments: [Destination.Kind.carddav, .webhook])
  func tooLarge(_ kind: Destination.Kind) async throws {
    let web = try OutletPromiseTests.narrow("Family1")
    let stage = try await OutletStage(
      kind, OutletStage.local(web.port, path: "/book/"), [:], Login(user: "ada", secret: StagedWebhook.secret))
    try await stage.people(3)
    let report = try await stage.run()
    #expect(report.created == 2 && report.conflicts == 1 && report.troubles.isEmpty, "\(report.troubles)")
    let (account, id) = (stage.home.account, stage.destination.id)
    let conflicts = try await stage.home.store.read(account) { try Conflicts.all(account, id, in: $0) }
    #expect(conflicts.count == 1 && conflicts.allSatisfy { $0.cause.hasPrefix(Conflict.refused) })
    // Nothing was shortened to make it fit.
    let sent = web.asked.filter { $0.body.contains("Given1") }
    #expect(!sent.isEmpty && sent.allSatisfy { $0.body.contains("Family1") })
  }
}
