public import Consent
import Formats
public import Model
public import Plans
import Synchronization
public import Wire

/// EspoCRM as a CRM: people as contacts, organisations as accounts, interactions as meetings, calls and posts.
///
/// It has no upsert and no condition on a write: a record is looked at right before it is changed.
public struct EspoCRM: CRM {
  let destination: ID<Destination>
  let talk: EspoTalk
  /// The user whose meetings and calls they become: EspoCRM takes none from an API user without.
  let owner: String?
  /// The description of an empty record, for what is mapped.
  private let lines: NoteLines
  /// Accounts by their names.
  private let accounts = Accounts()

  private final class Accounts: Sendable {
    let ids = Mutex<[String: String]?>(nil)
    /// Those that were made in this conversation for somebody who belongs to them.
    let made = Mutex<Set<String>>([])
  }

  /// Its clock tells whole seconds, and a row may be seen later than it was written: so far back is read again.
  private static let overlap: Int64 = 60_000

  /// The only option is `owner`.
  public init(
    _ destination: Destination, _ session: OutletSession, mapping: [StandingRules.Mapping],
    now: @escaping @Sendable () -> Instant, patience: Patience
  ) {
    self.destination = destination.id
    let path = destination.server?.path ?? ""
    talk = EspoTalk(
      session: session, prefix: path.hasSuffix("/") ? String(path.dropLast()) : path, now: now, patience: patience)
    owner = destination.options["owner"]
    lines = EspoRecord.lines(mapping)
  }

  public var capabilities: CRMCapabilities {
    let short = CRMCapabilities.FieldLimit(longest: 100, values: 1)
    return CRMCapabilities(
      batch: 1, feed: .since(showsDeletions: false), organisations: .records,
      activities: owner == nil ? [] : [.meeting, .call], hasNotes: true, hasTasks: owner != nil,
      fields: EspoRecord.fields,
      limits: [
        .given: short, .family: short, .title: short, .organisation: .init(longest: 249, values: 1),
        .phone: .init(longest: 36), .address: .init(longest: 255, values: 1), .note: .init(values: 1),
      ])
  }

  public func shaped(_ values: FieldValues) -> FieldValues { EspoRecord.shaped(values, of: .person) }

  public func shaped(_ values: FieldValues, of kind: Person.Kind) -> FieldValues { EspoRecord.shaped(values, of: kind) }

  func require(_ named: ID<Destination>?) throws {
    guard named == destination else {
      throw Refusal(.noGrant, promise: 2, "this permit names another destination")
    }
  }

  // MARK: reading

  public func records(since cursor: RemoteCursor?) async throws -> RemoteRecords {
    var found = RemoteRecords(records: [], isWhole: cursor == nil)
    var newest = cursor?.text ?? ""
    let window = cursor.flatMap { EspoCRM.window($0) }.map { [$0] } ?? []
    for entity in EspoRecord.Entity.allCases {
      for record in try await all(entity, select(entity), window).compactMap({ EspoRecord(entity, $0, lines) }) {
        found.records.append(record.record)
        newest = max(newest, record.modifiedAt)
      }
    }
    found.cursor = newest.isEmpty ? nil : RemoteCursor(newest)
    return found
  }

  public func names() async throws -> Set<String> {
    var names: Set<String> = []
    for entity in EspoRecord.Entity.allCases {
      for row in try await all(entity, ["name"], []) {
        if let id = row[key: "id"]?.asText { names.insert(entity.rawValue + "/" + id) }
      }
    }
    return names
  }

  private func select(_ entity: EspoRecord.Entity) -> [String] { EspoRecord.select(entity, lines.mapped) }

  private static func window(_ cursor: RemoteCursor) -> EspoTalk.Filter? {
    guard let told = Instant(iso: cursor.text.replacing(" ", with: "T") + "Z") else { return nil }
    let since = Instant(milliseconds: told.milliseconds - overlap).description
    return .init("modifiedAt", "after", String(since.prefix(19)).replacing("T", with: " "))
  }

  private func all(
    _ entity: EspoRecord.Entity, _ select: [String], _ filters: [EspoTalk.Filter]
  ) async throws -> [JSON] {
    var rows: [JSON] = []
    while true {
      let last = rows.last?[key: "id"]?.asText ?? ""
      let page = try await talk.ask(EspoTalk.list(entity.rawValue, select, filters, after: last))
      let new = page[key: "list"]?.asList ?? []
      guard new.isEmpty || new.last?[key: "id"]?.asText ?? "" > last else {
        throw talk.again("lists its records in no order")
      }
      rows += new
      if new.count < EspoTalk.page { return rows }
    }
  }

  private func record(_ entity: EspoRecord.Entity, _ id: String) async throws -> EspoRecord? {
    do {
      return EspoRecord(entity, try await talk.ask("\(entity.rawValue)/\(id)"), lines)
    } catch EspoTalk.Refused.gone {
      return nil
    }
  }

  // MARK: writing

  public func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    return try await oneByOne(writes, in: lines, permit, refusal: EspoCRM.refusal) { write, permit in
      try await create(write, permit, check)
    } update: { write, permit in
      try await update(write, permit, check)
    }
  }

  /// What a refusal means of a record.
  private static func refusal(_ error: any Error) -> CRMAnswer? {
    switch error as? EspoTalk.Refused {
    case .gone: .changed
    case .unfit(let field): refused(field)
    case .taken: .refused(field: .name, why: "EspoCRM has a record that looks like this one")
    case nil: nil
    }
  }

  private func create(
    _ write: CRMWrite, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    let entity: EspoRecord.Entity = write.kind == .organisation ? .account : .contact
    if write.isRetry, let earlier = try await made(entity, write.change.person, permit, check) {
      return agrees(write, earlier) ?? .changed
    }
    var new = EspoRecord(entity, lines)
    new.take(write.change)
    new.accountID = try await account(new.account, permit, check)
    let body = JSON.object(new.members.filter { $0.value != .null && $0.value != "" && $0.value != [] })
    do {
      return try written(
        entity, await talk.change(.post, entity.rawValue, body, keys: keys(entity), permit, check: check))
    } catch EspoTalk.Refused.taken(let candidates) {
      for id in candidates.compactMap({ $0[key: "id"]?.asText }) {
        guard let other = try await record(entity, id) else { continue }
        if other.person == write.change.person { return agrees(write, other) ?? .changed }
        // Made a moment ago for somebody who belongs to it: it is the organisation itself.
        if entity == .account, other.person == nil, accounts.made.withLock({ $0.contains(id) }) {
          return try await put(write, over: other, permit, check)
        }
      }
      return .refused(field: .name, why: "EspoCRM has a record that looks like this one")
    }
  }

  /// What a refusal means of a task or an interaction.
  static func refusalOfEntry(_ error: any Error) -> CRMAnswer? {
    guard let refused = error as? EspoTalk.Refused else { return nil }
    return refused == .gone ? .changed : .refused(field: nil, why: "EspoCRM refused it")
  }

  /// What an earlier try made; the question names nothing but our own number of the person.
  private func made(
    _ entity: EspoRecord.Entity, _ person: ID<Person>, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> EspoRecord? {
    let filter = EspoTalk.Filter("description", "contains", NoteLines.line(person))
    let list = EspoTalk.list(entity.rawValue, select(entity), [filter])
    let shown = try await talk.change(.get, list, nil, keys: [], permit, check: check)
    return (shown[key: "list"]?.asList ?? []).compactMap { EspoRecord(entity, $0, lines) }.first { $0.person == person }
  }

  private func update(
    _ write: CRMWrite, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    guard let (entity, id) = EspoRecord.place(write.change.remote), let held = try await record(entity, id) else {
      return .changed
    }
    guard held.digest == write.expected else { return agrees(write, held) ?? .changed }
    return try await put(write, over: held, permit, check)
  }

  private func put(
    _ write: CRMWrite, over held: EspoRecord, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    var new = held
    new.take(write.change)
    if new.account != held.account { new.accountID = try await account(new.account, permit, check) }
    let body = zip(held.members, new.members).filter { $0.0.value != $0.1.value }.map(\.1)
    if body.isEmpty { return .written(remote: held.remote, digest: held.digest) }
    return try written(
      held.entity,
      await talk.change(.put, held.remote, .object(body), keys: keys(held.entity), permit, check: check))
  }

  /// The number of the account of this name, which is made if there is none; nil for no name.
  private func account(
    _ name: String, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> String? {
    guard !name.isEmpty else { return nil }
    var known = accounts.ids.withLock { $0 }
    if known == nil {
      // All of them: the name of one would be a word about a person.
      let rows = try await all(.account, ["name"], [])
      known = Dictionary(
        rows.compactMap { row in row[key: "id"]?.asText.map { (row[key: "name"]?.asText ?? "", $0) } },
        uniquingKeysWith: { first, _ in first })
      accounts.ids.withLock { [known] in $0 = known }
    }
    if let id = known?[name] { return id }
    let made: JSON
    do {
      made = try await talk.change(
        .post, EspoRecord.Entity.account.rawValue, ["name": .text(name)], keys: ["name"], permit, check: check)
    } catch EspoTalk.Refused.taken(let candidates) {
      // Of the same name, made this moment.
      return candidates.first?[key: "id"]?.asText
    }
    guard let id = made[key: "id"]?.asText else { throw talk.again("answers a change with no record") }
    accounts.ids.withLock { $0?[name] = id }
    _ = accounts.made.withLock { $0.insert(id) }
    return id
  }

  public func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    guard let (entity, id) = EspoRecord.place(remote), let held = try await record(entity, id) else {
      return .written(remote: remote, digest: "")
    }
    guard held.digest == digest else { return .changed }
    do {
      _ = try await talk.change(.delete, "\(entity.rawValue)/\(id)", nil, keys: [], permit, check: check)
    } catch EspoTalk.Refused.gone {
      // Somebody else removed it in this moment.
    }
    return .written(remote: remote, digest: "")
  }

  // MARK: answers

  private func written(_ entity: EspoRecord.Entity, _ shown: JSON) throws -> CRMAnswer {
    guard let record = EspoRecord(entity, shown, lines) else { throw talk.again("answers a change with no record") }
    return .written(remote: record.remote, digest: record.digest)
  }

  /// Whether a record says already all that a change would make it say.
  private func agrees(_ write: CRMWrite, _ record: EspoRecord) -> CRMAnswer? {
    var wanted = record
    wanted.take(write.change)
    return wanted.values == record.values ? .written(remote: record.remote, digest: record.digest) : nil
  }

  private static func refused(_ field: String?) -> CRMAnswer {
    let fields: [String: FieldKey] = [
      "emailAddress": .email, "emailAddressData": .email, "phoneNumber": .phone, "phoneNumberData": .phone,
      "firstName": .given, "lastName": .family, "name": .name, "title": .title, "account": .organisation,
      "addressStreet": .address, "billingAddressStreet": .address, "description": .note,
    ]
    return .refused(field: field.flatMap { fields[$0] }, why: "EspoCRM does not take it")
  }

  /// The members that stand for what is mapped (P077); the description says whom a record is about.
  private func keys(_ entity: EspoRecord.Entity) -> Set<String> {
    var keys: Set<String> = ["description"]
    let names: [Fact.Field: [String]] = [
      .name: entity == .account ? ["name"] : ["firstName", "lastName"], .given: ["firstName"], .family: ["lastName"],
      .email: ["emailAddressData", "emailAddress", "primary"], .phone: ["phoneNumberData", "phoneNumber", "primary"],
      .organisation: ["accountId"], .title: ["title"], .address: [EspoRecord.street(entity)],
    ]
    for field in lines.mapped { keys.formUnion(names[field] ?? []) }
    return keys
  }
}
