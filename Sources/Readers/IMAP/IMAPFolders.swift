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
    var listed: [IMAPListed] = []
    var counted: [IMAPName: MailboxStatus] = [:]
    var isTooMuch = false
    try await require(.list(.all, returning: options)) { response in
      switch response {
      case .list(let folder):
        if listed.count < IMAPSession.mostFolders { listed.append(folder) } else { isTooMuch = true }
      case .mailbox(let status):
        if counted.count < IMAPSession.mostFolders { counted[status.name] = MailboxStatus(status) }
      default: break
      }
    }
    if isTooMuch {
      throw Trouble("the server lists more than \(IMAPSession.mostFolders) folders", "name some by --folder")
    }
    var seen: Set<IMAPName> = []
    let open = listed.filter { $0.isSelectable && seen.insert($0.name).inserted }
    try await count(open.map(\.name).filter { counted[$0] == nil }, items, &counted)
    return IMAPSession.toldApart(open, counted)
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

  /// Folders under names for people; two that would read the same get a number.
  private static func toldApart(_ folders: [IMAPListed], _ counted: [IMAPName: MailboxStatus]) -> [IMAPFolder] {
    var used: [String: Int] = [:]
    return folders.sorted { $0.name.raw.lexicographicallyPrecedes($1.name.raw) }.map { folder in
      var name = folder.name.text()
      let count = used[name, default: 0] + 1
      used[name] = count
      if count > 1 { name += " (\(count))" }
      return IMAPFolder(
        listed: ListedFolder(
          name: name, delimiter: folder.delimiter.map { Character(Unicode.Scalar($0)) }, isJunk: folder.has("\\Junk"),
          isTrash: folder.has("\\Trash"), holdsAll: folder.has("\\All")),
        status: counted[folder.name], name: folder.name)
    }
  }
}

extension MailboxStatus {
  init(_ status: IMAPMailboxStatus) {
    self.init(
      uidValidity: max(0, status.uidValidity ?? 0), lastUID: status.uidNext.map { max(0, $0 &- 1) },
      count: status.messages.flatMap { Int(exactly: $0) }.map { max(0, $0) }, modSeq: max(0, status.highestModSeq ?? 0))
  }
}
