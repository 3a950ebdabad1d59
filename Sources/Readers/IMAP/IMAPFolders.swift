import Formats
import Model
public import Plans

/// A folder of a mail server: what people call it, what the server calls it, and what it says of itself.
public struct IMAPFolder: Sendable {
  public var listed: ListedFolder
  /// Nil where the server does not tell, or refuses to.
  public var status: MailboxStatus?
  let name: IMAPName
}

extension IMAPSession {
  /// So many folders of one source are taken; a server with more is no mailbox.
  static let mostFolders = 20_000

  private static let counts: [IMAPStatusItem] = [.messages, .uidNext, .uidValidity]

  /// All folders that can be opened, each with its counts where the server tells them.
  public func folders() async throws -> [IMAPFolder] {
    let items = IMAPSession.counts + (capabilities.condstore ? [.highestModSeq] : [])
    var options: [IMAPListOption] = []
    if capabilities.extendedList, capabilities.specialUse { options.append(.specialUse) }
    if capabilities.extendedList, capabilities.listStatus { options.append(.status(items)) }
    var found = Listing()
    // Whose folders they are is asked along with them.
    let asked = capabilities.namespace ? try await send(.namespace) : nil
    try await require(.list(.all, returning: options)) { found.take($0) }
    if let asked { _ = try await finish(asked) { found.take($0) } }
    if found.isTooMuch {
      throw Trouble("the server lists more than \(IMAPSession.mostFolders) folders", "name some by --folder")
    }
    var seen: Set<IMAPName> = []
    let open = found.listed.filter { $0.isSelectable && seen.insert($0.name).inserted }
    try await count(open.map(\.name).filter { found.counted[$0] == nil }, items, &found.counted)
    return found.toldApart(open, utf8: namesAreUTF8)
  }

  /// Asks each folder for its counts, several at a time.
  private func count(
    _ names: [IMAPName], _ items: [IMAPStatusItem], _ counted: inout [IMAPName: MailboxStatus]
  ) async throws {
    var waiting: [Int] = []
    for name in names {
      waiting.append(try await send(.status(name, items)))
      if waiting.count >= 16 { try await take(waiting.removeFirst(), &counted) }
    }
    for number in waiting { try await take(number, &counted) }
  }

  private func take(_ number: Int, _ counted: inout [IMAPName: MailboxStatus]) async throws {
    // A folder whose counts are refused is opened all the same; that tells more.
    _ = try await finish(number) { response in
      if case .mailbox(let status) = response { counted[status.name] = MailboxStatus(status) }
    }
  }
}

/// What a server says of its folders.
private struct Listing {
  var listed: [IMAPListed] = []
  var counted: [IMAPName: MailboxStatus] = [:]
  var spaces = IMAPNamespaces()
  var isTooMuch = false

  mutating func take(_ response: IMAPResponse) {
    switch response {
    case .list(let folder):
      if listed.count < IMAPSession.mostFolders { listed.append(folder) } else { isTooMuch = true }
    case .mailbox(let status):
      if counted.count < IMAPSession.mostFolders { counted[status.name] = MailboxStatus(status) }
    case .namespace(let found): spaces = found
    default: break
    }
  }

  /// Folders under names for people; two that would read the same get a number.
  func toldApart(_ folders: [IMAPListed], utf8: Bool) -> [IMAPFolder] {
    var used: [String: Int] = [:]
    return folders.sorted { $0.name.raw.lexicographicallyPrecedes($1.name.raw) }.map { folder in
      var name = folder.name.text(utf8: utf8)
      let count = used[name, default: 0] + 1
      used[name] = count
      if count > 1 { name += " (\(count))" }
      return IMAPFolder(
        listed: ListedFolder(
          name: name, delimiter: folder.delimiter.map { Character(Unicode.Scalar($0)) }, isJunk: folder.has("\\Junk"),
          isTrash: folder.has("\\Trash"), isDrafts: folder.has("\\Drafts"), holdsAll: folder.has("\\All"),
          elsewhere: elsewhere(folder.name, utf8: utf8)),
        status: counted[folder.name], name: folder.name)
    }
  }

  /// Where a folder lies if it is not the owner's own: the longest prefix tells (RFC 2342 §5); INBOX always is.
  private func elsewhere(_ name: IMAPName, utf8: Bool) -> ListedFolder.Elsewhere? {
    if name.isInbox { return nil }
    let places: [(IMAPNamespaces.Place, FolderPlan.Rule?)] =
      spaces.personal.prefix(100).map { ($0, nil) } + spaces.others.prefix(100).map { ($0, .others) }
      + spaces.shared.prefix(100).map { ($0, .shared) }
    var best: (place: IMAPNamespaces.Place, rule: FolderPlan.Rule?)?
    for (place, rule) in places where place.holds(name) {
      if best.map({ $0.place.prefix.raw.count < place.prefix.raw.count }) ?? true { best = (place, rule) }
    }
    guard let best, let rule = best.rule else { return nil }
    return ListedFolder.Elsewhere(rule, prefix: best.place.prefix.text(utf8: utf8))
  }
}

extension IMAPNamespaces.Place {
  /// Whether a folder lies here, or is what stands above all that does.
  fileprivate func holds(_ name: IMAPName) -> Bool {
    name.raw.starts(with: prefix.raw) || delimiter.map { name.raw + [$0] == prefix.raw } ?? false
  }
}

extension MailboxStatus {
  init(_ status: IMAPMailboxStatus) {
    self.init(
      uidValidity: max(0, status.uidValidity ?? 0), lastUID: status.uidNext.map { max(0, $0 &- 1) },
      count: status.messages.flatMap { Int(exactly: $0) }.map { max(0, $0) }, modSeq: max(0, status.highestModSeq ?? 0))
  }
}
