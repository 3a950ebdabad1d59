public import Model

/// Statements about what a member set, by name; a name that is not there has its usual value.
public enum MemberSettings {
  public static func all(
    of member: ID<Member>, named prefix: String, _ account: ID<Account>, in session: any Session
  ) throws -> [String: String] {
    let rows = try session.rows(
      "SELECT name, value FROM setting WHERE account_id = $1 AND member_id = $2", [Value(account), Value(member)])
    return Dictionary(
      rows.map { ($0.text(0), $0.text(1)) }.filter { $0.0.hasPrefix(prefix) }, uniquingKeysWith: { first, _ in first })
  }

  /// Keeps a value; nil takes it away.
  public static func keep(
    _ value: String?, as name: String, of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    let key: [Value] = [Value(account), Value(member), .text(name)]
    guard let value else {
      try session.run("DELETE FROM setting WHERE account_id = $1 AND member_id = $2 AND name = $3", key)
      return
    }
    try session.run(
      """
      INSERT INTO setting (account_id, member_id, name, value) VALUES ($1, $2, $3, $4)
      ON CONFLICT (account_id, member_id, name) DO UPDATE SET value = excluded.value
      """, key + [.text(value)])
  }
}
