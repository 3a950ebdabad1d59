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
    guard url.isSafe else {
      throw ValidationError("http:// sends the login in the clear: it is for this machine only")
    }
  }

  /// The wish for a CRM of a kind at that address.
  func wish(_ kind: Destination.Kind) throws -> AddDestination.Wish { try url.wish(kind, ca: ca) }
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
}

extension WebAddress {
  /// The wish for a CRM of a kind here; `ca` is a file of certificates.
  func wish(_ kind: Destination.Kind, ca: String?) throws -> AddDestination.Wish {
    var wish = AddDestination.Wish(kind)
    wish.place = self
    wish.authority = try ca.map { try Secrets.authority($0) }
    return wish
  }
}

extension Output {
  /// What was added, and in which words it is kept in step.
  func destination(_ added: Destination) throws {
    try value(["id": JSON(added.id), "kind": .text(added.kind.rawValue), "location": .text(added.location)])
    try say("\nNothing is written before you accept it: kith sync --deliver --dry-run")
  }
}

extension House {
  /// Adds a CRM in the name of who asks.
  func add(_ wish: AddDestination.Wish, _ who: AccountOptions, _ output: Output) async throws {
    let asker = try await asker(who)
    try output.destination(try await AddDestination(deliver()).add(wish, as: try await viewer(asker)))
  }
}
