import Consent
import Flows
import Foundation
import Model
import Plans
import Stage
import Testing

@Suite("Interactions in HubSpot")
struct HubSpotActivityTests {
  /// The cast's household with a HubSpot that was accepted before the first letter was written.
  private struct Scene {
    let stage: ActivityStage
    let hub: StagedHubSpot

    init(_ level: ActivityLevel, faults: HubSpotFaults? = nil, events: [String] = []) async throws {
      hub = try StagedHubSpot(faults: faults)
      stage = try await ActivityStage(
        level, .hubspot, OutletStage.local(hub.port), Login(user: "", secret: StagedHubSpot.token, kind: .token),
        events: events)
    }

    func run() async throws -> DeliverReport { try await stage.run() }

    /// All that HubSpot heard.
    var heard: String { hub.web.asked.map { $0.path + $0.body }.joined(separator: "\n") }
  }

  @Test("P012 with metadata no subject and no text of a mail is among the bytes that HubSpot received")
  func metadata() async throws {
    let scene = try await Scene(.metadata)
    let report = try await scene.run()
    #expect(report.entered > 0 && scene.hub.records(.emails).count == report.entered)
    for mail in scene.hub.records(.emails) {
      #expect(!scene.hub.linked(mail.id, .contacts).isEmpty)
      #expect(mail.properties["hs_email_subject"] == nil && mail.properties["hs_email_text"] == nil)
    }
    for letter in Cast.letters where !letter.subject.isEmpty { #expect(!scene.heard.contains(letter.subject)) }
    let calls = scene.hub.calls.count
    #expect(try await scene.run().entered == 0)
    #expect(!scene.hub.calls[calls...].contains { $0.what.hasSuffix("/create") })
  }

  @Test("a meeting in HubSpot ends when the calendar says")
  func ends() async throws {
    let scene = try await Scene(
      .metadata,
      events: [
        Cast.event("viewing", "20261102T100000Z", host: Cast.ada, with: [Cast.ada, Cast.bob], "DURATION:PT1H30M")
      ])
    _ = try await scene.run()
    let meetings = scene.hub.records(.meetings).map(\.properties)
    #expect(meetings.map { $0["hs_meeting_start_time"] } == ["2026-11-02T10:00:00Z"])
    #expect(meetings.map { $0["hs_meeting_end_time"] } == ["2026-11-02T11:30:00Z"])
  }

  @Test("P079 every mail is entered once with its subject, though 30 % of calls go wrong")
  func once() async throws {
    let plain = try await Scene(.subject)
    _ = try await plain.run()
    let scene = try await Scene(.subject, faults: HubSpotFaults(seed: 11))
    for _ in 0..<40 {
      do {
        if try await scene.run().isComplete { break }
      } catch is Trouble {
        continue
      }
    }
    func subjects(_ scene: Scene) -> [String] {
      scene.hub.records(.emails).map { $0.properties["hs_email_subject"] ?? "" }.sorted()
    }
    #expect(subjects(scene) == subjects(plain) && !subjects(plain).isEmpty)
    #expect(plain.heard.contains { $0 == "\n" } && Cast.letters.contains { plain.heard.contains($0.subject) })
  }
}
