import Formats
public import Model
public import Plans

/// Mails of one portion as the server gave them.
public struct IMAPPortion: Sendable {
  /// What was asked for.
  public var asked: UIDSet
  public var batch: MailBatch
  /// What the server gave; the rest of `asked` is gone, or was not given.
  public var given: UIDSet
  /// Given without any byte.
  public var empty: UIDSet
}

/// What is being fetched.
struct Fetching {
  /// A portion that was asked for, and what of it has come.
  struct Asked {
    var taken: IMAPPortion
    var numbers: [Int]
    /// How many bytes of it are taken at most.
    var room: Int64
  }

  var waiting: ArraySlice<UIDSet> = []
  var asked: [Asked] = []
  var sizes: [UInt32: Int64] = [:]

  /// Takes a mail into the portion it was asked for by; false if it is more than was announced.
  ///
  /// Servers answer commands that were sent together in any order, even mixed (RFC 3501 §5.5): only the uid tells.
  mutating func take(_ uid: UInt32, _ bytes: [UInt8]) -> Bool {
    guard let at = asked.firstIndex(where: { $0.taken.asked.contains(uid) && !$0.taken.given.contains(uid) }) else {
      return true
    }
    asked[at].room -= Int64(bytes.count)
    guard asked[at].room >= 0 else { return false }
    asked[at].taken.given.insert(uid)
    if bytes.isEmpty {
      asked[at].taken.empty.insert(uid)
    } else {
      asked[at].taken.batch.add(
        .init(folder: 0, uid: Int64(uid), origin: .bytes(bytes, digest: nil)), bytes: bytes.count)
    }
    return true
  }
}

extension IMAPSession {
  /// Opens a folder for reading alone; nil, with the server's reason, if it refuses (RFC 3501 §6.3.2).
  public func examine(_ folder: IMAPFolder) async throws -> (status: MailboxStatus?, reason: String) {
    var found = MailboxStatus(uidValidity: 0, lastUID: nil, count: nil)
    let status = try await run(.examine(folder.name, capabilities.condstore ? .condstore : .plain)) { response in
      switch response {
      case .exists(let count): found.count = Int(exactly: max(0, count))
      case .status(let status):
        switch status.code {
        case .uidValidity(let value): found.uidValidity = max(0, value)
        case .uidNext(let value): found.lastUID = max(0, value &- 1)
        case .highestModSeq(let value): found.modSeq = max(0, value)
        default: break
        }
      default: break
      }
    }
    return (status.condition == .ok ? found : nil, IMAPSession.words(status))
  }

  /// Every uid of the open folder.
  public func uids() async throws -> UIDSet {
    var seen = UIDSet()
    try await require(.uidSearch(returning: capabilities.extendedSearch ? [.all] : nil)) { response in
      switch response {
      case .extendedSearch(let found): if let all = found.all { seen = seen.union(all) }
      case .search(let found, _): seen = seen.union(found)
      default: break
      }
    }
    return seen
  }

  /// The sizes and flags of mails as the server tells them; what it does not tell is not there.
  public func sizes(of uids: UIDSet) async throws -> [FetchPlan.Sized] {
    var sizes: [UInt32: FetchPlan.Sized] = [:]
    var waiting: [Int] = []
    func take(_ response: IMAPResponse) {
      if case .fetch(let mail) = response, let uid = mail.uid, let size = mail.size, uids.contains(uid) {
        sizes[uid] = .init(uid: uid, size: size, flags: MailFlags(named: mail.flags ?? []))
      }
    }
    for piece in uids.pieces() {
      waiting.append(try await send(.uidFetch(piece, [.uid, .size, .flags])))
      if waiting.count >= 4 { _ = try await finish(waiting.removeFirst(), take) }
    }
    for number in waiting { _ = try await finish(number, take) }
    return sizes.values.sorted { $0.uid < $1.uid }
  }

  /// The flags that changed since a number of changes (RFC 7162 §3.1.4).
  public func flags(since modSeq: Int64) async throws -> [UInt32: MailFlags] {
    var changed: [UInt32: MailFlags] = [:]
    try await require(.uidFetch(UIDSet(1...UInt32.max), [.uid, .flags], changedSince: modSeq)) { response in
      if case .fetch(let mail) = response, let uid = mail.uid, let flags = mail.flags {
        changed[uid] = MailFlags(named: flags)
      }
    }
    return changed
  }

  /// Begins to fetch portions; `nextPortion` gives them, in order.
  ///
  /// Mails are taken by BODY.PEEK, which leaves every flag as it is (RFC 3501 §6.4.5). `announced` are their sizes.
  public func begin(_ portions: [UIDSet], announced: [FetchPlan.Sized]) {
    fetching = Fetching(
      waiting: portions[...], sizes: Dictionary(announced.map { ($0.uid, $0.size) }) { $1 })
  }

  /// The next portion, nil when all were given; the one after it is asked for before this one is read.
  public func nextPortion() async throws -> IMAPPortion? {
    while fetching.asked.count < 2, let portion = fetching.waiting.popFirst() {
      // Servers miscount a little; one that sends much more than it announced would fill the memory.
      let room = portion.reduce(Int64(4 << 20)) { $0 + 2 * (fetching.sizes[$1] ?? 0) }
      let taken = IMAPPortion(asked: portion, batch: MailBatch(), given: UIDSet(), empty: UIDSet())
      fetching.asked.append(.init(taken: taken, numbers: [], room: room))
      // Scattered uids may need several lines: RFC 7162 §4 wants no line longer than 8,192 bytes.
      for piece in portion.pieces() {
        let number = try await send(.uidFetch(piece, [.uid, .whole]))
        fetching.asked[fetching.asked.count - 1].numbers.append(number)
      }
    }
    guard let numbers = fetching.asked.first?.numbers else { return nil }
    for number in numbers {
      let status = try await finish(number) { response in
        guard case .fetch(let mail) = response, let uid = mail.uid, let bytes = mail.section("") else { return }
        guard fetching.take(uid, bytes) else { throw unfollowed("more bytes than the sizes it told") }
      }
      if status.condition == .bad { throw refused(.uidFetch(fetching.asked[0].taken.asked, [.whole]), status) }
    }
    let taken = fetching.asked.removeFirst().taken
    // A gap that a swallowed answer leaves is told from one of ours by this line.
    let missing = taken.asked.subtracting(taken.given)
    if !missing.isEmpty { transcript.add("! not given: \(missing)") }
    return taken
  }
}
