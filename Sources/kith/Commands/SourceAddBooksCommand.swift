import ArgumentParser
import Consent
import Flows
import Formats
import Foundation
import Model
import Store

/// What is asked for to read a DAV server.
struct DAVOptions: ParsableArguments {
  @Option(help: "The server, https://host/; or one address book or calendar there. http:// only on this machine.")
  var url: WebAddress
  @Option(help: "A file of certificates (PEM) to trust instead of the system's.") var ca: String?
  @Option(help: "The login's name, mostly the e-mail address.") var user: String
  @Option(name: .customLong("password-file"), help: "A file with the password; - for standard input.")
  var passwordFile: String
  @Flag(help: "You have the right to let this be read.") var warrant = false
  @Flag(name: .customLong("no-check"), help: "Keep it without logging in once; otherwise what fails is not kept.")
  var noCheck = false

  func validate() throws {
    guard url.isSafe else {
      throw ValidationError("http:// sends the login in the clear: it is for this machine only")
    }
    if user.isEmpty || user.contains(":") || user.utf8.contains(where: { $0 < 32 }) {
      throw ValidationError("--user is no login")
    }
  }

  func add(
    _ kind: Source.Kind, owners: [String] = [], _ who: AccountOptions, in house: House, _ output: Output
  ) async throws {
    let asker = try await house.asker(who)
    let server = MailServer(
      host: url.host, port: url.port, path: url.path, security: url.isSecure ? .implicit : .none,
      authority: try ca.map { try Secrets.authority($0) })
    let secret = try Secrets.read(passwordFile, "password")
    if warrant { try house.door.check(server) }
    let adding = AddSource(store: house.store, gate: house.gate, tryingAt: noCheck ? nil : house.door)
    let added = try await adding.run(
      asker.account, asker.member.id,
      AddSource.Wish(
        server, Login(user: user, secret: String(decoding: secret, as: UTF8.self)), kind: kind, owners: owners,
        isWarranted: warrant))
    try output.source(added)
  }
}

extension SourceCommand {
  /// `kith source add carddav`: the address books of a login on a server.
  struct CardDAV: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "carddav", abstract: "Address books on a server; they are read, and nothing is changed there.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @OptionGroup var options: DAVOptions

    func run(in house: House, _ output: Output) async throws {
      try await options.add(.carddav, who, in: house, output)
    }
  }

  /// `kith source add caldav`: the calendars of a login on a server.
  struct CalDAV: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "caldav",
      abstract: "Calendars on a server: when events took place and with whom; nothing is changed there.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @OptionGroup var options: DAVOptions
    @Option(help: "An address by which you are asked to events; may be given several times.") var owner: [String] = []

    func validate() throws {
      for address in owner { try isAddress(address) }
    }

    func run(in house: House, _ output: Output) async throws {
      try await options.add(.caldav, owners: owner, who, in: house, output)
    }
  }
}

extension Output {
  /// What was added, and in which words it may be read.
  func source(_ added: AddSource.Added) throws {
    try value([
      "id": JSON(added.source.id), "kind": .text(added.source.kind.rawValue),
      "location": .text(added.source.location), "new": .bool(added.isNew),
    ])
    try say("\n\(added.grant.words)\nNothing was read yet: kith sync --pull")
  }
}
