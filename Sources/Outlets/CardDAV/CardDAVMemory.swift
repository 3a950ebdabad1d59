import Formats
import Synchronization

/// The cards that one conversation has read: a change of one needs no look of its own, since the write names the etag it was
/// read with (RFC 9110 §13.1.1).
final class CardDAVMemory: Sendable {
  /// A larger card is not kept, and no more than this in all, in bytes.
  private static let largest = 64 << 10
  private static let most = 32 << 20

  private struct State {
    var cards: [DAVHref: HeldCard] = [:]
    var size = 0
    /// Places of cards that are about to be changed, the next one last.
    var expected: [DAVHref] = []
  }

  private let state = Mutex(State())

  /// Keeps a card in the place of what was kept of it; without a strong etag nothing could guard a write over it.
  ///
  /// One that came in XML has lost the CR of its line ends (XML 1.0 §2.11), which every card has (RFC 6350 §3.2).
  func hold(_ href: DAVHref, _ told: HeldCard) {
    var card = told
    if !card.bytes.contains(13) { card.bytes = card.bytes.flatMap { $0 == 10 ? [13, 10] : [$0] } }
    state.withLock { state in
      if let old = state.cards.removeValue(forKey: href) { state.size -= old.bytes.count }
      guard card.etag != nil, card.bytes.count <= CardDAVMemory.largest,
        state.size + card.bytes.count <= CardDAVMemory.most
      else { return }
      state.cards[href] = card
      state.size += card.bytes.count
    }
  }

  /// Remembers which cards are about to be changed, in that order.
  func expect(_ hrefs: [DAVHref]) { state.withLock { $0.expected = hrefs.reversed() } }

  /// The next cards that are about to be changed, from this one on, as far as they are not kept here: so many at most.
  func next(from href: DAVHref, atMost most: Int) -> [DAVHref] {
    state.withLock { state in
      guard let place = state.expected.lastIndex(of: href) else { return [href] }
      state.expected.removeSubrange((place + 1)...)
      var next: [DAVHref] = []
      for href in state.expected.reversed() where state.cards[href] == nil && next.count < most { next.append(href) }
      return next
    }
  }

  func card(_ href: DAVHref) -> HeldCard? { state.withLock { $0.cards[href] } }

  func forget(_ href: DAVHref) {
    state.withLock { state in
      if let old = state.cards.removeValue(forKey: href) { state.size -= old.bytes.count }
    }
  }
}
