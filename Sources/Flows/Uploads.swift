public import Consent
import Formats
import Foundation
public import Model
public import ServiceLifecycle

/// Files that were sent to the site: they wait, for their owner alone, until they are read or an hour is over.
///
/// A file lies here in the clear, as it was sent, readable by nobody but this process's user; once it was read it is
/// removed, and what is kept of it lies sealed in the store.
public struct Uploads: Sendable {
  public let folder: String

  public init(folder: String) { self.folder = folder }

  /// More bytes than this are not taken.
  public static let largest = 8 << 30
  /// How long a file waits to be read.
  static let patience: Double = 3600

  /// A file that came whole.
  public struct Held: Sendable, Equatable {
    /// By what a page names it: the digest of its content.
    public var id: String
    public var path: String
    public var name: String
    public var size: Int
    /// What it seems to be, by its name and its first bytes; nil if it is nothing that can be read.
    public var kind: Source.Kind?
    /// Of cards: how many there are, and the names on the first; nil if the file is too large to look at.
    public var count: Int?
    public var names: [String] = []
    /// Of a table: what each column is read as, one a line.
    public var mapping: [String] = []
    /// Of a table: each column, and what it is read as; empty if that cannot be changed.
    public var columns: [Column] = []
    /// Why it cannot be read; nil if it can.
    public var trouble: String?
  }

  /// A column of a table: what it is called, and what it is read as, in words.
  public struct Column: Sendable, Equatable {
    public var header: String
    public var choice: String
  }

  /// What a column may be read as, in words.
  public static let choices = ContactColumns.choices

  private static let cutShort = Trouble("the file did not arrive whole", "send it again")

  /// Takes a form with one file in it; `check` is asked about the fields before the file, and may refuse.
  ///
  /// The same content twice is one file at one place.
  public func take<Pieces: AsyncSequence>(
    _ pieces: Pieces, contentType: String, of viewer: Viewer, check: ([String: String]) throws -> Void
  ) async throws -> Held where Pieces.Element == [UInt8] {
    guard var form = MultipartForm(contentType: contentType) else { throw Uploads.cutShort }
    let place = place(of: viewer)
    try Files.makeFolder(place)
    tidy(place)
    var fields: [String: String] = [:]
    var field = ""
    var file: (writing: Files.Writing, name: String)?
    var (digest, size, isOpen) = (Digesting(), 0, false)
    for try await piece in pieces {
      for event in try form.take(piece) {
        switch event {
        case .begin(let name, let named):
          field = name
          isOpen = named != nil
          guard let named else { continue }
          guard file == nil else { throw Trouble("more than one file came", "send them one by one") }
          try check(fields)
          file = (try Files.Writing(place + "/incoming-" + UUID().uuidString), Uploads.safe(named))
        case .bytes(let bytes):
          guard isOpen, let file else {
            guard fields.values.reduce(bytes.count, { $0 + $1.utf8.count }) < 1 << 20 else { throw Uploads.cutShort }
            fields[field, default: ""] += String(decoding: bytes, as: UTF8.self)
            continue
          }
          size += bytes.count
          guard size <= Uploads.largest else {
            throw Trouble("the file is larger than 8 GB", "divide it, or read it by 'kith import' on the server")
          }
          digest.add(bytes)
          try file.writing.write(bytes)
        case .end: isOpen = false
        }
      }
    }
    guard form.isWhole, let file else { throw Uploads.cutShort }
    guard size > 0 else { throw Trouble("no file was chosen, or it is empty", "choose a file") }
    let id = String(hex(digest.finish()).prefix(32))
    try Files.makeFolder(place + "/" + id)
    try file.writing.finish(as: place + "/" + id + "/" + file.name)
    guard let held = held(id, of: viewer) else { throw Uploads.cutShort }
    return held
  }

  /// The file that a page names; nil if it is not this viewer's, or not there any more.
  public func held(_ id: String, of viewer: Viewer) -> Held? {
    guard id.utf8.count == 32, id.allSatisfy(\.isHexDigit) else { return nil }
    let place = place(of: viewer) + "/" + id
    guard let name = (try? FileManager.default.contentsOfDirectory(atPath: place))?.first else { return nil }
    let path = place + "/" + name
    let size = (try? FileHandle(forReadingAtPath: path)?.seekToEnd()) ?? 0
    var held = Held(id: id, path: path, name: name, size: Int(size))
    look(&held)
    return held
  }

  /// Whether a place is one of these: what is read from it is removed then.
  func holds(_ location: String) -> Bool {
    let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path(percentEncoded: false)
    return location.hasPrefix(folder + "/") || location.hasPrefix(real.hasSuffix("/") ? real : real + "/")
  }

  /// The name by which a place is shown: of an upload the file's, of everything else the place itself.
  public func shown(_ location: String) -> String {
    holds(location) ? (location as NSString).lastPathComponent : location
  }

  func isThere(_ location: String) -> Bool { FileManager.default.fileExists(atPath: location) }

  /// Removes a file, with the folder that was made for it.
  func remove(_ location: String) throws {
    guard holds(location) else { return }
    try Files.remove((location as NSString).deletingLastPathComponent)
  }

  /// Removes what was sent for an account.
  public func forget(_ account: ID<Account>) throws { try Files.remove("\(folder)/\(account)") }

  /// Removes a file that its owner does not want to be read.
  public func drop(_ held: Held) throws { try remove(held.path) }

  /// Reads columns of a table as its owner says, by their numbers: the first line is written anew, here and not at theirs.
  public func read(_ held: Held, as chosen: [Int: String]) throws {
    let reading = try Files.Reading(held.path)
    let head = try reading.read(Uploads.glance)
    guard let begin = try ContactColumns.rewritten(head, isWhole: head.count == held.size, as: chosen) else {
      throw Trouble("the columns of this table cannot be changed here", "name them in its first line and send it again")
    }
    let place = (held.path as NSString).deletingLastPathComponent
    let writing = try Files.Writing((place as NSString).deletingLastPathComponent + "/incoming-" + UUID().uuidString)
    try writing.write(begin.header + head[begin.replaced...])
    while case let piece = try reading.read(1 << 20), !piece.isEmpty { try writing.write(piece) }
    try writing.finish(as: held.path)
  }

  /// So much of a file is looked at to know what it is.
  private static let glance = 64 << 10

  private func place(of viewer: Viewer) -> String { "\(folder)/\(viewer.account)/\(viewer.member)" }

  /// Removes what waits for longer than an hour, whoever sent it.
  public func sweep() {
    let files = FileManager.default
    for account in (try? files.contentsOfDirectory(atPath: folder)) ?? [] {
      for member in (try? files.contentsOfDirectory(atPath: "\(folder)/\(account)")) ?? [] {
        tidy("\(folder)/\(account)/\(member)")
      }
    }
  }

  /// Removes what waits for longer than an hour.
  private func tidy(_ place: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [] {
      let path = place + "/" + name
      guard let at = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date,
        Date.now.timeIntervalSince(at) > Uploads.patience
      else { continue }
      // What cannot be removed now is removed with the next upload.
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  /// A name that is one part of a path and no hidden file.
  static func safe(_ name: String) -> String {
    let kept = name.filter { $0 != "/" && $0 != "\\" && $0.unicodeScalars.allSatisfy { $0.value >= 32 } }
    let bare = String(kept.drop { $0 == "." })
    return bare.isEmpty ? "file" : String(bare.suffix(80))
  }

  // MARK: what it is

  private func look(_ held: inout Held) {
    let head = (try? Files.Reading(held.path).read(Uploads.glance)) ?? []
    let text = String(decoding: head.prefix(4096), as: UTF8.self)
    let name = fold(held.name)
    func ends(_ endings: String...) -> Bool { endings.contains { name.hasSuffix("." + $0) } }
    let begins = Array("BEGIN:VCARD".utf8)
    if text.contains("BEGIN:VCARD") || (ends("vcf", "vcard") && head.contains(begins)) {
      held.kind = .vcard
      guard held.size <= head.count else { return }
      let cards = VCard.read(head).cards.map(\.contact)
      let names = cards.map { $0.name.isEmpty ? $0.organisation : $0.name }.filter { !$0.isEmpty }
      (held.count, held.names) = (cards.count, Array(names.prefix(3)))
    } else if ends("vcf", "vcard") {
      held.trouble = "There is no card in this file: no line of it says BEGIN:VCARD."
    } else if text.contains("BEGIN:VCALENDAR") || ends("ics", "ical") {
      held.kind = .ics
    } else if text.hasPrefix("From ") || ends("mbox", "mbx") {
      held.kind = .mbox
    } else if ends("csv", "tsv", "txt") {
      held.kind = .csv
      columns(head, &held)
    } else {
      held.trouble =
        "This is no file that Kith can read. It reads mails (mbox), cards (vCard), tables (CSV) and events (iCalendar)."
    }
  }

  private func columns(_ head: [UInt8], _ held: inout Held) {
    let table = CSVTable.read(head).table
    held.columns = ContactColumns.readings(head, isWhole: head.count == held.size).map {
      Column(header: $0.header, choice: $0.choice)
    }
    guard let (columns, _) = ContactColumns.find(in: table) else {
      let why = ContactColumns.trouble(header: table.header) ?? "no column is known"
      held.trouble = "This table cannot be read: \(why). Give its columns names such as 'Name' and 'E-mail'."
      held.kind = nil
      return
    }
    held.mapping = columns.description.split(separator: "\n").map(String.init)
  }
}

/// Looks every few minutes for files that nobody wanted to be read, and removes them.
public struct SweepUploads: Service {
  let uploads: Uploads

  public init(_ uploads: Uploads) { self.uploads = uploads }

  public func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        uploads.sweep()
        // It ends when the process is asked to stop.
        guard (try? await Task.sleep(for: .seconds(300))) != nil else { return }
      }
    }
  }
}
