import Formats
import Foundation
import Stage
import Testing

/// One CRM, real where one can be had, and the proxy before it.
struct CRMServer: Sendable {
  let system: CRMKillTests.System
  let proxy: StagedFaults
  private let tryton: StagedTryton?
  private let amagi: StagedAmagi?
  private let book: StagedDAV?
  private let espo: StagedEspo?

  init(_ system: CRMKillTests.System) async throws {
    self.system = system
    switch system {
    case .tryton82, .tryton60:
      let server = try await StagedTryton.start(system == .tryton82 ? .v82 : .v60)
      proxy = try StagedFaults(before: server.port, StagedTryton.faults, share: 0, seed: 11, pause: 0)
      (tryton, amagi, book, espo) = (server, nil, nil, nil)
    case .amagi:
      let server = try await StagedAmagi.start()
      proxy = try StagedFaults(before: server.port, StagedAmagi.faults, share: 0, seed: 11, pause: 0)
      (tryton, amagi, book, espo) = (nil, server, nil, nil)
    case .radicale, .xandikos:
      let server = try await StagedDAV.start(system == .radicale ? .radicale : .xandikos)
      proxy = try StagedFaults(before: server.port, StagedDAV.faults, share: 0, seed: 11, pause: 0)
      (tryton, amagi, book, espo) = (nil, nil, server, nil)
    case .espo:
      let server = try StagedEspo()
      proxy = try StagedFaults(before: server.port, StagedEspo.faults, share: 0, seed: 11, pause: 0)
      (tryton, amagi, book, espo) = (nil, nil, nil, server)
    }
  }

  /// The words that add it.
  func words(_ secret: String) -> [String] {
    let url = ["--url", "http://localhost:\(proxy.port)\(book?.book ?? "/")"]
    if book != nil {
      return ["destination", "add", "carddav"] + url + ["--user", StagedDAV.user, "--password-file", secret]
    }
    if espo != nil {
      return ["destination", "add", "espo"] + url + ["--owner", "8001", "--key-file", secret]
    }
    return amagi == nil
      ? ["destination", "add", "tryton"] + url
        + ["--database", StagedTryton.database, "--user", StagedTryton.user, "--password-file", secret]
      : ["destination", "add", "amagi"] + url + ["--token-file", secret]
  }

  var secret: String {
    if espo != nil { return StagedEspo.key }
    return amagi?.token ?? (book == nil ? StagedTryton.password : StagedDAV.password)
  }

  /// Whether tasks go there, and whether they are tasks there: else they become notes, once.
  var takesTasks: Bool { book == nil }
  var hasTasks: Bool { amagi != nil || espo != nil }

  /// Calls since the last look at what the proxy counted.
  var calls: Int { proxy.counts.values.reduce(0, +) }

  /// Calls that could have changed something.
  var writes: Int {
    proxy.counts.filter { kind, _ in
      if book != nil { return kind == "PUT" || kind == "DELETE" }
      return tryton != nil ? [".create", ".write", ".delete"].contains { kind.hasSuffix($0) } : !kind.hasPrefix("GET")
    }.values.reduce(0, +)
  }

  struct Held: Sendable {
    var email: String
    var name: String
    var phones: [String]
  }

  /// Whoever stands there, as it says itself.
  func people() async throws -> [Held] {
    if let tryton {
      let told = try await tryton.call(
        "model.party.party.search_read",
        #"[[],0,null,null,["name","contact_mechanisms.type","contact_mechanisms.value"],{"active_test":false}]"#)
      return try CRMServer.rows(told).map { row in
        let values = row["contact_mechanisms."] as? [[String: Any]] ?? []
        func of(_ type: String) -> [String] {
          values.filter { $0["type"] as? String == type }.compactMap { $0["value"] as? String }
        }
        return Held(
          email: of("email").sorted().joined(separator: " "), name: row["name"] as? String ?? "", phones: of("phone"))
      }
    }
    if let book { return try book.contents().values.map(CRMServer.held) }
    if let espo { return espo.records("Contact").map(CRMServer.held) }
    var held: [Held] = []
    while let amagi {
      let told = try await amagi.call("GET", "/api/contacts?limit=1000&offset=\(held.count)")
      let page = try JSONSerialization.jsonObject(with: Data(told.utf8)) as? [String: Any]
      let rows = page?["items"] as? [[String: Any]] ?? []
      held += rows.map { row in
        let notes = (row["notes"] as? String ?? "").components(separatedBy: "\n")
        let more = notes.filter { $0.hasPrefix("Further phone: ") }.map { String($0.dropFirst(15)) }
        return Held(
          email: row["email"] as? String ?? "",
          name: [row["first_name"], row["last_name"]].compactMap { $0 as? String }.joined(separator: " "),
          phones: [row["phone"] as? String].compactMap { $0 } + more)
      }
      if rows.count < 1000 { break }
    }
    return held
  }

  private static func held(_ row: [String: JSON]) -> Held {
    func all(_ list: String, _ key: String) -> [String] {
      (row[list]?.asList ?? []).compactMap { $0[key: key]?.asText }
    }
    return Held(
      email: all("emailAddressData", "emailAddress").sorted().joined(separator: " "),
      name: [row["firstName"]?.asText, row["lastName"]?.asText].compactMap { $0 }.joined(separator: " "),
      phones: all("phoneNumberData", "phoneNumber"))
  }

  /// The tasks that Kith made there, as `title, done`; of notes what they say.
  func tasks() async throws -> [String] {
    func told(_ title: String?, _ isDone: Bool) -> String { (title ?? "") + (isDone ? ", done" : "") }
    if let espo {
      return espo.records("Task").map { told($0["name"]?.asText, $0["status"]?.asText == "Completed") }
    }
    if let amagi {
      let rows = JSON.read(Array(try await amagi.call("GET", "/api/tasks").utf8))?.asList ?? []
      return rows.map { told($0[key: "title"]?.asText, $0[key: "done"] == true) }
    }
    guard let tryton else { return [] }
    let notes = try await tryton.call("model.ir.note.search_read", #"[[],0,null,null,["message"],{}]"#)
    let lines = (JSON.read(Array(notes.utf8))?.asList ?? []).flatMap {
      ($0[key: "message"]?.asText ?? "").split(separator: "\n").map(String.init)
    }
    return lines.filter { $0.hasPrefix("To do: ") }.map { String($0.dropFirst("To do: ".count)) }
  }

  private static func held(_ card: StagedDAV.Resource) -> Held {
    let lines = card.text.replacing("\r\n ", with: "").split(whereSeparator: \.isNewline)
    func values(_ name: String) -> [String] {
      lines.filter { $0.hasPrefix(name + ":") || $0.hasPrefix(name + ";") }
        .map { String($0.drop { $0 != ":" }.dropFirst()) }
    }
    return Held(
      email: values("EMAIL").sorted().joined(separator: " "), name: values("FN").first ?? "", phones: values("TEL"))
  }

  /// Somebody there gets another name.
  func editByHand(email: String) async throws {
    if let tryton {
      let found = try await tryton.call(
        "model.party.party.search", "[[[\"contact_mechanisms.value\",\"=\",\"\(email)\"]],0,null,null,{}]")
      try await tryton.call("model.party.party.write", "[\(found),{\"name\":\"By Hand\"},{}]")
    }
    if let book {
      guard let card = try book.contents().first(where: { $0.value.text.contains(email + "\r\n") }) else { return }
      let name = card.value.text.replacing(#/FN:[^\r\n]*/#, with: "FN:By Hand")
      try book.change([.init("PUT", card.key, name)])
    }
    if let espo, let row = espo.records("Contact").first(where: { CRMServer.held($0).email == email }) {
      espo.edit("Contact", row["id"]?.asText ?? "", ["firstName": "By", "lastName": "Hand"])
    }
    if let amagi {
      let told = try await amagi.call("GET", "/api/contacts?search=\(email)")
      let page = try JSONSerialization.jsonObject(with: Data(told.utf8)) as? [String: Any]
      let id = (page?["items"] as? [[String: Any]])?.first?["id"] as? Int ?? 0
      try await amagi.call("PATCH", "/api/contacts/\(id)", #"{"first_name":"By","last_name":"Hand"}"#)
    }
  }

  private static func rows(_ json: String) throws -> [[String: Any]] {
    try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]] ?? []
  }
}
