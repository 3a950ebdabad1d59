import ArgumentParser
import Flows
import Formats
import Model

/// How a CRM on a server is reached.
struct CRMServerOptions: ParsableArguments {
  @Option(help: "Where the CRM answers, https://host/. http:// only on this machine.") var url: WebAddress
  @Option(help: "A file of certificates (PEM) to trust instead of the system's.") var ca: String?

  func validate() throws {
    guard url.isSecure || url.isThisMachine else {
      throw ValidationError("http:// sends the login in the clear: it is for this machine only")
    }
  }

  /// The address in the one form in which it names a place.
  var location: String { url.location }

  /// The server, if it may be dialled by what is written of it.
  func server(in house: House) throws -> MailServer { try url.server(ca: ca, in: house) }
}

extension WebAddress {
  /// The server, if it may be dialled by what is written of it.
  func server(ca: String?, in house: House) throws -> MailServer {
    let server = MailServer(
      host: host, port: port, path: path, security: isSecure ? .implicit : .none,
      authority: try ca.map { try Secrets.authority($0) })
    try house.door.check(server)
    return server
  }
}

extension Output {
  /// What was added, and in which words it is kept in step.
  func destination(_ added: Destination) throws {
    try value(["id": JSON(added.id), "kind": .text(added.kind.rawValue), "location": .text(added.location)])
    try say("\nNothing is written before you accept it: kith sync --deliver --dry-run")
  }
}
