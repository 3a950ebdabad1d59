import Foundation
import Programs
import Stage
import Testing

/// The site as its readers meet it: in a real browser, on a phone and at a desk, without script, by keyboard alone.
@Suite("The site in Chromium", .serialized, .enabled(if: Chromium.isThere, "no Chromium; `make test` installs it"))
struct SiteBrowserTests {
  /// Ada's household with a CRM, and its site.
  private func household(_ cli: CLI) throws -> StagedSite {
    try cli.addSite()
    try cli.run("destination", "add", "folder", "--path", cli.files + "/crm")
    return try StagedSite(cli, [])
  }

  /// A mail server with some mails, as a file that says how to reach it.
  private func mailbox(_ cli: CLI) async throws -> String {
    let dovecot = try await StagedDovecot.shared()
    let user = dovecot.freshUser()
    let client = try StagedMailClient(port: dovecot.port, user: user)
    for mail in SiteFirstRunTests.mails() { try client.append(mail, to: "INBOX") }
    let server = [
      "host": "localhost", "port": "\(dovecot.tlsPort)", "user": user, "password": StagedDovecot.password,
      "authority": dovecot.authority,
    ]
    return try cli.write(Array(try JSONEncoder().encode(server)), "mailbox.json")
  }

  @Test(
    "every job of the site is done end to end: on a phone, at a desk, without script, and by keyboard alone",
    arguments: ["phone", "desk", "no-script", "keys"])
  func journeys(way: String) async throws {
    let (none, cli) = (try CLI(), try CLI())
    let empty = try StagedSite(none, [])
    let site = try household(cli)
    let link = try cli.run("member", "link").text("path")
    let looked = try Chromium.run(
      "journeys.py",
      [way, "--empty", empty.address, empty.setup, try await mailbox(none), "--house", site.address, link])
    #expect(looked.faults.isEmpty)
    #expect(looked.held > 20)
  }

  /// Ada's household with a mail that carries a file, somebody who is there twice, and a CRM that somebody else changed.
  private func afternoon(_ cli: CLI) throws -> StagedSite {
    try cli.addSite()
    let mail = """
      From: Bob Brown <bob@example.test>
      To: Ada Adler <ada@example.test>
      Subject: The plan of the roof
      Date: Sun, 22 Nov 2026 10:00:00 +0000
      Message-ID: <roof@example.test>
      MIME-Version: 1.0
      Content-Type: multipart/mixed; boundary=b

      --b
      Content-Type: text/html; charset=utf-8

      <p>Here it is.</p>
      --b
      Content-Type: text/plain; name="plan.txt"
      Content-Disposition: attachment; filename="plan.txt"
      Content-Transfer-Encoding: base64

      c2xhdGUsIDQwIHNxdWFyZSBtZXRyZXMK
      --b--

      """
    _ = try cli.write(Array(mail.replacing("\n", with: "\r\n").utf8), "more/1.eml")
    try cli.run("import", "--kind", "mails", cli.files + "/more", "--depth", "whole", "--warrant")
    let twice = ["one", "two"].map {
      "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:\($0)\r\nFN:Harriet Quill\r\nEMAIL:quill@\($0).example\r\nEND:VCARD\r\n"
    }
    try cli.run(
      "import", "--kind", "vcard", try cli.write(Array(twice.joined().utf8), "twice.vcf"), "--warrant")
    try cli.run("destination", "add", "folder", "--path", cli.files + "/crm")
    let sync = try cli.run("sync", "--deliver", "--dry-run")
    let digest = sync.lines.compactMap { $0["digest"] as? String }.last ?? ""
    try cli.run("destination", "accept", try cli.run("destination", "list").text("id"), digest)
    try cli.run("sync", "--deliver")
    let fay = try cli.run("people", "--query", "Fay Fischer").text("id")
    try #require(try cli.run("edit", fay, "title", "--set", "Roofer").status == 0)
    let there = "grep -rl 'FN:Fay Fischer' \"$folder/files/crm\" | xargs sed -i 's/^TITLE:[^\\r]*/TITLE:Tenant/'"
    try #require(try cli.shell(there).status == 0)
    try cli.run("sync", "--deliver")
    try #require(try cli.run("conflicts", "list").lines.count == 1)
    return try StagedSite(cli, [])
  }

  @Test(
    "people are corrected, united and parted, mails opened and files saved, a conflict decided, a team made and left",
    arguments: ["phone", "desk"])
  func household(way: String) throws {
    let cli = try CLI()
    let site = try afternoon(cli)
    let link = try cli.run("member", "link").text("path")
    let looked = try Chromium.run("journeys.py", [way, "--household", site.address, link])
    #expect(looked.faults.isEmpty)
    #expect(looked.held > 40)
  }

  /// A house in which there is something to show on every page, and a password.
  private func fullHouse(_ cli: CLI) throws -> StagedSite {
    let site = try household(cli)
    try Browser(site).enter(cli)
    let sync = try cli.run("sync", "--deliver", "--dry-run")
    let digest = sync.lines.compactMap { $0["digest"] as? String }.last ?? ""
    let crm = try cli.run("destination", "list").text("id")
    try #require(try cli.run("destination", "accept", crm, digest).status == 0)
    try cli.run("sync", "--deliver")
    return site
  }

  private static let strangers = ["/sign-in", "/policy", "/cookies", "/nothing", "/welcome/0123"]

  private func crawl(_ cli: CLI, _ what: String) throws -> Chromium.Looked {
    let site = try fullHouse(cli)
    let link = try cli.run("member", "link").text("path")
    let strangers = (SiteBrowserTests.strangers + [link]).flatMap { ["--stranger", $0] }
    let starts = ["/prove", "/nothing", "/people?q=nobodyatall"].flatMap { ["--start", $0] }
    let looked = try Chromium.run(
      "crawl.py",
      [site.address, what, "--password", "a long enough sentence", "--declared", "__Host-kith"] + starts + strangers)
    let pages = looked.lines.last { $0.hasSuffix("pages were looked at") } ?? ""
    #expect((Int(pages.filter(\.isNumber)) ?? 0) > 15, "\(pages)")
    return looked
  }

  @Test("axe finds nothing on any page, in light and dark, on a phone and at a desk, and nothing is too wide")
  func accessible() throws {
    let looked = try crawl(try CLI(), "axe")
    #expect(looked.faults.isEmpty)
  }

  @Test(
    "P041, P050, P061, P090 in a real browser no page asks others, sets other cookies, probes the device or wants to push"
  )
  func keepsToItself() throws {
    let looked = try crawl(try CLI(), "keeps")
    #expect(looked.faults.isEmpty)
  }
}
