import Consent
import Flows
import Foundation
import Model
import Outlets
import Plans
import Stage
import Testing

/// amagi-crm as a CRM, on a real server.
@Suite("amagi-crm") struct AmagiTests {
  private static let shared = Task { try await StagedAmagi.start() }

  @Test("what is written is read back, with what has no place there in lines of its free text")
  func roundTrip() async throws {
    let server = try await AmagiTests.shared.value
    let stage = try await OutletStage.amagi(server)
    let (person, firm) = (stage.stranger(), stage.stranger())
    let values: FieldValues = [
      .name: ["Dr. Ada Love"], .given: ["Ada"], .family: ["Love"], .email: ["A1@example.test", "a2@example.test"],
      .phone: ["+41446681800", "+41446681801"], .organisation: ["House"], .tag: ["vip", "Friend"], .title: ["no place"],
    ]
    try await stage.outlet { crm, permit in
      let made = try await crm.apply(CRMWrite.making(person, values), permit, check: {})
      let remote = try #require(made.remote)
      var read = try #require(try await crm.records().records.first { $0.remote == remote })
      #expect(read.digest == made.digest)
      #expect(read.person == person)
      #expect(read.values == crm.shaped(values))
      #expect(read.values[.name] == ["Ada Love"])
      try await server.call("PATCH", "/api/contacts/\(remote)", #"{"notes":"Likes tea\n\nkith: \#(person)"}"#)
      read = try #require(try await crm.records().records.first { $0.remote == remote })
      let changed = try await crm.apply(
        CRMWrite.changing(read, person, [.phone: ["1", "2"], .name: ["Ada Long Love"], .tag: []]), permit, check: {}
      )
      read = try #require(try await crm.records().records.first { $0.remote == remote })
      #expect(read.digest == changed.digest)
      #expect(read.values[.phone] == ["1", "2"])
      #expect(read.values[.tag] == nil)
      #expect(try await server.call("GET", "/api/contacts/\(remote)").contains("Likes tea"))
      let write = CRMWrite(
        CRMChange(.create, person: firm, remote: nil, fields: [FieldChange(field: .name, old: [], new: ["House AG"])]),
        key: "k", kind: .organisation)
      let organisation = try await crm.apply(write, permit, check: {})
      let shown = try #require(try await crm.records().records.first { $0.remote == organisation.remote })
      #expect(shown.values == [.name: ["House AG"]] && shown.person == firm)
      #expect(try await crm.remove(remote, expecting: "another", permit, check: {}) == .changed)
      #expect(try await crm.remove(remote, expecting: read.digest, permit, check: {}).remote == remote)
      #expect(try await crm.remove(remote, expecting: read.digest, permit, check: {}).remote == remote)
      #expect(try await !crm.names().contains(remote))
    }
  }

  @Test("P079 a second try finds what the first one made, with an address or without; hand edits are not written over")
  func retry() async throws {
    let server = try await AmagiTests.shared.value
    let stage = try await OutletStage.amagi(server)
    let (with, without, late) = (stage.stranger(), stage.stranger(), stage.stranger())
    let address = "\(with)@example.test"
    try await stage.outlet { crm, permit in
      for (person, values) in [
        (with, [.name: ["With One"], .email: [address]]), (without, [FieldKey.name: ["Without"]]),
      ] {
        let first = try await crm.apply(CRMWrite.making(person, values), permit, check: {})
        #expect(try await crm.apply(CRMWrite.making(person, values, isRetry: true), permit, check: {}) == first)
        let other = CRMWrite.making(person, values.merging([.name: ["Other"]]) { $1 }, isRetry: true)
        #expect(try await crm.apply(other, permit, check: {}) == .changed)
      }
      let records = try await crm.records().records
      #expect(records.filter { $0.person == with }.count == 1 && records.filter { $0.person == without }.count == 1)
      // Somebody else's contact has the address: it is known, so it is no matter of timing.
      let taken = try await crm.apply(CRMWrite.making(late, [.email: [address]]), permit, check: {})
      #expect(taken == .refused(field: .email, why: "another contact of amagi-crm has this address"))
      let odd = try await crm.apply(
        CRMWrite.making(late, [.name: ["Odd"], .email: ["no address"]]), permit, check: {})
      #expect(odd == .refused(field: .email, why: "no address in the eyes of amagi-crm"))
      let read = try #require(records.first { $0.person == without })
      try await server.call("PATCH", "/api/contacts/\(read.remote)", #"{"phone":"12"}"#)
      // What was read a moment ago would count as the look before the change.
      stage.home.house.clock.advance(milliseconds: 3_000)
      let change = CRMWrite.changing(read, without, [.name: ["New Name"]])
      #expect(try await crm.apply(change, permit, check: {}) == .changed)
    }
  }

  @Test(
    "a meeting becomes an appointment, or a task where the hour is booked; all else becomes a task, once for its key")
  func activities() async throws {
    let server = try await AmagiTests.shared.value
    let stage = try await OutletStage.amagi(server)
    let person = stage.stranger()
    try await stage.outlet { crm, permit in
      let remote = try #require(
        try await crm.apply(CRMWrite.making(person, [.name: ["Met"]]), permit, check: {}).remote)
      func activity(_ kind: Interaction.Kind, _ number: Int, isRetry: Bool = false) -> ActivityWrite {
        ActivityWrite(
          kind, key: "k\(number)-\(remote)", remotes: [remote], direction: .outward,
          at: Instant(seconds: 1_795_000_000),
          endsAt: Instant(seconds: 1_795_003_600), subject: "Subject \(number)", isRetry: isRetry)
      }
      let all: [(Interaction.Kind, Int)] = [(.meeting, 1), (.meeting, 2), (.mail, 3), (.call, 4)]
      let first = try await crm.log(all.map { activity($0.0, $0.1) }, permit, check: {})
      #expect(first.map { $0.remote?.split(separator: "/").first } == ["appointments", "tasks", "tasks", "tasks"])
      #expect(try await crm.log(all.map { activity($0.0, $0.1, isRetry: true) }, permit, check: {}) == first)
      let tasks = try await server.call("GET", "/api/tasks?contact_id=\(remote)")
      #expect(tasks.components(separatedBy: "kith-key: ").count == 4)
    }
  }

  @Test("P098 what goes wrong names amagi-crm and what helps")
  func troubles() async throws {
    let server = try await AmagiTests.shared.value
    for (fault, says) in [
      (StagedFaults.Fault.tooManyWait, "429"), (.errorAfter, "500"), (.page, "503"), (.errorInside, "error of its own"),
      (.silenceAfter, "did not answer"), (.expired, "does not accept the token"),
    ] {
      let proxy = try StagedFaults(before: server.port, StagedAmagi.faults, share: 0, seed: 1)
      let stage = try await OutletStage.amagi(server, by: proxy)
      let person = stage.stranger()
      try await stage.outlet { crm, permit in
        proxy.strike(fault)
        // A token that is not accepted is shown once more.
        if fault == .expired { proxy.strike(fault) }
        var trouble: Trouble?
        do {
          _ = try await crm.apply(CRMWrite.making(person, [.name: ["Troubled"]]), permit, check: {})
        } catch let caught as Trouble {
          trouble = caught
        }
        #expect(
          trouble?.what.contains("amagi-crm") == true && trouble?.what.contains(says) == true, "\(trouble as Any)")
        let answer = try await crm.apply(
          CRMWrite.making(person, [.name: ["Troubled"]], isRetry: true), permit, check: {})
        #expect(answer.remote != nil)
      }
      let held = try await server.call("GET", "/api/contacts?search=Troubled&limit=100")
      #expect(held.components(separatedBy: "kith: \(person)").count == 2)
    }
  }
}
