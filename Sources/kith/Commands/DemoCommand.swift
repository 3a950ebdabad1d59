import ArgumentParser
import Consent
import Flows
import Formats
import Foundation
import Model
import ServiceLifecycle
import Site
import Stage
import Store

/// The cast's household from files to the CRM folder, then the site; no credentials, no network.
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "An invented household: read, understood, delivered; then the site.")
  @OptionGroup var global: GlobalOptions
  @Option(help: "Where to listen, on loopback; default 127.0.0.1:8080.") var listen: Listen?
  @Option(help: "Serve a house of your own there beside it: where you begin with your own mail.") var own: Listen?
  @Flag(name: .customLong("no-serve"), help: "End after the delivery.") var noServe = false

  func run() async throws {
    var settings = try Settings(global)
    let place = try listen ?? Listen.of(settings)
    guard place.isLoopback else { throw ValidationError("the demo listens on loopback alone") }
    let demo = try DemoHouse(at: settings.data + "/demo")
    // A house of its own, with a key of its own: nothing of the demo touches a real one.
    settings.data = demo.data
    settings.database = nil
    settings.operatorKeyFile = demo.operatorKey
    let house = try await House.open(settings)
    do {
      let viewer = try await DemoRun(house: house, demo: demo, output: Output(json: global.json)).run()
      if !noServe { try await serve(house, Site.Demo(viewer: viewer, folder: demo.crm), demo, at: place) }
    } catch {
      await house.close()
      throw error
    }
    await house.close()
  }

  /// Serves the demo, and beside it a house of the visitor's own, with its worker.
  private func serve(_ house: House, _ shown: Site.Demo, _ demo: DemoHouse, at place: Listen) async throws {
    guard let own else { return try await serve(house, shown, demo, at: place, beside: []) }
    let mine = try await House.open(try Settings(global))
    do {
      let site = try mine.site(at: own)
      var shown = shown
      shown.own = { "http://\(own)" + (try await site.setupPath() ?? "/") }
      let service = site.service { trouble in
        Console.error(trouble.map { "\($0)" } ?? "Your own house is served on http://\(own)")
      }
      try await serve(house, shown, demo, at: place, beside: mine.services() + [service])
    } catch {
      await mine.close()
      throw error
    }
    await mine.close()
  }

  private func serve(
    _ house: House, _ shown: Site.Demo, _ demo: DemoHouse, at place: Listen, beside services: [any Service]
  ) async throws {
    let site = try Site(
      store: house.store, gate: house.gate, vault: house.vault, deliver: house.deliver(), listen: place, demo: shown,
      scratch: demo.data + "/scratch", logger: .kith)
    try Console.flush()
    try await site.run(beside: services) {
      Console.error("\nThe demo is served on http://\(place)  (stop it with Ctrl-C)")
    }
  }
}

/// The steps of the demo, each by the flow that real accounts go through.
private struct DemoRun {
  let house: House
  let demo: DemoHouse
  let output: Output

  func run() async throws -> Viewer {
    let store = house.store
    let account: ID<Account> = store.ids.next()
    let ada = Member(
      id: store.ids.next(), account: account, email: Cast.ada.address, name: Cast.ada.name, role: .administrator,
      joinedAt: store.clock())
    try await house.vault.create(account)
    try await store.create(account, name: "Ada's agency", member: ada, accepting: .current, from: "demo")
    let viewer = try await house.gate.viewer(account, ada.id)

    let add = AddSource(store: store, gate: house.gate)
    for (kind, path) in [(Source.Kind.maildir, demo.maildir), (.vcard, demo.cards), (.csv, demo.clients)] {
      _ = try await add.run(account, ada.id, AddSource.Wish(kind, path, isWarranted: true))
    }
    try await house.settle(account, [.pull, .analyse]).require()
    let folders = try await store.completeness(account, ada.id)
    try await DemoDay(store: store, gate: house.gate, viewer: viewer).run()

    let destinations = AddDestination(house.deliver())
    let crm = try await destinations.folder(demo.crm, apartFrom: [demo.data], as: viewer)
    let shown = try await house.deliver().run(crm.id, of: ada.id, in: account, dryRun: true)
    _ = try await destinations.accept(crm.id, digest: shown.digest, as: viewer)
    let outcomes = try await house.settle(account)
    try outcomes.require()

    let people = try await store.people(viewer, PeopleQuery(limit: 1000))
    try tell(folders, people, outcomes.deliveries.last)
    try Lines.requireWhole(folders)
    return viewer
  }

  private func tell(_ folders: [Completeness], _ people: [SeenPerson], _ report: DeliverReport?) throws {
    let known = people.filter { $0.person.kind == .person }
    try output.value(
      [
        "on_server": JSON(folders.reduce(0) { $0 + $1.onServer }), "held": JSON(folders.reduce(0) { $0 + $1.held }),
        "gap": JSON(folders.reduce(0) { $0 + $1.gap }), "people": JSON(known.count),
        "ties": JSON(known.count { $0.person.interactions > 0 }), "created": JSON(report?.created ?? 0),
        "crm": .text(demo.crm), "data": .text(demo.data),
      ])
    try output.say("")
    try output.list(
      output.json ? [] : people.prefix(8).map(Lines.person),
      columns: ["name", "kind", "strength", "last_contacted", "interactions"], empty: "")
  }
}
