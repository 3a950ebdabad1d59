import Foundation
import Site
import Stage
import Testing

/// The first run on the site: from a new house to a CRM that is kept in step, without the command line.
@Suite("The first run on the site", .serialized)
struct SiteFirstRunTests {
  /// A new house whose owner has just opened the first account on the site.
  private func open(_ cli: CLI) throws -> (site: StagedSite, browser: Browser) {
    let site = try StagedSite(cli, [])
    let browser = Browser(site)
    let code = String(site.setup.drop { $0 != "=" }.dropFirst())
    _ = try browser.send("/setup", ["code": code, "name": "Ada", "address": "1 Lane", "email": "ada@example.test"])
    let page = try browser.get("/register?code=\(code)")
    let digest = try #require(page.body.split(separator: "name=\"policy\" value=\"").last?.prefix { $0 != "\"" })
    let opened = try browser.send(
      "/register",
      [
        "code": code, "email": "ada@example.test", "policy": String(digest), "age": "18",
        "password": "a long enough sentence",
      ])
    try #require(opened.status == 303 && opened.location == "/start")
    return (site, browser)
  }

  /// Looks at a page until it has some words.
  private func wait(_ browser: Browser, _ path: String, for words: String) async throws -> Browser.Page {
    var page = try browser.get(path)
    for _ in 0..<600 where !page.has(words) {
      try await Task.sleep(for: .milliseconds(200))
      page = try browser.get(path)
    }
    try #require(page.has(words), "\(path): \(page.body)")
    return page
  }

  private func links(_ page: Browser.Page, _ prefix: String) -> [String] {
    page.body.split(separator: "href=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
      .filter { $0.hasPrefix(prefix) }
  }

  static func mails() -> [[UInt8]] {
    (1...6).map { day in
      let (from, to) =
        day % 2 == 0
        ? ("Ada <ada@example.test>", "Bob Brown <bob@home.example>")
        : ("Bob Brown <bob@home.example>", "Ada <ada@example.test>")
      return Array(
        """
        From: \(from)\r
        To: \(to)\r
        Subject: the house by the lake\r
        Date: 0\(day) Jun 2026 10:00:00 +0000\r
        Message-ID: <first-\(day)@example.test>\r
        \r
        See you there.\r

        """.utf8)
    }
  }

  private func mailbox() async throws -> (dovecot: StagedDovecot, user: String) {
    let dovecot = try await StagedDovecot.shared()
    let user = dovecot.freshUser()
    let client = try StagedMailClient(port: dovecot.port, user: user)
    for mail in SiteFirstRunTests.mails() { try client.append(mail, to: "INBOX") }
    return (dovecot, user)
  }

  @Test("a stranger connects a mailbox, sees whom they know, names a CRM, reads what would leave and approves it")
  func stranger() async throws {
    let (dovecot, user) = try await mailbox()
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let start = try browser.get("/start")
    #expect(start.has("Connect your mailbox") && start.has("Nothing is read yet"))
    #expect(try browser.get("/connect/mailbox").has("name=\"address\""))
    let terms = try browser.get(
      "/connect/mailbox?address=ada%40example.test&host=localhost&port=\(dovecot.tlsPort)&user=\(user)")
    #expect(terms.has("localhost, port \(dovecot.tlsPort)") && terms.has("Kith reads the mails in all folders"))
    let sent = try browser.send("/connect/mailbox", fields(terms, dovecot, ["warrant": "yes"]))
    try #require(sent.location == "/start", "\(sent.body)")
    let known = try await wait(browser, "/start", for: "Bob Brown")
    #expect(known.has("These are the people you know") && known.has("all read: 6 mails"))
    #expect(known.has("href=\"/connect/crm\">Choose your CRM"))
    #expect(try browser.get("/connect/crm").has("/connect/crm/hubspot"))
    let named = try browser.send("/connect/crm/folder", ["folder": "people"])
    try #require(named.location.hasPrefix("/crm/destination_"), "\(named.body)")
    let dry = try browser.get(named.location)
    #expect(dry.has("Bob Brown</a>") && dry.has("1 person would be made there."))
    #expect(try browser.get("/start").has("Read what would leave"))
    let yes = try browser.send(named.location + "/accept", ["digest": dry.hidden("digest")])
    #expect(yes.location == "/crm?done=accepted")
    _ = try await wait(browser, "/crm", for: "made there: <a")
    #expect(try browser.get("/start").has("Go to today"))
    #expect(FileManager.default.fileExists(atPath: cli.data + "-crm"))
    #expect(try browser.get(named.location + "/revoke").has("What stands there stays"))
    #expect(try browser.send(named.location + "/revoke").location == "/crm?done=revoked")
    #expect(try browser.get("/crm").has("revoked</span>") && browser.get(named.location + "/revoke").status == 404)
    withExtendedLifetime(site) {}
  }

  /// The form of the page of terms, filled.
  private func fields(
    _ page: Browser.Page, _ dovecot: StagedDovecot, _ more: [String: String] = [:]
  ) -> [String: String] {
    [
      "scope": page.hidden("scope"), "words": page.hidden("words"), "secret": StagedDovecot.password,
      "authority": dovecot.authority,
    ].merging(more) { $1 }
  }

  @Test("P023 P039 the grant says what the page showed, and without the statement of the right nothing is added")
  func terms() async throws {
    let (dovecot, user) = try await mailbox()
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let path = "/connect/mailbox?address=ada%40example.test&host=localhost&port=\(dovecot.tlsPort)&user=\(user)"
    let all = try browser.get(path)
    let narrow = try browser.get(path + "&depth=headers&since=2026-03-01&folders=INBOX%0AWork*")
    #expect(narrow.has("the folders INBOX, Work*, from 2026-03-01 on: sender, recipients, subject and date; no bodies"))
    let unwarranted = try browser.send("/connect/mailbox", fields(narrow, dovecot))
    #expect(unwarranted.status == 422 && unwarranted.has("P039"))
    // Other words than the page showed are no consent to what the form asks for.
    let other = try browser.send(
      "/connect/mailbox", fields(all, dovecot, ["warrant": "yes", "words": narrow.hidden("words")]))
    #expect(other.status == 422 && other.has("P023"))
    let wrong = try browser.send("/connect/mailbox", fields(narrow, dovecot, ["warrant": "yes", "secret": "pw2"]))
    #expect(wrong.status == 422 && wrong.has("refused user or password"))
    #expect(!wrong.has("pw2"))
    // What helps is of this page, and what was typed is there still.
    #expect(wrong.has("Type name and password again.") && !wrong.has(": NO ") && !wrong.has("kith source"))
    #expect(wrong.has("BEGIN CERTIFICATE") && wrong.has("<details open><summary>The server has a certificate"))
    #expect(wrong.has("value=\"yes\" required checked"))
    let shut = try StagedDovecot.freePort()
    let closed = try browser.get("/connect/mailbox?address=ada%40example.test&host=localhost&port=\(shut)&user=\(user)")
    let silent = try browser.send("/connect/mailbox", fields(closed, dovecot, ["warrant": "yes"]))
    #expect(silent.has("Nothing answers at localhost, port \(shut)") && silent.has("Check name and port of the server"))
    #expect(silent.has("open>\n<summary>Another server") && !silent.has("--no-check"))
    #expect(try cli.run("source", "list").lines.isEmpty && cli.run("grant", "list").lines.isEmpty)
    #expect(try browser.send("/connect/mailbox", fields(narrow, dovecot, ["warrant": "yes"])).status == 303)
    let grant = try #require(try cli.run("grant", "list").lines.first)
    let words = try #require(grant["words"] as? String)
    #expect(words.contains("the folders INBOX, Work*, from 2026-03-01 on") && words.contains("no bodies"))
    #expect(narrow.has(words))
    withExtendedLifetime(site) {}
  }

  @Test("a mistyped domain is told with what may have been meant")
  func mistyped() {
    for typed in ["gmial.con", "gmai.com", "Gmx.dee", "outlok.com"] {
      #expect(Domains.meant(by: typed) != nil, "\(typed)")
    }
    #expect(Domains.meant(by: "gmial.con") == "gmail.com")
    for right in ["gmail.com", "example.test", "agency.example.org"] { #expect(Domains.meant(by: right) == nil) }
  }

  @Test("P053 nothing is connected while the password was given long ago; after it was given again one goes on")
  func proof() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    #expect(try browser.get("/connect/mailbox").status == 200)
    site.stop()
    let later = try StagedSite(cli, [], clock: "2026-11-23T12:15:00Z")
    let again = Browser(later)
    again.cookie = browser.cookie
    _ = try again.get("/account")
    for path in ["/connect/mailbox", "/connect/contacts", "/connect/calendar", "/connect/crm/folder"] {
      let asked = try again.get(path)
      #expect(asked.status == 303 && asked.location.hasPrefix("/prove?next=%2Fconnect"), "\(path): \(asked.status)")
      let sent = try again.send(path, ["folder": "x", "warrant": "yes", "scope": "host=localhost"])
      #expect(sent.status == 303 && sent.location.hasPrefix("/prove?next=%2Fconnect"), "\(path): \(sent.status)")
    }
    #expect(try cli.run("destination", "list").lines.isEmpty)
    #expect(try again.send("/prove", ["password": "wrong", "next": "/connect/mailbox"]).status == 422)
    let proved = try again.send("/prove", ["password": "a long enough sentence", "next": "/connect/mailbox"])
    #expect(proved.location == "/connect/mailbox")
    #expect(try again.get("/connect/mailbox").status == 200)
    withExtendedLifetime(later) {}
  }

  @Test("a CRM that is named wrongly is told with what helps; one that does not answer is tried again from its page")
  func crms() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    for (kind, fields, words) in [
      ("hubspot", ["secret": "t", "owner": "Ada"], "is a number"),
      ("espo", ["url": "crm.example.org", "secret": "k"], "no address of a server"),
      ("espo", ["url": "http://crm.example.org/", "secret": "k"], "in the clear"),
      ("amagi", ["url": "https://10.0.0.1/", "secret": "k"], "not dialled"),
      ("tryton", ["url": "https://crm.example.org/", "user": "ada", "secret": "k"], "database is missing"),
      ("webhook", ["url": "https://hook.example.org/", "secret": "hunter2"], "whsec_"),
      ("folder", ["folder": "../../etc"], "no name of a folder"),
    ] {
      #expect(try browser.get("/connect/crm/\(kind)").has("What you allow"), "\(kind)")
      let refused = try browser.send("/connect/crm/\(kind)", fields)
      #expect(refused.status == 422 && refused.has(words), "\(kind): \(refused.body)")
      #expect(!refused.has("hunter2"))
    }
    #expect(try browser.get("/connect/crm/abacus").status == 404)
    #expect(try cli.run("destination", "list").lines.isEmpty)
    let nobody = try StagedDovecot.freePort()
    let named = try browser.send(
      "/connect/crm/espo", ["url": "http://127.0.0.1:\(nobody)/", "secret": "k", "activities": "metadata"])
    let dead = try browser.get(named.location)
    #expect(dead.status == 422 && dead.has("Give the login again") && dead.has("href=\"\(named.location)\""))
    withExtendedLifetime(site) {}
  }

  @Test("without the keys of logins, and without a sign-in, nothing can be connected")
  func closed() throws {
    let cli = try CLI()
    try cli.addSite()
    let site = try StagedSite(cli)
    let browser = Browser(site)
    #expect(try browser.get("/connect/mailbox").location.hasPrefix("/sign-in"))
    try browser.enter(cli)
    for path in ["/connect/mailbox", "/connect/crm", "/connect/crm/folder"] {
      let page = try browser.get(path)
      #expect(page.status == 409 && page.has("without the keys of logins"), "\(path)")
    }
    withExtendedLifetime(site) {}
  }
}
