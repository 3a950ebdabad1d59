import Consent
import Formats
import Model
import Plans

/// Tags and organisations are records of their own in Tryton: what a batch names is found, or made, before it is written.
extension TrytonCRM {
  func name(
    _ batch: inout TrytonBatch, _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws {
    let tags = wanted(.tag, batch).filter { memory.known.tags[$0] == nil }
    if !tags.isEmpty { try await makeTags(tags, permit, check) }
    for place in batch.open where !missing(.tag, batch.writes[place], memory.known.tags).isEmpty {
      batch.answers[place] = .refused(field: .tag, why: "Tryton has a category of this name switched off")
    }
    let organisations = wanted(.organisation, batch)
    guard !organisations.isEmpty else { return }
    try await makeRelation(permit, check)
    let unknown = organisations.filter { memory.known.organisations[$0] == nil }
    if !unknown.isEmpty { try await makeOrganisations(unknown, permit, check) }
    for place in batch.open where !missing(.organisation, batch.writes[place], memory.known.organisations).isEmpty {
      batch.answers[place] = .refused(field: .organisation, why: "Tryton has the organisation switched off")
    }
  }

  /// The names that open changes give to a field, each once, sorted.
  private func wanted(_ field: FieldKey, _ batch: TrytonBatch) -> [String] {
    guard mapped.contains(field.field) else { return [] }
    return Set(batch.open.flatMap { missing(field, batch.writes[$0], [:]) }).sorted()
  }

  private func missing(_ field: FieldKey, _ write: CRMWrite, _ known: [String: Int64]) -> [String] {
    guard let change = write.change.fields.first(where: { $0.field == field }) else { return [] }
    return (shaped([field: change.new])[field] ?? []).filter { known[$0] == nil }
  }

  /// Names that Tryton must hold once only: found, else made.
  private func makeTags(
    _ names: [String], _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws {
    func find() async throws -> [String] {
      let shown = try await talk.ask(
        "model.party.category.search_read",
        [[["name", "in", .list(names.map { .text($0) })], ["parent", "=", nil]], 0, nil, nil, ["name"]])
      learn(shown) { $0.tags[$1] = $2 }
      return names.filter { memory.known.tags[$0] == nil }
    }
    let new = try await find()
    guard !new.isEmpty else { return }
    do {
      let made = try await talk.change(
        "model.party.category.create", [.list(new.map { ["name": .text($0)] })], keys: ["name"], permit, check: check)
      for (name, id) in zip(new, (made.asList ?? []).compactMap(\.asInt)) { memory.learn { $0.tags[name] = id } }
    } catch TrytonTalk.Refused.told {
      // Somebody else made one meanwhile, or it is there and switched off.
      _ = try await find()
    }
  }

  /// The two types of relation by which people belong to organisations; found, else made.
  private func makeRelation(_ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck) async throws {
    guard memory.known.relation == nil else { return }
    do {
      try await findRelation(permit, check)
    } catch TrytonTalk.Refused.told(let words) {
      throw try TrytonRefusal(words).trouble
    }
  }

  private func findRelation(_ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck) async throws {
    let model = "model.party.relation.type."
    let shown = try await talk.ask(
      model + "search_read",
      [[["name", "in", [.text(relation), .text(reverse)]]], 0, nil, [["id", "ASC"]], ["name"]])
    func found(_ name: String) -> Int64? {
      shown.asList?.first { $0[key: "name"]?.asText == name }?[key: "id"]?.asInt
    }
    if let known = found(relation) { return memory.learn { $0.relation = known } }
    var back = found(reverse)
    if back == nil {
      let made = try await talk.change(
        model + "create", [[["name": .text(reverse)]]], keys: ["name"], permit, check: check)
      back = made.asList?.first?.asInt
    }
    let row: JSON = ["name": .text(relation), "reverse": back.map { .int($0) } ?? nil]
    let made = try await talk.change(model + "create", [[row]], keys: ["name", "reverse"], permit, check: check)
    if let id = made.asList?.first?.asInt { memory.learn { $0.relation = id } }
  }

  /// Organisations by name: the only party of that name, else one that Kith made for it, else a new one.
  private func makeOrganisations(
    _ names: [String], _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws {
    let codes = Dictionary(
      names.map { ($0, TrytonCRM.code(organisation: $0)) }, uniquingKeysWith: { first, _ in first })
    let shown = try await talk.ask(
      "model.party.party.search_read",
      [
        [
          [
            "OR", ["code", "in", .list(codes.values.sorted().map { .text($0) })],
            ["name", "in", .list(names.map { .text($0) })],
          ]
        ],
        0, nil, [["id", "ASC"]], ["name", "code"],
      ])
    let found = (shown.asList ?? []).compactMap { party in
      party[key: "id"]?.asInt.map { (id: $0, name: party[key: "name"]?.asText, code: party[key: "code"]?.asText) }
    }
    var new: [String] = []
    for name in names {
      let named = found.filter { $0.name == name }
      if let own = found.first(where: { $0.code == codes[name] }) ?? (named.count == 1 ? named.first : nil) {
        memory.learn { $0.organisations[name] = own.id }
      } else {
        new.append(name)
      }
    }
    guard !new.isEmpty else { return }
    let rows = new.map {
      JSON.object([.init(key: "name", value: .text($0)), .init(key: "code", value: JSON(codes[$0]))])
    }
    do {
      let made = try await talk.change(
        "model.party.party.create", [.list(rows)], keys: ["name", "code"], permit, check: check)
      for (name, id) in zip(new, (made.asList ?? []).compactMap(\.asInt)) {
        memory.learn { $0.organisations[name] = id }
      }
    } catch TrytonTalk.Refused.told(let words) {
      // One that is switched off keeps its code: the changes that need it are refused.
      guard TrytonRefusal.isUnique(words) else { throw try TrytonRefusal(words).trouble }
    }
  }

  /// The code of an organisation that has no other key than its name.
  static func code(organisation name: String) -> String {
    TrytonParty.organisationMark + hex(sha256(Array(fold(name).utf8)).prefix(8))
  }

  private func learn(_ shown: JSON, _ body: (inout TrytonValues.Known, String, Int64) -> Void) {
    for row in shown.asList ?? [] {
      guard let id = row[key: "id"]?.asInt, let name = row[key: "name"]?.asText else { continue }
      memory.learn { body(&$0, oneLine(name), id) }
    }
  }
}
