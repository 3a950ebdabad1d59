public import Consent
import Formats
public import Model
public import Plans
public import Wire

/// The address books of a source, for the one case in which the owner lets a card of it be changed (P013).
public struct CardDAVSource: Sendable {
  /// A card as it stands there.
  public struct Card: Sendable, Equatable {
    /// The digest of where it lies, as it is known here.
    public let place: String
    /// Where it lies.
    public let path: String
    public let values: FieldValues
  }

  /// What became of a change.
  public enum Outcome: Sendable, Equatable {
    case written
    /// Something else stands in the field than what was approved to be replaced; nothing was written.
    case changed
    /// The server does not take the card as it would be; nothing was written.
    case refused(String)
  }

  /// How often a write is tried whose answer is lost.
  private static let tries = 3

  private let session: WriteBackSession
  private let talk: CardDAVTalk

  public init(_ session: WriteBackSession, _ server: MailServer, now: @escaping @Sendable () -> Instant) {
    self.session = session
    talk = CardDAVTalk(server, now: now) { try await session.ask($0) }
  }

  /// The cards at some places of a book; those that are gone, or are no single card, are missing.
  public func cards(_ places: Set<String>, in path: String) async throws -> [Card] {
    guard let book = book(path) else { return [] }
    let wanted = try await book.members().keys.filter { places.contains(CardDAVSource.place($0)) }
    var found: [Card] = []
    for href in wanted.sorted(by: { $0.key < $1.key }) {
      if let held = try await book.card(href), let values = CardDAVSource.values(held) {
        found.append(Card(place: CardDAVSource.place(href), path: href.key, values: values))
      }
    }
    return found
  }

  /// Writes one approved field of one card, if it still shows what was approved to be replaced.
  ///
  /// Nothing else of the card changes by a byte. An answer that was lost is looked for, and the write tried again: it is
  /// done once at most, since it names the etag that it starts from.
  public func write(
    _ change: SourceChange, to path: String, in folder: String, _ permit: borrowing Permit<WriteBack>,
    check: @Sendable () async throws -> Void
  ) async throws -> Outcome {
    guard let book = book(folder), let href = DAVHref(path: path), href.isInside(book.href) else { return .changed }
    var left = CardDAVSource.tries
    while true {
      guard let held = try await book.card(href), let values = CardDAVSource.values(held) else { return .changed }
      // The first look finds it only if an earlier try wrote it.
      if left < CardDAVSource.tries, change.isDone(in: values) { return .written }
      guard change.fits(values) else { return .changed }
      left -= 1
      do {
        let response = try await put(change, over: held, at: href, permit, check)
        switch try book.outcome(response) {
        case .done: return .written
        case .refused(let why): return .refused(why)
        case .gone: return .changed
        case .changed, .unclear: if left == 0 { return .changed }
        }
      } catch let trouble as Trouble {
        guard left > 0, case .wait = talk.told(trouble).remedy else { throw talk.told(trouble) }
      }
    }
  }

  private func put(
    _ change: SourceChange, over held: HeldCard, at href: DAVHref, _ permit: borrowing Permit<WriteBack>,
    _ check: @Sendable () async throws -> Void
  ) async throws -> HTTPResponse {
    let values = change.field.new.map { Contact.Labelled($0) }
    guard let new = FolderRecord.correcting(held.bytes, change.field.field.field, values) else {
      throw talk.trouble("shows a card that cannot be changed", "change it there")
    }
    let call = try CardDAVBook.put(new, at: href, only: .init(held.etag))
    let schema = PayloadSchema(
      card: FolderRecord.properties([change.field.field]).subtracting(FolderRecord.own), over: held.bytes)
    return try await session.change(
      call, schema, digest: hex(sha256(change.canonical)), permit, check: check)
  }

  private func book(_ path: String) -> CardDAVBook? {
    DAVHref(path: path).map { CardDAVBook(talk: talk, href: $0) }
  }

  private static func values(_ held: HeldCard) -> FieldValues? {
    guard VCard.read(held.bytes).cards.count == 1 else { return nil }
    return FolderRecord.read(held.bytes)?.contact.values(WriteBackPlan.fields)
  }

  private static func place(_ href: DAVHref) -> String { hex(sha256(Array(href.key.utf8))) }
}
