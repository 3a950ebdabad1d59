public import Consent
import Formats
public import Model
import Plans

/// A folder as a CRM: `people/<name>-<id>.vcf`, one card a file, that people may edit by hand; and `contacts.csv`, made
/// from the cards.
///
/// The card itself names the person (`X-KITH-ID`) and the last change (`X-KITH-KEY`), so a second try after a crash finds
/// what the first one did.
public struct FolderCRM: CRM {
  /// What a card is given and read for; everything else in it is the owner's own.
  static let fields: [FieldKey] = [
    .name, .given, .family, .email, .phone, .organisation, .title, .url, .address, .birthday, .note, .tag,
  ]

  private let destination: ID<Destination>
  let files: FolderFiles

  public init(_ destination: Destination) {
    self.destination = destination.id
    files = FolderFiles(root: destination.location)
  }

  public var capabilities: CRMCapabilities {
    CRMCapabilities(batch: 1, fields: Set(FolderCRM.fields.map(\.field)).union([.custom]))
  }

  public func shaped(_ values: FieldValues) -> FieldValues {
    guard let read = FolderRecord.read(FolderRecord.render(Contact(values), id: ID(1), key: "1")) else {
      return values
    }
    return FolderCRM.values(read.contact)
  }

  // MARK: reading

  public func records(since cursor: RemoteCursor?) async throws -> RemoteRecords {
    guard files.isThere else { return RemoteRecords(records: [], isThere: false) }
    var found = RemoteRecords(records: [])
    for name in try files.names() {
      let remote = FolderFiles.people + "/" + name
      do {
        if let record = try record(remote) { found.records.append(record) }
      } catch let why as Odd {
        found.leftAlone.append(.init(remote, why: why.text))
      } catch let why as FolderFiles.Unreadable {
        found.leftAlone.append(.init(remote, why: why.rawValue))
      }
    }
    let overview = FolderOverviewFile(found.records)
    found.isTidy = files.isSwept
    do {
      if let held = try files.read(FolderOverviewFile.name) {
        if !FolderOverviewFile.isOurs(held.bytes) {
          found.leftAlone.append(.init(FolderOverviewFile.name, why: "not written by Kith"))
        } else if held.bytes != overview.bytes {
          found.isTidy = false
        }
      } else if !overview.isEmpty {
        found.isTidy = false
      }
    } catch let why as FolderFiles.Unreadable {
      found.leftAlone.append(.init(FolderOverviewFile.name, why: why.rawValue))
    }
    return found
  }

  /// Why a file is no record.
  private struct Odd: Error { var text: String }

  /// A file as a record; nil if it is gone.
  private func record(_ remote: String) throws -> RemoteRecord? {
    guard remote.lowercased().hasSuffix(".vcf") else { throw Odd(text: "not a card file") }
    guard let read = try files.read(remote) else { return nil }
    return try record(remote, read.bytes)
  }

  private func record(_ remote: String, _ bytes: [UInt8]) throws -> RemoteRecord {
    let cards = VCard.read(bytes).cards.count
    guard cards == 1, let card = FolderRecord.read(bytes) else {
      throw Odd(text: cards == 0 ? "holds no card" : "holds several cards")
    }
    return RemoteRecord(
      remote: remote, person: card.id, key: card.key, digest: hex(sha256(bytes)),
      values: FolderCRM.values(card.contact))
  }

  // MARK: writing

  public func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    var answers: [CRMAnswer] = []
    for write in writes {
      try await check()
      answers.append(
        try await files.locked {
          switch write.change.kind {
          case .create: try await create(write, check)
          case .update: try await update(write, check)
          }
        })
    }
    return answers
  }

  public func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    try await check()
    return try await files.locked {
      guard let held = try read(remote) else { return .written(remote: remote, digest: "") }
      guard hex(sha256(held.bytes)) == digest else { return .changed }
      try await check()
      try files.remove(remote)
      return .written(remote: remote, digest: "")
    }
  }

  public func tidy(_ permit: borrowing Permit<SyncToCRM>, check: StandingCheck) async throws {
    try require(permit.destination)
    try await check()
    try await files.locked {
      files.sweep()
      let overview = FolderOverviewFile(try await records().records)
      let held = try read(FolderOverviewFile.name)
      if let held, !FolderOverviewFile.isOurs(held.bytes) || held.bytes == overview.bytes { return }
      if held == nil, overview.isEmpty { return }
      _ = try await files.write(
        FolderOverviewFile.name, overview.bytes, mode: held?.mode ?? 0o600, over: held?.stamp, check: check)
    }
  }

  private func require(_ named: ID<Destination>?) throws {
    guard named == destination else {
      throw Refusal(.noGrant, promise: 2, "this permit names another destination")
    }
  }

  private func create(_ write: CRMWrite, _ check: StandingCheck) async throws -> CRMAnswer {
    let person = write.change.person
    var values: FieldValues = [:]
    for change in write.change.fields { values[change.field] = change.new }
    let contact = Contact(values)
    let remote = FolderRecord.path(contact.name, id: person)
    // A file of this person may be there under another name: from a try that was cut off, or renamed by hand.
    let suffix = FolderCRM.suffix(remote)
    for name in try files.names() where name.hasSuffix(suffix) {
      let found = FolderFiles.people + "/" + name
      guard let held = try read(found), let card = FolderRecord.read(held.bytes), card.id == person else { continue }
      return card.key == write.key ? .written(remote: found, digest: hex(sha256(held.bytes))) : .changed
    }
    let bytes = FolderRecord.render(contact, id: person, key: write.key)
    guard try await files.write(remote, bytes, mode: 0o600, over: nil, check: check) else {
      throw Trouble("something else stands in the place of a new record", remedy: .skip("one record"))
    }
    return .written(remote: remote, digest: hex(sha256(bytes)))
  }

  private func update(_ write: CRMWrite, _ check: StandingCheck) async throws -> CRMAnswer {
    guard let remote = write.change.remote, let held = try read(remote) else { return .changed }
    let digest = hex(sha256(held.bytes))
    let card = FolderRecord.read(held.bytes)
    if card?.key == write.key { return .written(remote: remote, digest: digest) }
    guard digest == write.expected else { return .changed }
    guard
      let bytes = FolderRecord.updating(
        held.bytes, changes: write.change.lines(over: held.bytes), id: card?.id == nil ? write.change.person : nil,
        key: write.key)
    else { return .changed }
    guard try await files.write(remote, bytes, mode: held.mode, over: held.stamp, check: check) else { return .changed }
    return .written(remote: remote, digest: hex(sha256(bytes)))
  }

  /// Reads a file of ours; one that cannot be read is left out of this run.
  private func read(_ remote: String) throws -> FolderFiles.Read? {
    guard remote == FolderOverviewFile.name || FolderCRM.isPlain(remote) else { return nil }
    do {
      return try files.read(remote)
    } catch let why as FolderFiles.Unreadable {
      throw Trouble("a file of the CRM folder is \(why.rawValue)", remedy: .skip("one record"))
    }
  }

  /// A name in `people/` and nowhere else.
  private static func isPlain(_ remote: String) -> Bool {
    let parts = remote.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0] == FolderFiles.people && !parts[1].isEmpty && !parts[1].hasPrefix(".")
  }

  /// `-<id>.vcf`, the end of the name of every file of one person.
  private static func suffix(_ remote: String) -> String {
    remote.lastIndex(of: "-").map { String(remote[$0...]) } ?? remote
  }

  // MARK: values

  /// What a card says of the fields that are the same for all, and of custom fields.
  static func values(_ contact: Contact) -> FieldValues {
    contact.values(FolderCRM.fields + Set(contact.custom.map { FieldKey.custom($0.label) }).sorted())
  }
}

extension FolderCRM {
  /// The form in which a path is kept; throws for one that cannot serve as a CRM.
  public static func place(_ path: String, apartFrom apart: [String] = []) throws -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    guard path.hasPrefix("/"), !parts.isEmpty, !parts.contains(".."), !path.utf8.contains(0) else {
      throw Trouble("the folder must be named by its absolute path", "name it from / on, without '..'")
    }
    let location = "/" + parts.joined(separator: "/")
    for folder in apart where (location + "/").hasPrefix(folder.hasSuffix("/") ? folder : folder + "/") {
      throw Trouble("this folder is Kith's own", "name a folder outside of the data folder")
    }
    try FolderFiles(root: location).requireFolderOrNothing()
    return location
  }
}
