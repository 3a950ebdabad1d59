public import Formats
import Foundation
public import Model
import Synchronization

/// An EspoCRM as its documentation describes it, on this machine and in memory: contacts, accounts, meetings, calls, tasks
/// and the stream, lists with filters, duplicates, and its ways to say no.
public final class StagedEspo: Sendable {
  public static let key = "espo-staged-0001"

  /// A request that was answered, for counting: `POST Contact`.
  public struct Call: Sendable, Equatable {
    public var what: String
    public var status: Int
  }

  private struct Inside {
    var rows: [String: [String: [String: JSON]]] = [:]
    var made = 0
    var calls: [Call] = []
    var now = Instant(seconds: 0)
  }

  private let state: Shared
  public let web: StagedWeb

  private final class Shared: Sendable {
    let value = Mutex(Inside())
  }

  public init(now: @escaping @Sendable () -> Instant = StagedWeb.clock) throws {
    let state = Shared()
    self.state = state
    web = try StagedWeb { question in
      state.value.withLock { inside in
        inside.now = now()
        let answer = StagedEspo.answer(question, &inside)
        let path = question.path.split(separator: "?")[0].split(separator: "/").dropFirst(2)
        let what = path.enumerated().map { $0.offset == 1 ? "N" : String($0.element) }.joined(separator: "/")
        inside.calls.append(Call(what: question.method + " " + what, status: answer.status))
        return answer
      }
    }
  }

  public var port: Int { web.port }
  public var calls: [Call] { state.value.withLock { $0.calls } }
  public var writes: Int { calls.count { !$0.what.hasPrefix("GET") && $0.status < 300 } }

  /// Rows of a type as JSON, in the order of their ids.
  public func records(_ type: String) -> [[String: JSON]] {
    state.value.withLock { inside in (inside.rows[type] ?? [:]).sorted { $0.key < $1.key }.map(\.value) }
  }

  /// What somebody makes, changes or removes by hand.
  @discardableResult
  public func add(_ type: String, _ values: [String: JSON]) -> String {
    state.value.withLock { inside in StagedEspo.keep(type, nil, values, &inside) }
  }

  public func edit(_ type: String, _ id: String, _ values: [String: JSON]) {
    state.value.withLock { inside in _ = StagedEspo.keep(type, id, values, &inside) }
  }

  public func remove(_ type: String, _ id: String) { state.value.withLock { $0.rows[type]?[id] = nil } }

  /// What is particular to it for a proxy that spoils answers.
  public static let faults = StagedFaults.System(kind: { request in
    let path = request.path.split(separator: "?")[0].split(separator: "/").dropFirst(2)
    return request.method + " "
      + path.enumerated().map { $0.offset == 1 ? "N" : String($0.element) }.joined(separator: "/")
  })

  // MARK: answering

  private static func answer(_ question: StagedWeb.Question, _ inside: inout Inside) -> StagedWeb.Answer {
    let login = question.head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("x-api-key:") }
    guard login?.drop(while: { $0 != ":" }).dropFirst().trimmingCharacters(in: .whitespaces) == key else {
      return StagedWeb.Answer(401)
    }
    let halves = question.path.split(separator: "?", maxSplits: 1).map(String.init)
    let words = halves[0].split(separator: "/").map(String.init)
    guard words.count >= 3, words[0] == "api", words[1] == "v1" else {
      return StagedWeb.Answer(404, "<html>Not found</html>", fields: ["Content-Type: text/html"])
    }
    let (type, id) = (words[2], words.count > 3 ? words[3] : nil)
    guard ["Contact", "Account", "Meeting", "Call", "Task", "Note"].contains(type) else { return StagedWeb.Answer(404) }
    let query = halves.count > 1 ? parameters(halves[1]) : [:]
    switch (question.method, id) {
    case ("GET", nil): return list(type, query, inside)
    case ("GET", let id?):
      guard let row = inside.rows[type]?[id] else { return StagedWeb.Answer(404) }
      if words.count > 4, words[4] == "stream" { return stream(type, id, inside) }
      return shown(200, object(row))
    case ("POST", nil): return create(type, question.body, &inside)
    case ("PUT", let id?), ("PATCH", let id?):
      guard inside.rows[type]?[id] != nil else { return StagedWeb.Answer(404) }
      guard let body = members(question.body) else { return StagedWeb.Answer(500) }
      if let refused = refusal(type, body, isNew: false) { return refused }
      _ = keep(type, id, body, &inside)
      return shown(200, object(inside.rows[type]?[id] ?? [:]))
    case ("DELETE", let id?):
      guard inside.rows[type]?.removeValue(forKey: id) != nil else { return StagedWeb.Answer(404) }
      return shown(200, .bool(true))
    default: return StagedWeb.Answer(405)
    }
  }

  private static func create(_ type: String, _ text: String, _ inside: inout Inside) -> StagedWeb.Answer {
    guard let body = members(text) else { return StagedWeb.Answer(500) }
    if let refused = refusal(type, body, isNew: true) { return refused }
    let twins = (inside.rows[type] ?? [:]).values.filter { row in
      guard type == "Contact" || type == "Account", body["skipDuplicateCheck"] != .bool(true) else { return false }
      return name(row) == name(body) || !addresses(row).isDisjoint(with: addresses(body))
    }
    if !twins.isEmpty { return shown(409, .list(twins.map(object))) }
    let id = keep(type, nil, body, &inside)
    return shown(200, object(inside.rows[type]?[id] ?? [:]))
  }

  /// A contact needs a family name; meetings and calls need somebody whose they are.
  private static func refusal(_ type: String, _ body: [String: JSON], isNew: Bool) -> StagedWeb.Answer? {
    func required(_ field: String) -> StagedWeb.Answer {
      shown(
        400,
        [
          "messageTranslation": [
            "label": "validationFailure", "data": ["field": .text(field), "type": "required"],
          ]
        ])
    }
    if type == "Contact", isNew || body["lastName"] != nil, (body["lastName"]?.asText ?? "").isEmpty {
      return required("lastName")
    }
    if type == "Account", isNew, (body["name"]?.asText ?? "").isEmpty { return required("name") }
    if type == "Task", isNew || body["name"] != nil, (body["name"]?.asText ?? "").isEmpty { return required("name") }
    if ["Meeting", "Call", "Task"].contains(type), isNew, body["assignedUserId"] == nil {
      return required("assignedUser")
    }
    for address in addresses(body) where !address.contains("@") { return required("emailAddress") }
    return nil
  }

  private static func list(_ type: String, _ query: [String: String], _ inside: Inside) -> StagedWeb.Answer {
    let most = Int(query["maxSize"] ?? "") ?? 20
    guard most <= 200 else { return StagedWeb.Answer(403) }
    var rows = (inside.rows[type] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
    var place = 0
    while let kind = query["where[\(place)][type]"], let attribute = query["where[\(place)][attribute]"] {
      let value = query["where[\(place)][value]"] ?? ""
      rows = rows.filter { row in
        let text = row[attribute]?.asText ?? ""
        switch kind {
        case "after", "greaterThan": return text > value
        case "contains": return text.contains(value)
        case "equals": return text == value
        default: return false
        }
      }
      place += 1
    }
    let wanted = Set((query["select"] ?? "").split(separator: ",").map(String.init) + ["id"])
    let page = rows.prefix(most).map { row in object(row.filter { wanted.contains($0.key) }) }
    return shown(200, ["total": .int(Int64(rows.count)), "list": .list(page)])
  }

  private static func stream(_ type: String, _ id: String, _ inside: Inside) -> StagedWeb.Answer {
    let notes = (inside.rows["Note"] ?? [:]).values.filter {
      $0["parentType"]?.asText == type && $0["parentId"]?.asText == id
    }
    return shown(200, ["total": .int(Int64(notes.count)), "list": .list(notes.map(object))])
  }

  // MARK: rows

  private static func keep(_ type: String, _ id: String?, _ values: [String: JSON], _ inside: inout Inside) -> String {
    inside.made += id == nil ? 1 : 0
    let number = String(inside.made)
    let id = id ?? "6" + String(repeating: "0", count: 16 - number.count) + number
    var row = inside.rows[type]?[id] ?? ["id": .text(id)]
    row.merge(values) { $1 }
    if let account = row["accountId"]?.asText {
      row["accountName"] = inside.rows["Account"]?[account]?["name"] ?? .null
    } else {
      row["accountName"] = .null
    }
    if type == "Contact" { row["name"] = .text(name(row)) }
    row["modifiedAt"] = .text(String(inside.now.description.prefix(19)).replacing("T", with: " "))
    inside.rows[type, default: [:]][id] = row
    return id
  }

  private static func name(_ row: [String: JSON]) -> String {
    let parts = [row["firstName"]?.asText, row["lastName"]?.asText].compactMap { $0 }.filter { !$0.isEmpty }
    return parts.isEmpty ? row["name"]?.asText ?? "" : parts.joined(separator: " ")
  }

  private static func addresses(_ row: [String: JSON]) -> Set<String> {
    Set((row["emailAddressData"]?.asList ?? []).compactMap { $0[key: "emailAddress"]?.asText?.lowercased() })
  }

  private static func object(_ row: [String: JSON]) -> JSON {
    .object(row.sorted { $0.key < $1.key }.map { JSON.Pair(key: $0.key, value: $0.value) })
  }

  private static func members(_ text: String) -> [String: JSON]? {
    JSON.read(Array(text.utf8))?.asPairs.map { pairs in
      Dictionary(pairs.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }
  }

  private static func parameters(_ text: String) -> [String: String] {
    var found: [String: String] = [:]
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1).map { $0.removingPercentEncoding ?? "" }
      found[parts.first ?? ""] = parts.count > 1 ? parts[1] : ""
    }
    return found
  }

  private static func shown(_ status: Int, _ body: JSON) -> StagedWeb.Answer {
    StagedWeb.Answer(status, body.line, fields: ["Content-Type: application/json"])
  }
}
