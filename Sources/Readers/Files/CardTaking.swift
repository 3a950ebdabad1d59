public import Consent
import Formats
public import Model
import Plans

/// One thing a card says: open where it belongs to the directory, sealed else.
public struct TakenFact: Sendable {
  public let id: ID<Fact>
  public let field: Fact.Field
  public let label: String
  public let value: String?
  public let detail: Sealed?
  /// The blind token of the value, by which the same value is known again.
  public let key: UInt64
}

/// A card that was read and whose notes were sealed.
public struct TakenCard: Sendable {
  public let uid: String
  public let digest: [UInt8]
  /// What the card's key is known by.
  public let handle: Handle
  public let key: KeyID
  public let facts: [TakenFact]
  /// Somebody on it was erased: nothing of it is kept (P120).
  public let isErased: Bool
}

/// Reads what cards say: the directory stays open, everything else is sealed under the key of the card.
public struct CardTaking: Sendable {
  public var source: ID<Source>
  public var newID: @Sendable () -> ID<Fact>

  public init(source: ID<Source>, newID: @escaping @Sendable () -> ID<Fact>) {
    self.source = source
    self.newID = newID
  }

  /// What identifies a card of this source.
  public func identity(_ uid: String) -> String { "\(source):\(uid)" }

  /// One thing a card says, before it is known whether it may be kept.
  private struct Said: Hashable {
    var field: Fact.Field
    var label = ""
    var value: String
    var isOpen: Bool
  }

  public func take(
    _ cards: [CardBook.Card], _ permit: borrowing Permit<ReadAddressBook>
  ) async throws -> [TakenCard] {
    let drafts = cards.map {
      (card: $0, handle: Handle(.card, identity($0.seen.uid)), said: CardTaking.read($0.contact))
    }
    let others = drafts.map { CardTaking.handles($0.said) }
    let sealer = try await permit.sealer(for: Set(drafts.map(\.handle)).union(others.joined()))
    var taken: [TakenCard] = []
    taken.reserveCapacity(drafts.count)
    for (draft, others) in zip(drafts, others) {
      let isErased = sealer.isErased(draft.handle) || others.contains(where: sealer.isErased)
      var facts: [TakenFact] = []
      for said in isErased ? [] : draft.said {
        let id = newID()
        let bytes = Array(said.value.utf8)
        let slot = Slot(permit.account, "fact", "detail", row: id.rawValue)
        facts.append(
          TakenFact(
            id: id, field: said.field, label: said.label, value: said.isOpen ? said.value : nil,
            detail: said.isOpen ? nil : try sealer.seal(bytes, by: draft.handle, in: slot, ofSource: false),
            key: permit.blind.token(bytes)))
      }
      taken.append(
        TakenCard(
          uid: draft.card.seen.uid, digest: draft.card.digest, handle: draft.handle,
          key: sealer.keyID(draft.handle) ?? .none, facts: facts, isErased: isErased))
    }
    return taken
  }

  /// The addresses and numbers on a card.
  private static func handles(_ said: [Said]) -> [Handle] {
    said.compactMap { said in
      guard said.isOpen else { return nil }
      switch said.field {
      case .email: return Handle(.email, said.value)
      case .phone: return said.value.first == "+" ? Handle(.phone, said.value) : nil
      default: return nil
      }
    }
  }

  // MARK: - What a card says

  private static func read(_ contact: Contact) -> [Said] {
    var said: [Said] = []
    var known: Set<Said> = []
    func add(_ field: Fact.Field, _ value: String, _ label: String = "", open: Bool) {
      guard !value.isEmpty else { return }
      let saying = Said(field: field, label: String(label.prefix(longestLabel)), value: value, isOpen: open)
      // The same value twice under one label is one fact; a card may have 100,000 lines.
      if known.insert(saying).inserted { said.append(saying) }
    }
    func directory(_ field: Fact.Field, _ value: String) {
      add(field, String(value.prefix(longestName)), open: true)
    }
    directory(.name, contact.name)
    directory(.given, contact.given)
    directory(.family, contact.family)
    directory(.organisation, contact.organisation)
    directory(.title, contact.title)
    for email in contact.emails {
      if let address = address(email.value) {
        add(.email, address, email.label, open: true)
      } else {
        add(.custom, email.value, "email", open: false)
      }
    }
    for phone in contact.phones {
      if let number = Phone.e164(phone.value) ?? plainNumber(phone.value) {
        add(.phone, number, phone.label, open: true)
      } else {
        add(.custom, phone.value, "phone", open: false)
      }
    }
    for url in contact.urls { add(.url, url.value, url.label, open: false) }
    for postal in contact.addresses { add(.address, postal.line, postal.label, open: false) }
    add(.birthday, contact.birthday, open: false)
    for note in contact.notes { add(.note, note, open: false) }
    for tag in contact.tags { directory(.tag, tag) }
    for custom in contact.custom { add(.custom, custom.value, custom.label, open: false) }
    return said
  }

  /// Whether anything on the card is an address or a number by which somebody is known.
  static func reaches(_ contact: Contact) -> Bool {
    contact.emails.contains { address($0.value) != nil }
      || contact.phones.contains { (Phone.e164($0.value) ?? plainNumber($0.value)) != nil }
  }

  private static let longestLabel = 64
  private static let longestName = 400

  /// A folded address, if it is one; whatever else stands in its place is not the directory's.
  private static func address(_ text: String) -> String? {
    let address = fold(text)
    let parts = address.utf8.split(separator: 64, omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), address.utf8.count <= 254,
      address.utf8.allSatisfy({ $0 > 32 && $0 != 127 })
    else { return nil }
    return address
  }

  /// A number that is not known to be one of any country, as it is written: figures and what stands between them.
  private static func plainNumber(_ text: String) -> String? {
    let figures = text.utf8.count { (48...57).contains($0) }
    let marks: Set<UInt8> = [32, 35, 40, 41, 42, 43, 45, 46, 47]
    guard (3...20).contains(figures), text.utf8.count <= 40,
      text.utf8.allSatisfy({ (48...57).contains($0) || marks.contains($0) })
    else { return nil }
    return text
  }
}
