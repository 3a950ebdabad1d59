import Foundation
import Programs
import Stage
import Testing

/// Promises that the site as a whole must keep, whoever looks and whatever is left out.
@Suite("Promises on the site")
struct SitePromiseTests {
  @Test("P033 with nothing but what is required given, every page works; what is optional says so and what it is for")
  func optional() throws {
    let cli = try CLI()
    let site = try StagedSite(cli, [])
    let browser = Browser(site)
    let code = String(site.setup.drop { $0 != "=" }.dropFirst())
    let record = ["code": code, "name": "Ada", "address": "1 Lane", "email": "office@example.test"]
    try #require(try browser.send("/setup", record).status == 303)
    let page = try browser.get("/register?code=\(code)")
    for text in page.body.split(separator: "<label").dropFirst() {
      let label = text.prefix(upTo: text.range(of: "</label>")?.lowerBound ?? text.endIndex)
      guard label.contains("<input"), !label.contains("checkbox") else { continue }
      let says = label.contains("required") ? "Required" : "Optional; "
      #expect(label.contains(says), "\(label)")
    }
    let policy = try cli.run("policy").text("digest")
    let entered = try browser.send(
      "/register",
      ["code": code, "email": "ada@example.test", "policy": policy, "age": "18", "password": "a long enough sentence"])
    #expect(entered.status == 303, "\(entered.body)")
    _ = try browser.get("/account")
    try everyPageWorks(browser)
  }

  private func everyPageWorks(_ browser: Browser) throws {
    let calls = try SiteWalk(browser).calls.filter { $0.method == "GET" }
    #expect(calls.count > 8)
    for call in calls {
      let page = try call.made(by: browser)
      #expect(page.status == 200 || page.location.hasPrefix("/prove"), "\(call): \(page.status)")
    }
  }

  @Test(
    "P051 a browser that takes the necessary cookie alone does everything, and one that takes none reads what is public"
  )
  func refusing() throws {
    let cli = try CLI()
    try cli.addSite()
    let site = try StagedSite(cli, [])
    let none = Browser(site)
    for path in ["/sign-in", "/policy", "/cookies"] {
      let page = try none.get(path)
      #expect(page.status == 200 && page.headers["set-cookie"] == nil, "\(path)")
    }
    #expect(try none.get("/cookies").has("strictly necessary"))
    let browser = Browser(site)
    browser.keeps = "__Host-kith"
    try browser.enter(cli)
    try everyPageWorks(browser)
    #expect(try browser.send("/account/sessions/end", ["session": "others"]).status == 303)
    #expect(try browser.get("/account").status == 200)
  }

  @Test(
    "P098 a CRM that fails is named on its page with when it last went well and what waits; afterwards nothing is lost")
  func outsideFault() throws {
    let hub = try StagedHubSpot(version: "2026-03", faults: HubSpotFaults(seed: 1, share: 100, kinds: [.brokenBefore]))
    hub.heal()
    let cli = try CLI()
    try cli.addSite()
    let token = try cli.write(Array((StagedHubSpot.token + "\n").utf8), "secret")
    let added = try cli.run(
      "destination", "add", "hubspot", "--base-url", "http://127.0.0.1:\(hub.port)", "--token-file", token,
      "--api-version", "2026-03", "--owner", "7001", "--activities", "metadata")
    try #require(added.status == 0, "\(added.err)")
    let site = try StagedSite(cli)
    let browser = Browser(site)
    try browser.enter(cli)
    #expect(try browser.get("/crm").has("Last kept in step: never yet"))
    let digest = try cli.run("sync", "--deliver", "--dry-run").lines.compactMap { $0["digest"] as? String }.last ?? ""
    try #require(try cli.run("destination", "accept", added.text("id"), digest).status == 0)
    try #require(try cli.run("sync", "--deliver").status == 0)
    let whole = hub.records(.contacts).count
    let good = try browser.get("/crm")
    #expect(good.has("Last kept in step: 23 Nov 2026, 12:0") && !good.has("did not come through"))
    hub.harm()
    #expect(try cli.run("sync", "--deliver", with: ["KITH_CLOCK": "2026-11-24T12:00:00Z"]).status != 0)
    let bad = try browser.get("/crm")
    #expect(bad.has("did not come through") && bad.has("HubSpot") && bad.has("Nothing is lost"), "\(bad.body)")
    #expect(bad.has("Last kept in step: 23 Nov 2026, 12:0"))
    hub.heal()
    try #require(try cli.run("sync", "--deliver", with: ["KITH_CLOCK": "2026-11-25T12:00:00Z"]).status == 0)
    let after = try browser.get("/crm")
    #expect(!after.has("did not come through") && after.has("Last kept in step: 25 Nov 2026"))
    #expect(hub.records(.contacts).count == whole)
  }

  @Test("P088 erasing on the page and by whoever supports it is one act: the same lines in the ledger, the same end")
  func sameAct() throws {
    let cli = try CLI()
    try cli.addSite()
    let site = try StagedSite(cli, [])
    let browser = Browser(site)
    try browser.enter(cli)
    func person(_ name: String) throws -> String {
      try #require(try cli.run("people", "--query", name).first["id"] as? String, "\(name)")
    }
    /// What was permitted and refused while something was done, without what looking at pages adds.
    func lines(of act: () throws -> Void) throws -> [String] {
      let before = try cli.run("ledger").lines.count
      try act()
      return try cli.run("ledger").lines.dropFirst(before).map { "\($0["purpose"] ?? "") \($0["outcome"] ?? "")" }
        .filter { !$0.hasPrefix("show-to-owner") }
    }
    let (bob, dee) = (try person("Bob Brown"), try person("Dee Dawson"))
    let byPage = try lines {
      _ = try browser.get("/people/\(bob)/erase")
      let erased = try browser.send("/people/\(bob)/erase")
      #expect(erased.has("is erased"))
    }
    let bySupport = try lines {
      let erased = try cli.run("erase", dee)
      #expect(erased.status == 0, "\(erased.err)")
    }
    #expect(byPage == bySupport && !byPage.isEmpty, "\(byPage) \(bySupport)")
    site.stop()
    try cli.run("sync", "--pull")
    for id in [bob, dee] { #expect(try cli.run("person", id).status == 3) }
    let left = try cli.run("people").out
    #expect(!left.contains("Bob Brown") && !left.contains("Dee Dawson"))
  }
}
