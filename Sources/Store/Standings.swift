public import Consent
import Model

extension Store {
  /// What the gate must know to decide about a request, in one look.
  public func standing(_ request: Request) async throws -> Standing {
    guard try await engine.exists(request.account) else {
      return Standing(members: [:], grants: [], approvals: [], acceptedPolicy: nil)
    }
    return try await read(request.account) { session in
      let account = request.account
      let row = try session.row(
        """
        SELECT a.closed_at, p.policy_digest FROM account a
        JOIN acceptance p ON p.account_id = a.account_id AND p.id = a.acceptance_id
        WHERE a.account_id = $1
        """, [Value(account)])
      let members = try Members.live(account, in: session).map { ($0.id, $0.role) }
      return Standing(
        members: Dictionary(uniqueKeysWithValues: members),
        grants: try Grants.all(account, member: request.member, in: session),
        approvals: try Approvals.all(account, request.destination, in: session)
          + request.sources.flatMap { try Approvals.all(account, source: $0, in: session) },
        acceptedPolicy: row?.textOrNil(1), closedAt: row?.instantOrNil(0),
        shared: try Shares.level(request, in: session), restricted: try restricted(request, in: session))
    }
  }

  private func restricted(_ request: Request, in session: any Session) throws -> Bool {
    guard let person = request.person else { return false }
    let row = try session.row(
      "SELECT restricted_at FROM person WHERE account_id = $1 AND id = $2", [Value(request.account), Value(person)])
    return row?.intOrNil(0) != nil
  }

  /// The gate over this store.
  public func gate(_ vault: Vault) -> Gate {
    Gate(
      vault: vault, standing: { try await standing($0) }, append: { try await append($0, signer: $1) }, clock: clock)
  }
}
