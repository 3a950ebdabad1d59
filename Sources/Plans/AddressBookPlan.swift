/// What changed in an address book: the held cards against the cards that were seen, by uid and digest.
public struct AddressBookPlan: Sendable, Equatable {
  /// One card as the source has it now.
  public struct Seen: Sendable, Equatable {
    public var uid: String
    /// A digest of the whole card, as hex or any other text that is equal only for equal cards.
    public var digest: String

    public init(uid: String, digest: String) {
      self.uid = uid
      self.digest = digest
    }
  }

  public var added: [String] = []
  public var changed: [String] = []
  /// Held, and no longer there; empty while `emptied` is true.
  public var gone: [String] = []
  public var unchanged: [String] = []
  /// Uids that several seen cards claim; the last of them counts.
  public var doubled: [String] = []
  /// The book was full and now shows no card at all: taken for a fault of the source, never for a deletion of all.
  public var emptied = false

  /// True if there is nothing to write.
  public var isRest: Bool { added.isEmpty && changed.isEmpty && gone.isEmpty && !emptied }

  /// Compares `held` (uid to digest) with `seen`; lists are in order of uid, so the plan depends on no order.
  ///
  /// `complete` is false if the source was read only in part: then nothing is known to be gone.
  public init(held: [String: String], seen: [Seen], complete: Bool = true) {
    var now: [String: String] = [:]
    var twice: Set<String> = []
    for card in seen where now.updateValue(card.digest, forKey: card.uid) != nil { twice.insert(card.uid) }
    doubled = twice.sorted()
    for uid in now.keys.sorted() {
      if let digest = held[uid] {
        if digest == now[uid] { unchanged.append(uid) } else { changed.append(uid) }
      } else {
        added.append(uid)
      }
    }
    emptied = complete && now.isEmpty && !held.isEmpty
    if complete, !emptied { gone = held.keys.filter { now[$0] == nil }.sorted() }
  }
}
