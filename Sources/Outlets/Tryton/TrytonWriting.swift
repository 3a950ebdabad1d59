public import Consent
import Formats
import Model
import Plans

extension TrytonCRM {
  public func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    var batch = TrytonBatch(writes)
    for place in batch.open {
      let lost = writes[place].change.fields.first { $0.field.field == .custom && places[$0.field] == nil }
      guard let lost else { continue }
      batch.answers[place] = .refused(field: lost.field, why: "the mapping gives two fields the same name there")
    }
    try await look(&batch)
    for place in batch.open where writes[place].change.kind == .update { settle(place, &batch) }
    try await name(&batch, permit, check)
    try await create(batch.open.filter { writes[$0].change.kind == .create }, &batch, permit, check)
    try await update(batch.open.filter { writes[$0].change.kind == .update }, &batch, permit, check)
    return batch.answers.map { $0 ?? .changed }
  }

  private static func code(_ write: CRMWrite) -> String { TrytonParty.code(write.change.person, write.kind) }

  // MARK: looking before

  /// Looks at once for whatever an earlier try may have made, and for parties that were not read.
  private func look(_ batch: inout TrytonBatch) async throws {
    var (codes, ids): ([JSON], [JSON]) = ([], [])
    for place in batch.open {
      let write = batch.writes[place]
      switch write.change.kind {
      case .create: if write.isRetry { codes.append(.text(TrytonCRM.code(write))) }
      case .update:
        guard let id = write.change.remote.flatMap({ Int64($0) }) else { continue }
        if write.isRetry || memory.party(id)?.digest != write.expected { ids.append(.int(id)) }
      }
    }
    guard !codes.isEmpty || !ids.isEmpty else { return }
    for case .int(let id) in ids { memory.forget(id) }
    let found = try await parties([["OR", ["code", "in", .list(codes)], ["id", "in", .list(ids)]]])
    settle(found, &batch)
  }

  /// What was made by an earlier try is answered for.
  private func settle(_ found: [TrytonParty], _ batch: inout TrytonBatch) {
    let made = Dictionary(found.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
    for place in batch.open where batch.writes[place].change.kind == .create {
      guard let party = made[TrytonCRM.code(batch.writes[place])] else { continue }
      if !party.isActive {
        batch.answers[place] = .refused(field: nil, why: "Tryton has the party of this person switched off")
      } else {
        batch.answers[place] = agrees(batch.writes[place], party) ?? .changed
      }
    }
  }

  /// Answers for a change of a party that is not what was read; leaves the others open.
  private func settle(_ place: Int, _ batch: inout TrytonBatch) {
    let write = batch.writes[place]
    guard let party = write.change.remote.flatMap({ Int64($0) }).flatMap({ memory.party($0) }), party.isActive else {
      batch.answers[place] = .changed
      return
    }
    if party.digest != write.expected { batch.answers[place] = agrees(write, party) ?? .changed }
  }

  /// Whether a party says already all that a change would make it say.
  private func agrees(_ write: CRMWrite, _ party: TrytonParty) -> CRMAnswer? {
    let values = party.values
    for change in write.change.fields where mapped.contains(change.field.field) {
      func set(_ values: [String]?) -> Set<String> { Set((values ?? []).map { TrytonValues.same(change.field, $0) }) }
      guard set(values[change.field]) == set(shaped([change.field: change.new])[change.field]) else { return nil }
    }
    return .written(remote: String(party.id), digest: party.digest)
  }

  // MARK: creating

  /// Makes parties, all by one call or none; where Tryton refuses one of them, halves are tried.
  private func create(
    _ places: [Int], _ batch: inout TrytonBatch, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws {
    guard !places.isEmpty else { return }
    let steps = places.map { place in
      let write = batch.writes[place]
      return TrytonValues.step(write.change, over: TrytonParty(code: TrytonCRM.code(write), self.places), memory.known)
    }
    let rows = steps.map { JSON.object([JSON.Pair(key: "code", value: .text($0.party.code))] + $0.values) }
    do {
      let made = try await talk.change("model.party.party.create", [.list(rows)], keys: keys, permit, check: check)
      let ids = (made.asList ?? []).compactMap(\.asInt)
      guard ids.count == places.count else {
        throw Trouble("Tryton answers with another number of parties than it was given", remedy: .skip("a batch"))
      }
      for (index, place) in places.enumerated() {
        batch.answers[place] = .written(remote: String(ids[index]), digest: steps[index].party.digest)
      }
    } catch TrytonTalk.Refused.told(let words) {
      if TrytonRefusal.isUnique(words) {
        let found = try await parties([["code", "in", .list(steps.map { .text($0.party.code) })]])
        settle(found, &batch)
        let rest = places.filter { batch.answers[$0] == nil }
        if rest.count < places.count { return try await create(rest, &batch, permit, check) }
      }
      guard try !refused(places, words, &batch) else { return }
      try await create(Array(places[..<(places.count / 2)]), &batch, permit, check)
      try await create(Array(places[(places.count / 2)...]), &batch, permit, check)
    }
  }

  /// Answers for the one that Tryton refused; of many it is not known which, so halves are tried.
  private func refused(_ places: [Int], _ words: String, _ batch: inout TrytonBatch) throws -> Bool {
    let refusal = try TrytonRefusal(words)
    guard places.count == 1 else { return false }
    batch.answers[places[0]] = .refused(field: refusal.field, why: refusal.why)
    return true
  }

  // MARK: updating

  /// Changes parties, all by one call or none, each only if it is what was read.
  private func update(
    _ places: [Int], _ batch: inout TrytonBatch, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck,
    tried: Int = 0
  ) async throws {
    var steps: [(place: Int, step: TrytonValues.Step)] = []
    for place in places {
      let change = batch.writes[place].change
      guard let party = change.remote.flatMap({ Int64($0) }).flatMap({ memory.party($0) }) else { continue }
      let step = TrytonValues.step(change, over: party, memory.known)
      if step.values.isEmpty {
        batch.answers[place] = .written(remote: String(party.id), digest: step.party.digest)
      } else {
        steps.append((place, step))
      }
    }
    guard !steps.isEmpty else { return }
    let stamps = steps.flatMap {
      [TrytonValues.stamp(TrytonParty.model, $0.step.party.id, $0.step.party.stamp)] + $0.step.guarded
    }
    do {
      _ = try await talk.change(
        "model.party.party.write", steps.flatMap { [[.int($0.step.party.id)], .object($0.step.values)] },
        stamps: stamps, keys: keys, permit, check: check)
      for (place, step) in steps {
        batch.answers[place] = .written(remote: String(step.party.id), digest: step.party.digest)
        memory.forget(step.party.id)
      }
    } catch TrytonTalk.Refused.outrun {
      try await updateAnew(steps.map(\.place), &batch, permit, check, tried: tried)
    } catch TrytonTalk.Refused.told(let words) where TrytonRefusal.isGone(words) {
      try await updateAnew(steps.map(\.place), &batch, permit, check, tried: tried)
    } catch TrytonTalk.Refused.told(let words) {
      let open = steps.map(\.place)
      guard try !refused(open, words, &batch) else { return }
      try await update(Array(open[..<(open.count / 2)]), &batch, permit, check)
      try await update(Array(open[(open.count / 2)...]), &batch, permit, check)
    }
  }

  /// Somebody wrote meanwhile: what is still as it was read is tried again, the rest is to be planned anew.
  private func updateAnew(
    _ places: [Int], _ batch: inout TrytonBatch, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck,
    tried: Int
  ) async throws {
    guard tried < 3 else { return }
    let ids = places.compactMap { batch.writes[$0].change.remote.flatMap { Int64($0) } }
    for id in ids { memory.forget(id) }
    _ = try await parties([["id", "in", .list(ids.map { .int($0) })]])
    for place in places { settle(place, &batch) }
    try await update(places.filter { batch.answers[$0] == nil }, &batch, permit, check, tried: tried + 1)
  }

  // MARK: what may leave

  /// The members of Tryton's form that stand for what is mapped (P077).
  var keys: Set<String> {
    var keys: Set<String> = ["code"]
    if mapped.contains(.name) { keys.insert("name") }
    let members = TrytonPlace.members(mapped)
    if !members.isEmpty { keys.formUnion(members + ["contact_mechanisms"]) }
    if mapped.contains(.address) { keys.formUnion(["addresses", "street"]) }
    if mapped.contains(.tag) { keys.insert("categories") }
    if mapped.contains(.organisation) { keys.formUnion(["relations", "to", "type"]) }
    return keys
  }
}
