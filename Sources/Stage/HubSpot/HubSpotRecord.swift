import Formats
public import Model

/// One object of the staged HubSpot, of whatever type.
public struct HubSpotRecord: Sendable, Equatable {
  public var id: String
  public var type: HubSpotType
  public var properties: [String: String]
  public var createdAt: Instant
  public var updatedAt: Instant
  public var archivedAt: Instant?

  /// The object as answers show it: asked properties, or the usual ones; null where there is no value.
  func shown(_ asked: [String], isNew: Bool? = nil, trace: String? = nil) -> JSON {
    let names = asked.isEmpty ? type.usual : asked
    var values: [JSON.Pair] = []
    for name in Set(names + ["hs_object_id", "createdate", type.changed]).sorted() {
      values.append(.init(key: name, value: JSON(value(name))))
    }
    var pairs: [JSON.Pair] = [
      .init(key: "id", value: .text(id)), .init(key: "properties", value: .object(values)),
      .init(key: "createdAt", value: .text(createdAt.description)),
      .init(key: "updatedAt", value: .text(updatedAt.description)),
      .init(key: "archived", value: .bool(archivedAt != nil)),
    ]
    if let archivedAt { pairs.append(.init(key: "archivedAt", value: .text(archivedAt.description))) }
    if let isNew { pairs.append(.init(key: "new", value: .bool(isNew))) }
    if let trace { pairs.append(.init(key: "objectWriteTraceId", value: .text(trace))) }
    return .object(pairs)
  }

  /// A property, with those that HubSpot itself keeps.
  public func value(_ name: String) -> String? {
    switch name {
    case "hs_object_id": id
    case "createdate", "hs_createdate": createdAt.description
    case type.changed: updatedAt.description
    default: properties[name]
    }
  }
}

/// The types of objects that are played.
public enum HubSpotType: String, Sendable, CaseIterable {
  case contacts, companies, notes, calls, meetings, emails, tasks

  /// By its name in plural or singular, or by its number.
  init?(_ name: String) {
    let numbers: [String: HubSpotType] = [
      "0-1": .contacts, "0-2": .companies, "0-46": .notes, "0-48": .calls, "0-47": .meetings, "0-49": .emails,
      "0-27": .tasks, "company": .companies,
    ]
    guard let type = HubSpotType(rawValue: name) ?? HubSpotType(rawValue: name + "s") ?? numbers[name] else {
      return nil
    }
    self = type
  }

  var number: String {
    switch self {
    case .contacts: "0-1"
    case .companies: "0-2"
    case .notes: "0-46"
    case .calls: "0-48"
    case .meetings: "0-47"
    case .emails: "0-49"
    case .tasks: "0-27"
    }
  }

  /// The property with the instant of the last change.
  public var changed: String { self == .contacts ? "lastmodifieddate" : "hs_lastmodifieddate" }

  var isActivity: Bool { self != .contacts && self != .companies }

  /// What is shown if nothing is asked for.
  var usual: [String] {
    switch self {
    case .contacts: ["email", "firstname", "lastname"]
    case .companies: ["name", "domain"]
    default: []
    }
  }

  /// The number of the unlabelled association to another type; nil where there is none.
  func association(to other: HubSpotType) -> Int64? {
    switch (self, other) {
    case (.contacts, .companies): 279
    case (.companies, .contacts): 280
    case (.notes, .contacts): 202
    case (.contacts, .notes): 201
    case (.calls, .contacts): 194
    case (.contacts, .calls): 193
    case (.emails, .contacts): 198
    case (.contacts, .emails): 197
    case (.meetings, .contacts): 200
    case (.contacts, .meetings): 199
    case (.tasks, .contacts): 204
    case (.contacts, .tasks): 203
    case (.notes, .companies): 190
    case (.companies, .notes): 189
    case (.calls, .companies): 182
    case (.companies, .calls): 181
    case (.emails, .companies): 186
    case (.companies, .emails): 185
    case (.meetings, .companies): 188
    case (.companies, .meetings): 187
    case (.tasks, .companies): 192
    case (.companies, .tasks): 191
    default: nil
    }
  }
}

/// What HubSpot says when it does not do what was asked.
struct HubSpotFault: Error, Sendable {
  var status: Int
  var category: String
  var message: String
  var context: [String: [String]] = [:]

  static func invalid(_ message: String, _ context: [String: [String]] = [:]) -> HubSpotFault {
    HubSpotFault(status: 400, category: "VALIDATION_ERROR", message: message, context: context)
  }

  static func missing(_ message: String = "resource not found") -> HubSpotFault {
    HubSpotFault(status: 404, category: "OBJECT_NOT_FOUND", message: message)
  }

  /// A value that does not fit its property; all of them stand in one message, as JSON within text.
  static func value(_ name: String, _ error: String, _ message: String) -> HubSpotFault {
    let detail: JSON = [
      ["isValid": false, "message": .text(message), "error": .text(error), "name": .text(name)]
    ]
    return .invalid("Property values were not valid: \(detail.line)")
  }

  /// The answer to a whole request.
  func answer(_ correlation: String) -> JSON {
    .object(pairs + [.init(key: "correlationId", value: .text(correlation))])
  }

  /// One entry of a list of errors beside results; `trace` tells which input it is about.
  func entry(_ trace: String?) -> JSON {
    var entry = self
    if let trace { entry.context["objectWriteTraceId"] = [trace] }
    let told = entry.pairs.filter { $0.key != "context" }
    return .object(
      told + [entry.contextPair, .init(key: "links", value: .object([])), .init(key: "errors", value: [])])
  }

  private var pairs: [JSON.Pair] {
    var pairs: [JSON.Pair] = [
      .init(key: "status", value: "error"), .init(key: "message", value: .text(message)),
      .init(key: "category", value: .text(category)),
    ]
    if !context.isEmpty { pairs.append(contextPair) }
    return pairs
  }

  private var contextPair: JSON.Pair {
    let pairs = context.sorted { $0.key < $1.key }.map {
      JSON.Pair(key: $0.key, value: .list($0.value.map { .text($0) }))
    }
    return .init(key: "context", value: .object(pairs))
  }
}
