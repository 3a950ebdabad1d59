public import Formats
import Model
import Wire

/// A resource of a book that was asked for, and what came of it.
public struct DAVCard: Sendable {
  public enum Outcome: Sendable {
    /// What it holds; more than one card only on servers that take anything.
    case cards([CardBook.Card])
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
  private static let largestCard = 16 << 20

  /// Fetches resources of a book, many at once where the server can, each by itself where it cannot or left one out.
  ///
  /// Every resource that is asked for has an outcome: what a server swallows is asked for again.
  public func cards(_ hrefs: [DAVHref], in book: DAVBook) async throws -> [DAVCard] {
    var found: [DAVHref: DAVCard] = [:]
    if book.sendsMany, hrefs.count > 1 {
      for start in stride(from: 0, to: hrefs.count, by: DAVSession.portion) {
        let wanted = Array(hrefs[start..<min(start + DAVSession.portion, hrefs.count)])
        guard let portion = try await many(wanted, in: book) else { break }
        found.merge(portion) { first, _ in first }
      }
    }
    var cards: [DAVCard] = []
    cards.reserveCapacity(hrefs.count)
    for href in hrefs {
      if let card = found[href] { cards.append(card) } else { cards.append(try await one(href)) }
    }
    return cards
  }

  /// What addressbook-multiget tells (RFC 6352 §8.7); nil if the server does not answer it, or not in a way that can be
  /// read: one card that is no good XML spoils the answer for all of its portion.
  private func many(_ hrefs: [DAVHref], in book: DAVBook) async throws -> [DAVHref: DAVCard]? {
    guard let response = try await askFor(.report, book.href, DAVQuestion.cards(hrefs)) else { return [:] }
    guard response.status == 207 else {
      if [401, 429].contains(response.status) || (response.status >= 500 && response.status != 501) {
        throw failed(response)
      }
      return nil
    }
    guard let answer = try? Multistatus(response.body) else {
      transcript.add("! an answer that cannot be read; each card is asked for by itself")
      return [:]
    }
    let wanted = Set(hrefs)
    var found: [DAVHref: DAVCard] = [:]
    for item in answer.items {
      guard let href = DAVHref(item.href, on: origin), wanted.contains(href) else { continue }
      if let content = item.properties.content {
        found[href] = card(href, item.properties.etag ?? "", content)
      } else if item.status == 404 || item.status == 410 {
        found[href] = DAVCard(href: href, etag: "", outcome: .gone)
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

  private func one(_ href: DAVHref) async throws -> DAVCard {
    guard let response = try await askFor(.get, href) else {
      return DAVCard(href: href, etag: "", outcome: .leftOut(.tooBig))
    }
    switch response.status {
    case 200: return card(href, response.field("etag") ?? "", response.body)
    case 404, 410: return DAVCard(href: href, etag: "", outcome: .gone)
    case 401, 429, 500...599: throw failed(response)
    default: return DAVCard(href: href, etag: "", outcome: .leftOut(.unreadable))
    }
  }

  private func card(_ href: DAVHref, _ etag: String, _ content: [UInt8]) -> DAVCard {
    guard content.count <= DAVSession.largestCard else {
      return DAVCard(href: href, etag: etag, outcome: .leftOut(.tooBig))
    }
    let book = CardBook(resource: content, at: href.key)
    let rule = LeftOut.allCases.first { book.leftOut[$0] != nil }
    return DAVCard(
      href: href, etag: etag, outcome: book.cards.isEmpty ? .leftOut(rule ?? .unreadable) : .cards(book.cards))
  }
}
