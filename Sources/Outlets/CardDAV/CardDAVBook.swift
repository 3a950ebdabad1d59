import Consent
import Formats
import Model
import Plans
import Wire

/// A card as it lies in a book.
struct HeldCard: Sendable, Equatable {
  var bytes: [UInt8]
  /// Nil where the server names none that holds for these very bytes (RFC 9110 §8.8.1).
  var etag: String?
  /// Equal only as long as nobody changes the card: the etag, or else the digest of what it says.
  var digest: String

  init(_ bytes: [UInt8], etag: String?) {
    self.bytes = bytes
    self.etag = HeldCard.strong(etag)
    // Line ends differ by the way a card is asked for: XML has no CR (XML 1.0 §2.11).
    digest = self.etag ?? "sha256:" + hex(sha256(bytes.filter { $0 != 13 }))
  }

  /// An etag under which a write is only done if nobody wrote meanwhile; a weak one never matches (§13.1.1).
  static func strong(_ etag: String?) -> String? {
    guard let etag, etag.utf8.count > 2, etag.utf8.count <= 200, etag.hasPrefix("\""), etag.hasSuffix("\""),
      etag.utf8.allSatisfy({ (33...126).contains($0) })
    else { return nil }
    return etag
  }
}

/// One address book of a server: what lies in it, and what became of a write.
struct CardDAVBook: Sendable {
  let talk: CardDAVTalk
  let href: DAVHref

  /// Cards that are asked for at once.
  static let portion = 50
  /// Portions in which changes may come, for a server that always says that there are more.
  private static let portions = 1_000

  // MARK: reading

  /// How far the book has come; nil if there is no book at this address.
  func status() async throws -> BookStatus? {
    let (response, _) = try await talk.ask(
      .propfind, href, depth: 0, DAVQuestion.properties([.kind, .syncToken, .reports]))
    guard response.status == 207 else {
      if [404, 410].contains(response.status) { return nil }
      throw talk.failed(response)
    }
    guard let item = try talk.read(response).items.first(where: { $0.properties.kinds.contains(.addressBook) }) else {
      return nil
    }
    let (token, reports) = (item.properties.syncToken, item.properties.reports)
    return BookStatus(
      syncToken: token, tellsChanges: reports.contains("sync-collection") || (reports.isEmpty && token != nil))
  }

  /// Every resource of the book with its etag; what the server leaves out is a trouble, or else it would count as
  /// deleted.
  func members() async throws -> [DAVHref: String] {
    let (answer, place) = try await talk.multistatus(
      .propfind, href, depth: 1, DAVQuestion.properties([.kind, .etag]))
    var etags: [DAVHref: String] = [:]
    var isWhole = false
    for item in answer.items {
      guard let member = DAVHref(item.href, on: talk.origin) else { continue }
      let isFine = (200..<300).contains(item.status ?? 200)
      if member.isSame(as: place) {
        guard isFine else { throw talk.trouble("does not list the whole book", "look at the server") }
        isWhole = true
      } else if member.isInside(place), isFine, !item.properties.kinds.contains(.collection) {
        etags[member] = item.properties.etag ?? ""
      }
    }
    guard isWhole else { throw talk.trouble("does not list the whole book", "look at the server") }
    return etags
  }

  /// What changed since a token.
  struct Changes: Sendable {
    var changed: [DAVHref: String] = [:]
    var removed: Set<DAVHref> = []
    var token: String
  }

  /// What changed since a token; nil if the server does not know it any more (RFC 6578 §3.2).
  func changes(since token: String) async throws -> Changes? {
    var found = Changes(token: token)
    for _ in 0..<CardDAVBook.portions {
      let (response, place) = try await talk.ask(.report, href, depth: 0, DAVQuestion.changes(since: found.token))
      switch ChangesAnswer(status: response.status) {
      case .told: break
      case .compare: return nil
      case .trouble: throw talk.failed(response)
      }
      let answer = try talk.read(response)
      guard let next = answer.syncToken else { return nil }
      var isCutShort = false
      for item in answer.items {
        guard let member = DAVHref(item.href, on: talk.origin) else { continue }
        if member.isSame(as: place) {
          if item.status == 507 { isCutShort = true }
        } else if member.isInside(place) {
          guard note(item, member, &found) else { return nil }
        }
      }
      if isCutShort, next == found.token { return nil }
      found.token = next
      if !isCutShort { return found }
    }
    return nil
  }

  /// False if the server says something of a card that cannot be followed.
  private func note(_ item: Multistatus.Item, _ member: DAVHref, _ found: inout Changes) -> Bool {
    if let status = item.status, !(200..<300).contains(status) {
      guard status == 404 || status == 410 else { return false }
      found.removed.insert(member)
      found.changed[member] = nil
    } else if !member.isCollection {
      found.changed[member] = item.properties.etag ?? ""
      found.removed.remove(member)
    }
    return true
  }

  /// The cards at these places; those that are gone are missing.
  ///
  /// Many at once (RFC 6352 §8.7); what a server leaves out of its answer is asked for by itself.
  func cards(_ hrefs: [DAVHref]) async throws -> [DAVHref: HeldCard] {
    var found: [DAVHref: HeldCard] = [:]
    var gone: Set<DAVHref> = []
    for start in stride(from: 0, to: hrefs.count, by: CardDAVBook.portion) {
      try Task.checkCancellation()
      let wanted = Array(hrefs[start..<min(start + CardDAVBook.portion, hrefs.count)])
      let (response, _) = try await talk.ask(.report, href, depth: 0, DAVQuestion.cards(wanted))
      if response.status == 401 { throw talk.failed(response) }
      guard response.status == 207, let answer = try? Multistatus(response.body) else { break }
      for item in answer.items {
        guard let member = DAVHref(item.href, on: talk.origin), wanted.contains(member) else { continue }
        if let content = item.properties.content {
          found[member] = HeldCard(content, etag: item.properties.etag)
        } else if item.status == 404 || item.status == 410 {
          gone.insert(member)
        }
      }
    }
    for member in hrefs where found[member] == nil && !gone.contains(member) { found[member] = try await card(member) }
    return found
  }

  /// The card at a place, byte for byte as it lies there; nil if there is none.
  func card(_ member: DAVHref) async throws -> HeldCard? {
    let (response, _) = try await talk.ask(.get, member)
    switch response.status {
    case 200: break
    case 404, 410: return nil
    default: throw talk.failed(response)
    }
    if let etag = response.field("etag") { return HeldCard(response.body, etag: etag) }
    let (answer, _) = try await talk.multistatus(.propfind, member, depth: 0, DAVQuestion.properties([.etag]))
    return HeldCard(response.body, etag: answer.items.lazy.compactMap(\.properties.etag).first)
  }

  // MARK: writing

  /// When a write is to be done.
  enum Guard: Sendable, Equatable {
    /// Only if nothing is there (RFC 9110 §13.1.2).
    case absent
    /// Only if what is there has this etag (§13.1.1).
    case etag(String)
    /// Always: the server names no etag that could be asked for.
    case always

    init(_ etag: String?) { self = etag.map { .etag($0) } ?? .always }

    var fields: [(String, String)] {
      switch self {
      case .absent: [("If-None-Match", "*")]
      case .etag(let etag): [("If-Match", etag)]
      case .always: []
      }
    }
  }

  /// RFC 6352 §6.3.2.
  static func put(_ bytes: [UInt8], at member: DAVHref, only when: Guard) throws -> OutletCall {
    try OutletCall(
      .put, member.path, as: .basic, fields: when.fields + [("Content-Type", "text/vcard; charset=utf-8")], body: bytes)
  }

  static func delete(_ member: DAVHref, only when: Guard) throws -> OutletCall {
    try OutletCall(.delete, member.path, as: .basic, fields: when.fields)
  }

  /// What the answer to a write says.
  enum Outcome: Sendable, Equatable {
    /// It is done; with the etag of what stands there now, if the server tells it.
    case done(etag: String?)
    /// The answer says neither yes nor no: what stands there is to be looked at.
    case unclear
    /// Something else stands there than was expected.
    case changed
    case gone
    /// The server does not take this card.
    case refused(String)
  }

  func outcome(_ response: HTTPResponse) throws -> Outcome {
    switch response.status {
    case 201, 204: return .done(etag: HeldCard.strong(response.field("etag")))
    case 200, 202, 207: return .unclear
    case 412: return .changed
    case 404, 410: return .gone
    case 413: return .refused("the card is larger than the server takes")
    case 400, 415, 422: return .refused("the server takes the card for none (\(response.status))")
    case 403, 409:
      let said = Multistatus.conditions(ofError: response.body)
      if said.contains("no-uid-conflict") { return .refused("another card there has the same identifier") }
      let named = CardDAVBook.conditions.intersection(said).sorted()
      if let first = named.first { return .refused("the server does not take the card (\(first))") }
      if response.status == 409 { throw talk.trouble("has no such book (409)", "look at the address") }
      throw talk.failed(response)
    default: throw talk.failed(response)
    }
  }

  /// RFC 6352 §6.3.2.1: what a card can be refused for.
  private static let conditions: Set<String> = ["supported-address-data", "valid-address-data", "max-resource-size"]
}
