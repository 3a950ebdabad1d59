public import Formats
import Model
import Plans
import Wire

/// The resources of a book with their etags.
public struct DAVListing: Sendable, Equatable {
  /// Empty where the server names no etag.
  public var etags: [DAVHref: String] = [:]
  /// Named by the server in a way that cannot be asked for.
  public var unreadable = 0
  /// False if the server said that it left some out, or did not even name the book: then nothing is known to be gone.
  public var isComplete = false
}

/// What changed in a book since a token.
public struct DAVChanges: Sendable, Equatable {
  public var changed: [DAVHref: String] = [:]
  public var removed: Set<DAVHref> = []
  public var unreadable = 0
  /// What to ask with the next time.
  public var syncToken: String
}

extension DAVSession {
  /// Portions in which changes may come, for a server that always says that there are more.
  private static let portions = 10_000

  /// Every resource of a book (RFC 4918 §9.1).
  public func members(of book: DAVBook) async throws -> DAVListing {
    let (answer, place) = try await multistatus(
      .propfind, book.href, depth: .one, DAVQuestion.properties([.kind, .etag]))
    var listing = DAVListing()
    var isCutShort = false
    for item in answer.items {
      switch member(item, of: place) {
      case .itself: if (200..<300).contains(item.status ?? 200) { listing.isComplete = true } else { isCutShort = true }
      case .foreign: listing.unreadable += 1
      case .at(let href):
        if let status = item.status, !(200..<300).contains(status) {
          listing.unreadable += 1
        } else if !item.properties.kinds.contains(.collection) {
          listing.etags[href] = item.properties.etag ?? ""
        }
      }
    }
    if isCutShort { listing.isComplete = false }
    return listing
  }

  /// What changed since a token; nil if the server does not know it any more or cannot tell, so that the whole must be
  /// compared (RFC 6578 §3.2).
  public func changes(in book: DAVBook, since token: String) async throws -> DAVChanges? {
    var changes = DAVChanges(syncToken: token)
    var seen: Set<String> = [token]
    for _ in 0..<DAVSession.portions {
      let (response, place) = try await ask(
        .report, book.href, depth: .zero, DAVQuestion.changes(since: changes.syncToken))
      switch ChangesAnswer(status: response.status) {
      case .told: break
      case .compare: return nil
      case .trouble: throw failed(response)
      }
      let answer = try read(response)
      guard let next = answer.syncToken else { return nil }
      var isCutShort = false
      for item in answer.items {
        switch member(item, of: place) {
        case .itself: if item.status == 507 { isCutShort = true }
        case .foreign: changes.unreadable += 1
        case .at(let href): note(item, href, &changes)
        }
      }
      changes.syncToken = next
      guard isCutShort else { return changes }
      // The rest is asked for with the new token (RFC 6578 §3.6); one that was there before leads nowhere.
      guard seen.insert(next).inserted, changes.changed.count + changes.removed.count < DAVLimits.standard.items else {
        return nil
      }
    }
    return nil
  }

  private func note(_ item: Multistatus.Item, _ href: DAVHref, _ changes: inout DAVChanges) {
    if let status = item.status, !(200..<300).contains(status) {
      guard status == 404 || status == 410 else { return changes.unreadable += 1 }
      changes.removed.insert(href)
      changes.changed[href] = nil
    } else if !href.isCollection {
      changes.changed[href] = item.properties.etag ?? ""
      changes.removed.remove(href)
    }
  }

  private enum Member {
    case itself, foreign
    case at(DAVHref)
  }

  /// Which resource of the book an item is of.
  private func member(_ item: Multistatus.Item, of book: DAVHref) -> Member {
    guard let href = DAVHref(item.href, on: origin) else { return .foreign }
    if href.isSame(as: book) { return .itself }
    return href.isInside(book) ? .at(href) : .foreign
  }
}
