import Formats
public import Model
public import Wire

/// Finds the one address book that people are kept in step with, from whatever address of its server is known.
public struct CardDAVFinding: Sendable {
  private let talk: CardDAVTalk

  public init(_ session: OutletSession, _ server: MailServer, now: @escaping @Sendable () -> Instant) {
    talk = CardDAVTalk(server, now: now) { try await session.ask($0) }
  }

  /// The path of the book: the one at the address that is given, or the only one of the login (RFC 6764 §6).
  ///
  /// Which of several is meant is for the owner to say: a guess would put people into a book that others read.
  public func book(at path: String?) async throws -> String {
    var start: DAVHref?
    if let path {
      start = DAVHref(path, on: talk.origin)
      guard let start else { throw talk.trouble("has no such address", "give a path, such as /dav/ada/people/") }
      if try await isBook(start) { return start.key }
    }
    var places = start.map { [$0] } ?? []
    if let principal = try await principal(start) {
      places += try await homes(of: principal)
      places.append(principal)
    }
    var books: [DAVHref] = []
    for (number, place) in places.enumerated() where !places[..<number].contains(where: { $0.isSame(as: place) }) {
      for book in try await own(in: place) where !books.contains(where: { $0.isSame(as: book) }) { books.append(book) }
    }
    guard let first = books.first else {
      throw talk.trouble("shows no address book to this login", "name one by --url")
    }
    guard books.count == 1 else {
      let names = books.map(\.path).sorted().prefix(20).joined(separator: ", ")
      throw talk.trouble("has \(books.count) address books", "name one of them by --url: \(names)")
    }
    return first.key
  }

  private func isBook(_ place: DAVHref) async throws -> Bool {
    let (response, _) = try await talk.ask(.propfind, place, depth: 0, DAVQuestion.properties([.kind]))
    guard response.status == 207 else {
      if [403, 404, 405, 410].contains(response.status) { return false }
      throw talk.failed(response)
    }
    return try talk.read(response).items.contains { $0.properties.kinds.contains(.addressBook) }
  }

  /// Who is logged in, by the address given, by the well-known one, or by the root.
  private func principal(_ start: DAVHref?) async throws -> DAVHref? {
    for place in start.map({ [$0] }) ?? ["/.well-known/carddav", "/"].compactMap({ DAVHref(path: $0) }) {
      let (response, _) = try await talk.ask(.propfind, place, depth: 0, DAVQuestion.properties([.principal]))
      if response.status == 401 { throw talk.failed(response) }
      guard response.status == 207 else { continue }
      if let found = try talk.read(response).items.lazy.compactMap(\.properties.principal).first {
        return try here(found)
      }
    }
    return nil
  }

  private func homes(of principal: DAVHref) async throws -> [DAVHref] {
    let (response, _) = try await talk.ask(.propfind, principal, depth: 0, DAVQuestion.properties([.addressHomes]))
    guard response.status == 207 else { return [] }
    return try talk.read(response).items.flatMap(\.properties.addressHomes).map { try here($0) }
  }

  /// The books in a home that were not lent by somebody else.
  private func own(in place: DAVHref) async throws -> [DAVHref] {
    let (response, _) = try await talk.ask(.propfind, place, depth: 1, DAVQuestion.properties([.kind]))
    guard response.status == 207 else {
      if [403, 404, 405, 410].contains(response.status) { return [] }
      throw talk.failed(response)
    }
    return try talk.read(response).items.filter {
      $0.properties.kinds.contains(.addressBook) && !$0.properties.kinds.contains(.shared)
    }.compactMap { DAVHref($0.href, on: talk.origin) }
  }

  private func here(_ href: String) throws -> DAVHref {
    guard let found = DAVHref(href, on: talk.origin) else {
      throw talk.trouble("keeps the books of this login at another address", "add the destination with that one")
    }
    return found
  }
}
