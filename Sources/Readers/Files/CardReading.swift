import Consent
import Formats
public import Model
public import Plans

/// One address book of files: a file of cards, a folder of such files, or a table of contacts.
public struct CardBook: Sendable {
  /// A card between reading and sealing: what it says does not leave this room open.
  public struct Card: Sendable {
    public let seen: AddressBookPlan.Seen
    let contact: Contact
    let digest: [UInt8]
  }

  /// What the book is called in the completeness ledger.
  public let name: String
  public private(set) var cards: [Card] = []
  public private(set) var leftOut: [LeftOut: Int] = [:]
  /// Everything that is there, whether it is kept or not.
  public private(set) var onServer = 0

  /// Whether all of it could be read; what is missing from a book that was read in part is not gone.
  public var isComplete: Bool { leftOut[.unreadable] == nil }

  /// A file of cards is read whole up to this size.
  static let largestFile = 256 * 1024 * 1024
  /// A uid longer than this is known by its digest.
  private static let longestUID = 200

  public init(_ kind: Source.Kind, at location: String) throws {
    let path = Array(location.utf8)
    name = String(decoding: path.split(separator: 47).last.map(Array.init) ?? path, as: UTF8.self)
    let isFolder: Bool
    do {
      isFolder = try LocalFile.isFolder(path)
    } catch {
      throw error == .missing
        ? Trouble("there is nothing at this path", "check the path; nothing was changed") : LocalFile.closed
    }
    switch kind {
    case .vcard: if isFolder { try readFolder(path) } else { try read(path) }
    case .csv:
      guard !isFolder else { throw Trouble("this is a folder, not a table", "name the CSV file") }
      try readTable(path)
    case .carddav: throw Trouble("a server of address books is no file", "add it by 'kith source add carddav'")
    case .mbox, .maildir, .mails, .imap:
      throw Trouble("these are mails, not an address book", "import it with its own kind")
    case .ics, .caldav: throw Trouble("a calendar is no address book", "import it with its own kind")
    }
    leaveOutDoubled()
  }

  /// One resource of a book on a server: what is in it, known by its uid, or by where it lies if it names none.
  init(resource bytes: [UInt8], at place: String) {
    name = place
    for card in VCard.read(bytes).cards { add(card.contact, digest: sha256(card.serialized()), place: place) }
    leaveOutDoubled()
  }

  // MARK: - Cards

  private mutating func readFolder(_ root: [UInt8]) throws {
    var waiting = [root]
    var files = 0
    while let path = waiting.popLast() {
      guard let listing = try? LocalFile.list(path) else {
        guard path != root else { throw LocalFile.closed }
        leaveOut(.unreadable)
        continue
      }
      waiting += listing.folders.reversed().map { path + [47] + $0 }
      for name in listing.files where CardBook.isCardFile(name) {
        files += 1
        do {
          try read(path + [47] + name)
        } catch {
          leaveOut(.unreadable)
        }
      }
    }
    if files == 0 { throw Trouble("there is no file of cards (.vcf) in this folder", "name a file, or another folder") }
  }

  private static func isCardFile(_ name: [UInt8]) -> Bool {
    let name = fold(String(decoding: name, as: UTF8.self))
    return name.hasSuffix(".vcf") || name.hasSuffix(".vcard")
  }

  private mutating func read(_ path: [UInt8]) throws {
    let bytes = try CardBook.bytes(path)
    let found = VCard.read(bytes).cards
    if found.isEmpty, bytes.contains(where: { $0 > 32 }) {
      throw Trouble("there is no card (BEGIN:VCARD) in this file", "name a file of vCards")
    }
    for card in found { add(card.contact, digest: sha256(card.serialized())) }
  }

  private static func bytes(_ path: [UInt8]) throws -> [UInt8] { try LocalFile.whole(path, limit: largestFile) }

  // MARK: - Tables

  private mutating func readTable(_ path: [UInt8]) throws {
    let table = CSVTable.read(try CardBook.bytes(path)).table
    if table.header.isEmpty { return }
    guard let (columns, rows) = ContactColumns.find(in: table) else {
      let why = ContactColumns.trouble(header: table.header) ?? "no column is known"
      throw Trouble("this table cannot be read: \(why)", "give its columns names such as 'Name' and 'E-mail'")
    }
    for row in rows {
      var hash = Digesting()
      for (cell, column) in zip(row, table.header) where !cell.isEmpty {
        hash.add(framed: Array(column.utf8))
        hash.add(framed: Array(cell.utf8))
      }
      add(columns.contact(row), digest: hash.finish())
    }
  }

  // MARK: - Both

  /// `place` stands in for a missing uid where a card keeps its place when it changes.
  private mutating func add(_ contact: Contact, digest: [UInt8], place: String? = nil) {
    onServer += 1
    if contact.kind == .group { return count(.group) }
    let names = [contact.name, contact.given, contact.family, contact.organisation]
    if names.allSatisfy(\.isEmpty), !CardTaking.reaches(contact) { return count(.empty) }
    let stand = place.map { hex(sha256(Array($0.utf8))) } ?? hex(digest)
    let uid = contact.uid.isEmpty || contact.uid.utf8.count > CardBook.longestUID ? stand : contact.uid
    cards.append(Card(seen: .init(uid: uid, digest: hex(digest)), contact: contact, digest: digest))
  }

  /// Of several cards with one uid the last counts, as the plan says.
  private mutating func leaveOutDoubled() {
    var last: [String: Int] = [:]
    for (place, card) in cards.enumerated() { last[card.seen.uid] = place }
    let kept = cards.indices.filter { last[cards[$0].seen.uid] == $0 }
    if kept.count < cards.count { leftOut[.doubled] = cards.count - kept.count }
    cards = kept.map { cards[$0] }
  }

  private mutating func count(_ rule: LeftOut) { leftOut[rule, default: 0] += 1 }

  private mutating func leaveOut(_ rule: LeftOut) {
    onServer += 1
    count(rule)
  }
}
