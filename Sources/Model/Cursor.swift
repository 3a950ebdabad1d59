/// How far a folder has been read; kept as columns, so that a crash resumes by query.
public struct Cursor: Sendable, Equatable {
  /// The server's generation of uids; for files, the digest of what identifies the file's generation.
  public var uidValidity: Int64
  /// The highest uid that was stored; for a file read in order, the number of mails stored.
  public var uid: Int64
  /// The highest number of a change that was seen (RFC 7162 §3.1); 0 where the server has none.
  public var modSeq: Int64

  public init(uidValidity: Int64 = 0, uid: Int64 = 0, modSeq: Int64 = 0) {
    self.uidValidity = uidValidity
    self.uid = uid
    self.modSeq = modSeq
  }
}
