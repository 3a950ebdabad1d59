import Formats
import Model

extension HubSpotPortal {
  /// At most this many inputs in one request.
  static let most = 100

  /// `/objects/{type}/batch/{verb}`.
  mutating func batch(_ type: HubSpotType, _ verb: String, _ call: HubSpotCall) throws -> HubSpotReply {
    let inputs = try call.inputs
    guard inputs.count <= HubSpotPortal.most else {
      throw HubSpotFault.invalid(
        "The maximum number of inputs supported in a batch request for objects is \(HubSpotPortal.most)")
    }
    guard !inputs.isEmpty else { throw HubSpotFault.invalid("Request must contain at least one input") }
    let ids = inputs.map { HubSpotPortal.text($0[key: "id"]).lowercased() }.filter { !$0.isEmpty }
    guard Set(ids).count == ids.count else {
      throw HubSpotFault.invalid("Duplicate IDs found in batch input. IDs must be unique")
    }
    switch verb {
    case "read": return try read(type, inputs, call)
    case "archive":
      for id in ids { archive(type, id) }
      return HubSpotReply(204)
    case "create": return try write(inputs, 201) { try $0.created(type, $1) }
    case "update": return try write(inputs, 200) { try $0.updated(type, $1) }
    case "upsert": return try write(inputs, 200) { try $0.upserted(type, $1) }
    default: throw HubSpotFault.missing()
    }
  }

  private func read(_ type: HubSpotType, _ inputs: [JSON], _ call: HubSpotCall) throws -> HubSpotReply {
    let asked = (call.body[key: "properties"]?.asList ?? []).map { HubSpotPortal.text($0) }
    let by = call.body[key: "idProperty"]?.asText
    let archived = call.query["archived"]?.first?.lowercased() == "true"
    var results: [JSON] = []
    var missing: [String] = []
    for input in inputs {
      let id = HubSpotPortal.text(input[key: "id"])
      if archived {
        if let record = records[id], record.type == type, record.archivedAt != nil {
          results.append(record.shown(asked))
        }
        continue
      }
      do {
        results.append(try find(type, id, by: by).shown(asked))
      } catch let fault as HubSpotFault where fault.status == 404 {
        missing.append(id)
      }
    }
    if missing.isEmpty { return HubSpotReply(200, done(results)) }
    let fault = HubSpotFault(
      status: 404, category: "OBJECT_NOT_FOUND",
      message: "Could not get some \(type.rawValue) objects, they may be "
        + "deleted or not exist. Check that ids are valid.", context: ["ids": missing])
    return HubSpotReply(207, done(results, [fault.entry(nil)]))
  }

  /// What is written for each input.
  ///
  /// If every input names a trace, what fits is written and the rest is told beside it; else all or nothing.
  private mutating func write(
    _ inputs: [JSON], _ status: Int, _ one: (inout HubSpotPortal, JSON) throws -> JSON
  ) throws -> HubSpotReply {
    let traces = inputs.map { $0[key: "objectWriteTraceId"]?.asText }
    let isTraced = traces.allSatisfy { $0 != nil }
    var after = self
    var results: [JSON] = []
    var errors: [JSON] = []
    for (input, trace) in zip(inputs, traces) {
      do {
        results.append(try one(&after, input))
      } catch let fault as HubSpotFault {
        guard isTraced else { throw fault }
        errors.append(fault.entry(trace))
      }
    }
    self = after
    return errors.isEmpty ? HubSpotReply(status, done(results)) : HubSpotReply(207, done(results, errors))
  }

  /// Results, and what went wrong beside them.
  func done(_ results: [JSON], _ errors: [JSON] = []) -> JSON {
    var pairs: [JSON.Pair] = [
      .init(key: "status", value: "COMPLETE"), .init(key: "results", value: .list(results)),
      .init(key: "startedAt", value: .text(now.description)),
      .init(key: "completedAt", value: .text(now.description)),
    ]
    if !errors.isEmpty {
      pairs.append(.init(key: "numErrors", value: .int(Int64(errors.count))))
      pairs.append(.init(key: "errors", value: .list(errors)))
    }
    return .object(pairs)
  }

  private mutating func created(_ type: HubSpotType, _ input: JSON) throws -> JSON {
    let values = try HubSpotPortal.values(input)
    let links = input[key: "associations"]?.asList ?? []
    // What is refused for one link makes nothing.
    for link in links { try check(link, from: type) }
    let record = try create(type, values)
    for link in links { try associate(record, link) }
    return record.shown(Array(values.keys), trace: input[key: "objectWriteTraceId"]?.asText)
  }

  private mutating func updated(_ type: HubSpotType, _ input: JSON) throws -> JSON {
    let values = try HubSpotPortal.values(input)
    let id = HubSpotPortal.text(input[key: "id"])
    let found = try find(type, id, by: input[key: "idProperty"]?.asText)
    return try update(type, found.id, values)
      .shown(Array(values.keys), trace: input[key: "objectWriteTraceId"]?.asText)
  }

  private mutating func upserted(_ type: HubSpotType, _ input: JSON) throws -> JSON {
    var values = try HubSpotPortal.values(input)
    let id = HubSpotPortal.text(input[key: "id"])
    let by = input[key: "idProperty"]?.asText
    let trace = input[key: "objectWriteTraceId"]?.asText
    do {
      let found = try find(type, id, by: by)
      return try update(type, found.id, values).shown(Array(values.keys), isNew: false, trace: trace)
    } catch let fault as HubSpotFault where fault.category == "OBJECT_NOT_FOUND" {
      guard let by, by != "hs_object_id" else { throw fault }
      values[by] = id
      return try create(type, values).shown(Array(values.keys), isNew: true, trace: trace)
    }
  }
}
