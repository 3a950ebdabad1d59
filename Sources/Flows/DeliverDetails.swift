import Consent
import Insight
import Model
import Outlets
import Plans
import Store

/// What is sealed here and kept in step at a destination all the same, since the owner set it field by field and the grant says
/// so: opened to be compared, and closed again wherever a delivery keeps it.
struct DeliverDetails: Sendable {
  /// Something that is said, opened.
  struct Said: Sendable {
    var id: ID<Fact>
    var fact: Fact
    /// Whether it came in from this very destination.
    var isReceived: Bool
  }

  let account: ID<Account>
  /// The fields of the mapping that are sealed here; none if the grant does not name the purpose.
  let fields: Set<FieldKey>
  private(set) var said: [ID<Person>: [Said]] = [:]
  /// What deliveries keep closed, opened.
  private var opened: [String: String] = [:]

  init(_ account: ID<Account>, _ fields: Set<FieldKey> = []) {
    self.account = account
    self.fields = fields
  }

  var isEmpty: Bool { fields.isEmpty }

  /// The fields of a mapping that are sealed here.
  static func fields(_ mapping: [StandingRules.Mapping]) -> Set<FieldKey> {
    Set(mapping.filter { $0.rule != .none && !$0.field.field.isOpen }.map(\.field))
  }

  /// Opens what a mapping names; nothing of it without a grant that says so.
  static func open(
    _ store: Store, _ gate: Gate, _ destination: Destination, _ account: ID<Account>,
    _ mapping: [StandingRules.Mapping]
  ) async throws -> DeliverDetails {
    let (fields, member, id) = (fields(mapping), destination.member, destination.id)
    let none = DeliverDetails(account)
    guard !fields.isEmpty else { return none }
    let grants = try await store.grants(account, member: member)
    let isGranted = grants.contains {
      $0.target == .destination(id) && $0.scope == .write && $0.withdrawnAt == nil
        && $0.purposes.contains(DetailsToCRM.declaration.name)
    }
    guard isGranted else { return none }
    let (all, kept) = try await store.read(account) { session in
      (
        try Details.of(member, Set(fields.map(\.field)).sorted { $0.rawValue < $1.rawValue }, account, in: session),
        try Details.kept(account, id, in: session)
      )
    }
    let closed = kept.compactMap { one in ClosedText.read(one.text).map { (one.person, one.text, $0) } }
    let keys = Set(all.compactMap(\.detail?.handleKey) + closed.map(\.2.handleKey)).subtracting([.none])
    let permit = try await gate.permit(
      DetailsToCRM.self,
      for: Request(
        account: account, member: member, handles: keys.sorted { $0.rawValue < $1.rawValue }, destination: id,
        count: all.count))
    var details = DeliverDetails(account, fields)
    let prefix = DeliverIntake.identity(id, "")
    for one in all where fields.contains(FieldKey(one.fact.field, label: one.fact.label)) {
      var fact = one.fact
      if let detail = one.detail {
        guard let text = try text(detail, StoredDetail.slot(account, one.id), permit) else { continue }
        fact.value = text
      }
      details.said[one.person, default: []].append(
        Said(id: one.id, fact: fact, isReceived: one.kind == .destination && one.identity.hasPrefix(prefix)))
    }
    for (person, text, sealed) in closed {
      details.opened[text] = try self.text(sealed, ClosedText.slot(account, person), permit)
    }
    _ = permit.close()
    return details
  }

  /// Opens one; nil if its key was destroyed.
  private static func text(
    _ sealed: Sealed, _ slot: Slot, _ permit: borrowing Permit<DetailsToCRM>
  ) throws -> String? {
    do {
      return try sealed.open(in: slot, permit) { bytes in
        DetailText(bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
      }.text
    } catch let refusal as Refusal where refusal.reason == .keyNotHeld {
      return nil
    }
  }

  // MARK: what is held here

  /// The fold of what is said of a person, as the mapping names it.
  func values(of person: ID<Person>) -> FieldValues {
    guard let said = said[person] else { return [:] }
    return foldFacts(said.map(\.fact)).values.filter { fields.contains($0.key) }
  }

  /// What came in of a person before, whether it shows or not.
  func received(of person: ID<Person>) -> FieldValues {
    var found: FieldValues = [:]
    for one in said[person] ?? [] where one.isReceived {
      found[FieldKey(one.fact.field, label: one.fact.label), default: []].append(one.fact.value)
    }
    return found
  }

  /// Puts the values of these fields in the place of what the open fold says of them.
  func complete(_ values: FieldValues, of person: ID<Person>) -> FieldValues {
    guard !isEmpty else { return values }
    return values.filter { !fields.contains($0.key) }.merging(self.values(of: person)) { $1 }
  }

  /// Exchanges facts of a person: some are no more, others are said now.
  mutating func exchange(_ person: ID<Person>, _ gone: Set<ID<Fact>>, _ new: [NewFact]) {
    said[person, default: []].removeAll { gone.contains($0.id) }
    said[person, default: []] += new.map { Said(id: $0.id, fact: $0.fact, isReceived: true) }
  }

  // MARK: what deliveries keep

  /// Values as they were kept, opened; what does not open any more is not there.
  func shown(_ values: FieldValues) -> FieldValues {
    guard !isEmpty else { return values }
    var values = values
    for field in fields {
      guard let kept = values[field] else { continue }
      let open = kept.compactMap(shown)
      values[field] = open.isEmpty ? nil : open
    }
    return values
  }

  private func shown(_ text: String) -> String? {
    text.hasPrefix(ClosedText.mark) ? opened[text] : text
  }

  /// An entry about one of these fields, opened.
  func shown(_ conflict: Conflict) -> Conflict {
    guard case .field(let key) = conflict.matter, fields.contains(key) else { return conflict }
    var conflict = conflict
    func open(_ text: String) -> String { Conflict.text(Conflict.values(text).compactMap(shown)) }
    (conflict.base, conflict.ours, conflict.theirs) = (
      open(conflict.base), open(conflict.ours), open(conflict.theirs)
    )
    return conflict
  }
}

/// Closes what deliveries keep of details, under the key of the person's main handle.
struct DetailCloser: Sendable {
  let details: DeliverDetails
  let sealer: Sealer
  let handles: [ID<Person>: [Handle]]

  /// Values as they may be kept; of somebody without keys nothing of it is.
  func closed(_ values: FieldValues, of person: ID<Person>) throws -> FieldValues {
    guard !details.isEmpty else { return values }
    var values = values
    for field in details.fields {
      guard let open = values[field] else { continue }
      let closed = try open.compactMap { try close($0, of: person) }
      values[field] = closed.isEmpty ? nil : closed
    }
    return values
  }

  func closed(_ link: Link) throws -> Link {
    var link = link
    link.base = try closed(link.base, of: link.person)
    return link
  }

  func closed(_ shadow: Shadow) throws -> Shadow {
    var shadow = shadow
    shadow.values = try closed(shadow.values, of: shadow.person)
    return shadow
  }

  func closed(_ delivery: Delivery) throws -> Delivery {
    var delivery = delivery
    for side in [\Delivery.before, \.after, \.base] {
      delivery[keyPath: side] = try closed(delivery[keyPath: side], of: delivery.person)
    }
    return delivery
  }

  /// An entry about one of these fields; one that stands already as `held` keeps its very bytes.
  func closed(
    _ conflict: Conflict, among held: [(words: [String], kept: Conflict)] = []
  ) throws -> Conflict {
    guard case .field(let key) = conflict.matter, details.fields.contains(key) else { return conflict }
    var conflict = conflict
    func close(_ text: String) throws -> String {
      try Conflict.values(text).compactMap { try self.close($0, of: conflict.person) }.joined(separator: "\n")
    }
    let words = conflict.words
    if let same = held.first(where: { $0.words == words })?.kept {
      (conflict.base, conflict.ours, conflict.theirs) = (same.base, same.ours, same.theirs)
      return conflict
    }
    (conflict.base, conflict.ours, conflict.theirs) = (
      try close(conflict.base), try close(conflict.ours), try close(conflict.theirs)
    )
    return conflict
  }

  private func close(_ text: String, of person: ID<Person>) throws -> String? {
    guard let main = handles[person]?.first, !sealer.isErased(main) else { return nil }
    return ClosedText.write(
      try sealer.seal(
        Array(text.utf8), by: main, in: ClosedText.slot(details.account, person), ofSource: false))
  }
}
