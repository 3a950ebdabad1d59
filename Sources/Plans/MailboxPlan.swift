public import Model

/// What a folder says of itself before anything is fetched.
public struct MailboxStatus: Sendable, Equatable {
  /// The generation of uids (RFC 3501 §2.3.1.1); 0 where the server names none.
  public var uidValidity: Int64
  /// The highest uid that may exist: UIDNEXT − 1; nil where the server does not say.
  public var lastUID: Int64?
  /// How many mails lie in the folder now; nil where the server does not say.
  public var count: Int?
  /// The highest number of a change (RFC 7162 §3.1.2); 0 where the server has none.
  public var modSeq: Int64

  public init(uidValidity: Int64, lastUID: Int64?, count: Int?, modSeq: Int64 = 0) {
    self.uidValidity = uidValidity
    self.lastUID = lastUID
    self.count = count
    self.modSeq = modSeq
  }
}

/// What to do next with one folder: nothing here touches a server.
///
/// Progress is the set of uids that is held, never a number alone: a lost or wrong cursor costs a comparison, and replays
/// nothing. The cursor only says when the comparison can be spared.
public enum MailboxPlan: Sendable, Equatable {
  /// Why the uids that are held count for nothing.
  public enum Restart: String, Sendable {
    /// The server gave its mails new uids (RFC 3501 §2.3.1.1).
    case newGeneration
    /// The generation is older than the one that was read: a backup was restored, or the server lies.
    case generationWentBack
    /// Uids went backwards within one generation, which a sound server never does: they may name other mails now.
    case uidsWentBack
    /// The server names no generation, so no uid means anything beyond one session.
    case noGeneration
  }

  /// All that is there is held or left out by rule.
  case rest
  /// The same, but flags changed since a number of changes.
  case flags(since: Int64)
  /// Ask which uids are there, and compare them with what is held. `sizes`: those that are held may name other mails, so
  /// compare the sizes too.
  case compare(sizes: Bool)
  /// Forget the uids, not the mails: what comes again is recognised by its digest, so nothing doubles.
  case startOver(Restart)

  /// The next step for a folder that was read up to `cursor` (nil if never), of which `known` uids are held or left out.
  ///
  /// `isDue`: a full comparison is due, whatever the counts say.
  public static func next(
    after cursor: Cursor?, knowing known: Int, seeing status: MailboxStatus, isDue: Bool = false
  ) -> MailboxPlan {
    let everything: MailboxPlan = status.count == 0 && known == 0 ? .rest : .compare(sizes: isDue)
    guard let cursor, cursor.uidValidity != 0 || cursor.uid != 0 else {
      // Whatever is held without a cursor was kept by a run whose end is lost: it is compared, not replayed.
      return everything
    }
    guard status.uidValidity != 0 else { return .startOver(.noGeneration) }
    if status.uidValidity < cursor.uidValidity { return .startOver(.generationWentBack) }
    if status.uidValidity > cursor.uidValidity { return .startOver(.newGeneration) }
    if let last = status.lastUID, last < cursor.uid { return .startOver(.uidsWentBack) }
    // RFC 7162 §3.1.2.2: within one generation the number only grows. One that fell is of an index that was rebuilt.
    if cursor.modSeq > 0, status.modSeq < cursor.modSeq { return .compare(sizes: true) }
    guard status.lastUID == cursor.uid, status.count == known, !isDue else { return everything }
    return cursor.modSeq > 0 && status.modSeq > cursor.modSeq ? .flags(since: cursor.modSeq) : .rest
  }
}

extension MailboxPlan {
  /// How long all may be believed to be as the counts say, in milliseconds: with numbers of changes a week, without a day.
  public static func period(_ status: MailboxStatus) -> Int64 { (status.modSeq > 0 ? 7 : 1) * day }

  private static let day: Int64 = 86_400_000

  /// Which of the mails that are held are read again in a full comparison: a range of them, another one each day.
  ///
  /// Their digests are compared, so in time every one is; a range costs no more than a portion.
  public static func reread(_ mails: [FetchPlan.Sized], on now: Instant, most: Int, bytes: Int64) -> UIDSet {
    guard !mails.isEmpty, most > 0 else { return UIDSet() }
    let mails = mails.sorted { $0.uid < $1.uid }
    let ranges = (mails.count - 1) / most + 1
    let day = now.milliseconds / day
    let first = Int((day % Int64(ranges) + Int64(ranges)) % Int64(ranges)) * most
    var room = bytes
    return UIDSet(
      mails[first..<min(first + most, mails.count)].prefix {
        let (rest, isOver) = room.subtractingReportingOverflow(max(0, $0.size))
        room = rest
        return !isOver && rest >= 0
      }.map(\.uid))
  }
}

/// What a folder has against what is held of it.
public struct MailboxDifference: Sendable, Equatable {
  /// There, and neither held nor left out.
  public var new: UIDSet
  /// Held or left out, and no longer there.
  public var gone: UIDSet

  /// `changed` are uids that are held as mails of another size.
  public init(seen: UIDSet, held: UIDSet, leftOut: UIDSet, changed: UIDSet = UIDSet()) {
    let known = held.union(leftOut).subtracting(changed)
    new = seen.subtracting(known)
    gone = held.union(leftOut).subtracting(seen)
  }
}

/// Mails in portions: by number, and by bytes, so that what is under way fits in memory.
public struct FetchPlan: Sendable {
  /// A mail with its size and flags, as the server says.
  public struct Sized: Sendable, Equatable {
    public var uid: UInt32
    public var size: Int64
    public var flags: MailFlags

    public init(uid: UInt32, size: Int64, flags: MailFlags = []) {
      self.uid = uid
      self.size = size
      self.flags = flags
    }
  }

  /// In the order of their uids; each is fetched by one command.
  public private(set) var portions: [UIDSet] = []
  public private(set) var tooBig = UIDSet()
  public private(set) var empty = UIDSet()

  public init(_ mails: [Sized], mails most: Int, bytes: Int64, largest: Int64) {
    var portion = UIDSet()
    var count = 0
    var heavy: Int64 = 0
    for mail in mails.sorted(by: { $0.uid < $1.uid }) {
      if mail.size > largest {
        tooBig.insert(mail.uid)
        continue
      }
      if mail.size <= 0 {
        empty.insert(mail.uid)
        continue
      }
      // A size is at most `largest` here, so the sum cannot overflow.
      if count > 0, count >= most || heavy + mail.size > bytes {
        portions.append(portion)
        (portion, count, heavy) = (UIDSet(), 0, 0)
      }
      portion.insert(mail.uid)
      count += 1
      heavy += mail.size
    }
    if count > 0 { portions.append(portion) }
  }
}
