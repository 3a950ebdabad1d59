public import Formats
public import Model
public import Plans
import Wire

/// What the collections hold that are looked for on a server.
public enum DAVContent: String, Sendable {
  case cards, events

  /// Nil for what lies on no such server.
  public init?(_ kind: Source.Kind) {
    switch kind {
    case .carddav: self = .cards
    case .caldav: self = .events
    default: return nil
    }
  }

  /// What a collection of it says of itself.
  var kind: DAVProperties.Kind { self == .cards ? .addressBook : .calendar }
  /// Where its service is found by the host alone (RFC 6764 §5).
  var wellKnown: String { self == .cards ? "/.well-known/carddav" : "/.well-known/caldav" }
  var homes: DAVQuestion.Property { self == .cards ? .addressHomes : .calendarHomes }
  var report: String { self == .cards ? "addressbook-multiget" : "calendar-multiget" }
  /// What people call such a collection.
  public var words: String { self == .cards ? "address book" : "calendar" }
}

/// An address book or a calendar on a server, as it says of itself.
public struct DAVBook: Sendable, Equatable {
  public let href: DAVHref
  public let content: DAVContent
  /// Its name for people, or the last part of its address.
  public fileprivate(set) var name: String
  public let status: BookStatus
  /// Whether many cards can be asked for at once; false where the server names its reports without that one.
  let sendsMany: Bool
  /// Whose it is, where the server says so: the address of a principal.
  let owner: String?
  /// Whether the server says that it was lent to this login.
  let isShared: Bool

  /// Whether it is the login's own, as far as the server tells.
  public fileprivate(set) var isOwn = true
}

extension DAVSession {
  /// The address books or calendars that the login sees: by the address that is given, or by the well-known one (RFC 6764 §6).
  ///
  /// A server is asked for the principal, the principal for its homes, and each home for its books. The principal and
  /// the given address are looked into too: some servers name a home that holds none. The address of one book means that
  /// one alone.
  public func books(at path: String? = nil, of content: DAVContent = .cards) async throws -> [DAVBook] {
    var start: DAVHref?
    if let path {
      start = DAVHref(path, on: origin)
      if start == nil { throw Trouble("this is no address of the server", "give a path, such as /dav/ada/") }
    }
    if let start, let book = try await book(at: start, of: content) { return [book] }
    var places: [DAVHref] = start.map { [$0] } ?? []
    let principal = try await principal(start, content)
    if let principal {
      places += try await homes(of: principal, content)
      places.append(principal)
    }
    if places.isEmpty, let root = DAVHref(path: "/") { places.append(root) }
    var found: [DAVBook] = []
    var lastFailure: Trouble?
    for (number, place) in places.enumerated() where !places[..<number].contains(where: { $0.isSame(as: place) }) {
      do {
        for book in try await books(in: place, of: content)
        where !found.contains(where: { $0.href.isSame(as: book.href) }) {
          found.append(book)
        }
      } catch let trouble as Trouble where DAVSession.isLocal(trouble) {
        lastFailure = trouble
      }
    }
    if found.isEmpty, let lastFailure { throw lastFailure }
    for at in found.indices { found[at].isOwn = isOwn(found[at], principal) }
    return named(found).sorted { $0.href.key < $1.href.key }
  }

  private func isOwn(_ book: DAVBook, _ principal: DAVHref?) -> Bool {
    if book.isShared { return false }
    guard let principal, let owner = book.owner.flatMap({ DAVHref($0, on: origin) }) else { return true }
    return owner.isSame(as: principal)
  }

  /// Whether a trouble says something of one place only, so that others may still be looked into.
  private static func isLocal(_ trouble: Trouble) -> Bool {
    if case .stop = trouble.remedy { return !trouble.what.contains("refused user or password") }
    return false
  }

  /// Who is logged in, by the address given, by the well-known one, or by the root.
  private func principal(_ start: DAVHref?, _ content: DAVContent) async throws -> DAVHref? {
    let question = DAVQuestion.properties([.principal])
    for place in start.map({ [$0] }) ?? [content.wellKnown, "/"].compactMap({ DAVHref(path: $0) }) {
      let (response, _) = try await ask(.propfind, place, depth: .zero, question)
      if response.status == 401 || response.status == 429 || response.status >= 500 { throw failed(response) }
      guard response.status == 207, let answer = try? read(response) else { continue }
      if let found = answer.items.lazy.compactMap(\.properties.principal).first {
        return try here(found)
      }
    }
    return nil
  }

  private func homes(of principal: DAVHref, _ content: DAVContent) async throws -> [DAVHref] {
    let (response, _) = try await ask(
      .propfind, principal, depth: .zero, DAVQuestion.properties([content.homes]))
    guard response.status == 207 else {
      if [403, 404, 405].contains(response.status) { return [] }
      throw failed(response)
    }
    return try read(response).items.flatMap {
      content == .cards ? $0.properties.addressHomes : $0.properties.calendarHomes
    }
    .map { try here($0) }
  }

  private func here(_ href: String) throws -> DAVHref {
    guard let found = DAVHref(href, on: origin) else {
      throw Trouble(
        "the server keeps what this login may see at another address",
        "look at 'kith source transcript', and add the source with the host that keeps them")
    }
    return found
  }

  /// The book at an address; nil if there is none.
  ///
  /// A server that cannot answer throws.
  public func book(at place: DAVHref, of content: DAVContent = .cards) async throws -> DAVBook? {
    let (response, _) = try await ask(
      .propfind, place, depth: .zero, DAVQuestion.properties(DAVBook.properties))
    guard response.status == 207 else {
      if [403, 404, 405, 410].contains(response.status) { return nil }
      throw failed(response)
    }
    return try read(response).items.first { $0.properties.kinds.contains(content.kind) }
      .map { DAVBook(DAVHref($0.href, on: origin) ?? place, $0.properties, content) }
  }

  /// Whether a book that was at an address is there no more; false where the server says neither yes nor no.
  public func isGone(_ path: String, of content: DAVContent = .cards) async throws -> Bool {
    guard let place = DAVHref(path: path) else { return false }
    let (response, _) = try await ask(.propfind, place, depth: .zero, DAVQuestion.properties([.kind]))
    if response.status == 404 || response.status == 410 { return true }
    guard response.status == 207, let item = try read(response).items.first else { return false }
    return item.status == 404 || (item.status == nil && !item.properties.kinds.contains(content.kind))
  }

  private func books(in place: DAVHref, of content: DAVContent) async throws -> [DAVBook] {
    let (answer, _) = try await multistatus(
      .propfind, place, depth: .one, DAVQuestion.properties(DAVBook.properties))
    return answer.items.compactMap { item in
      guard item.properties.kinds.contains(content.kind), let href = DAVHref(item.href, on: origin) else { return nil }
      return DAVBook(href, item.properties, content)
    }
  }

  /// Books of one name get their address with it: the ledger of completeness knows them by their names.
  private func named(_ books: [DAVBook]) -> [DAVBook] {
    let names = Dictionary(books.map { ($0.name, 1) }, uniquingKeysWith: +)
    return books.map { book in
      guard names[book.name, default: 0] > 1 else { return book }
      var named = book
      named.name = "\(book.name) (\(book.href.path))"
      return named
    }
  }

  /// What a book says of itself now.
  public func look(at book: DAVBook) async throws -> DAVBook {
    guard let found = try await self.book(at: book.href, of: book.content) else {
      throw Trouble("there is no \(book.content.words) at this address any more", "look at the server")
    }
    return found
  }
}

extension DAVBook {
  /// What is asked of a collection to know whether it is a book, and how far it has come.
  fileprivate static let properties: [DAVQuestion.Property] = [.kind, .name, .ctag, .syncToken, .reports, .owner]

  init(_ href: DAVHref, _ properties: DAVProperties, _ content: DAVContent) {
    self.href = href
    self.content = content
    owner = properties.owner
    isShared = properties.kinds.contains(.shared)
    let last = href.path.split(separator: "/").last.map(String.init) ?? "/"
    name = String((properties.name ?? last).prefix(200))
    let reports = properties.reports
    status = BookStatus(
      syncToken: properties.syncToken, ctag: properties.ctag,
      // A server that shows a token answers for it, even where it does not name its reports.
      tellsChanges: reports.contains("sync-collection") || (reports.isEmpty && properties.syncToken != nil))
    sendsMany = reports.isEmpty || reports.contains(content.report)
  }
}
