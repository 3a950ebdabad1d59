import Consent
import Model

/// The folders of mail files as they lie on disk: names only, nothing is opened.
struct MailTree {
  /// One mail file of a folder.
  struct Item {
    /// What names the mail in its folder: made of its file name, so that it is the same in every run.
    var uid: Int64
    var path: [UInt8]
  }

  struct Folder {
    var name: String
    var items: [Item] = []
    /// The mailbox file, where a folder is one.
    var mbox: [UInt8]?
    /// Folders and files in it that cannot be listed.
    var unreadable = 0
  }

  private(set) var folders: [Folder] = []
  private let root: [UInt8]

  init(_ kind: Source.Kind, at location: String) throws {
    root = Array(location.utf8)
    let isFolder: Bool
    do {
      isFolder = try LocalFile.isFolder(root)
    } catch {
      throw error == .missing
        ? Trouble("there is nothing at this path", "check the path; nothing was changed")
        : Trouble("this path cannot be read", "give this user the right to read it")
    }
    switch kind {
    case .mbox: if isFolder { try readMailboxes() } else { folders = [mailbox(root, root)] }
    case .maildir: try readMaildir(isFolder)
    case .mails: try readMails(isFolder)
    case .vcard, .csv, .carddav: throw Trouble("an address book holds no mails", "import it with its own kind")
    case .ics, .caldav: throw Trouble("a calendar holds no mails", "import it with its own kind")
    case .imap: throw Trouble("a mail server is no folder of files", "add it by 'kith source add imap'")
    }
    tellApart()
  }

  /// Two folders that would be shown by one name (names need not be UTF-8) get a number.
  private mutating func tellApart() {
    var seen: [String: Int] = [:]
    for place in folders.indices {
      let count = seen[folders[place].name, default: 0] + 1
      seen[folders[place].name] = count
      if count > 1 { folders[place].name += " (\(count))" }
    }
  }

  // MARK: - A folder of mailbox files

  private mutating func readMailboxes() throws {
    try walk { path, listing, tree in
      for name in listing.files { tree.folders.append(tree.mailbox(path + [47] + name, path + [47] + name)) }
    }
  }

  private func mailbox(_ path: [UInt8], _ named: [UInt8]) -> Folder {
    let name = named == root ? root.split(separator: 47).last.map(Array.init) ?? [] : relative(path)
    return Folder(name: String(decoding: name, as: UTF8.self), mbox: path)
  }

  // MARK: - Maildir

  /// Every folder that holds `cur` or `new` is a Maildir: `.Sent` of Maildir++ as well as `Sent/` of other layouts.
  private mutating func readMaildir(_ isFolder: Bool) throws {
    guard isFolder else { throw Trouble("this is a file, not a Maildir", "use --kind mbox, or name the folder") }
    let parts: [[UInt8]] = [Array("cur".utf8), Array("new".utf8)]
    let closed: Set<[UInt8]> = Set(parts + [Array("tmp".utf8)])
    try walk(entering: { !closed.contains($0) }) { path, listing, tree in
      let inside = parts.filter(listing.folders.contains)
      guard !inside.isEmpty else { return }
      var folder = Folder(name: tree.maildirName(path))
      var seen: Set<Int64> = []
      for part in inside { tree.add(path + [47] + part, to: &folder, &seen) }
      tree.folders.append(folder)
    }
    guard !folders.isEmpty else {
      throw Trouble(
        "there is no Maildir at this path (no folder 'cur' or 'new')", "use --kind mails for a folder of raw mails")
    }
  }

  private func add(_ path: [UInt8], to folder: inout Folder, _ seen: inout Set<Int64>) {
    guard let names = try? LocalFile.list(path).files else {
      folder.unreadable += 1
      return
    }
    // Names that begin with a dot are no mails (maildir(5)).
    for name in names where name.first != 46 {
      var uid = MailTree.uid(name.firstRange(of: [58, 50, 44]).map { Array(name[..<$0.lowerBound]) } ?? name)
      if !seen.insert(uid).inserted {
        // Two files of one unique name: the second is known by its whole name, so that neither is lost.
        uid = MailTree.uid(name + [0])
        seen.insert(uid)
      }
      folder.items.append(Item(uid: uid, path: path + [47] + name))
    }
  }

  /// `.Archive.2026` is `Archive/2026` (Maildir++); the top is the inbox.
  private func maildirName(_ path: [UInt8]) -> String {
    var name = relative(path)
    if name.isEmpty { return "INBOX" }
    if name.first == 46 { name = Array(name.dropFirst().map { $0 == 46 ? 47 : $0 }) }
    return String(decoding: name, as: UTF8.self)
  }

  // MARK: - A folder of raw mails

  private mutating func readMails(_ isFolder: Bool) throws {
    guard isFolder else {
      throw Trouble("this is a file, not a folder of mails", "use --kind mbox, or name the folder")
    }
    try walk { path, listing, tree in
      guard !listing.files.isEmpty || path == tree.root else { return }
      let name = tree.relative(path)
      var folder = Folder(name: name.isEmpty ? "." : String(decoding: name, as: UTF8.self))
      folder.items = listing.files.map { file in
        Item(uid: MailTree.uid(name.isEmpty ? file : name + [47] + file), path: path + [47] + file)
      }
      tree.folders.append(folder)
    }
  }

  // MARK: - Walking

  /// Goes through all folders below the root, parents first; one that cannot be listed is counted, never skipped.
  private mutating func walk(
    entering: ([UInt8]) -> Bool = { _ in true }, _ body: ([UInt8], LocalFile.Listing, inout MailTree) -> Void
  ) throws {
    var waiting = [root]
    while let path = waiting.popLast() {
      let listing: LocalFile.Listing
      do {
        listing = try LocalFile.list(path)
      } catch {
        guard path != root else {
          throw Trouble("this folder cannot be read", "give this user the right to read it")
        }
        if error != .missing {
          folders.append(Folder(name: String(decoding: relative(path), as: UTF8.self), unreadable: 1))
        }
        continue
      }
      body(path, listing, &self)
      for name in listing.folders.reversed() where entering(name) { waiting.append(path + [47] + name) }
    }
  }

  private func relative(_ path: [UInt8]) -> [UInt8] { Array(path.dropFirst(root.count + 1)) }

  /// 63 bits of SHA-256: the uid of a file.
  static func uid(_ name: [UInt8]) -> Int64 {
    Int64(sha256(name).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 1)
  }
}
