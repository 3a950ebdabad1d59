public import Consent
public import Model
public import Store

/// Opens an account with its first member, who accepted the policy in force (P029).
public struct OpenAccount: Sendable {
  let store: Store
  let vault: Vault

  public init(store: Store, vault: Vault) {
    self.store = store
    self.vault = vault
  }

  /// Whether this is an e-mail address, well enough formed to be told from a typing error.
  public static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(where: \.isWhitespace)
  }

  /// Makes keys, account, first member and acceptance; `digest` is that of the text that was accepted, `place` where.
  public func run(
    email: String, name: String, accepting digest: String?, from place: String
  ) async throws -> Member {
    guard digest == PolicyVersion.current.digest else {
      throw Refusal(
        .policyNotAccepted, promise: 29, "an account needs the acceptance of the policy in force: read it, then say so")
    }
    // A new account under another key than those beside it would never be opened together with them.
    if let other = try await store.accounts().first { try await vault.check(other.id) }
    let account: ID<Account> = store.ids.next()
    let member = Member(
      id: store.ids.next(), account: account, email: email, name: name, role: .administrator, joinedAt: store.clock())
    // Keys first: an account cut short without a row is nothing, one without keys could not be used.
    try await vault.create(account)
    try await store.create(account, name: name, member: member, accepting: .current, from: place)
    return member
  }
}
