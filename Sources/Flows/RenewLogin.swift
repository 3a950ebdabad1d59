import Consent
import Model
import Readers
import Store
import Wire

/// A sealed login as it is used for one conversation: renewed where its token has run out, or was refused, but once only.
struct FreshLogin: Sendable {
  var login: Sealed
  /// When its access token runs out, if that is known.
  var expiresAt: Instant?
  let slot: Slot

  /// A token that ends sooner than this is renewed first, in milliseconds: the conversation takes a while to begin.
  static let margin: Int64 = 60_000

  /// Lends the login to `body`; `renew` is for one that has an endpoint to be renewed at.
  mutating func use<Result>(
    at endpoint: TokenEndpoint?, now: Instant,
    renew: (SealedLogin, TokenEndpoint) async throws -> TokenRenewal.Renewed,
    _ body: (SealedLogin) async throws -> Result
  ) async throws -> Result {
    var isSpent = endpoint == nil
    if let endpoint, let end = expiresAt, end.milliseconds <= now.milliseconds &+ FreshLogin.margin {
      take(try await renew(key, endpoint))
      isSpent = true
    }
    do {
      return try await body(key)
    } catch let refused as TokenRefused {
      guard let endpoint, !isSpent else { throw refused.trouble }
      take(try await renew(key, endpoint))
    }
    do {
      return try await body(key)
    } catch let refused as TokenRefused {
      // A server that refuses a fresh token refuses the next one too.
      throw refused.trouble
    }
  }

  private var key: SealedLogin { SealedLogin(login: login, slot: slot) }

  private mutating func take(_ renewed: TokenRenewal.Renewed) {
    (login, expiresAt) = (renewed.login, renewed.expiresAt)
  }
}

/// One renewal of a source's login at a time: two at once would each make the other's refresh token worthless.
actor RenewalTurns {
  private var waiting: [ID<Source>: [CheckedContinuation<Void, Never>]] = [:]

  func begin(_ source: ID<Source>) async {
    guard waiting[source] != nil else {
      waiting[source] = []
      return
    }
    await withCheckedContinuation { waiting[source]?.append($0) }
  }

  func end(_ source: ID<Source>) {
    guard waiting[source]?.isEmpty == false else {
      waiting[source] = nil
      return
    }
    waiting[source]?.removeFirst().resume()
  }
}

extension ServerDoor {
  /// Renews a login and keeps it before anybody uses it, so that a rotated refresh token is never lost to a later step.
  ///
  /// What another run renewed meanwhile is taken instead.
  func renew(
    _ stale: SealedLogin, at endpoint: TokenEndpoint, of source: ID<Source>, _ account: ID<Account>,
    _ permit: borrowing Permit<Connect>
  ) async throws -> TokenRenewal.Renewed {
    await turns.begin(source)
    do {
      let renewed = try await renewInTurn(stale, at: endpoint, of: source, account, permit)
      await turns.end(source)
      return renewed
    } catch {
      await turns.end(source)
      throw error
    }
  }

  private func renewInTurn(
    _ stale: SealedLogin, at endpoint: TokenEndpoint, of source: ID<Source>, _ account: ID<Account>,
    _ permit: borrowing Permit<Connect>
  ) async throws -> TokenRenewal.Renewed {
    if let other = try await renewed(since: stale, of: source, account) { return other }
    guard let stamp = permit.stamps.first else { throw Pull.changed }
    let new: TokenRenewal.Renewed
    do {
      new = try await TokenRenewal(dialler, endpoint, now: store.clock).run(stale, permit)
    } catch let trouble as Trouble {
      guard case .stop = trouble.remedy else { throw trouble }
      // Another process may have had this refresh token first, and be about to keep the next.
      try await Task.sleep(for: .seconds(1))
      guard let other = try await renewed(since: stale, of: source, account) else { throw trouble }
      return other
    }
    if try await store.renew(
      stale.login, by: new.login, expiresAt: new.expiresAt, of: source, account, under: stamp)
    {
      return new
    }
    guard let other = try await renewed(since: stale, of: source, account) else { throw Pull.changed }
    return other
  }

  /// The login that is kept now, if it is another one.
  private func renewed(
    since stale: SealedLogin, of source: ID<Source>, _ account: ID<Account>
  ) async throws -> TokenRenewal.Renewed? {
    guard let held = try await store.credential(account, source), held.login.bytes != stale.login.bytes else {
      return nil
    }
    return TokenRenewal.Renewed(login: held.login, expiresAt: held.expiresAt)
  }
}
