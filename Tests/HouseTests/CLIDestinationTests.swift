import Foundation
import Model
import Stage
import Testing

/// CRMs on servers from the command line, on a real binary.
@Suite("HubSpot and webhooks from the command line", .serialized) struct CLIDestinationTests {
  private func secret(_ cli: CLI, _ text: String) throws -> String {
    try cli.write(Array((text + "\n").utf8), "secret")
  }

  /// Looks at what would leave, accepts it and lets it leave.
  private func deliver(_ cli: CLI, _ id: String) throws -> CLI.Ran {
    let dry = try cli.run("sync", "--deliver", "--dry-run")
    let digest = try #require(dry.lines.compactMap { $0["digest"] as? String }.last, "\(dry.err)")
    try #require(try cli.run("destination", "accept", id, digest).status == 0)
    return try cli.run("sync", "--deliver")
  }

  @Test("a HubSpot is added, looked at, accepted, kept in step and cut off")
  func hubspot() throws {
    let hub = try StagedHubSpot(version: "2026-03")
    let cli = try CLI()
    try cli.addHousehold()
    let token = try secret(cli, StagedHubSpot.token)
    let url = "http://127.0.0.1:\(hub.port)"
    let added = try cli.run(
      "destination", "add", "hubspot", "--base-url", url, "--token-file", token, "--api-version", "2026-03", "--owner",
      "7001", "--activities", "metadata")
    #expect(added.status == 0, "\(added.err)")
    let id = added.text("id")
    let before = hub.calls.count
    let sent = try deliver(cli, id)
    #expect(sent.status == 0, "\(sent.err)")
    #expect(hub.calls.count > before)
    #expect(sent.int("created") == hub.records(.contacts).count + hub.records(.companies).count)
    #expect(hub.records(.contacts).allSatisfy { $0.properties["hubspot_owner_id"] == "7001" })
    #expect(!hub.records(.contacts).isEmpty)
    #expect(!hub.web.asked.contains { ($0.path + $0.body).contains(StagedHubSpot.token) })
    let again = try cli.run("sync", "--deliver")
    #expect(again.int("created") == 0 && again.int("updated") == 0)
    #expect(try cli.run("destination", "revoke", id).status == 0)
    let calls = hub.calls.count
    #expect(try cli.run("sync", "--deliver").status == 3)
    #expect(hub.calls.count == calls)
  }

  @Test("a webhook is added and told; what is no secret, no version or no address of a server is refused")
  func webhook() throws {
    let hook = try StagedWebhook(now: { Instant(year: 2026, month: 11, day: 23, hour: 12) })
    let cli = try CLI()
    try cli.addHousehold()
    let url = "http://127.0.0.1:\(hook.port)/kith"
    let weak = try cli.run("destination", "add", "webhook", "--url", url, "--secret-file", secret(cli, "hunter2"))
    #expect(weak.status == 1 && weak.err.contains("whsec_") && !weak.err.contains("hunter2"))
    let file = try secret(cli, StagedWebhook.secret)
    let added = try cli.run("destination", "add", "webhook", "--url", url, "--secret-file", file)
    #expect(added.status == 0, "\(added.err)")
    let sent = try deliver(cli, added.text("id"))
    #expect(sent.status == 0, "\(sent.err)")
    #expect(sent.int("created") == hook.events.count && !hook.events.isEmpty)
    let deliveries = hook.deliveries
    _ = try cli.run("sync", "--deliver")
    #expect(hook.deliveries == deliveries)
    for words in [
      ["hubspot", "--token-file", file, "--api-version", "4"], ["hubspot", "--token-file", file, "--owner", "ada"],
      ["hubspot", "--token-file", file, "--base-url", "http://crm.example.test/"],
      ["hubspot", "--token-file", file, "--activities", "everything"],
      ["webhook", "--secret-file", file, "--url", "http://crm.example.test/"], ["hubspot"], ["webhook"],
    ] {
      #expect(
        try CLI.start([CLI.binary, "--json", "destination", "add"] + words, cli.environment).status == 2, "\(words)")
    }
  }
}
