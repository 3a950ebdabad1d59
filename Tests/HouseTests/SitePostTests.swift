import Foundation
import Stage
import Testing

/// Links that are sent by mail: for a forgotten password, and for an account that is opened.
@Suite("Links by mail on the site", .serialized)
struct SitePostTests {
  private func open(_ cli: CLI) async throws -> (site: StagedSite, post: StagedPost) {
    try cli.addSite()
    let post = try await StagedPost.start()
    let site = try StagedSite(
      cli, [],
      with: [
        "KITH_SMTP": "smtp://127.0.0.1:\(post.port)", "KITH_SMTP_FROM": "office@example.test",
        "KITH_SITE": "https://kith.example.test/", "KITH_REGISTRATION": "open",
      ])
    return (site, post)
  }

  /// Waits until so many mails came.
  private func mails(_ post: StagedPost, _ count: Int) async throws -> [String] {
    for _ in 0..<300 where try post.mails().count < count { try await Task.sleep(for: .milliseconds(100)) }
    let mails = try post.mails()
    try #require(mails.count == count, "\(mails.count) mails")
    return mails
  }

  private func path(_ mail: String) throws -> String {
    let link = try #require(mail.range(of: "https://kith.example.test/welcome/"))
    return "/welcome/" + mail[link.upperBound...].prefix { $0.isHexDigit }
  }

  @Test(
    "a forgotten password is chosen anew by a link in a mail; an unknown address is answered the same, and gets none")
  func forgotten() async throws {
    let cli = try CLI()
    let (site, post) = try await open(cli)
    let ada = Browser(site)
    try ada.enter(cli)
    let browser = Browser(site)
    #expect(try browser.get("/sign-in").has("href=\"/forgotten\""))
    let unknown = try browser.send("/forgotten", ["email": "eve@example.test"])
    let known = try browser.send("/forgotten", ["email": "ADA@example.test"])
    #expect(known.status == 200 && known.body == unknown.body && known.has("a link is on its way"))
    let mail = try #require(try await mails(post, 1).first)
    #expect(
      mail.hasPrefix("office@example.test\nada@example.test\n") && mail.contains("Auto-Submitted: auto-generated"))
    let link = try path(mail)
    #expect(try browser.send(link, ["password": "quite another sentence"]).status == 303)
    #expect(try browser.get("/people").status == 200)
    // Whoever was in by the old password is out.
    #expect(try ada.get("/people").status == 303)
    #expect(try Browser(site).send(link, ["password": "a third long sentence"]).status == 404)
    var statuses: [Int] = []
    for _ in 0..<12 { statuses.append(try browser.send("/forgotten", ["email": "x@example.test"]).status) }
    #expect(statuses.last == 429)
  }

  @Test("P091 P029 an account is opened by whoever reads the mail to its address, which has that one link and no more")
  func register() async throws {
    let cli = try CLI()
    let (site, post) = try await open(cli)
    let browser = Browser(site)
    let page = try browser.get("/register")
    #expect(!page.has("type=\"password\""))
    let digest = try cli.run("policy").text("digest")
    let form = ["email": "bea@example.test", "name": "Bea", "policy": digest, "age": "18"]
    let refused = try browser.send("/register", form.filter { $0.key != "policy" })
    #expect(refused.status == 422 && refused.has("P029"))
    let sent = try browser.send("/register", form)
    #expect(sent.status == 200 && sent.has("on its way to bea@example.test"))
    let mail = try #require(try await mails(post, 1).first)
    #expect(mail.contains("Confirm your address"))
    #expect(mail.components(separatedBy: "http").count == 2 && mail.contains("Content-Type: text/plain"))
    #expect(try browser.get("/account").status == 303)
    #expect(try browser.send(try path(mail), ["password": "a long enough sentence"]).status == 303)
    #expect(try browser.get("/account").has("bea@example.test"))
    #expect(try cli.run("account", "list").lines.count == 2)
    // Where everybody may come, nobody is shown round this machine.
    let inner = try browser.get(
      "/connect/mailbox?address=bea%40example.test&host=127.0.0.1&port=\(post.port)&security=none")
    let dialled = try browser.send(
      "/connect/mailbox",
      ["scope": inner.hidden("scope"), "words": inner.hidden("words"), "secret": "x", "warrant": "yes"])
    #expect(dialled.status == 422 && dialled.has("not dialled"), "\(dialled.body)")
    // An address that is known opens nothing, and gets a link to itself.
    let again = try Browser(site).send("/register", form.merging(["email": "ada@example.test"]) { $1 })
    #expect(again.status == 200 && again.has("on its way"))
    #expect(try await mails(post, 2).last?.contains("choose a new password") == true)
    #expect(try cli.run("account", "list").lines.count == 2)
    withExtendedLifetime(site) {}
  }

  @Test("without a mail server of the operator there is no such page, and a half setting is told at the start")
  func without() throws {
    let cli = try CLI()
    try cli.addSite()
    let site = try StagedSite(cli)
    let browser = Browser(site)
    #expect(try browser.get("/forgotten").status == 404 && browser.send("/forgotten", ["email": "a@b.c"]).status == 404)
    #expect(try browser.get("/register").status == 404)
    for (name, value, words) in [
      ("KITH_SMTP", "mail.example.org", "KITH_SMTP is"), ("KITH_SMTP", "smtps://mail.example.org", "KITH_SITE"),
      ("KITH_SMTP", "smtps://a:secret@mail.example.org", "KITH_SMTP is"),
    ] {
      let ran = try cli.say("account", "list", with: [name: value])
      #expect(ran.status == 2 && ran.err.contains(words) && !ran.err.contains("secret"), "\(value): \(ran.err)")
    }
    withExtendedLifetime(site) {}
  }
}
