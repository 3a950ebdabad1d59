import Formats
import Model

extension HubSpotPortal {
  /// So many rows a search shows in all, whatever it finds.
  static let deepest = 10_000

  /// `/objects/{type}/search`: groups of filters, one of which must fit; at most 200 rows a page.
  func search(_ type: HubSpotType, _ body: JSON) throws -> HubSpotReply {
    let limit = body[key: "limit"].map { HubSpotPortal.text($0) }.flatMap { Int($0) } ?? 10
    let after = body[key: "after"].map { HubSpotPortal.text($0) }.flatMap { $0.isEmpty ? 0 : Int($0) } ?? 0
    guard (1...200).contains(limit) else { throw HubSpotFault.invalid("limit must be between 1 and 200") }
    guard after >= 0, after + limit <= HubSpotPortal.deepest else {
      throw HubSpotFault.invalid("The search may not page beyond \(HubSpotPortal.deepest) results")
    }
    let groups = (body[key: "filterGroups"]?.asList ?? []).map { $0[key: "filters"]?.asList ?? [] }
    guard groups.count <= 5, groups.allSatisfy({ $0.count <= 6 }), groups.reduce(0, { $0 + $1.count }) <= 18 else {
      throw HubSpotFault.invalid("There are too many filters")
    }
    for filter in groups.joined() {
      let name = HubSpotPortal.text(filter[key: "propertyName"])
      guard properties[type]?[name] != nil else {
        throw HubSpotFault.invalid("There was a problem with the request: property \(name) does not exist")
      }
    }
    let horizon = Instant(milliseconds: now.milliseconds - searchLag)
    var found = try (order[type] ?? []).compactMap { records[$0] }.filter { record in
      guard record.archivedAt == nil, record.updatedAt <= horizon else { return false }
      return try groups.isEmpty || groups.contains { try $0.allSatisfy { try fits(record, $0) } }
    }
    try sort(&found, body, type)
    let asked = (body[key: "properties"]?.asList ?? []).map { HubSpotPortal.text($0) }
    let page = found.dropFirst(after).prefix(limit)
    var pairs: [JSON.Pair] = [
      .init(key: "total", value: .int(Int64(found.count))),
      .init(key: "results", value: .list(page.map { $0.shown(asked) })),
    ]
    if found.count > after + limit { pairs.append(HubSpotPortal.paging(String(after + limit))) }
    return HubSpotReply(200, .object(pairs))
  }

  private func sort(_ found: inout [HubSpotRecord], _ body: JSON, _ type: HubSpotType) throws {
    let sorts = body[key: "sorts"]?.asList ?? []
    guard sorts.count <= 1 else { throw HubSpotFault.invalid("There may be one sort") }
    guard let sort = sorts.first else { return }
    let name = sort.asText ?? HubSpotPortal.text(sort[key: "propertyName"])
    let descends = sort[key: "direction"]?.asText == "DESCENDING"
    guard let property = properties[type]?[name] else { throw HubSpotFault.invalid("\(name) cannot be sorted by") }
    // Rows with the same value keep no promised order; here the newest id comes first, so that nobody rests on it.
    found.sort { a, b in
      let order = HubSpotPortal.compare(a.value(name) ?? "", b.value(name) ?? "", property)
      return order == 0 ? (Int(a.id) ?? 0) > (Int(b.id) ?? 0) : descends ? order > 0 : order < 0
    }
  }

  /// Below zero, zero or above, by the kind of the property.
  private static func compare(_ a: String, _ b: String, _ property: HubSpotProperty) -> Int {
    switch property.kind {
    case .datetime, .date:
      let (a, b) = (HubSpotProperty.instant(a)?.milliseconds ?? 0, HubSpotProperty.instant(b)?.milliseconds ?? 0)
      return a < b ? -1 : a > b ? 1 : 0
    case .number:
      let (a, b) = (Double(a) ?? 0, Double(b) ?? 0)
      return a < b ? -1 : a > b ? 1 : 0
    default:
      let (a, b) = (a.lowercased(), b.lowercased())
      return a < b ? -1 : a > b ? 1 : 0
    }
  }

  private func fits(_ record: HubSpotRecord, _ filter: JSON) throws -> Bool {
    let name = HubSpotPortal.text(filter[key: "propertyName"])
    guard let property = properties[record.type]?[name] else { return false }
    let held = record.value(name)
    let value = HubSpotPortal.text(filter[key: "value"])
    let values = (filter[key: "values"]?.asList ?? []).map { HubSpotPortal.text($0) }
    func order(_ other: String) -> Int? { held.map { HubSpotPortal.compare($0, other, property) } }
    switch HubSpotPortal.text(filter[key: "operator"]) {
    case "EQ": return order(value) == 0
    case "NEQ": return order(value) != 0
    case "LT": return (order(value) ?? 0) < 0
    case "LTE": return (order(value) ?? 1) <= 0
    case "GT": return (order(value) ?? 0) > 0
    case "GTE": return (order(value) ?? -1) >= 0
    case "BETWEEN": return (order(value) ?? -1) >= 0 && (order(HubSpotPortal.text(filter[key: "highValue"])) ?? 1) <= 0
    case "IN":
      guard values.count <= 100 else { throw HubSpotFault.invalid("IN takes at most 100 values") }
      // Values of text properties must be given in small letters.
      return held.map { values.contains($0.lowercased()) } ?? false
    case "NOT_IN": return !(held.map { values.contains($0.lowercased()) } ?? false)
    case "HAS_PROPERTY": return held != nil
    case "NOT_HAS_PROPERTY": return held == nil
    case "CONTAINS_TOKEN":
      let words = (held ?? "").lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
      return words.contains(value.lowercased().filter { $0 != "*" })
    case let other: throw HubSpotFault.invalid("\(other) is no operator")
    }
  }
}
