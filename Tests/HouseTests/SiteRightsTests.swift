import Foundation
import Stage
import Testing

/// Taking everything out, erasing and ending, on the real site.
@Suite("One's rights on the site", .serialized)
struct SiteRightsTests {
  private static let password = "a long enough sentence"

  private func open(_ cli: CLI, _ words: [String] = ["--no-work"]) throws -> (site: StagedSite, browser: Browser) {
    try cli.addSite()
    let site = try StagedSite(cli, words)
    let browser = Browser(site)
    try browser.enter(cli, SiteRightsTests.password)
    return (site, browser)
  }

  @Test("what is taken out on the site is one sealed file, and restores to the same digest; nothing of it stays behind")
  func export() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    #expect(try browser.get("/data/export").has("Passphrase"))
    for (phrase, again, words) in [
      ("short", "short", "too short"), ("a very long passphrase", "another long passphrase", "differ"),
    ] {
      let refused = try browser.send("/data/export", ["passphrase": phrase, "again": again])
      #expect(refused.status == 422 && refused.has(words))
    }
    let phrase = "a very long passphrase"
    let file = cli.files + "/mine.kith"
    let taken = try browser.download("/data/export", ["passphrase": phrase, "again": phrase], to: file)
    #expect(taken.status == 200 && taken.headers["x-content-type-options"] == ["nosniff"])
    #expect(taken.headers["content-disposition"]?.first?.hasPrefix("attachment; filename=\"kith-2026-11-23") == true)
    #expect(try cli.shell("find $folder/data/scratch -type f").out.isEmpty)
    #expect(try cli.shell("grep -c -a 'Bob Brown' $folder/files/mine.kith").out.hasPrefix("0"))
    let digest = try cli.digest
    let secret = try cli.write(Array(phrase.utf8), "phrase")
    let other = try CLI()
    let restored = try other.run("restore", "--passphrase-file", secret, file)
    #expect(restored.status == 0 && restored.text("digest") == digest, "\(restored.err)")
    withExtendedLifetime(site) {}
  }

  @Test("P053 export, erasure and the end of the account ask for the password again; a form alone does nothing")
  func proof() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let person = try #require(person(try browser.get("/people?q=bob"), 0))
    site.stop()
    let later = try StagedSite(cli, clock: "2026-11-23T12:15:00Z")
    let again = Browser(later)
    again.cookie = browser.cookie
    _ = try again.get("/account")
    for path in ["/data/export", "/account/end", person + "/erase"] {
      #expect(try again.get(path).location.hasPrefix("/prove?next="), "\(path)")
      let sent = try again.send(
        path,
        ["passphrase": "a very long passphrase", "again": "a very long passphrase", "email": "ada@example.test"])
      #expect(sent.status == 303 && sent.location.hasPrefix("/prove?next="), "\(path)")
    }
    #expect(try again.get(person).status == 200)
    #expect(try cli.run("account", "list").lines.count == 1)
    withExtendedLifetime(later) {}
  }

  private func person(_ page: Browser.Page, _ number: Int) -> String? {
    let found = page.body.split(separator: "href=\"/people/person_").dropFirst()
      .map { "/people/person_" + String($0.prefix { $0 != "\"" }) }
    return found.indices.contains(number) ? found[number] : nil
  }

  @Test("P120 a person who is erased on the site is gone from it, and does not come back by reading again")
  func erase() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli, [])
    let bob = try #require(person(try browser.get("/people?q=bob%20brown"), 0))
    #expect(try browser.get(bob).has(bob + "/erase"))
    let ask = try browser.get(bob + "/erase")
    #expect(ask.has("It cannot be taken back") && ask.has("Erase Bob Brown?"))
    let done = try browser.send(bob + "/erase")
    #expect(done.status == 200 && done.has("Bob Brown is erased"))
    #expect(try browser.get(bob).status == 404 && browser.get(bob + "/erase").status == 404)
    site.stop()
    try cli.run("sync", "--pull")
    #expect(!(try cli.run("people").out.contains("Bob Brown")))
  }

  @Test(
    "P125 P107 an account is closed on the site at once: sessions end, every grant ends, and nobody signs in any more")
  func close() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let page = try browser.get("/account/end")
    #expect(page.has("twelve months") && page.has("Type ada@example.test"))
    #expect(try browser.send("/account/end", ["how": "close", "email": "bob@example.test"]).status == 422)
    #expect(try browser.get("/people").status == 200)
    let ended = try browser.send("/account/end", ["how": "close", "email": "Ada@Example.test"])
    #expect(ended.location == "/ended?how=closed")
    #expect(try browser.get("/ended?how=closed").has("erased in twelve months"))
    #expect(try browser.get("/people").location.hasPrefix("/sign-in"))
    let again = try browser.send("/sign-in", ["email": "ada@example.test", "password": SiteRightsTests.password])
    #expect(again.status == 422)
    #expect(try cli.run("sync", "--pull").status != 0)
    #expect(try cli.run("account", "list").lines.first?["closed_at"] is String)
    withExtendedLifetime(site) {}
  }

  @Test("P105 an account is erased on the site with everything in it, what waits to be read too")
  func end() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli, [])
    _ = try browser.get("/connect/files")
    _ = try browser.upload("/connect/files", file: cli.files + "/clients.csv")
    #expect(!(try cli.shell("find $folder/data/uploads -type f").out.isEmpty))
    _ = try browser.get("/account/end")
    let ended = try browser.send("/account/end", ["how": "erase", "email": "ada@example.test"])
    #expect(ended.location == "/ended?how=erased")
    #expect(try cli.run("account", "list").lines.isEmpty)
    #expect(try cli.shell("find $folder/data/uploads $folder/data/accounts -type f").out.isEmpty)
    #expect(try browser.get("/people").location.hasPrefix("/sign-in"))
    withExtendedLifetime(site) {}
  }
}
