import Foundation
import Programs
import Stage
import Testing

/// Ada's household, and what it must have brought about in the CRM.
struct CRMStory: Sendable {
  let server: CRMServer
  let cli: CLI
  /// Numbers by the address of each person.
  private(set) var expected: [String: [String]] = [:]
  /// What is to be done, by the id of the task: `title`, or `title, done`.
  private(set) var tasks: [(id: String, told: String)] = []
  private(set) var faults = 0
  private(set) var calls: [String: Int] = [:]
  /// Kills that struck a run, and those that were tried.
  private(set) var killed = 0
  private(set) var tried = 0
  private var hour = 0
  private var people = 0
  /// So many of them have another number by now.
  private var grown = 0
  private var carried = 0
  private var chance: Chance
  private let queue = DispatchQueue(label: "the story of a household")

  struct Chance: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  init(_ server: CRMServer, seed: UInt64) throws {
    self.server = server
    chance = Chance(state: seed)
    cli = try CLI()
    try cli.addAccount()
  }

  /// Programs are waited for on a thread of the story's own.
  mutating func aside<Result: Sendable>(
    _ work: @escaping @Sendable (inout CRMStory) throws -> Result
  ) async throws -> Result {
    let start = self
    let (story, result) = try await withCheckedThrowingContinuation { done in
      queue.async {
        done.resume(
          with: Swift.Result {
            var story = start
            let result = try work(&story)
            return (story, result)
          })
      }
    }
    self = story
    return result
  }

  func email(_ number: Int) -> String { "person\(number)@example.test" }

  /// The CRM is added and accepted; from now on its answers are spoiled.
  mutating func begin() throws {
    let secret = try cli.write(Array(server.secret.utf8), "secret")
    let added = try run(server.words(secret))
    try #require(added.status == 0, "\(added.err)")
    if server.takesTasks {
      let set = try run(["destination", "set", added.text("id"), "tasks=on"])
      try #require(set.status == 0, "\(set.err)")
    }
    let plan = try run(["sync", "--deliver", "--dry-run"])
    try #require(plan.status == 0, "\(plan.err)")
    let accepted = try run(["destination", "accept", added.text("id"), plan.lines.last?["digest"] as? String ?? ""])
    try #require(accepted.status == 0, "\(accepted.err)")
    server.proxy.spoil(0.3)
    server.proxy.forget()
  }

  /// So many more are known.
  mutating func meet(_ count: Int) throws {
    for number in people..<people + count { expected[email(number)] = ["+41446681\(100 + number % 900)"] }
    people += count
    try cards()
  }

  /// So many more of them get another number.
  mutating func grow(_ count: Int) throws {
    for number in grown..<min(grown + count, people) {
      expected[email(number)]?.append("+41446682\(100 + number % 900)")
    }
    grown += count
    try cards()
  }

  /// So many more tasks about people who are known.
  mutating func plan(_ count: Int) throws {
    guard server.takesTasks else { return }
    let known = try run(["people", "--limit", "100000"]).lines.compactMap { $0["id"] as? String }.sorted()
    try #require(known.count >= people)
    for number in tasks.count..<tasks.count + count {
      let added = try run(["task", "add", known[number * 7 % known.count], "Task Nr\(number)"])
      try #require(added.status == 0, "\(added.err)")
      tasks.append((added.text("id"), "Task Nr\(number)"))
    }
  }

  /// So many more of them are done or said otherwise; where they are notes, that is not told.
  mutating func carry(_ count: Int) throws {
    let first = carried
    carried = min(first + count, tasks.count)
    for place in first..<carried {
      let words =
        place % 2 == 0
        ? ["task", "done", tasks[place].id] : ["task", "set", tasks[place].id, "--title", "Other Nr\(place)"]
      let changed = try run(words)
      try #require(changed.status == 0, "\(changed.err)")
      if server.hasTasks { tasks[place].told = place % 2 == 0 ? "Task Nr\(place), done" : "Other Nr\(place)" }
    }
  }

  /// How many entries of the journal say that something was entered there.
  mutating func entered() throws -> Int {
    try run(["journal", "--limit", "100000"]).lines.count { $0["verb"] as? String == "enter" }
  }

  private mutating func cards() throws {
    let text = (0..<people).map { number in
      let phones = (expected[email(number)] ?? []).map { "TEL:\($0)\r\n" }.joined()
      return "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\(number)\r\nFN:Person Nr\(number)\r\nEMAIL:\(email(number))\r\n"
        + "\(phones)END:VCARD\r\n"
    }
    let path = try cli.write(Array(text.joined().utf8), "cards.vcf")
    let read = try run(["import", "--kind", "vcard", path, "--warrant"])
    try #require(read.status == 0, "\(read.err)")
  }

  /// Delivers until all is there, and is killed so often on the way; a kill that came too late is drawn again.
  mutating func struggle(kills: Int) throws {
    var length = 3.0
    let (goal, most) = (killed + kills, tried + kills * 20)
    while killed < goal, tried < most {
      let child = try ChildProcess(
        ["/usr/bin/env", CLI.binary, "--json", "sync", "--deliver"], environment: environment())
      let begun = Date()
      // Every other one in the middle of a call, the others whenever it may be.
      let calls = server.calls + Int.random(in: 1...6, using: &chance)
      let moment = Double.random(in: 0.02...length, using: &chance)
      tried += 1
      var isDue = false
      while !isDue, child.ended == nil {
        usleep(1_000)
        isDue = killed % 2 == 0 ? server.calls >= calls : -begun.timeIntervalSinceNow > moment
      }
      if isDue, child.kill() { killed += 1 } else { length = max(0.1, min(length, -begun.timeIntervalSinceNow)) }
    }
    for _ in 0..<100 {
      let report = try run()
      if report.failed == 0, report.isDone { break }
    }
    note()
  }

  private mutating func note() {
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
  mutating func run() throws -> Report {
    let ran = try run(["sync", "--deliver"])
    guard let line = ran.lines.last(where: { $0["destination"] != nil }) else { return Report() }
    func number(_ key: String) -> Int { line[key] as? Int ?? -1 }
    return Report(
      created: number("created"), updated: number("updated"), failed: number("failed"), isDone: ran.status == 0)
  }

  private mutating func run(_ words: [String]) throws -> CLI.Ran {
    try CLI.start([CLI.binary, "--json"] + words, environment())
  }

  /// An hour later each time: what a killed process held is nobody's then.
  private mutating func environment() -> [String: String] {
    hour += 1
    let now = Date(timeIntervalSince1970: 1_795_435_200 + Double(hour) * 3600)
    return cli.environment.merging(["KITH_CLOCK": ISO8601DateFormatter().string(from: now)]) { $1 }
  }
}
