import Foundation
import Programs
import Stage
import Testing

/// CRMs on real servers, behind a proxy that spoils a third of all answers, while the process is killed again and again.
///
/// `KITH_CRM_CHANGES` and `KITH_CRM_KILLS` say how much of it; `KITH_CRM_SEED` which.
@Suite("CRMs through faults and kills", .serialized) struct CRMKillTests {
  enum System: String, Sendable, CaseIterable { case tryton82, tryton60, amagi }

  private static func number(_ name: String, _ usual: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
  }

  /// `KITH_CRM_SYSTEM` leaves one.
  private static var systems: [System] {
    ProcessInfo.processInfo.environment["KITH_CRM_SYSTEM"].flatMap { System(rawValue: $0) }.map { [$0] }
      ?? System.allCases
  }

  @Test("after faults and kills the CRM holds what was expected, none doubled, none lost", arguments: systems)
  func kills(_ system: System) async throws {
    let server = try await CRMServer(system)
    let changes = CRMKillTests.number("KITH_CRM_CHANGES", 300)
    let kills = CRMKillTests.number("KITH_CRM_KILLS", 20)
    let seed = UInt64(CRMKillTests.number("KITH_CRM_SEED", 7))
    let story = try CRMStory(server, people: changes * 2 / 3, seed: seed)
    try await story.aside { try $0.begin() }
    try await story.aside { try $0.struggle(kills: kills / 2) }
    try await server.editByHand(email: story.email(0))
    try await story.aside { try $0.grow(changes - changes * 2 / 3) }
    try await story.aside { try $0.struggle(kills: kills - kills / 2) }
    let held = try await server.people()
    #expect(held.map(\.email).sorted() == story.expected.keys.sorted())
    for person in held {
      #expect(person.phones.sorted() == story.expected[person.email]?.sorted(), "\(person.email)")
    }
    #expect(held.first { $0.email == story.email(0) }?.name == "By Hand")
    server.proxy.spoil(0)
    for _ in 0..<2 {
      server.proxy.forget()
      let report = try await story.aside { try $0.run() }
      #expect(report == CRMStory.Report(created: 0, updated: 0, failed: 0, isDone: true))
      #expect(server.writes == 0, "\(server.proxy.counts)")
    }
    print("\(system): \(changes) changes, \(kills) kills, faults \(story.faults), calls \(story.calls)")
  }
}

/// One real CRM and the proxy before it.
struct CRMServer: Sendable {
  let system: CRMKillTests.System
  let proxy: StagedFaults
  private let tryton: StagedTryton?
  private let amagi: StagedAmagi?

  init(_ system: CRMKillTests.System) async throws {
    self.system = system
    switch system {
    case .tryton82, .tryton60:
      let server = try await StagedTryton.start(system == .tryton82 ? .v82 : .v60)
      proxy = try StagedFaults(before: server.port, StagedTryton.faults, share: 0, seed: 11, pause: 0)
      (tryton, amagi) = (server, nil)
    case .amagi:
      let server = try await StagedAmagi.start()
      proxy = try StagedFaults(before: server.port, StagedAmagi.faults, share: 0, seed: 11, pause: 0)
      (tryton, amagi) = (nil, server)
    }
  }

  /// The words that add it.
  func words(_ secret: String) -> [String] {
    let url = ["--url", "http://localhost:\(proxy.port)/"]
    return amagi == nil
      ? ["destination", "add", "tryton"] + url
        + ["--database", StagedTryton.database, "--user", StagedTryton.user, "--password-file", secret]
      : ["destination", "add", "amagi"] + url + ["--token-file", secret]
  }

  var secret: String { amagi?.token ?? StagedTryton.password }

  /// Calls that could have changed something.
  var writes: Int {
    proxy.counts.filter { kind, _ in
      amagi == nil ? [".create", ".write", ".delete"].contains { kind.hasSuffix($0) } : !kind.hasPrefix("GET")
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

  /// Somebody there gets another name.
  func editByHand(email: String) async throws {
    if let tryton {
      let found = try await tryton.call(
        "model.party.party.search", "[[[\"contact_mechanisms.value\",\"=\",\"\(email)\"]],0,null,null,{}]")
      try await tryton.call("model.party.party.write", "[\(found),{\"name\":\"By Hand\"},{}]")
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

/// Ada's household, and what it must have brought about in the CRM.
final class CRMStory: @unchecked Sendable {
  let server: CRMServer
  let cli: CLI
  /// Numbers by the address of each person.
  private(set) var expected: [String: [String]] = [:]
  private(set) var faults = 0
  private(set) var calls: [String: Int] = [:]
  private var hour = 0
  private let people: Int
  private var chance: Chance
  private let queue = DispatchQueue(label: "the story of a household")

  struct Chance: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  init(_ server: CRMServer, people: Int, seed: UInt64) throws {
    self.server = server
    self.people = people
    chance = Chance(state: seed)
    cli = try CLI()
    for number in 0..<people { expected[email(number)] = ["+41446681\(100 + number % 900)"] }
  }

  /// Programs are waited for on a thread of the story's own.
  func aside<Result: Sendable>(_ work: @escaping @Sendable (CRMStory) throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { done in
      queue.async { done.resume(with: Swift.Result { try work(self) }) }
    }
  }

  func email(_ number: Int) -> String { "person\(number)@example.test" }

  /// The household with its people, and the CRM accepted.
  func begin() throws {
    try cli.addAccount()
    try cards()
    let secret = try cli.write(Array(server.secret.utf8), "secret")
    let added = try run(server.words(secret))
    try #require(added.status == 0, "\(added.err)")
    let plan = try run(["sync", "--deliver", "--dry-run"])
    try #require(plan.status == 0, "\(plan.err)")
    let accepted = try run(["destination", "accept", added.text("id"), plan.lines.last?["digest"] as? String ?? ""])
    try #require(accepted.status == 0, "\(accepted.err)")
    server.proxy.spoil(0.3)
    server.proxy.forget()
  }

  /// So many of them get another number.
  func grow(_ count: Int) throws {
    for number in 0..<min(count, people) { expected[email(number)]?.append("+41446682\(100 + number % 900)") }
    try cards()
  }

  private func cards() throws {
    let text = (0..<people).map { number in
      let phones = (expected[email(number)] ?? []).map { "TEL:\($0)\r\n" }.joined()
      return "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\(number)\r\nFN:Person Nr\(number)\r\nEMAIL:\(email(number))\r\n"
        + "\(phones)END:VCARD\r\n"
    }
    let path = try cli.write(Array(text.joined().utf8), "cards.vcf")
    let read = try run(["import", "--kind", "vcard", path, "--warrant"])
    try #require(read.status == 0, "\(read.err)")
  }

  /// Delivers until all is there, and is killed so often on the way.
  func struggle(kills: Int) throws {
    var length = 3.0
    for kill in 0..<kills {
      let child = try ChildProcess(
        ["/usr/bin/env", CLI.binary, "--json", "sync", "--deliver"], environment: environment())
      let begun = Date()
      // Every other one in the middle of a call, the others whenever it may be.
      let calls = server.proxy.counts.values.reduce(0, +) + Int.random(in: 1...6, using: &chance)
      let moment = Double.random(in: 0.02...length, using: &chance)
      var ended: ChildProcess.Ended?
      while ended == nil {
        let isTime =
          kill % 2 == 0 ? server.proxy.counts.values.reduce(0, +) >= calls : -begun.timeIntervalSinceNow > moment
        if isTime {
          child.kill()
          break
        }
        usleep(1_000)
        ended = child.ended
      }
      if ended != nil { length = max(0.1, min(length, -begun.timeIntervalSinceNow)) }
    }
    for _ in 0..<100 {
      let report = try run()
      if report.failed == 0, report.isDone { break }
    }
    note()
  }

  private func note() {
    faults += server.proxy.faults.values.reduce(0, +)
    calls.merge(server.proxy.counts) { $0 + $1 }
    server.proxy.forget()
  }

  /// What a run says of itself.
  struct Report: Sendable, Equatable {
    var created = -1
    var updated = -1
    var failed = -1
    /// Whether it ended well.
    var isDone = false
  }

  /// One run to its end.
  func run() throws -> Report {
    let ran = try run(["sync", "--deliver"])
    guard let line = ran.lines.last(where: { $0["destination"] != nil }) else { return Report() }
    func number(_ key: String) -> Int { line[key] as? Int ?? -1 }
    return Report(
      created: number("created"), updated: number("updated"), failed: number("failed"), isDone: ran.status == 0)
  }

  private func run(_ words: [String]) throws -> CLI.Ran {
    try CLI.start([CLI.binary, "--json"] + words, environment())
  }

  /// An hour later each time: what a killed process held is nobody's then.
  private func environment() -> [String: String] {
    hour += 1
    let now = Date(timeIntervalSince1970: 1_795_435_200 + Double(hour) * 3600)
    return cli.environment.merging(["KITH_CLOCK": ISO8601DateFormatter().string(from: now)]) { $1 }
  }
}
