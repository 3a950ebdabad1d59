import Foundation
import Stage
import Testing

/// The list of people and the page of one, on the real site with the household of the cast.
@Suite("People on the site")
struct SitePeopleTests {
  @Test(
    "the list is filtered and ordered by its form, and many are sorted, tagged and archived at once and brought back")
  func list() throws {
    let cli = try CLI()
    let (site, browser) = try StagedSite.household(cli)
    let bucket = try browser.makeBucket("Clients", days: "10")
    let (bob, eli) = (try browser.person("Bob"), try browser.person("Eli"))
    var page = try browser.act("put", [bob, eli], ["bucket": bucket, "next": "/people?sort=name"])
    #expect(page.has("2 people were put into the bucket") && page.has("<option value=\"name\" selected>"))
    page = try browser.get("/people?bucket=\(bucket)")
    #expect(page.has("Bob Brown") && page.has("Eli Ember") && !page.has("Fay Fischer") && page.has("<details open>"))
    #expect(try browser.get("/people?bucket=none").has("Fay Fischer"))
    _ = try browser.act("tag", [bob], ["tag": "golf"])
    page = try browser.get("/people?tag=golf&q=b")
    #expect(page.has("Bob Brown") && !page.has("Eli Ember") && page.has("value=\"golf\""))
    page = try browser.act("archive", [bob, eli], ["next": "/people"])
    #expect(page.has("2 people were archived") && !page.has("Bob Brown"))
    #expect(try browser.get("/people?archived=only").has("Bring back"))
    page = try browser.takeBack(page)
    #expect(page.has("Bob Brown") && page.has("Eli Ember"))
    page = try browser.act("delete", [eli], ["next": "/people"])
    #expect(!page.has("Eli Ember") && page.has("no sync brings them back"))
    #expect(try browser.takeBack(page).has("Eli Ember"))
    for query in ["status=strong", "last=never", "last=not-90", "strength=low", "standing=contact", "kind=machine"] {
      #expect(try browser.get("/people?" + query).status == 200, "\(query)")
    }
    for odd in ["sort=bogus", "bucket=bucket_1", "last=in-x", "after=person_1", "status=<b>", "owner=member_1"] {
      let page = try browser.get("/people?" + odd)
      #expect(page.status == 200 && !page.has("<b>"), "\(odd)")
    }
    let nobody = try browser.send("/people/act", ["do": "archive"])
    #expect(nobody.status == 422 && nobody.has("Nobody was chosen"))
    withExtendedLifetime(site) {}
  }

  @Test("facts are corrected on a person's page and stick; notes, buckets, tags and intervals are kept and taken back")
  func person() throws {
    let cli = try CLI()
    let (site, browser) = try StagedSite.household(cli)
    let bob = try browser.person("Bob")
    let path = "/people/" + bob
    func edit(_ fields: [String: String]) throws -> Browser.Page {
      let done = try browser.send(path + "/facts", fields)
      return done.status == 303 ? try browser.get(done.location) : done
    }
    var page = try edit(["verb": "put", "field": "title", "value": "Head of roofs"])
    #expect(page.has("your word outranks every source") && page.has("Head of roofs") && page.has("Let sources speak"))
    #expect(try !browser.takeBack(page).has("Head of roofs"))
    page = try edit(["verb": "put", "field": "phone", "value": "+1 555 0199"])
    #expect(page.has("Take away Telephone"))
    page = try edit(["verb": "put", "field": "title", "value": ""])
    #expect(page.status == 422 && page.has("role=\"alert\"") && page.has("<h1>Bob Brown"))
    let noted = try browser.send(path + "/notes", ["words": "Likes <slate>\nand tiles"])
    page = try browser.get(noted.location)
    #expect(page.has("Likes &lt;slate&gt;") && page.has("Noted."))
    #expect(try !browser.takeBack(page).has("Likes &lt;slate&gt;"))
    page = try browser.act("interval", [bob], ["days": "3", "next": path])
    #expect(page.has("you want to be in touch every 3 days") && page.has("How it stands") == false)
    page = try browser.act("mute", [bob], ["next": path])
    #expect(page.has("Remind me again"))
    page = try browser.act("log", [bob], ["kind": "meeting", "words": "Coffee", "next": path, "on": "2026-11-20"])
    #expect(page.has("Coffee") && page.has("you met") && page.has("What was changed"))
    #expect(page.has("class=\"chart\"") && page.has("The same as a table"))
    #expect(try browser.send(path + "/facts", ["verb": "bogus", "field": "title", "value": "x"]).status == 404)
    #expect(try browser.send("/people/person_1/facts", ["verb": "put", "field": "title", "value": "x"]).status == 404)
    withExtendedLifetime(site) {}
  }

  @Test("P094 a mail is shown in a frame that runs nothing and loads nothing; what is attached is only saved")
  func mails() throws {
    let cli = try CLI()
    try cli.addSite()
    let mail = """
      From: Bob Brown <bob@example.test>
      To: Ada Adler <ada@example.test>
      Subject: The <plan>
      Date: Sat, 21 Nov 2026 10:00:00 +0000
      Message-ID: <frame@example.test>
      MIME-Version: 1.0
      Content-Type: multipart/mixed; boundary=b

      --b
      Content-Type: text/html; charset=utf-8

      <p onclick="alert(1)">Look <script>alert(2)</script><img src="https://evil.example/pixel.gif" alt="a roof">
      <a href="https://evil.example/login">bank.example</a></p>
      --b
      Content-Type: text/html; name="page.html"
      Content-Disposition: attachment; filename="../page.html"
      Content-Transfer-Encoding: base64

      PHNjcmlwdD5hbGVydCgzKTwvc2NyaXB0Pg==
      --b--

      """
    let folder = cli.files + "/more"
    _ = try cli.write(Array(mail.replacing("\n", with: "\r\n").utf8), "more/1.eml")
    let read = try cli.run("import", "--kind", "mails", folder, "--depth", "whole", "--warrant")
    try #require(read.status == 0, "\(read.err)")
    let site = try StagedSite(cli)
    let browser = Browser(site)
    try browser.enter(cli)
    let bob = try browser.person("Bob")
    let page = try browser.get("/people/" + bob)
    let at = try #require(page.body.range(of: ">The &lt;plan&gt;"))
    let before = Browser.Page(status: 200, headers: [:], body: String(page.body[..<at.lowerBound]) + "\"")
    let path = try #require(before.links("/mails/").last)
    let shown = try browser.get(path)
    let frame = try #require(
      shown.body.split(separator: "src=\"/mails/").dropFirst().first.map { "/mails/" + $0.prefix { $0 != "\"" } })
    #expect(shown.has("sandbox=\"allow-popups") && !shown.has("allow-scripts") && !shown.has("allow-same-origin"))
    let inside = try browser.get(frame)
    let policy = inside.headers["content-security-policy"] ?? []
    #expect(policy.count == 1 && policy[0].contains("default-src 'none'") && policy[0].contains("sandbox"))
    #expect(inside.headers["x-frame-options"] == ["SAMEORIGIN"])
    #expect(inside.has("Look ") && inside.has("[a roof]") && inside.has("data-host=\"evil.example\""))
    for word in ["alert", "onclick", "pixel.gif", "<script"] { #expect(!inside.has(word), "\(word)") }
    let attached = try #require(inside.links("/mails/").first)
    let saved = try browser.get(attached)
    #expect(saved.status == 200 && saved.body == "<script>alert(3)</script>")
    #expect(saved.headers["content-type"] == ["application/octet-stream"])
    #expect(saved.headers["x-content-type-options"] == ["nosniff"])
    #expect(saved.headers["content-disposition"] == ["attachment; filename*=UTF-8''page.html"])
    #expect(try browser.get(String(attached.dropLast()) + "9").status == 404)
    #expect(try browser.get("/mails/mail_1/frame").body == (try browser.get("/nothing").body))
    #expect(try Browser(site).get(frame).status == 303)
    withExtendedLifetime(site) {}
  }

  @Test(
    "who may be one person twice stands there with reasons; united by a press, parted by another, told apart for good")
  func merges() throws {
    let cli = try CLI()
    let (site, browser) = try StagedSite.household(cli)
    #expect(try browser.get("/merges").status == 200)
    let (bob, eli) = (try browser.person("Bob"), try browser.person("Eli"))
    let united = try browser.send("/merges", ["do": "merge", "next": "/people"], persons: [bob, eli])
    let page = try browser.get(united.location)
    #expect(page.has("United.") && !page.has(">Eli Ember</a>"))
    #expect(try browser.get("/people/" + bob).has("united with somebody"))
    #expect(try browser.takeBack(page).has(">Eli Ember</a>"))
    let apart = try browser.send("/merges", ["do": "apart", "next": "/merges"], persons: [bob, eli])
    #expect(try browser.get(apart.location).has("Told apart"))
    for wrong in [[bob], [bob, bob], [bob, "person_1"]] {
      #expect(try browser.send("/merges", ["do": "apart"], persons: wrong).status == 404)
    }
    withExtendedLifetime(site) {}
  }
}
