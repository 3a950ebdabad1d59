import Formats
import Model

/// An account of the staged HubSpot: its objects, properties, owners and associations.
struct HubSpotPortal: Sendable {
  /// One direction of a link; both are kept.
  struct Link: Hashable, Sendable {
    var from: String
    var to: String
    var type: HubSpotType
  }

  var records: [String: HubSpotRecord] = [:]
  /// Ids in the order in which they were made, by type.
  var order: [HubSpotType: [String]] = [:]
  var properties: [HubSpotType: [String: HubSpotProperty]] = [:]
  /// The numbers of the associations of a link.
  var links: [Link: Set<Int64>] = [:]
  /// The record that a merged one became.
  var merged: [String: String] = [:]
  /// Who may own records, by id.
  /// So long a change stays unseen by searches, in milliseconds.
  var searchLag: Int64 = 0
  var owners: [String: String] = ["7001": "ada@example.test", "7002": "cyd@example.test"]
  /// By unique property, its value and the record; a search through all would be slow.
  private var unique: [String: String] = [:]
  private var number = 1000
  private var requests = 0
  private(set) var now = Instant(milliseconds: 0)

  init() {
    for type in HubSpotType.allCases {
      properties[type] = Dictionary(uniqueKeysWithValues: HubSpotProperty.usual(type).map { ($0.name, $0) })
    }
  }

  /// A new request: time goes on, never backwards.
  mutating func begin(at instant: Instant) -> String {
    requests += 1
    now = max(instant, now)
    let digits = String(requests)
    return "00000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
  }

  // MARK: records

  /// The live record of a type with an id, or with the value of a unique property.
  func find(_ type: HubSpotType, _ id: String, by property: String? = nil) throws -> HubSpotRecord {
    guard let found = try look(type, id, by: property), found.archivedAt == nil else {
      throw HubSpotFault(
        status: 404, category: "OBJECT_NOT_FOUND", message: "Object not found.  objectId are usually numeric.",
        context: ["ids": [id]])
    }
    return found
  }

  private func look(_ type: HubSpotType, _ id: String, by property: String?) throws -> HubSpotRecord? {
    guard let property, property != "hs_object_id" else {
      let found = records[merged[id] ?? id]
      return found?.type == type ? found : nil
    }
    guard let known = properties[type]?[property], known.isUnique else {
      throw HubSpotFault.invalid("\(property) is not a unique property of \(type.rawValue)")
    }
    return unique[HubSpotPortal.key(type, property, known.kept(id))].flatMap { records[$0] }
  }

  private static func key(_ type: HubSpotType, _ property: String, _ value: String) -> String {
    "\(type.rawValue)\n\(property)\n\(value.lowercased())"
  }

  /// Checks properties of a record that is to be; throws what HubSpot answers.
  func check(_ type: HubSpotType, _ values: [String: String], of id: String?) throws {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let property = properties[type]?[name] else {
        throw HubSpotFault.value(name, "PROPERTY_DOESNT_EXIST", "Property \"\(name)\" does not exist")
      }
      try property.check(value)
      if name == "hubspot_owner_id", !value.isEmpty, owners[value] == nil {
        throw HubSpotFault.value(name, "INVALID_OWNER_ID", "\(value) is not an owner")
      }
      if property.isUnique, !value.isEmpty,
        let other = unique[HubSpotPortal.key(type, name, property.kept(value))], other != id
      {
        let what = type == .contacts && name == "email" ? "Contact already exists." : "Value of \(name) exists."
        throw HubSpotFault(
          status: 409, category: "CONFLICT", message: "\(what) Existing ID: \(other)", context: ["existingId": [other]])
      }
    }
  }

  mutating func create(_ type: HubSpotType, _ values: [String: String]) throws -> HubSpotRecord {
    try check(type, values, of: nil)
    if type.isActivity, (values["hs_timestamp"] ?? "").isEmpty {
      throw HubSpotFault.invalid("Some required properties were not set.", ["properties": ["hs_timestamp"]])
    }
    if type == .contacts, ["email", "firstname", "lastname"].allSatisfy({ (values[$0] ?? "").isEmpty }) {
      throw HubSpotFault.invalid("One of email, firstname or lastname is required")
    }
    number += 1
    let record = HubSpotRecord(
      id: String(number), type: type, properties: [:], createdAt: now, updatedAt: now, archivedAt: nil)
    records[record.id] = record
    order[type, default: []].append(record.id)
    return set(record.id, values)
  }

  mutating func update(_ type: HubSpotType, _ id: String, _ values: [String: String]) throws -> HubSpotRecord {
    let record = try find(type, id)
    try check(type, values, of: record.id)
    return set(record.id, values)
  }

  /// Writes checked values; an empty one clears.
  private mutating func set(_ id: String, _ values: [String: String]) -> HubSpotRecord {
    guard var record = records[id] else { return HubSpotRecord.none }
    for (name, value) in values {
      let property = properties[record.type]?[name]
      if property?.isUnique == true {
        if let old = record.properties[name] { unique[HubSpotPortal.key(record.type, name, old)] = nil }
        if !value.isEmpty, let property {
          unique[HubSpotPortal.key(record.type, name, property.kept(value))] = id
        }
      }
      record.properties[name] = value.isEmpty ? nil : property?.kept(value) ?? value
    }
    record.updatedAt = max(now, record.updatedAt)
    records[id] = record
    return record
  }

  /// What a person or HubSpot itself does, past all rules.
  mutating func force(_ id: String, _ values: [String: String]) { _ = set(id, values) }

  mutating func archive(_ type: HubSpotType, _ id: String) {
    guard let found = try? find(type, id), var record = records[found.id] else { return }
    record.archivedAt = now
    records[record.id] = record
    for (name, value) in record.properties where properties[type]?[name]?.isUnique == true {
      unique[HubSpotPortal.key(type, name, value)] = nil
    }
    links = links.filter { $0.key.from != record.id && $0.key.to != record.id }
  }

  /// The second record becomes part of the first, and is found under it from then on.
  mutating func merge(_ type: HubSpotType, _ first: String, _ second: String) throws -> HubSpotRecord {
    let into = try find(type, first)
    let gone = try find(type, second)
    guard into.id != gone.id else { throw HubSpotFault.invalid("A record cannot be merged with itself") }
    archive(type, gone.id)
    records[gone.id] = nil
    order[type]?.removeAll { $0 == gone.id }
    for (old, target) in merged where target == gone.id { merged[old] = into.id }
    merged[gone.id] = into.id
    let known = into.properties["hs_merged_object_ids"].map { $0 + ";" } ?? ""
    var values = gone.properties.filter { into.properties[$0.key] == nil }
    values["hs_merged_object_ids"] = known + gone.id
    return set(into.id, values)
  }

  // MARK: links

  func linked(_ id: String, _ type: HubSpotType) -> [String] {
    links.keys.filter { $0.from == id && $0.type == type }.map(\.to).sorted()
  }

  mutating func link(_ a: HubSpotRecord, _ b: HubSpotRecord, _ number: Int64?) throws {
    guard let there = number ?? a.type.association(to: b.type), let back = b.type.association(to: a.type) else {
      throw HubSpotFault.invalid("No association type between \(a.type.rawValue) and \(b.type.rawValue)")
    }
    links[Link(from: a.id, to: b.id, type: b.type), default: []].insert(there)
    links[Link(from: b.id, to: a.id, type: a.type), default: []].insert(back)
  }
}

extension HubSpotRecord {
  fileprivate static let none = HubSpotRecord(
    id: "", type: .notes, properties: [:], createdAt: Instant(milliseconds: 0), updatedAt: Instant(milliseconds: 0))
}
