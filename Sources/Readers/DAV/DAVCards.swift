public import Formats
public import Model
import Wire

/// A resource of a book that was asked for, and what came of it.
public struct DAVItem<Item: Sendable>: Sendable {
  public enum Outcome: Sendable {
    /// What it holds; more than one card or event only on servers that take anything.
    case items([Item])
    case leftOut(LeftOut)
    /// It went while the book was read.
    case gone
  }

  public let href: DAVHref
  /// Of what was read, where the server names it; empty else.
  public let etag: String
  public let outcome: Outcome
}

extension DAVSession {
  /// Resources that are asked for at once.
  public static let portion = 50
  /// The largest resource that is taken; a photo fits in.
  private static let largest = 16 << 20

  /// Fetches resources of a book, many at once where the server can, each by itself where it cannot or left one out.
  ///
  /// Every resource that is asked for has an outcome: what a server swallows is asked for again.
  public func cards(_ hrefs: [DAVHref], in book: DAVBook) async throws -> [DAVItem<CardBook.Card>] {
    try await items(hrefs, in: book) { content, place in
      let book = CardBook(resource: content, at: place)
      return book.cards.isEmpty ? .leftOut(book.leftOut.first) : .items(book.cards)
    }
  }

  /// The same for events.
  public func events(
    _ hrefs: [DAVHref], in book: DAVBook, now: Instant
  ) async throws -> [DAVItem<CalendarBook.Event>] {
    try await items(hrefs, in: book) { content, place in
      let book = CalendarBook(resource: content, at: place, now: now)
      return book.events.isEmpty ? .leftOut(book.leftOut.first) : .items(book.events)
    }
  }

  /// What the bytes of a resource at a place are.
  private typealias Reading<Item: Sendable> = (_ content: [UInt8], _ place: String) -> DAVItem<Item>.Outcome

  private func items<Item>(
    _ hrefs: [DAVHref], in book: DAVBook, _ read: Reading<Item>
  ) async throws -> [DAVItem<Item>] {
    var found: [DAVHref: DAVItem<Item>] = [:]
    if book.sendsMany, hrefs.count > 1 {
      for start in stride(from: 0, to: hrefs.count, by: DAVSession.portion) {
        let wanted = Array(hrefs[start..<min(start + DAVSession.portion, hrefs.count)])
        guard let portion = try await many(wanted, in: book, read) else { break }
        found.merge(portion) { first, _ in first }
      }
    }
    var items: [DAVItem<Item>] = []
    items.reserveCapacity(hrefs.count)
    for href in hrefs {
      if let item = found[href] { items.append(item) } else { items.append(try await one(href, read)) }
    }
    return items
  }

  /// What a multiget tells (RFC 6352 §8.7, RFC 4791 §7.9); nil if the server does not answer it, or not in a way that can be
  /// read: one card that is no good XML spoils the answer for all of its portion.
  private func many<Item>(
    _ hrefs: [DAVHref], in book: DAVBook, _ read: Reading<Item>
  ) async throws -> [DAVHref: DAVItem<Item>]? {
    let question = book.content == .cards ? DAVQuestion.cards(hrefs) : DAVQuestion.events(hrefs)
    guard let response = try await askFor(.report, book.href, question) else { return [:] }
    guard response.status == 207 else {
      if [401, 429].contains(response.status) || (response.status >= 500 && response.status != 501) {
        throw failed(response)
      }
      return nil
    }
    guard let answer = try? Multistatus(response.body) else {
      transcript.add("! an answer that cannot be read; each one is asked for by itself")
      return [:]
    }
    let wanted = Set(hrefs)
    var found: [DAVHref: DAVItem<Item>] = [:]
    for item in answer.items {
      guard let href = DAVHref(item.href, on: origin), wanted.contains(href) else { continue }
      if let content = item.properties.content {
        found[href] = look(href, item.properties.etag ?? "", content, read)
      } else if item.status == 404 || item.status == 410 {
        found[href] = DAVItem(href: href, etag: "", outcome: .gone)
      }
    }
    return found
  }

  /// Nil if the answer is longer than is taken.
  private func askFor(_ method: HTTPRequest.Method, _ href: DAVHref, _ body: [UInt8] = []) async throws -> HTTPResponse?
  {
    do {
      return try await ask(method, href, depth: method == .report ? .zero : nil, body).response
    } catch let trouble as Trouble where trouble == HTTPFault.bodyTooLong.trouble {
      transcript.add("! \(trouble.what)")
      return nil
    }
  }

  private func one<Item>(_ href: DAVHref, _ read: Reading<Item>) async throws -> DAVItem<Item> {
    guard let response = try await askFor(.get, href) else {
      return DAVItem(href: href, etag: "", outcome: .leftOut(.tooBig))
    }
    switch response.status {
    case 200: return look(href, response.field("etag") ?? "", response.body, read)
    case 404, 410: return DAVItem(href: href, etag: "", outcome: .gone)
    case 401, 429, 500...599: throw failed(response)
    default: return DAVItem(href: href, etag: "", outcome: .leftOut(.unreadable))
    }
  }

  private func look<Item>(
    _ href: DAVHref, _ etag: String, _ content: [UInt8], _ read: Reading<Item>
  ) -> DAVItem<Item> {
    guard content.count <= DAVSession.largest else {
      return DAVItem(href: href, etag: etag, outcome: .leftOut(.tooBig))
    }
    return DAVItem(href: href, etag: etag, outcome: read(content, href.key))
  }
}

extension [LeftOut: Int] {
  /// The rule that leaves out a resource in which nothing is; what is nothing at all cannot be read.
  fileprivate var first: LeftOut { LeftOut.allCases.first { self[$0] != nil } ?? .unreadable }
}
