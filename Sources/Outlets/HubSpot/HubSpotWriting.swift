public import Consent
import Formats
import Model
import Plans
import Wire

extension HubSpotCRM {
  /// A change on its way, with its place in the batch.
  struct Going: Sendable {
    var place: Int
    var write: CRMWrite
    /// HubSpot's number of the record; nil for a new one.
    var id: String?
    /// What stands there, as far as it was looked up.
    var current: [String: String]
    var properties: [String: String] = [:]
  }

  public func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    try await check()
    return try await answers(
      writes.indices, [.companies, .contacts], { HubSpotCRM.kind(writes[$0]) }, permit
    ) { kind, mine, answers, permit in
      try await apply(kind, mine, writes, &answers, permit, check)
    }
  }

  static func kind(_ write: CRMWrite) -> HubSpotTalk.Kind {
    if let remote = write.change.remote, let kind = HubSpotCRM.place(remote)?.kind { return kind }
    return write.kind == .organisation ? .companies : .contacts
  }

  /// What a record is called here: `contacts/1234`.
  static func place(_ remote: String) -> (kind: HubSpotTalk.Kind, id: String)? {
    let parts = remote.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let kind = HubSpotTalk.Kind(rawValue: String(parts[0])), !parts[1].isEmpty,
      parts[1].utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return (kind, String(parts[1]))
  }

  /// The changes of one kind of object: looked up, then written in one call for new ones and one for known ones.
  private func apply(
    _ kind: HubSpotTalk.Kind, _ mine: [Int], _ writes: [CRMWrite], _ answers: inout [CRMAnswer?],
    _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws {
    let known = mine.filter { writes[$0].change.kind == .update }
    let retried = mine.filter { writes[$0].change.kind == .create && writes[$0].isRetry }
    // HubSpot has no condition on a write: what stands there is looked at right before, unless it was told just now.
    let (there, since) = try await standing(kind, known.compactMap { writes[$0].change.remote })
    let mates = try await look(
      kind, retried.map { writes[$0].change.person.description }, by: HubSpotValues.person, permit, check)
    var going: [Going] = []
    for place in mine {
      let write = writes[place]
      let isNew = write.change.kind == .create
      let id = write.change.remote.flatMap(HubSpotCRM.place)?.id
      let row = isNew ? mates[write.change.person.description] : id.flatMap { there[$0] }
      if isNew, row == nil {
        going.append(Going(place: place, write: write, id: nil, current: [:]))
        continue
      }
      guard let row, let record = values.record(kind, row) else {
        answers[place] = .changed
        continue
      }
      if record.key == write.key {
        answers[place] = .written(remote: record.remote, digest: record.digest)
      } else if isNew || record.digest != write.expected {
        answers[place] = .changed
      } else {
        going.append(Going(place: place, write: write, id: id, current: HubSpotValues.properties(row) ?? [:]))
      }
    }
    try prepare(&going, kind, &answers)
    let (new, old) = (going.filter { $0.id == nil }, going.filter { $0.id != nil })
    try await send(new.map(HubSpotCRM.input), batch("upsert", kind, new, .always), &answers, permit, check)
    let last = Instant(milliseconds: since.milliseconds &+ HubSpotMemory.holds)
    try await send(old.map(HubSpotCRM.input), batch("update", kind, old, .until(last)), &answers, permit, check)
    if kind == .contacts { try await link(mine, writes, &answers, permit, check) }
  }

  /// The live objects of these names by their ids, and since when that is known; what was told a moment ago is not asked
  /// again.
  private func standing(
    _ kind: HubSpotTalk.Kind, _ remotes: [String]
  ) async throws -> (rows: [String: JSON], since: Instant) {
    var found: [String: JSON] = [:]
    var unknown: [String] = []
    let now = talk.now()
    var since = now
    for remote in remotes {
      guard let id = HubSpotCRM.place(remote)?.id else { continue }
      if let (row, at) = memory.row(remote, at: now) {
        found[id] = row
        since = min(since, at)
      } else {
        unknown.append(id)
      }
    }
    memory.forget(remotes)
    guard !unknown.isEmpty else { return (found, since) }
    let looked = try await told(kind, unknown)
    return (found.merging(looked.rows) { $1 }, found.isEmpty ? looked.at : min(since, looked.at))
  }

  /// The live objects with these ids.
  func look(_ kind: HubSpotTalk.Kind, _ ids: [String]) async throws -> [String: JSON] {
    ids.isEmpty ? [:] : try await told(kind, ids).rows
  }

  private func told(_ kind: HubSpotTalk.Kind, _ ids: [String]) async throws -> (rows: [String: JSON], at: Instant) {
    do {
      let body = HubSpotCRM.question(ids, values.read(kind), by: nil)
      let (answer, at) = try await talk.told(.post, talk.objects(kind, "/batch/read"), body)
      return (HubSpotCRM.found(answer) { $0[key: "id"]?.asText }, at)
    } catch let refused as HubSpotTalk.Refused where refused.status == 404 {
      return ([:], talk.now())
    } catch let refused as HubSpotTalk.Refused {
      throw HubSpotCRM.trouble(refused)
    }
  }

  /// The live objects with these values of a property of ours: what is asked is ours, so it leaves under the permit.
  func look(
    _ kind: HubSpotTalk.Kind, _ ids: [String], by property: String, _ permit: borrowing Permit<SyncToCRM>,
    _ check: StandingCheck
  ) async throws -> [String: JSON] {
    guard !ids.isEmpty else { return [:] }
    let schema = PayloadSchema(.json, keys: ["inputs", "id", "properties", "propertiesWithHistory", "idProperty"])
    do {
      let body = HubSpotCRM.question(ids, values.read(kind), by: property)
      let answer = try await talk.settle(
        .post, talk.objects(kind, "/batch/read"), body, schema, permit, check: check)
      return HubSpotCRM.found(answer) { $0[key: "properties"]?[key: property]?.asText }
    } catch let refused as HubSpotTalk.Refused where refused.lacksOwn || refused.status == 404 {
      // Nothing of ours stands there yet.
      return [:]
    } catch let refused as HubSpotTalk.Refused {
      throw HubSpotCRM.trouble(refused)
    }
  }

  private static func question(_ ids: [String], _ properties: [String], by property: String?) -> JSON {
    var body: [JSON.Pair] = [
      .init(key: "inputs", value: .list(Set(ids).sorted().map { ["id": .text($0)] })),
      .init(key: "properties", value: .list(properties.map { .text($0) })),
      .init(key: "propertiesWithHistory", value: []),
    ]
    if let property { body.append(.init(key: "idProperty", value: .text(property))) }
    return .object(body)
  }

  private static func found(_ answer: JSON, _ name: (JSON) -> String?) -> [String: JSON] {
    var found: [String: JSON] = [:]
    for row in answer[key: "results"]?.asList ?? [] { if let name = name(row) { found[name] = row } }
    return found
  }

  /// Makes the properties; a value that does not fit ends its change here.
  private func prepare(_ going: inout [Going], _ kind: HubSpotTalk.Kind, _ answers: inout [CRMAnswer?]) throws {
    for place in going.indices {
      do {
        let change = going[place].write.change
        var made = try values.properties(change, kind, over: going[place].current)
        made[HubSpotValues.change] = going[place].write.key
        // Another account of Kith may be named there already.
        if going[place].current[HubSpotValues.person] == nil { made[HubSpotValues.person] = change.person.description }
        if going[place].id == nil, let owner { made["hubspot_owner_id"] = owner }
        going[place].properties = made
      } catch let unfit as HubSpotValues.Unfit {
        answers[going[place].place] = .refused(field: unfit.field, why: unfit.why)
      }
    }
    going.removeAll { answers[$0.place] != nil }
  }

  private static func input(_ one: Going) -> HubSpotBatch.Input {
    var pairs: [JSON.Pair] = [.init(key: "id", value: .text(one.id ?? one.write.change.person.description))]
    if one.id == nil { pairs.append(.init(key: "idProperty", value: .text(HubSpotValues.person))) }
    pairs.append(.init(key: "properties", value: texts(one.properties)))
    pairs.append(.init(key: "objectWriteTraceId", value: .text(one.write.key)))
    return HubSpotBatch.Input(place: one.place, trace: one.write.key, id: one.id, body: .object(pairs))
  }

  private func batch(
    _ verb: String, _ kind: HubSpotTalk.Kind, _ going: [Going], _ repeats: HubSpotBatch.Repeats
  ) -> HubSpotBatch {
    let values = values
    let known = Dictionary(
      going.map { ($0.place, $0.current.merging($0.properties) { $1 }) }, uniquingKeysWith: { first, _ in first })
    return HubSpotBatch(
      kind: kind, target: talk.objects(kind, "/batch/\(verb)"), schema: schema(kind), repeats: repeats,
      written: { place, id, shown in
        let now = (known[place] ?? [:]).merging(shown) { $1 }
        return .written(remote: "\(kind.rawValue)/\(id)", digest: values.digest(kind, now))
      }, refused: { answer($0) })
  }

  /// Every key that may leave: those of the form, and the properties of the mapping (P077).
  func schema(_ kind: HubSpotTalk.Kind) -> PayloadSchema {
    let form: Set = ["inputs", "id", "idProperty", "properties", "objectWriteTraceId"]
    return PayloadSchema(.json, keys: form.union(values.names(kind)).union(owner == nil ? [] : ["hubspot_owner_id"]))
  }

  /// What a refusal of one record means; no value stands in it.
  func answer(_ refused: HubSpotTalk.Refused) -> CRMAnswer {
    if refused.category == "OBJECT_NOT_FOUND" || refused.status == 404 { return .changed }
    if refused.category == "CONFLICT" || refused.status == 409 {
      let other = refused.ids.first.map { "record \($0) there" } ?? "another record there"
      return .refused(field: .email, why: "\(other) has this address already")
    }
    if let (name, error) = refused.properties.sorted(by: { $0.key < $1.key }).first {
      return .refused(field: values.field(of: name), why: "HubSpot does not take it as its \(name) (\(error))")
    }
    if refused.category == "VALIDATION_ERROR" {
      return .refused(field: nil, why: "HubSpot does not take this record")
    }
    return .failed(HubSpotCRM.trouble(refused))
  }

  static func trouble(_ refused: HubSpotTalk.Refused) -> Trouble {
    Trouble(
      "HubSpot refuses a request (\(refused.status))",
      "look whether --api-version is one that HubSpot still serves")
  }

  /// Makes the properties of ours, once; one that is there already is fine.
  func prepareProperties(
    _ kind: HubSpotTalk.Kind, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws {
    let isRecord = kind == .contacts || kind == .companies
    var wanted: [(name: String, label: String, isUnique: Bool, isLong: Bool)] = [
      (HubSpotValues.person, "Kith: whose record this is", true, false)
    ]
    if isRecord {
      wanted.append((HubSpotValues.change, "Kith: last change", false, false))
      wanted.append((HubSpotValues.morePhones, "More phone numbers", false, true))
      if values.hasNote { wanted.append((HubSpotValues.note, "Note", false, true)) }
    }
    if kind == .contacts { wanted.append((HubSpotValues.moreEmails, "More e-mail addresses", false, true)) }
    if kind == .tasks { wanted.append((HubSpotTodo.noDay, "Kith: day for want of one", false, false)) }
    let keys: Set = ["name", "label", "groupName", "type", "fieldType", "hasUniqueValue"]
    for one in wanted {
      let body: JSON = [
        "name": .text(one.name), "label": .text(one.label), "groupName": .text(HubSpotCRM.group(kind)),
        "type": "string", "fieldType": one.isLong ? "textarea" : "text", "hasUniqueValue": .bool(one.isUnique),
      ]
      do {
        _ = try await talk.settle(
          .post, talk.properties(kind), body, PayloadSchema(.json, keys: keys), permit, check: check)
      } catch let refused as HubSpotTalk.Refused where refused.status == 409 {
        continue
      } catch let refused as HubSpotTalk.Refused {
        throw Trouble(
          "HubSpot does not let the property \(one.name) be made (\(refused.status))",
          "make it there by hand: text, \(one.isUnique ? "with unique values" : "plain")")
      }
    }
  }

  private static func group(_ kind: HubSpotTalk.Kind) -> String {
    switch kind {
    case .contacts: "contactinformation"
    case .companies: "companyinformation"
    case .emails: "email"
    case .meetings: "meeting"
    case .calls: "call"
    case .notes: "note"
    case .tasks: "task"
    }
  }

  public func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    guard let (kind, id) = HubSpotCRM.place(remote) else { return .changed }
    guard let row = try await look(kind, [id])[id], let record = values.record(kind, row) else {
      return .written(remote: remote, digest: "")
    }
    guard record.digest == digest else { return .changed }
    return try await archive(kind, id, permit, check)
  }
}
