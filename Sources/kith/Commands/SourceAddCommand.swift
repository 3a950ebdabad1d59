import ArgumentParser
import Consent
import Flows
import Formats
import Foundation
import Model
import Store

extension SourceCommand {
  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Adds a server that Kith may read.", subcommands: [IMAP.self, CardDAV.self, CalDAV.self])
  }

  /// `kith source add imap`: a mailbox on a server.
  struct IMAP: HouseCommand {
    static let configuration = CommandConfiguration(
      commandName: "imap", abstract: "A mailbox on a mail server; it is read, and nothing is changed there.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Option(help: "The server's name.") var host: String
    @Option(help: "Its port; default 993, with --tls starttls 143.") var port: Int?
    @Option(help: "implicit, starttls or none; none only on this machine.") var tls = MailServer.Security.implicit
    @Option(help: "A file of certificates (PEM) to trust instead of the system's.") var ca: String?
    @Option(help: "The login's name, mostly the e-mail address.") var user: String
    @Option(name: .customLong("password-file"), help: "A file with the password; - for standard input.")
    var passwordFile: String?
    @Option(
      name: .customLong("oauth-token-file"),
      help: """
        A file with an OAuth 2.0 access token, or JSON with refresh_token, token_endpoint, client_id and, as needed, \
        client_secret, scope, access_token: then it is renewed by itself; - for standard input.
        """)
    var tokenFile: String?
    @Option(help: "Read only folders that fit: * for anything, % within one level; may be given several times.")
    var folder: [String] = []
    @Flag(name: .customLong("with-junk"), help: "Read the folder for unwanted mail too.") var withJunk = false
    @Flag(name: .customLong("with-trash"), help: "Read the folder for deleted mail too.") var withTrash = false
    @Option(help: "How much is kept: headers, text or whole.") var depth: Depth?
    @Option(help: "Leave out what is older than this date.") var since: Instant?
    @Option(help: "An address of yours in these mails; may be given several times.") var owner: [String] = []
    @Flag(help: "You have the right to let this be read.") var warrant = false
    @Flag(name: .customLong("no-check"), help: "Keep it without logging in once; otherwise what fails is not kept.")
    var noCheck = false

    func validate() throws {
      for address in owner { try isAddress(address) }
      guard (passwordFile == nil) != (tokenFile == nil) else {
        throw ValidationError("give either --password-file or --oauth-token-file")
      }
      if let port, !(1...65_535).contains(port) { throw ValidationError("there is no port \(port)") }
      if tls == .none, !["127.0.0.1", "::1", "localhost"].contains(host) {
        throw ValidationError("--tls none sends the login in the clear: it is for this machine only")
      }
      if user.isEmpty || user.utf8.contains(where: { $0 < 32 }) { throw ValidationError("--user is no login") }
      if folder.contains("") { throw ValidationError("--folder is empty") }
    }

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let token = try tokenFile.map {
        try GivenToken(String(decoding: try Secrets.whole($0, "token"), as: UTF8.self), user: user)
      }
      let server = MailServer(
        host: host, port: port ?? (tls == .starttls ? 143 : 993), security: tls,
        authority: try ca.map { try Secrets.authority($0) },
        secret: token == nil ? .password : .token, tokens: token?.endpoint, folders: folder, readsJunk: withJunk,
        readsTrash: withTrash)
      let login =
        if let token { token.login } else {
          Login(
            user: user, secret: String(decoding: try Secrets.read(passwordFile ?? "-", "password"), as: UTF8.self))
        }
      if warrant { try house.door.check(server) }
      let adding = AddSource(store: house.store, gate: house.gate, tryingAt: noCheck ? nil : house.door)
      let added = try await adding.run(
        asker.account, asker.member.id,
        AddSource.Wish(
          server, login, depth: depth, since: since, owners: owner, isWarranted: warrant))
      try output.source(added)
    }
  }

  /// `kith source transcript`: what was said to a server, for its owner to keep.
  struct Transcript: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints what was said to a server lately: every command, how it was answered, no secret.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Argument(help: "The source.") var source: ID<Source>

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      guard try await house.store.source(asker.account, source)?.source.member == asker.member.id else {
        throw Refusal(.notYours, promise: 7, "there is no such source, or it is not yours")
      }
      let lines = try await house.store.transcript(asker.account, source)
      if global.json {
        return try output.list(
          lines.map { ["at": JSON($0.at), "line": .text($0.line)] }, columns: ["at", "line"], empty: "")
      }
      for line in lines { try output.say("\(line.at)  \(line.line)") }
    }
  }
}
