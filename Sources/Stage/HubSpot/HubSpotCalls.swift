import Formats
import Model

/// A request, taken apart.
struct HubSpotCall: Sendable {
  var method: String
  /// What follows the area, unescaped: `["contacts", "batch", "read"]`.
  var path: [String]
  var query: [String: [String]]
  var body: JSON

  func texts(_ key: String) -> [String] {
    (query[key] ?? []).flatMap { $0.split(separator: ",").map(String.init) }
  }

  var inputs: [JSON] {
    get throws {
      guard let inputs = body[key: "inputs"]?.asList else {
        throw HubSpotFault.invalid("Invalid input JSON on line 1, column 1: Required field 'inputs' not set")
      }
      return inputs
    }
  }
}

/// What is said to a request that was understood.
struct HubSpotReply: Sendable {
  var status: Int
  var body: JSON?

  init(_ status: Int, _ body: JSON? = nil) {
    self.status = status
    self.body = body
  }
}

extension HubSpotPortal {
  /// Single objects and lists: `/objects/{type}` and below.
  mutating func object(_ call: HubSpotCall) throws -> HubSpotReply {
    guard let name = call.path.first, let type = HubSpotType(name) else {
      throw HubSpotFault.invalid("Unable to infer object type from: \(call.path.first ?? "")")
    }
    let rest = Array(call.path.dropFirst())
    switch (call.method, rest.count, rest.first ?? "") {
    case ("GET", 0, _): return try list(type, call)
    case ("POST", 0, _):
      for link in call.body[key: "associations"]?.asList ?? [] { try check(link, from: type) }
      let record = try create(type, HubSpotPortal.values(call.body))
      for link in call.body[key: "associations"]?.asList ?? [] { try associate(record, link) }
      return HubSpotReply(201, record.shown(Array(record.properties.keys)))
    case ("POST", 1, "search"): return try search(type, call.body)
    case ("POST", 1, "merge"):
      let record = try merge(
        type, HubSpotPortal.text(call.body[key: "primaryObjectId"]),
        HubSpotPortal.text(call.body[key: "objectIdToMerge"]))
      return HubSpotReply(200, record.shown(Array(record.properties.keys)))
    case ("POST", 1, "gdpr-delete"):
      let by = call.body[key: "idProperty"]?.asText
      let record = try find(type, HubSpotPortal.text(call.body[key: "objectId"]), by: by)
      archive(type, record.id)
      records[record.id] = nil
      order[type]?.removeAll { $0 == record.id }
      return HubSpotReply(204)
    case ("POST", 2, "batch"): return try batch(type, rest[1], call)
    case ("GET", 1, let id):
      let record = try find(type, id, by: call.query["idProperty"]?.first)
      return HubSpotReply(200, shown(record, call))
    case ("PATCH", 1, let id):
      let found = try find(type, id, by: call.query["idProperty"]?.first)
      let values = try HubSpotPortal.values(call.body)
      return HubSpotReply(200, try update(type, found.id, values).shown(Array(values.keys)))
    case ("DELETE", 1, let id):
      archive(type, id)
      return HubSpotReply(204)
    case (_, 2..., let id) where rest[1] == "associations":
      return try association(type, id, Array(rest.dropFirst(2)), call)
    default: throw HubSpotFault.missing()
    }
  }

  /// The record with the links that were asked for.
  private func shown(_ record: HubSpotRecord, _ call: HubSpotCall) -> JSON {
    var shown = record.shown(call.texts("properties"))
    let wanted = call.texts("associations").compactMap { HubSpotType($0) }
    guard !wanted.isEmpty, case .object(var pairs) = shown else { return shown }
    let lists = wanted.compactMap { type -> JSON.Pair? in
      let ids = linked(record.id, type)
      guard !ids.isEmpty, let number = record.type.association(to: type) else { return nil }
      let results = ids.map { id -> JSON in
        ["id": .text(id), "type": .text("\(record.type.rawValue)_to_\(type.rawValue)_\(number)")]
      }
      return .init(key: type.rawValue, value: ["results": .list(results)])
    }
    if !lists.isEmpty { pairs.append(.init(key: "associations", value: .object(lists))) }
    shown = .object(pairs)
    return shown
  }

  /// A page of at most 100, in the order of ids, of live records or of those in the bin.
  private func list(_ type: HubSpotType, _ call: HubSpotCall) throws -> HubSpotReply {
    let limit = call.query["limit"]?.first.flatMap { Int($0) } ?? 10
    guard (1...100).contains(limit) else { throw HubSpotFault.invalid("limit must be between 1 and 100") }
    let archived = call.query["archived"]?.first?.lowercased() == "true"
    let after = call.query["after"]?.first.flatMap { Int($0) } ?? 0
    let all = (order[type] ?? []).compactMap { records[$0] }
      .filter { ($0.archivedAt != nil) == archived && (Int($0.id) ?? 0) >= after }
    let page = all.prefix(limit)
    var pairs = [JSON.Pair(key: "results", value: .list(page.map { shown($0, call) }))]
    if all.count > limit { pairs.append(HubSpotPortal.paging(all[limit].id)) }
    return HubSpotReply(200, .object(pairs))
  }

  static func paging(_ after: String) -> JSON.Pair {
    .init(key: "paging", value: ["next": ["after": .text(after), "link": .text("?after=\(after)")]])
  }

  /// Properties as they came: numbers and truth values become text, null clears.
  static func values(_ body: JSON) throws -> [String: String] {
    guard let pairs = body[key: "properties"]?.asPairs else {
      throw HubSpotFault.invalid("Invalid input JSON on line 1, column 1: Required field 'properties' not set")
    }
    var values: [String: String] = [:]
    for pair in pairs { values[pair.key] = text(pair.value) }
    return values
  }

  static func text(_ value: JSON?) -> String {
    switch value {
    case .text(let text): text
    case .int(let number): String(number)
    case .number(let number): String(number)
    case .bool(let flag): flag ? "true" : "false"
    default: ""
    }
  }

  // MARK: properties and owners

  mutating func property(_ call: HubSpotCall) throws -> HubSpotReply {
    guard let name = call.path.first, let type = HubSpotType(name) else { throw HubSpotFault.missing() }
    let known = properties[type] ?? [:]
    switch (call.method, call.path.count) {
    case ("GET", 1):
      let all = known.values.sorted { $0.name < $1.name }.map(\.shown)
      return HubSpotReply(200, ["results": .list(all)])
    case ("GET", 2):
      guard let property = known[call.path[1]] else { throw HubSpotFault.missing("property does not exist") }
      return HubSpotReply(200, property.shown)
    case ("POST", 1):
      let property = try HubSpotPortal.definition(call.body)
      guard known[property.name] == nil else {
        throw HubSpotFault(
          status: 409, category: "OBJECT_ALREADY_EXISTS", message: "A property named '\(property.name)' already exists."
        )
      }
      if property.isUnique, known.values.count(where: { $0.isUnique && $0.isOwn }) >= 10 {
        throw HubSpotFault.invalid("There are 10 unique properties already")
      }
      properties[type]?[property.name] = property
      return HubSpotReply(201, property.shown)
    case ("DELETE", 2):
      guard known[call.path[1]]?.isOwn ?? true else { throw HubSpotFault.invalid("This property cannot be archived") }
      properties[type]?[call.path[1]] = nil
      return HubSpotReply(204)
    default: throw HubSpotFault.missing()
    }
  }

  private static func definition(_ body: JSON) throws -> HubSpotProperty {
    for key in ["name", "label", "groupName", "type", "fieldType"] where text(body[key: key]).isEmpty {
      throw HubSpotFault.invalid("Some required fields were not set: [\(key)]")
    }
    guard let kind = HubSpotProperty.Kind(rawValue: text(body[key: "type"])) else {
      throw HubSpotFault.invalid("\(text(body[key: "type"])) is no type of a property")
    }
    let name = text(body[key: "name"])
    guard name.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }) else {
      throw HubSpotFault.invalid("A name has small letters, digits and underscores")
    }
    let options = (body[key: "options"]?.asList ?? []).map { text($0[key: "value"]) }
    return HubSpotProperty(
      name: name, label: text(body[key: "label"]), kind: kind, fieldType: text(body[key: "fieldType"]),
      group: text(body[key: "groupName"]), options: options, isUnique: body[key: "hasUniqueValue"] == true)
  }

  func owner(_ call: HubSpotCall) throws -> HubSpotReply {
    guard call.method == "GET" else { throw HubSpotFault.missing() }
    if let id = call.path.first, !id.isEmpty {
      guard let email = owners[id] else { throw HubSpotFault.missing() }
      return HubSpotReply(200, HubSpotPortal.owner(id, email))
    }
    let wanted = call.query["email"]?.first
    let found = owners.sorted { $0.key < $1.key }.filter { wanted == nil || $0.value == wanted }
    return HubSpotReply(200, ["results": .list(found.map { HubSpotPortal.owner($0.key, $0.value) })])
  }

  private static func owner(_ id: String, _ email: String) -> JSON {
    [
      "id": .text(id), "email": .text(email), "type": "PERSON", "userId": .int(Int64(id) ?? 0),
      "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z", "archived": false,
    ]
  }
}
