public import Consent
public import Model
import Outlets
import Store
import Wire

extension AddDestination {
  /// Adds an address book on a server as CRM: the book is found with the login before anything is kept.
  ///
  /// `server.path` is the book, or an address from which the only book of the login is found.
  public func addressBook(_ server: MailServer, _ login: Login, as viewer: Viewer) async throws -> Destination {
    guard let door = deliver.outlets.door else {
      throw Trouble("destinations on servers are not reached from here", "run 'kith destination add'")
    }
    var destination = Destination(
      id: deliver.store.ids.next(), member: viewer.member, kind: .carddav, location: "", server: server)
    let offered = grant(destination, AddDestination.onServer, viewer)
    let now = deliver.store.clock
    let path = try await door.tryOut(destination, offered: offered, login, viewer.account) { session in
      try await CardDAVFinding(session, server, now: now).book(at: server.path)
    }
    destination.server?.path = path
    destination.location = "\(login.user)@\(server.host):\(server.port)\(path)"
    return try await self.server(destination, login, as: viewer)
  }
}

extension ServerDoor {
  /// Talks with a destination's server under a grant that is offered and not kept yet, and nothing of it is kept: only
  /// the ledger has a line of it.
  func tryOut<Result: Sendable>(
    _ destination: Destination, offered grant: Grant, _ login: Login, _ account: ID<Account>,
    _ body: @escaping @Sendable (OutletSession) async throws -> Result
  ) async throws -> Result {
    guard let server = destination.server else { throw Pull.changed }
    try check(server)
    let (vault, slot) = (gate.vault.trial, Store.loginSlot(account, destination.id))
    let sealed = try await vault.sealLogin(account, destination.member, destination.id, login, slot: slot)
    let permit = try await gate(offering: grant, vault).permit(
      ConnectToCRM.self, for: Request(account: account, member: destination.member, destination: destination.id))
    callers.enter(trial: grant.id, server.endpoints)
    defer { callers.leave(grant.id) }
    return try await HTTPClient(dialler, server, quiet: min(quiet, 30), retry: ServerDoor.retry).open(
      destination.id, SealedLogin(login: sealed, slot: slot), permit, body)
  }

  /// A gate that knows one grant more than is kept.
  func gate(offering grant: Grant, _ vault: Vault) -> Gate {
    let store = store
    return Gate(
      vault: vault,
      standing: { request in
        var now = try await store.standing(request)
        now.grants.removeAll { $0.target == grant.target }
        now.grants.append(grant)
        return now
      }, append: { try await store.append($0, signer: $1) }, clock: store.clock)
  }
}
