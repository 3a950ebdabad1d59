public import Consent
import Formats
public import Model
import Plans
public import Wire

/// An address book on a server as a CRM: one card for each person, which people edit with any program.
///
/// The card itself names the person (`X-KITH-ID`) and the last change (`X-KITH-KEY`), and lies where the person's id
/// says: a second try meets the first. Every write says what it expects to find there.
public struct CardDAVCRM: CRM {
  /// What an address book has a place for.
  public static let fields: Set<Fact.Field> = [
    .name, .given, .family, .email, .phone, .organisation, .title, .url, .address, .birthday, .note, .tag, .custom,
  ]
  /// What is read of every card.
  private static let directory: [FieldKey] = [.name, .given, .family, .email, .phone, .organisation, .title]

  private let destination: ID<Destination>
  private let session: OutletSession
  private let book: CardDAVBook
  private let memory = CardDAVMemory()
  /// Properties that the approved mapping has.
  private let properties: Set<String>
  /// What a card is read for: no more than is mapped, and the directory, by which people are known.
  private let read: [FieldKey]

  /// `mapped` are the fields of the approved mapping: a card never leaves with a property more than these, and than it
  /// had (P077).
  public init(
    _ destination: Destination, _ session: OutletSession, mapped: [FieldKey], now: @escaping @Sendable () -> Instant
  ) throws {
    guard let server = destination.server, let href = server.path.flatMap({ DAVHref(path: $0) }) else {
      throw Trouble("this destination has no address book", "revoke it and add it again")
    }
    self.destination = destination.id
    self.session = session
    book = CardDAVBook(talk: CardDAVTalk(server, now: now) { try await session.ask($0) }, href: href)
    properties = FolderRecord.properties(mapped)
    read = Set(mapped).union(CardDAVCRM.directory).sorted()
  }

  public var capabilities: CRMCapabilities {
    CRMCapabilities(batch: 1, feed: .since(showsDeletions: true), fields: CardDAVCRM.fields)
  }

  public func shaped(_ values: FieldValues) -> FieldValues {
    FolderRecord.read(CardDAVCRM.card(values, ID(1), key: "1"))?.contact.values(read) ?? values
  }

  private static func card(_ values: FieldValues, _ person: ID<Person>, key: String) -> [UInt8] {
    FolderRecord.render(Contact(values), id: person, key: key, version: .three)
  }

  // MARK: reading

  public func records(since cursor: RemoteCursor?) async throws -> RemoteRecords {
    guard let status = try await book.status() else { return RemoteRecords(records: [], isThere: false) }
    if let cursor, status.tellsChanges, let told = try await book.changes(since: cursor.text) {
      var found = try await records(told.changed.keys.sorted { $0.key < $1.key })
      found.isWhole = false
      found.gone.formUnion(told.removed.map(\.key))
      found.cursor = RemoteCursor(told.token)
      return found
    }
    var found = try await records(try await book.members().keys.sorted { $0.key < $1.key })
    found.gone = []
    // The token is older than the list: what changed in between is told once more.
    found.cursor = status.tellsChanges ? status.syncToken.map { RemoteCursor($0) } : nil
    return found
  }

  public func names() async throws -> Set<String> { Set(try await book.members().keys.map(\.key)) }

  private func records(_ hrefs: [DAVHref]) async throws -> RemoteRecords {
    let cards = try await book.cards(hrefs)
    var found = RemoteRecords(records: [])
    for href in hrefs {
      guard let held = cards[href] else {
        found.gone.insert(href.key)
        continue
      }
      if let why = CardDAVCRM.odd(held.bytes) {
        found.leftAlone.append(.init(href.key, why: why))
      } else if let record = record(href, held) {
        found.records.append(record)
        memory.hold(href, held)
      }
    }
    return found
  }

  private func record(_ href: DAVHref, _ held: HeldCard) -> RemoteRecord? {
    FolderRecord.read(held.bytes).map { card in
      RemoteRecord(
        remote: href.key, person: card.id, key: card.key, digest: held.digest,
        values: card.contact.values(read))
    }
  }

  /// Why a resource is nobody's record; nil if it is one.
  private static func odd(_ bytes: [UInt8]) -> String? {
    let cards = VCard.read(bytes).cards
    guard cards.count == 1, let card = cards.first else {
      return cards.isEmpty ? "holds no card" : "holds several cards"
    }
    return card.contact.kind == .group ? "a group of people" : nil
  }

  // MARK: writing

  public func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    var answers: [CRMAnswer] = []
    for write in writes {
      if let field = write.change.fields.map(\.field).first(where: { !CardDAVCRM.fields.contains($0.field) }) {
        answers.append(.refused(field: field, why: "an address book has no place for it"))
        continue
      }
      switch write.change.kind {
      case .create: answers.append(try await create(write, permit, check))
      case .update: answers.append(try await update(write, permit, check))
      }
    }
    return answers
  }

  private func create(
    _ write: CRMWrite, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    let person = write.change.person
    guard let place = place(of: person) else { throw book.talk.trouble("has no such address", "look at --url") }
    var values: FieldValues = [:]
    for change in write.change.fields { values[change.field] = change.new }
    let card = CardDAVCRM.card(values, person, key: write.key)
    return try await put(card, at: place, only: .absent, over: [], write, permit, check)
  }

  /// Where a person's card lies that is made here: the same for every try.
  private func place(of person: ID<Person>) -> DAVHref? {
    let folder = book.href.isCollection ? book.href.path : book.href.path + "/"
    return DAVHref(path: folder + "kith-" + person.description.dropFirst(Person.prefix.count + 1) + ".vcf")
  }

  private func update(
    _ write: CRMWrite, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    guard let place = place(write.change.remote), let held = try await look(place) else { return .changed }
    guard let card = FolderRecord.read(held.bytes) else { return .changed }
    if card.key == write.key { return .written(remote: place.key, digest: held.digest) }
    guard held.digest == write.expected else {
      memory.forget(place)
      return .changed
    }
    // Whoever is named there stays named: another account of Kith may have.
    guard
      let new = FolderRecord.updating(
        held.bytes, changes: write.change.lines(over: held.bytes), id: card.id == nil ? write.change.person : nil,
        key: write.key)
    else { return .changed }
    return try await put(new, at: place, only: .init(held.etag), over: held.bytes, write, permit, check)
  }

  /// The card as this conversation last read it.
  ///
  /// A second try goes by what the first one saw: if that one was done after all, the etag is another now, and the server
  /// refuses the second.
  private func look(_ place: DAVHref) async throws -> HeldCard? {
    if let held = memory.card(place) { return held }
    let held = try await book.card(place)
    if let held { memory.hold(place, held) }
    return held
  }

  private func put(
    _ card: [UInt8], at place: DAVHref, only when: CardDAVBook.Guard, over held: [UInt8], _ write: CRMWrite,
    _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    let call = try CardDAVBook.put(card, at: place, only: when)
    let schema = PayloadSchema(card: properties, over: held)
    switch try book.outcome(try await change(call, schema, permit, check)) {
    case .done(let etag?):
      memory.forget(place)
      return .written(remote: place.key, digest: etag)
    case .refused(let why): return .refused(field: nil, why: why)
    case .gone: return .changed
    case .done(nil), .unclear, .changed: break
    }
    // What stands there says which change made it.
    memory.forget(place)
    guard let now = try await book.card(place), FolderRecord.read(now.bytes)?.key == write.key else { return .changed }
    return .written(remote: place.key, digest: now.digest)
  }

  public func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    guard let place = place(remote), let held = try await book.card(place) else {
      return .written(remote: remote, digest: "")
    }
    guard held.digest == digest else { return .changed }
    let call = try CardDAVBook.delete(place, only: .init(held.etag))
    switch try book.outcome(try await change(call, PayloadSchema(.empty), permit, check)) {
    case .done, .gone: return .written(remote: remote, digest: "")
    case .changed, .refused: return .changed
    case .unclear: return try await book.card(place) == nil ? .written(remote: remote, digest: "") : .changed
    }
  }

  /// A place in the book and nowhere else.
  private func place(_ remote: String?) -> DAVHref? {
    guard let href = remote.flatMap({ DAVHref(path: $0) }), href.isInside(book.href), !href.isCollection else {
      return nil
    }
    return href
  }

  private func change(
    _ call: OutletCall, _ schema: PayloadSchema, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> HTTPResponse {
    do {
      return try await session.change(call, schema, permit, check: check)
    } catch let trouble as Trouble {
      throw book.talk.told(trouble)
    }
  }
}
