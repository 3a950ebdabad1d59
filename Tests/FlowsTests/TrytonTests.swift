import Consent
import Flows
import Formats
import Foundation
import Model
import Outlets
import Plans
import Stage
import Testing

/// Tryton as a CRM, on real servers of both versions.
@Suite("Tryton") struct TrytonTests {
  /// One server of each version for all tests of this suite; each test has people of its own.
  private static let new = Task { try await StagedTryton.start(.v82) }
  private static let old = Task { try await StagedTryton.start(.v60) }

  static func server(_ version: StagedTryton.Version) async throws -> StagedTryton {
    try await (version == .v82 ? new : old).value
  }

  private func fullValues(_ number: Int) -> FieldValues {
    [
      .name: ["Ada \u{1F600} Nº \(number)"], .email: ["a\(number)@example.test", "b\(number)@example.test"],
      .phone: ["+41 44 668 18 00"], .url: ["https://example.test/\(number)"], .organisation: ["House \(number)"],
      .tag: ["Friend", "VIP \(number)"], .address: ["Street 1, 3000 Bern"], .title: ["has no place"],
    ]
  }

  @Test(
    "what is written is read back, and its digest is the one that the writing answered",
    arguments: StagedTryton.Version.allCases)
  func roundTrip(_ version: StagedTryton.Version) async throws {
    let server = try await TrytonTests.server(version)
    let stage = try await OutletStage.tryton(server)
    let person = stage.stranger()
    let values = fullValues(1)
    try await stage.outlet { crm, permit in
      let made = try await crm.apply(CRMWrite.making(person, values), permit, check: {})
      var read = try #require(try await crm.records().records.first { $0.remote == made.remote })
      #expect(read.digest == made.digest)
      #expect(read.person == person)
      #expect(read.values == crm.shaped(values))
      let new: FieldValues = [
        .name: ["Ada B."], .email: ["b1@example.test", "c1@example.test"], .phone: [], .organisation: ["Other"],
        .tag: ["VIP 1"], .address: ["Elsewhere 2"],
      ]
      let changed = try await crm.apply(CRMWrite.changing(read, person, new), permit, check: {})
      read = try #require(try await crm.records().records.first { $0.remote == made.remote })
      #expect(read.digest == changed.digest)
      let sorted = crm.shaped(values.merging(new) { $1 }).filter { !$0.value.isEmpty }.mapValues { $0.sorted() }
      #expect(read.values.mapValues { $0.sorted() } == sorted)
      #expect(try await crm.names().contains(read.remote))
      let since = try await crm.records(since: RemoteCursor("2099-01-01T00:00:00.000000"))
      #expect(since.records.isEmpty && !since.isWhole)
      #expect(try await crm.remove(read.remote, expecting: "another", permit, check: {}) == .changed)
      #expect(try await crm.remove(read.remote, expecting: read.digest, permit, check: {}).remote == read.remote)
      #expect(try await !crm.names().contains(read.remote))
      // The organisations that were made for it go with it.
      #expect(try await !crm.records().isTidy)
      try await crm.tidy(permit, check: {})
      #expect(try await crm.records().isTidy)
    }
  }

  @Test(
    "P079 a second try finds what the first one made, and makes nothing twice",
    arguments: StagedTryton.Version.allCases)
  func retry(_ version: StagedTryton.Version) async throws {
    let server = try await TrytonTests.server(version)
    let stage = try await OutletStage.tryton(server)
    let people = (0..<5).map { _ in stage.stranger() }
    let values: FieldValues = [.name: ["Twice"], .email: ["twice@example.test"], .tag: ["Twice"]]
    try await stage.outlet { crm, permit in
      let first = try await crm.apply(people.prefix(3).map { CRMWrite.making($0, values) }, permit, check: {})
      let again = try await crm.apply(people.map { CRMWrite.making($0, values, isRetry: true) }, permit, check: {})
      #expect(Array(again.prefix(3)) == first)
      #expect(Set(again.compactMap(\.remote)).count == 5)
      // Even if nobody says that it is a second try: codes are unique.
      #expect(try await crm.apply(people.map { CRMWrite.making($0, values) }, permit, check: {}) == again)
      let other = CRMWrite.making(people[0], [.name: ["Somebody else wrote"]], isRetry: true)
      #expect(try await crm.apply(other, permit, check: {}) == .changed)
      let read = try #require(try await crm.records().records.first { $0.remote == first[0].remote })
      let change = CRMWrite.changing(read, people[0], [.name: ["Thrice"]])
      let once = try await crm.apply(change, permit, check: {})
      var twice = change
      twice.isRetry = true
      #expect(try await crm.apply(twice, permit, check: {}) == once)
    }
  }

  @Test("what somebody changed there meanwhile is not written over", arguments: StagedTryton.Version.allCases)
  func guarded(_ version: StagedTryton.Version) async throws {
    let server = try await TrytonTests.server(version)
    let stage = try await OutletStage.tryton(server)
    let people = (0..<3).map { _ in stage.stranger() }
    try await stage.outlet { crm, permit in
      let made = try await crm.apply(
        people.map { CRMWrite.making($0, [.name: ["Guarded"], .email: ["g@example.test"]]) }, permit, check: {})
      let remotes = made.compactMap(\.remote)
      let read = try await crm.records().records.filter { remotes.contains($0.remote) }.sorted { $0.remote < $1.remote }
      // The older one tells times in whole seconds.
      try await Task.sleep(for: .milliseconds(1100))
      try await server.call("model.party.party.write", "[[\(read[0].remote)],{\"name\":\"By hand\"},{}]")
      let found = try await server.call(
        "model.party.contact_mechanism.search", "[[[\"party\",\"=\",\(read[1].remote)]],0,null,null,{}]")
      try await server.call("model.party.contact_mechanism.write", "[\(found),{\"value\":\"h@example.test\"},{}]")
      let answers = try await crm.apply(
        zip(read, people.sorted()).map { record, person in
          CRMWrite.changing(record, record.person ?? person, [.name: ["New"], .email: ["n@example.test"]])
        }, permit, check: {})
      #expect(answers[0] == .changed)
      #expect(answers[1] == .changed)
      #expect(answers[2].remote == read[2].remote)
      let after = try await crm.records().records.filter { remotes.contains($0.remote) }.sorted {
        $0.remote < $1.remote
      }
      #expect(after.map { $0.values[.name] } == [["By hand"], ["Guarded"], ["New"]])
      #expect(after.map { $0.values[.email] } == [["g@example.test"], ["h@example.test"], ["n@example.test"]])
    }
  }

  @Test("many are written by one call, and what Tryton refuses is told by its field, the others stand")
  func batches() async throws {
    let server = try await TrytonTests.server(.v82)
    let proxy = try StagedFaults(before: server.port, StagedTryton.faults, share: 0, seed: 1)
    let stage = try await OutletStage.tryton(server, by: proxy)
    let people = (0..<200).map { _ in stage.stranger() }
    try await stage.outlet { crm, permit in
      _ = try await crm.records()
      proxy.forget()
      let made = try await crm.apply(
        people.enumerated().map { CRMWrite.making($1, [.name: ["P \($0)"], .email: ["p\($0)@example.test"]]) },
        permit,
        check: {})
      #expect(Set(made.compactMap(\.remote)).count == 200)
      #expect(proxy.counts == ["model.party.party.create": 1])
      let remotes = Set(made.compactMap(\.remote))
      let read = try await crm.records().records.filter { remotes.contains($0.remote) }
      proxy.forget()
      let changed = try await crm.apply(
        read.map { CRMWrite.changing($0, $0.person ?? people[0], [.email: ["\($0.remote)@example.test"]]) }, permit,
        check: {})
      #expect(Set(changed.compactMap(\.remote)) == remotes)
      #expect(proxy.counts == ["model.party.party.write": 1])
    }
  }

  @Test("P079 a hard limit is a named refusal of one record, never a cut, and the others of its batch stand")
  func limits() async throws {
    let server = try await TrytonTests.server(.v82)
    let category = try await server.call("model.party.category.create", #"[[{"name":"Off"}],{}]"#)
    try await server.call("model.party.category.write", "[\(category),{\"active\":false},{}]")
    var system = StagedTryton.faults
    system.refuses = { request in
      guard String(decoding: request.body, as: UTF8.self).contains("Much too long") else { return nil }
      return #"{"id":1,"error":["UserError",["The value \"Much too long\" for field \"Name\" in record \"7\" of "#
        + #"\"Party\" is too long (13 > 5).","",null]]}"#
    }
    let proxy = try StagedFaults(before: server.port, system, share: 0, seed: 1)
    let stage = try await OutletStage.tryton(server, by: proxy)
    let people = (0..<8).map { _ in stage.stranger() }
    try await stage.outlet { crm, permit in
      let answers = try await crm.apply(
        people.enumerated().map { number, person in
          CRMWrite.making(
            person, [.name: [number == 5 ? "Much too long" : "Good \(number)"], .tag: number == 2 ? ["Off"] : []])
        }, permit, check: {})
      #expect(answers[5] == .refused(field: .name, why: "longer than Tryton takes"))
      #expect(answers[2] == .refused(field: .tag, why: "Tryton has a category of this name switched off"))
      let written = Set(answers.compactMap(\.remote))
      #expect(written.count == 6)
      let read = try await crm.records().records.filter { written.contains($0.remote) }
      let changed = try await crm.apply(
        read.map { record in
          CRMWrite.changing(
            record, record.person ?? people[0], [.name: [record.remote == read[1].remote ? "Much too long" : "New"]])
        }, permit, check: {})
      #expect(changed.filter { $0 == .refused(field: .name, why: "longer than Tryton takes") }.count == 1)
      #expect(changed.compactMap(\.remote).count == 5)
    }
  }

  @Test("activities become notes, each once for its key")
  func notes() async throws {
    for version in StagedTryton.Version.allCases {
      let server = try await TrytonTests.server(version)
      let stage = try await OutletStage.tryton(server)
      let person = stage.stranger()
      try await stage.outlet { crm, permit in
        let made = try await crm.apply(CRMWrite.making(person, [.name: ["Noted"]]), permit, check: {})
        let remote = try #require(made.remote)
        func mail(_ number: Int, isRetry: Bool = false) -> ActivityWrite {
          ActivityWrite(
            .mail, key: "k%_\(number)-\(remote)", remotes: [remote], direction: .inward,
            at: Instant(seconds: 1_795_000_000), subject: "Subject \(number)", isRetry: isRetry)
        }
        let first = try await crm.log([mail(1), mail(2)], permit, check: {})
        let again = try await crm.log((1...3).map { mail($0, isRetry: true) }, permit, check: {})
        #expect(Array(again.prefix(2)) == first)
        let held = try await server.call(
          "model.ir.note.search_read", "[[[\"resource\",\"=\",\"party.party,\(remote)\"]],0,null,null,[\"message\"],{}]"
        )
        #expect(held.components(separatedBy: "Subject ").count == 4)
        #expect(held.contains("E-mail, to us, 2026-11-18T"))
      }
    }
  }

  @Test("a mail is noted as one, with its subject and its text where the level lets them through")
  func noteLevels() async throws {
    let subjects = Cast.letters.map(\.subject).filter { !$0.isEmpty }
    for level in [ActivityLevel.metadata, .subject, .full] {
      let server = try await StagedTryton.start(.v82)
      let stage = try await ActivityStage(
        level, .tryton, server.server, Login(user: StagedTryton.user, secret: StagedTryton.password),
        ["database": StagedTryton.database])
      let report = try await stage.run()
      let told = try await server.call("model.ir.note.search_read", "[[],0,null,null,[\"message\"],{}]")
      let notes = (JSON.read(Array(told.utf8))?.asList ?? []).compactMap { $0[key: "message"]?.asText }
      #expect(notes.count == report.entered && !notes.isEmpty)
      #expect(notes.allSatisfy { $0.hasPrefix("E-mail, from us, 20") || $0.hasPrefix("E-mail, to us, 20") })
      #expect(
        notes.contains { $0.split(separator: "\n").dropFirst().first?.hasPrefix("Subject: ") == true }
          == (level >= .subject))
      #expect(subjects.contains { told.contains($0) } == (level >= .subject))
      #expect(notes.contains { $0.contains("\n\n") } == (level == .full))
    }
  }

  @Test("P098 what goes wrong names Tryton and what helps", arguments: StagedTryton.Version.allCases)
  func troubles(_ version: StagedTryton.Version) async throws {
    let server = try await TrytonTests.server(version)
    for (fault, says) in [
      (StagedFaults.Fault.tooMany, "429"), (.errorBefore, "500"), (.page, "503"), (.errorInside, "error of its own"),
      (.silenceAfter, "did not answer"),
    ] {
      let proxy = try StagedFaults(before: server.port, StagedTryton.faults, share: 0, seed: 1)
      let stage = try await OutletStage.tryton(server, by: proxy)
      let person = stage.stranger()
      try await stage.outlet { crm, permit in
        _ = try await crm.names()
        proxy.strike(fault)
        var trouble: Trouble?
        do {
          _ = try await crm.apply(CRMWrite.making(person, [.name: ["Troubled"]]), permit, check: {})
        } catch let caught as Trouble {
          trouble = caught
        }
        #expect(trouble?.what.contains("Tryton") == true && trouble?.what.contains(says) == true, "\(trouble as Any)")
        if case .wait? = trouble?.remedy {} else { Issue.record("nothing says when it is tried again: \(fault)") }
        // The session that ended is renewed at once, by itself.
        proxy.strike(.expired)
        let answer = try await crm.apply(
          CRMWrite.making(person, [.name: ["Troubled"]], isRetry: true), permit, check: {})
        #expect(answer.remote != nil)
      }
    }
  }
}
