import Consent
import Formats
import Model
import Readers
import Store

/// What was found in one place of a collection on a server.
struct FoundPlace<Item: Sendable>: Sendable {
  var place: String
  var etag: String
  var items: [Item] = []
  var rule: LeftOut?
}

/// One run over the collections of a source on a server, of cards or of events: what `PullBook` asks of either.
protocol CollectionRun: Sendable {
  associatedtype Reading: Purpose
  associatedtype Item: Sendable
  associatedtype Leaving: LeavingItems

  var content: DAVContent { get }
  var store: Store { get }
  var account: ID<Account> { get }
  var source: Source { get }
  var lease: Lease { get }

  func permit(_ count: Int) async throws -> Permit<Reading>
  func fetch(_ hrefs: [DAVHref], _ session: DAVSession, in book: DAVBook) async throws -> [DAVItem<Item>]
  func uid(_ item: Item) -> String
  /// What an item of this source is known by.
  func identity(_ uid: String) -> String
  /// Permit and one transaction that stores the items, where each lies, and causes what follows; answers how many.
  func keep(_ items: [Item], in folder: ID<Folder>, of book: DAVBook, found: [FoundPlace<Item>]) async throws -> Int
  /// What is needed to note in a transaction that items are gone.
  func leaving(_ permit: borrowing Permit<Reading>) -> Leaving
}

/// Notes in a transaction that items are gone, and causes what follows.
protocol LeavingItems: Sendable {
  func leave(_ identities: [String], in session: any Session) throws
}

extension CollectionRun {
  /// What lies in a place, without those who were erased.
  func resource(_ found: FoundPlace<Item>, _ erased: Set<String> = []) -> Resource {
    let identities = Set(found.items.map { identity(uid($0)) }).subtracting(erased)
    let rule = found.rule ?? (found.items.isEmpty ? .empty : .erased)
    return Resource(
      place: found.place, etag: found.etag, identities: identities.sorted(),
      rule: identities.isEmpty ? rule.rawValue : nil)
  }
}
