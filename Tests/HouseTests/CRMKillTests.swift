import Foundation
import Programs
import Stage
import Testing

/// CRMs on real servers, behind a proxy that spoils a third of all answers, while the process is killed again and again.
///
/// `KITH_CRM_CHANGES` and `KITH_CRM_KILLS` say how much of it; `KITH_CRM_SEED` which.
@Suite("CRMs through faults and kills", .serialized) struct CRMKillTests {
  /// EspoCRM is a staged one, all others are real.
  enum System: String, Sendable, CaseIterable { case tryton82, tryton60, amagi, radicale, xandikos, espo }

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
    var story = try CRMStory(server, seed: seed)
    // In waves, so that there is something left to do when the later kills strike.
    let (people, tasks, waves) = (changes * 2 / 3, changes / 10, 4)
    func part(_ whole: Int, _ wave: Int) -> Int { whole * (wave + 1) / waves - whole * wave / waves }
    for wave in 0..<waves {
      let (new, planned, hits) = (part(people, wave), part(tasks, wave), part(kills / 2, wave))
      try await story.aside { story in
        try story.meet(new)
        if wave == 0 { try story.begin() }
        try story.plan(planned)
        try story.struggle(kills: hits)
      }
    }
    try await server.editByHand(email: story.email(0))
    for wave in 0..<waves {
      let (changed, carried) = (part(changes - people, wave), part(tasks * 4 / 5, wave))
      let hits = part(kills - kills / 2, wave)
      try await story.aside { story in
        try story.grow(changed)
        try story.carry(carried)
        try story.struggle(kills: hits)
      }
    }
    let held = try await server.people()
    #expect(held.map(\.email).sorted() == story.expected.keys.sorted())
    for person in held {
      #expect(person.phones.sorted() == story.expected[person.email]?.sorted(), "\(person.email)")
    }
    #expect(held.first { $0.email == story.email(0) }?.name == "By Hand")
    #expect(try await server.tasks().sorted() == story.tasks.map(\.told).sorted())
    // Each of them is in the journal once, whatever run brought it there.
    let entered = try await story.aside { try $0.entered() }
    #expect(entered == story.tasks.count)
    server.proxy.spoil(0)
    for _ in 0..<2 {
      server.proxy.forget()
      let report = try await story.aside { try $0.run() }
      #expect(report == CRMStory.Report(created: 0, updated: 0, failed: 0, isDone: true))
      #expect(server.writes == 0, "\(server.proxy.counts)")
    }
    #expect(story.killed == kills)
    print(
      "\(system): \(changes) changes, \(story.tasks.count) tasks, \(story.killed) kills (\(story.tried - story.killed) came too late), "
        + "faults \(story.faults), calls \(story.calls)")
  }
}
