public import Consent
import Formats
public import Model
public import Plans
public import Wire

/// amagi-crm 0.1.0 as a CRM: contacts; meetings as appointments where the hour is free, all else as tasks that are done.
///
/// It has no upsert and no guard against changes in between: a contact is looked at right before it is changed. An
/// e-mail address stands in one contact only, so a second try of a new one meets the first.
public struct AmagiCRM: CRM {
  private let destination: ID<Destination>
  let talk: AmagiTalk
  private let mapped: Set<Fact.Field>
  private let memory = AmagiMemory()

  /// The largest page it gives.
  private static let page = 1000

  public init(
    _ destination: Destination, _ session: OutletSession, mapping: [StandingRules.Mapping],
    now: @escaping @Sendable () -> Instant, patience: Patience
  ) {
    self.destination = destination.id
    talk = AmagiTalk(session: session, now: now, patience: patience)
    mapped = Set(mapping.map(\.field.field)).intersection(AmagiContact.fields)
  }

  public static let capabilities = CRMCapabilities(
    batch: 1, feed: .whole, organisations: .text, activities: [.meeting], hasNotes: true, hasTasks: true,
    fields: AmagiContact.fields, limits: [.note: CRMCapabilities.FieldLimit(values: 1)])

  public var capabilities: CRMCapabilities { AmagiCRM.capabilities }

  public func shaped(_ values: FieldValues) -> FieldValues { AmagiContact.shaped(values) }

  func require(_ named: ID<Destination>?) throws {
    guard named == destination else {
      throw Refusal(.noGrant, promise: 2, "this permit names another destination")
    }
  }

  // MARK: reading

  public func records(since cursor: RemoteCursor?) async throws -> RemoteRecords {
    RemoteRecords(records: try await contacts().map(\.record))
  }

  /// All contacts; they come sorted by name, so one that is made or renamed meanwhile moves others to another page.
  private func contacts() async throws -> [AmagiContact] {
    for _ in 0..<5 {
      let begun = talk.now()
      var found: [Int64: AmagiContact] = [:]
      var (offset, total, isSteady) = (0, Int64(-1), true)
      repeat {
        let shown = try await talk.ask("/api/contacts?limit=\(AmagiCRM.page)&offset=\(offset)")
        let told = shown[key: "total"]?.asInt ?? 0
        if total >= 0, told != total { isSteady = false }
        total = told
        for contact in (shown[key: "items"]?.asList ?? []).compactMap({ AmagiContact($0, mapped) }) {
          found[contact.id] = contact
        }
        offset += AmagiCRM.page
      } while offset < total
      guard isSteady, found.count == total else { continue }
      memory.hold(found, at: begun)
      return found.values.sorted { $0.id < $1.id }
    }
    throw Trouble("amagi-crm is being written to while it is read", remedy: .wait(until: talk.now()))
  }

  private func contact(_ id: Int64) async throws -> AmagiContact? {
    do {
      return AmagiContact(try await talk.ask("/api/contacts/\(id)"), mapped)
    } catch AmagiTalk.Refused.gone {
      return nil
    }
  }

  /// How a contact stands that is about to be changed.
  ///
  /// As it was told a moment ago, or else by a look at it, or at all of them where that takes one question too. A second try
  /// is looked at by itself.
  private func look(_ id: Int64, _ write: CRMWrite) async throws -> AmagiContact? {
    if !write.isRetry {
      if !memory.isFresh(at: talk.now()), memory.fits(AmagiCRM.page) { _ = try await contacts() }
      if let told = memory.take(id, at: talk.now()) { return told }
    }
    return try await contact(id)
  }

  // MARK: writing

  public func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    var answers: [CRMAnswer] = []
    for write in writes {
      if let note = write.change.fields.first(where: { $0.field == .note })?.new.first,
        AmagiContact.isMistakable(note, mapped)
      {
        answers.append(.refused(field: .note, why: "a line of it begins as the lines of Kith's own do"))
        continue
      }
      do {
        switch write.change.kind {
        case .create: answers.append(try await create(write, permit, check))
        case .update: answers.append(try await update(write, permit, check))
        }
      } catch let trouble as Trouble where writes.count > 1 {
        answers.append(.failed(trouble))
      }
    }
    return answers
  }

  private func create(
    _ write: CRMWrite, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    var contact = AmagiContact(mapped)
    contact.take(write.change, of: write.kind)
    if write.isRetry, contact.emails.isEmpty,
      let earlier = try await contacts().first(where: { $0.person == write.change.person })
    {
      return agrees(write, earlier) ?? .changed
    }
    let body = contact.fields.filter { $0.value != .null && $0.value != [] }.map {
      JSON.Pair(key: $0.name, value: $0.value)
    }
    do {
      return try written(
        await talk.change(.post, "/api/contacts", .object(body), keys: keys, permit, check: check))
    } catch AmagiTalk.Refused.taken(let id) {
      guard let id, let other = try await self.contact(id) else { return .changed }
      if other.person == write.change.person { return agrees(write, other) ?? .changed }
      // One that was read is known, and was not taken for this person.
      guard memory.knows(id) else { return .changed }
      return .refused(field: .email, why: "another contact of amagi-crm has this address")
    } catch AmagiTalk.Refused.unfit(let words) {
      return AmagiCRM.refused(words)
    }
  }

  private func update(
    _ write: CRMWrite, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> CRMAnswer {
    guard let id = write.change.remote.flatMap({ Int64($0) }), let held = try await look(id, write) else {
      return .changed
    }
    guard held.digest == write.expected else { return agrees(write, held) ?? .changed }
    var contact = held
    contact.take(write.change, of: write.kind)
    let body = zip(held.fields, contact.fields).filter { $0.0.value != $0.1.value }
      .map { JSON.Pair(key: $0.1.name, value: $0.1.value) }
    if body.isEmpty { return .written(remote: String(id), digest: held.digest) }
    do {
      return try written(
        await talk.change(.patch, "/api/contacts/\(id)", .object(body), keys: keys, permit, check: check))
    } catch AmagiTalk.Refused.gone {
      return .changed
    } catch AmagiTalk.Refused.taken {
      return .refused(field: .email, why: "another contact of amagi-crm has this address")
    } catch AmagiTalk.Refused.unfit(let words) {
      return AmagiCRM.refused(words)
    }
  }

  public func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    guard let id = Int64(remote), let held = try await contact(id) else { return .written(remote: remote, digest: "") }
    guard held.digest == digest else { return .changed }
    do {
      _ = try await talk.change(.delete, "/api/contacts/\(id)", nil, keys: [], permit, check: check)
    } catch AmagiTalk.Refused.gone {
      // Somebody else removed it in this moment.
    }
    return .written(remote: remote, digest: "")
  }

  // MARK: answers

  private func written(_ shown: JSON) throws -> CRMAnswer {
    guard let contact = AmagiContact(shown, mapped) else {
      throw Trouble("amagi-crm answers a change with no contact", remedy: .wait(until: talk.now()))
    }
    return .written(remote: String(contact.id), digest: contact.digest)
  }

  /// Whether a contact says already all that a change would make it say.
  private func agrees(_ write: CRMWrite, _ contact: AmagiContact) -> CRMAnswer? {
    var wanted = contact
    wanted.take(write.change, of: write.kind)
    return wanted.values == contact.values ? .written(remote: String(contact.id), digest: contact.digest) : nil
  }

  private static func refused(_ words: String) -> CRMAnswer {
    if words.contains("email") { return .refused(field: .email, why: "no address in the eyes of amagi-crm") }
    if words.contains("needs at least") {
      return .refused(field: .name, why: "amagi-crm wants a name, an address or a company")
    }
    return .refused(field: nil, why: "amagi-crm refused it")
  }

  /// The members that stand for what is mapped (P077); the free text holds what has no place and whom it is about.
  private var keys: Set<String> {
    var keys: Set<String> = ["notes"]
    let names: [Fact.Field: [String]] = [
      .name: ["first_name", "last_name", "company"], .given: ["first_name"], .family: ["last_name"],
      .email: ["email"], .phone: ["phone"], .organisation: ["company"], .tag: ["tags"],
    ]
    for field in mapped { keys.formUnion(names[field] ?? []) }
    return keys
  }
}
