import Consent
import Model
import Outlets
import Plans
import Store

/// Enters what came in from a destination: facts, fold, base and journal, in the one transaction it is called in.
///
/// What the owner typed outranks it (P048), and of the erased nothing comes back (P120).
struct DeliverIntake: Sendable {
  let destination: Destination
  let know: KnowPeople
  let sealer: Sealer
  /// Whose keys the images of a person lie under, the main one first.
  let handles: [ID<Person>: [Handle]]
  let details: DeliverDetails
  let run: Int64
  let shaped: @Sendable (FieldValues, Person.Kind) -> FieldValues

  /// What comes in of one person, the record it stands in, and the link there is, if any.
  struct Item: Sendable {
    var intake: CRMPlan.Intake
    var record: RemoteRecord
    var link: Link?
  }

  private var account: ID<Account> { know.account }
  private var closer: DetailCloser { DetailCloser(details: details, sealer: sealer, handles: handles) }

  /// What the facts of a record of this destination are known by.
  static func identity(_ destination: ID<Destination>, _ remote: String) -> String { "\(destination):\(remote)" }

  /// Enters a batch; answers how many persons it reached.
  func enter(_ items: [Item], in session: any Session) throws -> Int {
    let items = items.filter { item in
      handles[item.intake.person].map { !$0.contains(where: sealer.isErased) && !$0.isEmpty } ?? false
    }
    var said: [(item: Item, record: ID<Record>, fields: [FieldChange])] = []
    var details = details
    for item in items {
      let fields = item.intake.fields.compactMap(kept)
      guard !fields.isEmpty, let record = try record(for: item, in: session) else { continue }
      for field in fields { try keep(field, item, in: record, &details, session) }
      said.append((item, record, fields))
    }
    guard !said.isEmpty else { return 0 }
    let persons = said.map(\.item.intake.person)
    try know.refold(persons, in: session)
    let now = try Links.values(of: persons, account, in: session)
    for (item, _, fields) in said {
      let person = item.intake.person
      let ours = details.complete(now[person] ?? [:], of: person)
      try settle(item, fields, shaped(ours, item.record.kind), in: session)
      try note(item, fields, in: session)
    }
    return said.count
  }

  /// A field as it may be kept: without the address or number of somebody who was erased.
  private func kept(_ change: FieldChange) -> FieldChange? {
    var change = change
    change.new.removeAll { value in
      switch change.field.field {
      case .email: sealer.isErased(Handle(.email, fold(value)))
      case .phone: sealer.isErased(Handle(.phone, value))
      default: false
      }
    }
    return change.new.isEmpty ? nil : change
  }

  /// The handles that a value may be somebody's of.
  static func handles(of intake: [CRMPlan.Intake]) -> [Handle] {
    intake.flatMap(\.fields).flatMap { change -> [Handle] in
      switch change.field.field {
      case .email: change.new.map { Handle(.email, fold($0)) }
      case .phone: change.new.map { Handle(.phone, $0) }
      default: []
      }
    }
  }

  /// The record that the facts are kept in; made when it is first needed, under the key of the person's main handle.
  private func record(for item: Item, in session: any Session) throws -> ID<Record>? {
    let person = item.intake.person
    let identity = DeliverIntake.identity(destination.id, item.record.remote)
    if let held = try Facts.record(.destination, identity, of: know.member, account, in: session) {
      if held.person != person { try Facts.move([(held.id, person)], account, in: session) }
      if held.isGone { try Facts.mark([(held.id, nil)], account, in: session) }
      return held.id
    }
    let records = try Facts.records(of: [person], account, in: session).flatMap { $0 }.filter { !$0.isGone }
    guard let first = records.first else { return nil }
    let made = StoredRecord(
      id: know.ids.next(), kind: .destination, identity: identity, handle: first.handle, person: person)
    try Facts.insert([made], of: know.member, account, in: session)
    return made.id
  }

  /// Of a field with one value the new one is kept alone; of one with many, those that still stand there.
  ///
  /// What is sealed when a card says it is sealed when it comes in, but for custom fields.
  private func keep(
    _ change: FieldChange, _ item: Item, in record: ID<Record>, _ details: inout DeliverDetails,
    _ session: any Session
  ) throws {
    let key = change.field
    let standing = key.isMulti ? Set((item.record.values[key] ?? []).map { comparable(key, $0) }) : []
    let isDetail = details.fields.contains(key)
    let gone = (details.said[item.intake.person] ?? []).filter { one in
      isDetail && one.fact.record == record && FieldKey(one.fact.field, label: one.fact.label) == key
        && !standing.contains(comparable(key, one.fact.value))
    }
    try Facts.delete(gone.map(\.id), account, in: session)
    let held = try Facts.of([record], account, in: session).first ?? []
    let stale = held.filter {
      FieldKey($0.field, label: $0.label) == key && !standing.contains(comparable(key, $0.value))
    }
    try Facts.forget(stale, of: record, by: know.blind, account, in: session)
    let here = Set(change.old.map { comparable(key, $0) })
    let at = item.record.changedAt.map { min($0, know.now) } ?? know.now
    let facts = try change.new.filter { !key.isMulti || !here.contains(comparable(key, $0)) }.map { value in
      let new = know.new(
        Fact(
          field: key.field, label: key.label, value: value, origin: .destination, record: record, firstSeen: at,
          lastSeen: at))
      return isDetail && key.field != .custom ? try sealed(new, of: item.intake.person) : new
    }
    try Facts.keep(facts, of: know.member, account, in: session)
    if isDetail { details.exchange(item.intake.person, Set(gone.map(\.id)), facts) }
  }

  private func sealed(_ fact: NewFact, of person: ID<Person>) throws -> NewFact {
    guard let main = handles[person]?.first else { return fact }
    var fact = fact
    fact.detail = try sealer.seal(
      Array(fact.fact.value.utf8), by: main, in: StoredDetail.slot(account, fact.id), ofSource: false)
    return fact
  }

  /// Keeps as agreed on what shows here now; what something else outranks is not agreed on.
  private func settle(
    _ item: Item, _ fields: [FieldChange], _ ours: FieldValues, in session: any Session
  ) throws {
    var link =
      item.link
      ?? Link(
        person: item.intake.person, member: know.member, remote: item.record.remote, key: "",
        remoteDigest: "", base: [:])
    for change in fields {
      let key = change.field
      let shown = Set((ours[key] ?? []).map { comparable(key, $0) })
      let new = change.new.filter { shown.contains(comparable(key, $0)) }
      if key.isMulti {
        let known = Set((link.base[key] ?? []).map { comparable(key, $0) })
        let here = Set(change.old.map { comparable(key, $0) })
        link.base[key, default: []] += new.filter {
          !known.contains(comparable(key, $0)) && !here.contains(comparable(key, $0))
        }
      } else if !new.isEmpty {
        link.base[key] = new
      }
      if link.base[key]?.isEmpty == true { link.base[key] = nil }
    }
    try Links.keep([closer.closed(link)], destination.id, at: know.now, account, in: session)
  }

  private func note(_ item: Item, _ fields: [FieldChange], in session: any Session) throws {
    let entry = JournalEntry(
      id: know.ids.next(), member: know.member, run: run, verb: .receive, person: item.intake.person,
      destination: destination.id, at: know.now)
    func values(_ side: KeyPath<FieldChange, [String]>) -> FieldValues {
      Dictionary(fields.map { ($0.field, $0[keyPath: side]) }, uniquingKeysWith: { first, _ in first })
    }
    let images = try JournalText.images(
      before: values(\.old), after: values(\.new), of: handles[item.intake.person] ?? [], entry, account, by: sealer)
    try Journals.insert(entry, images: images, account, in: session)
  }
}
