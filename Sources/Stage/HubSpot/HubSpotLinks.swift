import Formats
import Model

extension HubSpotPortal {
  /// The record and number that an entry of `associations` names.
  func target(_ link: JSON) throws -> (record: HubSpotRecord, number: Int64?) {
    let id = HubSpotPortal.text(link[key: "to"]?[key: "id"])
    guard let record = records[merged[id] ?? id], record.archivedAt == nil else {
      throw HubSpotFault.invalid("No object exists with the id \(id) to associate with")
    }
    return (record, link[key: "types"]?.asList?.first?[key: "associationTypeId"]?.asInt)
  }

  /// Links a new record as it asked for.
  mutating func associate(_ record: HubSpotRecord, _ link: JSON) throws {
    let (other, number) = try target(link)
    try check(link, from: record.type)
    try self.link(record, other, number)
  }

  func check(_ link: JSON, from type: HubSpotType) throws {
    let (other, number) = try target(link)
    if let number, type.association(to: other.type) != number {
      throw HubSpotFault.invalid("Association type \(number) does not exist between these types")
    }
  }

  /// `/objects/{type}/{id}/associations/…`.
  mutating func association(
    _ type: HubSpotType, _ id: String, _ rest: [String], _ call: HubSpotCall
  ) throws -> HubSpotReply {
    let record = try find(type, id)
    switch (call.method, rest.count) {
    case ("GET", 1):
      guard let other = HubSpotType(rest[0]) else { throw HubSpotFault.missing() }
      return HubSpotReply(200, ["results": .list(linked(record.id, other).map { shownLink(record.id, $0, other) })])
    case ("PUT", 3) where rest[0] == "default":
      guard let other = HubSpotType(rest[1]) else { throw HubSpotFault.missing() }
      let to = try find(other, rest[2])
      try link(record, to, nil)
      return HubSpotReply(200, done([HubSpotPortal.defaultLink(record, to), HubSpotPortal.defaultLink(to, record)]))
    case ("PUT", 2):
      guard let other = HubSpotType(rest[0]) else { throw HubSpotFault.missing() }
      let to = try find(other, rest[1])
      try link(record, to, call.body.asList?.first?[key: "associationTypeId"]?.asInt)
      return HubSpotReply(201, HubSpotPortal.pair(record, to))
    case ("DELETE", 2):
      unlink(record.id, rest[1])
      return HubSpotReply(204)
    default: throw HubSpotFault.missing()
    }
  }

  mutating func unlink(_ a: String, _ b: String) {
    links = links.filter { !($0.key.from == a && $0.key.to == b) && !($0.key.from == b && $0.key.to == a) }
  }

  private func shownLink(_ from: String, _ to: String, _ type: HubSpotType) -> JSON {
    let numbers = links[Link(from: from, to: to, type: type)] ?? []
    let types = numbers.sorted().map { number -> JSON in
      ["category": "HUBSPOT_DEFINED", "typeId": .int(number), "label": nil]
    }
    return ["toObjectId": .text(to), "associationTypes": .list(types)]
  }

  private static func defaultLink(_ from: HubSpotRecord, _ to: HubSpotRecord) -> JSON {
    [
      "from": ["id": .text(from.id)], "to": ["id": .text(to.id)],
      "associationSpec": [
        "associationCategory": "HUBSPOT_DEFINED", "associationTypeId": .int(from.type.association(to: to.type) ?? 0),
      ],
    ]
  }

  private static func pair(_ from: HubSpotRecord, _ to: HubSpotRecord) -> JSON {
    [
      "fromObjectTypeId": .text(from.type.number), "fromObjectId": .text(from.id),
      "toObjectTypeId": .text(to.type.number), "toObjectId": .text(to.id), "labels": [],
    ]
  }

  /// `/associations/{from}/{to}/batch/…`: 2,000 links, or the links of 1,000 records.
  mutating func associations(_ call: HubSpotCall) throws -> HubSpotReply {
    guard call.path.count >= 3, let from = HubSpotType(call.path[0]), let to = HubSpotType(call.path[1]) else {
      throw HubSpotFault.missing()
    }
    if call.method == "GET", call.path[2] == "labels" {
      let number = from.association(to: to).map { JSON.int($0) } ?? .null
      return HubSpotReply(200, ["results": [["category": "HUBSPOT_DEFINED", "typeId": number, "label": nil]]])
    }
    guard call.method == "POST" else { throw HubSpotFault.missing() }
    let inputs = try call.inputs
    let verb = call.path.dropFirst(3).joined(separator: "/")
    guard inputs.count <= (verb == "read" ? 1000 : 2000) else {
      throw HubSpotFault.invalid("There are too many inputs")
    }
    switch verb {
    case "create": return try linkAll(inputs, from, to, 201) { [HubSpotPortal.pair($0, $1)] }
    case "associate/default":
      return try linkAll(inputs, from, to, 200) {
        [HubSpotPortal.defaultLink($0, $1), HubSpotPortal.defaultLink($1, $0)]
      }
    case "archive":
      for input in inputs {
        for target in input[key: "to"]?.asList ?? [] {
          unlink(HubSpotPortal.text(input[key: "from"]?[key: "id"]), HubSpotPortal.text(target[key: "id"]))
        }
      }
      return HubSpotReply(204)
    case "read": return readAll(inputs, from, to)
    default: throw HubSpotFault.missing()
    }
  }

  private mutating func linkAll(
    _ inputs: [JSON], _ from: HubSpotType, _ to: HubSpotType, _ status: Int,
    _ shown: (HubSpotRecord, HubSpotRecord) -> [JSON]
  ) throws -> HubSpotReply {
    var results: [JSON] = []
    var errors: [JSON] = []
    for input in inputs {
      do {
        let a = try find(from, HubSpotPortal.text(input[key: "from"]?[key: "id"]))
        let b = try find(to, HubSpotPortal.text(input[key: "to"]?[key: "id"]))
        let number = input[key: "types"]?.asList?.first?[key: "associationTypeId"]?.asInt
        if let number, from.association(to: to) != number { throw HubSpotFault.invalid("There is no such association") }
        try link(a, b, number)
        results += shown(a, b)
      } catch let fault as HubSpotFault {
        errors.append(fault.entry(nil))
      }
    }
    return HubSpotReply(errors.isEmpty ? status : 207, done(results, errors))
  }

  private func readAll(_ inputs: [JSON], _ from: HubSpotType, _ to: HubSpotType) -> HubSpotReply {
    var results: [JSON] = []
    var errors: [JSON] = []
    for input in inputs {
      let id = HubSpotPortal.text(input[key: "id"])
      let others = linked(id, to)
      if others.isEmpty {
        errors.append(HubSpotFault.missing("No \(to.rawValue) is associated with \(from.rawValue) \(id).").entry(nil))
      } else {
        results.append(["from": ["id": .text(id)], "to": .list(others.map { shownLink(id, $0, to) })])
      }
    }
    return HubSpotReply(errors.isEmpty ? 200 : 207, done(results, errors))
  }
}
