import Consent
import Glibc
public import Model

/// A place that is held already: how big the mail there is, and whether it is held as deep as the grant says.
public struct HeldPlace: Sendable, Equatable {
  public var size: Int
  public var isDeep: Bool

  public init(size: Int, isDeep: Bool) {
    self.size = size
    self.isDeep = isDeep
  }
}

/// Some mails that are not held yet, on their way to be sealed; their bytes do not leave this room.
public struct MailBatch: Sendable {
  /// Where a mail comes from.
  enum Origin: Sendable {
    case file([UInt8], size: Int)
    case bytes([UInt8], digest: [UInt8]?)
  }

  struct Waiting: Sendable {
    var folder: Int
    var uid: Int64
    var origin: Origin
  }

  var mails: [Waiting] = []
  var bytes = 0
  public var count: Int { mails.count }

  mutating func add(_ mail: Waiting, bytes: Int) {
    mails.append(mail)
    self.bytes += bytes
  }
}

/// Reads mail files: what is held is passed over, what is new comes in batches; nothing is ever changed there.
public struct MailReader {
  /// One folder as it is now.
  public struct Seen: Sendable, Equatable {
    public let name: String
    public internal(set) var onServer = 0
    public internal(set) var leftOut: [LeftOut: Int] = [:]
    /// Places that are held and no longer there; empty where the folder could not be read whole.
    public internal(set) var vanished: [Int64] = []
  }

  /// Larger mails are left out by rule.
  public static let largestMail = 50 * 1024 * 1024

  public private(set) var folders: [Seen]
  /// How many mails there are; nil where only reading tells.
  public let total: Int?
  /// How many mails were looked at.
  public private(set) var done = 0

  private let kind: Source.Kind
  private let tree: MailTree
  private var held: [[Int64: HeldPlace]]
  private var folder = 0
  private var item = 0
  private var mailbox: MailboxFile?
  private let mails: Int
  private let bytes: Int

  /// Looks what is there; `held` says by folder name what is held.
  ///
  /// A batch has at most so many mails, and not much more than so many bytes.
  public init(
    _ kind: Source.Kind, at location: String, held: [String: [Int64: HeldPlace]], mails: Int = 500,
    bytes: Int = 8 * 1024 * 1024
  ) throws {
    self.kind = kind
    self.mails = mails
    self.bytes = bytes
    tree = try MailTree(kind, at: location)
    folders = tree.folders.map { folder in
      var seen = Seen(name: folder.name)
      seen.onServer = folder.items.count + folder.unreadable
      if folder.unreadable > 0 { seen.leftOut[.unreadable] = folder.unreadable }
      return seen
    }
    self.held = tree.folders.map { held[$0.name] ?? [:] }
    total = kind == .mbox ? nil : tree.folders.reduce(0) { $0 + $1.items.count }
  }

  /// The next mails that are not held; an empty batch says that much was passed over, nil that all was seen.
  public mutating func next() -> MailBatch? {
    var batch = MailBatch()
    var passed = 0
    while folder < tree.folders.count {
      let whole: Bool
      if let path = tree.folders[folder].mbox {
        whole = readMailbox(path, &batch, &passed)
      } else {
        whole = readFolder(&batch)
      }
      guard whole else { return batch }
      endFolder()
    }
    return batch.count > 0 ? batch : nil
  }

  private func isFull(_ batch: MailBatch) -> Bool { batch.count >= mails || batch.bytes >= bytes }

  private mutating func endFolder() {
    if folders[folder].leftOut[.unreadable] == nil { folders[folder].vanished = held[folder].keys.sorted() }
    held[folder] = [:]
    folder += 1
    item = 0
  }

  // MARK: - Folders of files

  /// True at the end of the folder, false when the batch is full.
  private mutating func readFolder(_ batch: inout MailBatch) -> Bool {
    let items = tree.folders[folder].items
    while item < items.count {
      if isFull(batch) { return false }
      let next = items[item]
      item += 1
      done += 1
      let place = held[folder].removeValue(forKey: next.uid)
      // A file of a Maildir never changes; in other folders somebody may have put another mail in its place.
      if let place, place.isDeep, kind == .maildir { continue }
      do {
        let size = try LocalFile.size(next.path)
        if let place, place.isDeep, place.size == size { continue }
        if size == 0 {
          leaveOut(.empty)
        } else if size > MailReader.largestMail {
          leaveOut(.tooBig)
        } else {
          batch.add(.init(folder: folder, uid: next.uid, origin: .file(next.path, size: size)), bytes: size)
        }
      } catch {
        // What is gone since the folder was listed is a gap until the next run.
        if error != .missing { leaveOut(.unreadable) }
      }
    }
    return true
  }

  private mutating func leaveOut(_ rule: LeftOut) { folders[folder].leftOut[rule, default: 0] += 1 }

  // MARK: - Mailbox files

  private mutating func readMailbox(_ path: [UInt8], _ batch: inout MailBatch, _ passed: inout Int) -> Bool {
    var file: MailboxFile
    do {
      file = try mailbox.take() ?? MailboxFile(path)
    } catch {
      folders[folder].onServer += 1
      leaveOut(.unreadable)
      return true
    }
    while let mails = file.next() {
      passed += mails.reduce(0) { $0 + $1.count }
      for mail in mails { look(at: mail, in: &file, &batch) }
      if isFull(batch) || passed >= 64 * 1024 * 1024 {
        mailbox = file
        return false
      }
    }
    if file.failed || (file.hasContent && folders[folder].onServer == 0) {
      // Torn off by the disk, or no mailbox at all.
      folders[folder].onServer += 1
      leaveOut(.unreadable)
    }
    return true
  }

  private mutating func look(at mail: [UInt8], in file: inout MailboxFile, _ batch: inout MailBatch) {
    done += 1
    folders[folder].onServer += 1
    guard mail.count <= MailReader.largestMail else { return leaveOut(.tooBig) }
    guard !mail.isEmpty else { return leaveOut(.empty) }
    let digest = sha256(mail)
    let uid = file.uid(digest)
    if let place = held[folder].removeValue(forKey: uid), place.isDeep { return }
    batch.add(.init(folder: folder, uid: uid, origin: .bytes(mail, digest: digest)), bytes: mail.count)
  }
}
