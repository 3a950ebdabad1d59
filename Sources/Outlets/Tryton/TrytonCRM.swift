public import Consent
import Formats
public import Model
public import Plans
public import Wire

/// Tryton as a CRM, 6.0 and later: people and organisations are parties, activities become notes.
///
/// A party that Kith makes has a code of its own, by which a second try finds it: codes are unique. A change goes only
/// over a party that is what was read, by Tryton's own `_timestamp`.
public struct TrytonCRM: CRM {
  let destination: ID<Destination>
  let talk: TrytonTalk
  let memory = TrytonMemory()
  let mapped: Set<Fact.Field>
  /// How the fields of the mapping stand among contact mechanisms.
  let places: [FieldKey: TrytonPlace]
  /// The name of the relation by which people belong to organisations, and of the way back.
  let relation: String
  let reverse: String

  /// Records that are read or written by one call.
  static let batch = 200
  static let page = 500
  /// A transaction may have begun long before it is seen: so far back is read again, in milliseconds.
  private static let overlap: Int64 = 600_000

  /// Options: `database`; `version` if it shall not be found out; `relation` and `relation-back`.
  public init(
    _ destination: Destination, _ session: OutletSession, mapping: [StandingRules.Mapping],
    now: @escaping @Sendable () -> Instant, patience: Patience
  ) {
    self.destination = destination.id
    let options = destination.options
    talk = TrytonTalk(
      session, database: options["database"] ?? "", version: options["version"], now: now, patience: patience)
    mapped = Set(mapping.map(\.field.field)).intersection(TrytonValues.fields)
    places = TrytonPlace.places(mapping)
    relation = options["relation"] ?? "Works for"
    reverse = options["relation-back"] ?? "Employs"
  }

  public static let capabilities = CRMCapabilities(
    batch: batch, feed: .since(showsDeletions: false), organisations: .records, activities: [], hasNotes: true,
    hasTasks: false, fields: TrytonValues.fields, limits: [:])

  public var capabilities: CRMCapabilities { TrytonCRM.capabilities }

  public func shaped(_ values: FieldValues) -> FieldValues { TrytonValues.shaped(values) }

  func require(_ named: ID<Destination>?) throws {
    guard named == destination else {
      throw Refusal(.noGrant, promise: 2, "this permit names another destination")
    }
  }

  // MARK: reading

  public func records(since cursor: RemoteCursor?) async throws -> RemoteRecords {
    var found = RemoteRecords(records: [], isWhole: cursor == nil)
    var (last, newest) = (Int64(0), cursor?.text ?? "")
    var merged: [String: [String]] = [:]
    let window = cursor.map { TrytonCRM.window($0) } ?? []
    while true {
      let page = try await parties([["id", ">", .int(last)]] + window, at: TrytonCRM.page)
      for party in page {
        last = max(last, party.id)
        newest = max(newest, party.writtenAt)
        if party.code.hasPrefix(TrytonParty.organisationMark) { continue }
        if party.isActive { found.records.append(party.record) } else { found.gone.insert(String(party.id)) }
        if let other = party.replacedBy { merged[String(other), default: []].append(String(party.id)) }
      }
      if page.count < TrytonCRM.page { break }
    }
    for place in found.records.indices { found.records[place].absorbed = merged[found.records[place].remote] ?? [] }
    found.isTidy = memory.idle.isEmpty
    found.cursor = newest.isEmpty ? nil : RemoteCursor(newest)
    return found
  }

  public func names() async throws -> Set<String> {
    let shown = try await talk.ask("model.party.party.search", [[], 0, nil, nil])
    return Set((shown.asList ?? []).compactMap { $0.asInt.map(String.init) })
  }

  /// What was written or made since; a number or an address may be, while its party was not.
  private static func window(_ cursor: RemoteCursor) -> [JSON] {
    guard let told = Instant(iso: cursor.text.prefix(19) + "Z") else { return [] }
    let since = Instant(milliseconds: told.milliseconds - overlap).civil
    let instant: JSON = [
      "__class__": "datetime", "year": .int(Int64(since.year)), "month": .int(Int64(since.month)),
      "day": .int(Int64(since.day)), "hour": .int(Int64(since.hour)), "minute": .int(Int64(since.minute)),
      "second": .int(Int64(since.second)), "microsecond": 0,
    ]
    let dates = ["", "contact_mechanisms.", "addresses."].flatMap { [$0 + "write_date", $0 + "create_date"] }
    return [.list(["OR"] + dates.map { .list([.text($0), ">=", instant]) })]
  }

  /// Parties of a domain, those that are switched off among them, by their numbers; each is remembered.
  func parties(_ domain: [JSON], at most: Int? = nil) async throws -> [TrytonParty] {
    let all: JSON = ["active", "in", [true, false]]
    let shown = try await talk.ask(
      "model.party.party.search_read",
      [.list(domain + [all]), 0, most.map { .int(Int64($0)) } ?? .null, [["id", "ASC"]], TrytonParty.fields(mapped)])
    let found = (shown.asList ?? []).compactMap { TrytonParty($0, places, relation: relation) }
    for party in found { memory.hold(party) }
    return found
  }

  // MARK: removing

  public func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    guard let id = Int64(remote) else { return .changed }
    guard let party = try await parties([["id", "=", .int(id)]]).first else {
      return .written(remote: remote, digest: "")
    }
    guard party.digest == digest else { return .changed }
    do {
      try await delete([party], permit, check)
      return .written(remote: remote, digest: "")
    } catch TrytonTalk.Refused.outrun {
      return .changed
    } catch TrytonTalk.Refused.told(let words) {
      return try .refused(field: nil, why: TrytonRefusal(words).why)
    }
  }

  private func delete(
    _ parties: [TrytonParty], _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws {
    _ = try await talk.change(
      "model.party.party.delete", [.list(parties.map { .int($0.id) })],
      stamps: parties.map { TrytonValues.stamp(TrytonParty.model, $0.id, $0.stamp) }, keys: [], permit, check: check)
    for party in parties { memory.forget(party.id) }
  }

  /// Organisations that Kith made for people, and that nobody belongs to any more, go; those that somebody wrote to stay.
  public func tidy(_ permit: borrowing Permit<SyncToCRM>, check: StandingCheck) async throws {
    try require(permit.destination)
    for party in memory.idle {
      do {
        guard let now = try await parties([["id", "=", .int(party.id)]]).first, !now.isRelated, !now.isTouched else {
          continue
        }
        try await delete([now], permit, check)
      } catch is TrytonTalk.Refused {
        // Something else there needs it.
        memory.forget(party.id)
      }
    }
  }
}

/// What a refusal of Tryton is about, told without the values it names.
struct TrytonRefusal: Sendable, Equatable {
  let field: FieldKey?
  let why: String

  /// Throws where it is about the user's rights, and not about what was sent.
  init(_ words: String) throws {
    let isRight = ["You are not allowed to access", "because they fail on at least one", "because of at le"]
    if isRight.contains(where: words.contains) {
      throw Trouble("Tryton does not let this user do that", "give its user the right to it in Tryton")
    }
    let fields: [(String, FieldKey)] = [
      ("phone", .phone), ("\"Name\"", .name), ("Contact Mechanism\"", .email), ("\"Street\"", .address),
    ]
    field = fields.first { words.contains($0.0) }?.1
    let reasons = [
      ("too long", "longer than Tryton takes"), ("invalid chars", "signs that Tryton does not take"),
      ("allowed options", "no option that Tryton knows"), ("is required", "Tryton wants a value here"),
      ("domain", "not valid by Tryton's own rules"), ("must be unique", "stands in another record already"),
      ("are used by", "other records in Tryton need it"),
      ("not allowed to modify", "Tryton does not let it be changed"),
      ("not valid", "not valid by Tryton's own rules"),
    ]
    why = reasons.first { words.contains($0.0) }?.1 ?? "Tryton refused it"
  }

  /// For what no single change stands for.
  var trouble: Trouble { Trouble("Tryton refused it: \(why)", remedy: .skip("a batch")) }

  static func isUnique(_ words: String) -> Bool { words.contains("code") && words.contains("must be unique") }
  static func isGone(_ words: String) -> Bool { words.contains("don't exist") }
}
