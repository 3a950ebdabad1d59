/// How far a folder has been read; kept as columns, so that a crash resumes by query.
public struct Cursor: Sendable, Equatable {
  /// The server's generation of uids; for files, the digest of what identifies the file's generation.
  public var uidValidity: Int64
  /// The highest uid that was stored; for a file read in order, the number of mails stored.
  public var uid: Int64

  public init(uidValidity: Int64 = 0, uid: Int64 = 0) {
    self.uidValidity = uidValidity
    self.uid = uid
  }
}
