public import Model

/// What a folder says of itself before anything is fetched.
public struct MailboxStatus: Sendable, Equatable {
  /// The generation of uids (RFC 3501 §2.3.1.1); for a file, what identifies the file's generation.
  public var uidValidity: Int64
  /// The highest uid that may exist: UIDNEXT − 1; for a file read in order, the number of mails in it.
  public var lastUID: Int64
  /// How many mails lie in the folder now.
  public var count: Int64

  public init(uidValidity: Int64, lastUID: Int64, count: Int64) {
    self.uidValidity = uidValidity
    self.lastUID = lastUID
    self.count = count
  }
}

/// What to do next with one folder: nothing here touches a file or a server.
public enum MailboxPlan: Sendable, Equatable {
  /// Why all uids that are held count for nothing.
  public enum Restart: String, Sendable {
    /// The server gave its mails new uids (RFC 3501 §2.3.1.1).
    case newGeneration
    /// Uids went backwards within one generation, which a sound server never does.
    case uidsWentBack
    /// A folder that was read counts no mail and names no generation: the index behind it is lost, not the mail.
    case indexLost
  }

  /// These uids are new.
  case fetch(ClosedRange<Int64>)
  /// Walk the whole folder again; what is held already is recognised by its digest, so nothing doubles.
  case startOver(Restart, fetch: ClosedRange<Int64>?)
  /// All that is there is held.
  case rest

  /// The next step after `cursor` (nil if the folder was never read), seeing `status`.
  public static func next(after cursor: Cursor?, seeing status: MailboxStatus) -> MailboxPlan {
    let everything = range(from: 1, to: status.count > 0 ? status.lastUID : 0)
    guard let cursor, cursor != Cursor() else {
      return everything.map(MailboxPlan.fetch) ?? .rest
    }
    guard status.uidValidity != 0 || cursor.uidValidity == 0 else { return .startOver(.indexLost, fetch: everything) }
    guard status.uidValidity == cursor.uidValidity else { return .startOver(.newGeneration, fetch: everything) }
    guard status.lastUID >= cursor.uid else { return .startOver(.uidsWentBack, fetch: everything) }
    let (first, overflow) = cursor.uid.addingReportingOverflow(1)
    guard !overflow, let new = range(from: max(first, 1), to: status.lastUID) else { return .rest }
    return .fetch(new)
  }

  /// The uids of a plan in batches of at most `size`, oldest first, so that a crash loses one batch at most.
  public func batches(of size: Int64) -> [ClosedRange<Int64>] {
    let whole: ClosedRange<Int64>?
    switch self {
    case .fetch(let uids): whole = uids
    case .startOver(_, let uids): whole = uids
    case .rest: whole = nil
    }
    guard let whole, size > 0 else { return [] }
    var batches: [ClosedRange<Int64>] = []
    var first = whole.lowerBound
    while true {
      let (end, overflow) = first.addingReportingOverflow(size - 1)
      let last = overflow ? whole.upperBound : min(end, whole.upperBound)
      batches.append(first...last)
      guard last < whole.upperBound else { return batches }
      first = last + 1
    }
  }

  private static func range(from first: Int64, to last: Int64) -> ClosedRange<Int64>? {
    first <= last ? first...last : nil
  }
}
