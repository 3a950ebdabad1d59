import Consent
import Flows
import Model
import Outlets
import Plans
import Stage
import Store
import Testing

@Suite("Interactions in the CRM")
struct ActivityTests {
  /// The cast's household with a staged CRM beside its folder, accepted before the first letter was written.
  private struct Scene {
    let household: Household
    let crm: StagedCRM
    let deliver: Deliver
    let destination: ID<Destination>

    init(
      _ level: ActivityLevel, _ engine: StagedHouse.EngineKind = .sqlite, purposes: [Declaration]? = nil,
      native: Set<Interaction.Kind> = [.mail], events: [String] = []
    ) async throws {
      household = try await Household.made(engine)
      if !events.isEmpty { try await household.read(events: events) }
      let (store, house) = (household.store, household.house)
      let wanted = Destination(
        id: store.ids.next(), member: household.ada, kind: .folder, location: house.folder + "/staged",
        options: [ActivityLevel.option: level.rawValue])
      let opens = level >= .subject ? [SyncToCRM.declaration, LogToCRM.declaration] : [SyncToCRM.declaration]
      let kept = try await store.add(
        wanted, household.account,
        grant: Grant(
          id: store.ids.next(), member: household.ada, target: .destination(wanted.id), scope: .write,
          purposes: (purposes ?? opens).map(\.name), words: GrantWords.writing(.folder, activities: level.rawValue),
          warranty: nil, policyVersion: PolicyVersion.current.version, givenAt: house.clock.now))
      destination = kept.id
      let now = house.clock.now
      house.clock.set(Instant(year: 2020, month: 1, day: 1))
      try await store.approve(
        household.account, household.ada, kept.id, kind: .standing, digest: Deliver.digest(Deliver.standingRules(kept)))
      house.clock.set(now)
      let crm = StagedCRM(
        kept.id,
        capabilities: CRMCapabilities(
          batch: 10, activities: native, hasNotes: true, fields: Set(Fact.Field.allCases)))
      self.crm = crm
      deliver = Deliver(store: store, gate: house.gate, crm: { _ in crm })
    }

    func run() async throws -> DeliverReport {
      try await deliver.run(destination, of: household.ada, in: household.account)
    }
  }

  @Test(
    "P012 with metadata no subject and no text of a mail leaves, whatever the store holds",
    arguments: StagedHouse.EngineKind.allCases)
  func metadata(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Scene(.metadata, engine)
    let report = try await scene.run()
    #expect(report.entered > 0 && report.entered == scene.crm.activities.count)
    #expect(scene.crm.activities.allSatisfy { $0.subject == nil && $0.text == nil && !$0.remotes.isEmpty })
    let sent = scene.crm.activities.map { String(describing: $0) }.joined()
    for letter in Cast.letters where !letter.subject.isEmpty { #expect(!sent.contains(letter.subject)) }
    let (held, calls) = (scene.crm.activities, scene.crm.calls)
    #expect(try await scene.run().entered == 0)
    #expect(scene.crm.activities == held && scene.crm.calls == calls)
  }

  @Test(
    "a meeting is entered from its beginning to its end, where its calendar tells one",
    arguments: StagedHouse.EngineKind.allCases)
  func ends(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Scene(
      .metadata, engine, native: [.mail, .meeting],
      events: [
        Cast.event(
          "viewing", "20261102T100000Z", host: Cast.ada, with: [Cast.ada, Cast.bob], "DTEND:20261102T113000Z"),
        Cast.event("call", "20261103T100000Z", host: Cast.ada, with: [Cast.ada, Cast.bob]),
      ])
    _ = try await scene.run()
    let meetings = scene.crm.activities.filter { $0.kind == .meeting }.sorted { $0.at < $1.at }
    #expect(meetings.map(\.at.description) == ["2026-11-02T10:00:00Z", "2026-11-03T10:00:00Z"])
    #expect(meetings.map { $0.endsAt?.description } == ["2026-11-02T11:30:00Z", nil])
    #expect(scene.crm.activities.allSatisfy { $0.kind == .meeting || $0.endsAt == nil })
  }

  @Test("without the option nothing of an interaction leaves")
  func off() async throws {
    let scene = try await Scene(.off)
    #expect(try await scene.run().entered == 0)
    #expect(scene.crm.activities.isEmpty && !scene.crm.held.isEmpty)
  }

  @Test("subject and full send what they say, and no more")
  func levels() async throws {
    let subjects = Set(Cast.letters.map(\.subject))
    let scene = try await Scene(.subject)
    _ = try await scene.run()
    #expect(scene.crm.activities.contains { $0.subject.map(subjects.contains) ?? false })
    #expect(scene.crm.activities.allSatisfy { $0.text == nil })
    let full = try await Scene(.full)
    _ = try await full.run()
    #expect(full.crm.activities.count == scene.crm.activities.count)
    #expect(full.crm.activities.contains { !($0.text ?? "").isEmpty })
  }

  @Test("P012 no mail is opened for a CRM under a grant that does not say so, whatever the option says")
  func grantWithout() async throws {
    let scene = try await Scene(.full, purposes: [SyncToCRM.declaration])
    await #expect { try await scene.run() } throws: { ($0 as? Refusal)?.reason == .noGrant }
    #expect(scene.crm.activities.isEmpty)
  }

  @Test("what the system has no kind for is entered as a note that says what it was, and the owner is told")
  func notes() async throws {
    let scene = try await Scene(.metadata, native: [])
    let report = try await scene.run()
    #expect(scene.crm.activities.allSatisfy { $0.kind == .mail } && !scene.crm.activities.isEmpty)
    #expect(report.told == ["\(report.entered) of kind mail entered as notes: this system has no such kind"])
  }
}
