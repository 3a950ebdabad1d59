import Foundation
import Programs
import Stage
import Testing

/// People, the CRM and one's data, on the real site with the household of the cast.
@Suite("Pages of the site")
struct SitePagesTests {
  /// Ada's household with its site, and her browser.
  private func open(_ cli: CLI) throws -> (site: StagedSite, browser: Browser) {
    try cli.addSite()
    let site = try StagedSite(cli, [])
    let browser = Browser(site)
    try browser.enter(cli)
    return (site, browser)
  }

  private func links(_ page: Browser.Page, _ prefix: String) -> [String] {
    page.body.split(separator: "href=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
      .filter { $0.hasPrefix(prefix) }
  }

  @Test("people are found by part of a name or an address, and a person's page says what is known, from where, and why")
  func people() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let all = try browser.get("/people")
    #expect(all.has("Bob Brown") && all.has("aria-current=\"page\""))
    let found = try browser.get("/people?q=bob&kind=person")
    #expect(found.has("Bob Brown") && found.has("value=\"bob\""))
    #expect(try browser.get("/people?q=nobodyatall").has("Nobody matches"))
    let bob = try #require(links(found, "/people/person_").first)
    let page = try browser.get(bob)
    #expect(page.status == 200 && page.has("<h1>Bob Brown") && page.has("What is known, and from where"))
    #expect(page.has("Why the tie is") && page.has("on a card, "))
    for path in ["/people/person_1", "/people/none", "/crm/journal/entry_1", "/data/sources/source_1", "/nothing"] {
      let nothing = try browser.get(path)
      #expect(nothing.status == 404 && nothing.has("There is nothing here"), "\(path)")
    }
    withExtendedLifetime(site) {}
  }

  @Test("P007 what is another account's is answered as what is not there, on every page, with the same body")
  func otherAccounts() throws {
    let cli = try CLI()
    let (site, ada) = try open(cli)
    let digest = try cli.run("policy").text("digest")
    let eve = try cli.run("account", "add", "--email", "eve@example.test", "--accept-policy", digest).text("id")
    let link = try cli.run("member", "link", "--account", eve).text("path")
    let browser = Browser(site)
    #expect(try browser.send(link, ["password": "a long enough sentence"]).status == 303)
    _ = try browser.get("/account")
    let people = links(try ada.get("/people"), "/people/person_").prefix(3)
    let sources = links(try ada.get("/data"), "/data/sources/")
    #expect(!people.isEmpty && !sources.isEmpty)
    let nothing = try browser.get("/nothing")
    for path in people + sources {
      #expect(try ada.get(path).status == 200, "\(path)")
      let page = try browser.get(path)
      #expect(page.status == 404 && page.body == nothing.body, "\(path)")
    }
    for source in sources {
      let sent = try browser.send(source + "/revoke")
      #expect(sent.status == 404 && sent.body == nothing.body)
    }
    let list = try cli.run("source", "list", "--account", try cli.run("account", "list").text("id"))
    #expect(list.lines.allSatisfy { $0["revoked_at"] is NSNull })
    #expect(try browser.get("/people").has("Nobody is known yet"))
  }

  @Test("P017 before a source is revoked the page says what stops and what stays; afterwards the rest works")
  func revoke() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let before = try browser.get("/data")
    let path = try #require(links(before, "/data/sources/").first)
    let page = try browser.get(path)
    #expect(page.has("nothing is read there any more") && page.has("What is held stays until you erase it"))
    let done = try browser.send(path + "/revoke")
    #expect(done.location == "/data?done=revoked")
    let after = try browser.get(done.location)
    #expect(after.has("The source was revoked") && after.has("revoked</span>"))
    for path in ["/", "/people", "/crm", "/data", "/data/ledger", "/account"] {
      #expect(try browser.get(path).status == 200, "\(path)")
    }
    withExtendedLifetime(site) {}
  }

  @Test("P013 what would leave is shown before it does; approved on the page it leaves, and is taken back there")
  func dryRun() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let folder = cli.files + "/crm"
    try #require(try cli.run("destination", "add", "folder", "--path", folder).status == 0)
    let crm = try browser.get("/crm")
    let path = try #require(links(crm, "/crm/destination_").first)
    // A CRM without its yes is told to wait for it, not to be in step.
    #expect(crm.has("waits for your yes") && crm.has("Read and approve") && !crm.has("both sides agree"))
    let shown = try browser.get(path)
    #expect(shown.status == 200 && shown.has("made there.") && shown.has("<ins>") && shown.has("Approve"))
    #expect(!FileManager.default.fileExists(atPath: folder + "/people"))
    #expect(try browser.send(path + "/accept", ["digest": "0000"]).status == 403)
    let digest = shown.hidden("digest")
    #expect(try browser.send(path + "/accept", ["digest": digest]).location == "/crm?done=accepted")
    _ = try cli.run("sync", "--deliver")
    #expect(FileManager.default.fileExists(atPath: folder + "/people"))
    let journal = try browser.get("/crm")
    #expect(!journal.has("waits for your yes") && journal.has("both sides agree"))
    let entry = try #require(links(journal, "/crm/journal/").first)
    let ask = try browser.get(entry)
    #expect(ask.has("Take this back?") && ask.has("made there:"))
    #expect(try browser.send(entry + "/undo", ["digest": ask.hidden("digest")]).location == "/crm?done=undone")
    #expect(try browser.get("/crm").has("taken back"))
    withExtendedLifetime(site) {}
  }

  @Test("P050 no page names another server, and all carry the headers that keep them to themselves")
  func headers() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    for path in ["/", "/people", "/crm", "/data", "/data/ledger", "/account", "/policy", "/cookies", "/nothing"] {
      let page = try browser.get(path)
      #expect(
        page.headers["content-security-policy"]?.first?.hasPrefix("default-src 'self'; script-src 'self'") == true)
      #expect(
        page.headers["x-content-type-options"] == ["nosniff"] && page.headers["referrer-policy"] == ["no-referrer"])
      #expect(page.headers["cache-control"] == ["no-store"])
      for word in ["src=\"http", "href=\"http", "url(", "style=\"", "<script>"] {
        #expect(!page.has(word), "\(path): \(word)")
      }
      #expect(page.body.utf8.count < 100_000)
    }
    let style = try browser.get("/style.css")
    #expect(style.status == 200 && !style.has("http"))
    withExtendedLifetime(site) {}
  }
}
