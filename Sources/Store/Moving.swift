public import Model

extension Store {
  /// Tables whose rows stay with the account when a member comes or goes.
  private static let staying: Set<String> = ["account", "acceptance", "member", "share", "ledger", "ledger_head"]

  /// Copies everything that is a member's own into another account, in one transaction; rows that are there already
  /// stay, so that a move that was cut short can be done again.
  ///
  /// Content stays sealed as it is.
  public func copy(_ member: Member, from old: ID<Account>, to new: ID<Account>) async throws {
    // Logins never go out with an export, but along with their member.
    let tables = ExportTable.all.filter { !Store.staying.contains($0.name) && $0.hasMember } + ExportTable.logins
    let store = self
    // SQLite reads and writes two files here, PostgreSQL two sets of rows of one database.
    try await pipe(old, member: member.id, tables: tables) { pipe in
      try await store.write(new) { session in
        while var piece = try pipe.pull() {
          for at in piece.rows.indices { piece.rows[at][0] = Value(new) }
          if piece.table.name == "blob_frame", store.blobFolder != nil {
            try store.insert(piece, new, in: session)
          } else {
            try session.runMany(piece.table.insertIfAbsent, piece.rows)
          }
        }
        try Words.index.rebuild(in: session)
      }
    }
  }

  /// Deletes everything that was a member's own, after it was copied elsewhere.
  public func remove(_ member: ID<Member>, from account: ID<Account>, leftAt now: Instant) async throws {
    let tables = ExportTable.all.filter { !Store.staying.contains($0.name) && $0.hasMember }
    let blobs = try await write(account) { session -> [Int64] in
      let both: [Value] = [Value(account), Value(member)]
      let blobs = try session.rows(
        "SELECT blob_id FROM mail WHERE account_id = $1 AND member_id = $2 AND blob_id IS NOT NULL", both)
      for table in tables.reversed() + ExportTable.all.filter({ $0.name == "share" }) {
        try session.run("DELETE FROM \(table.name) WHERE account_id = $1 AND member_id = $2", both)
      }
      try session.run("DELETE FROM job WHERE account_id = $1 AND member_id = $2", both)
      try session.run("DELETE FROM share WHERE account_id = $1 AND with_member = $2", both)
      try session.run(
        "UPDATE member SET left_at = COALESCE(left_at, $3) WHERE account_id = $1 AND id = $2", both + [Value(now)])
      try Words.index.rebuild(in: session)
      return blobs.map { $0.int(0) }
    }
    for blob in blobs { try removeBlob(account, blob) }
    _ = try await engine.write(.house) { session in
      try Store.forgetSignIns(account, member, in: session)
    }
  }

  /// Enters a member who comes from another account, with the number the member's rows and keys carry.
  public func enter(_ member: Member) async throws {
    try await write(member.account) { session in
      try session.run(
        "DELETE FROM member WHERE account_id = $1 AND id = $2", [Value(member.account), Value(member.id)])
      try Members.insert(member, in: session)
    }
    try await register(member.account, member)
  }
}
