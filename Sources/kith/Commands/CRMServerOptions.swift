import ArgumentParser
import Flows
import Formats
import Model
import Plans

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

/// How much of interactions is entered in a CRM.
struct ActivityOptions: ParsableArguments {
  @Option(help: "How much of mails, meetings, calls and texts is entered there: off, metadata, subject or full.")
  var activities = "off"

  func validate() throws {
    guard ActivityLevel(rawValue: activities) != nil else {
      throw ValidationError("--activities is off, metadata, subject or full")
    }
  }

  /// As a destination keeps it.
  var options: [String: String] { activities == "off" ? [:] : [ActivityLevel.option: activities] }
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
