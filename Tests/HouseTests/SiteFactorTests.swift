import Foundation
import Stage
import Testing

/// The second factor for signing in, on the real site.
@Suite("The second factor on the site", .serialized)
struct SiteFactorTests {
  /// The code of an app at the site's time, so many steps from now; made by Python, from RFC 6238.
  private func code(_ cli: CLI, _ secret: String, since begun: Date, step: Int = 0) throws -> String {
    let script = """
      import base64, hashlib, hmac, struct, datetime
      base = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.timezone.utc).timestamp()
      at = int((base + \(Date.now.timeIntervalSince(begun))) // 30) + \(step)
      mac = hmac.new(base64.b32decode('\(secret.filter { $0 != " " })'), struct.pack('>Q', at), hashlib.sha1).digest()
      place = mac[-1] & 15
      print('%06d' % ((struct.unpack('>I', mac[place:place + 4])[0] & 0x7fffffff) % 1000000))
      """
    return try CLI.start(["python3", "-c", script], cli.environment).out.trimmingCharacters(in: .newlines)
  }

  private func between(_ page: Browser.Page, _ start: String, _ end: String) -> String {
    guard let from = page.body.range(of: start), let to = page.body[from.upperBound...].range(of: end) else {
      return ""
    }
    return String(page.body[from.upperBound..<to.lowerBound])
  }

  @Test("with a second factor nobody signs in without a code, no code serves twice, and written codes stand in once")
  func factor() throws {
    let cli = try CLI()
    try cli.addSite()
    let begun = Date.now
    let site = try StagedSite(cli)
    let browser = Browser(site)
    let password = "a long enough sentence"
    try browser.enter(cli, password)
    #expect(try browser.get("/account/factor").has("Set it up"))
    #expect(try browser.send("/account/factor/begin").status == 303)
    let offered = try browser.get("/account/factor")
    let secret = between(offered, "<code>", "</code>")
    #expect(secret.filter { $0 != " " }.count == 32 && offered.has("otpauth://totp/Kith:ada%40example.test?secret"))
    #expect(offered.has("<svg class=\"scan\"") && offered.has("<path d=\"M4 4h7v1h-7z"))
    // What is only offered is not asked for yet.
    let login = ["email": "ada@example.test", "password": password]
    #expect(try Browser(site).send("/sign-in", login).status == 303)
    #expect(try browser.send("/account/factor", ["code": "000000"]).status == 422)
    let first = try code(cli, secret, since: begun)
    let kept = try browser.send("/account/factor", ["code": first])
    #expect(kept.status == 200 && kept.has("they are not shown again"))
    let recovery = between(kept, "<li><code>", "</code>")
    #expect(recovery.count == 23)
    #expect(try browser.get("/account/factor").has("10 codes are left"))
    // Without a code, with a wrong one, and with one that was taken.
    let other = Browser(site)
    let without = try other.send("/sign-in", login)
    #expect(without.status == 422 && without.has("code of your second factor is needed"))
    for wrong in ["123", first, "aaaaa-bbbbb-ccccc-ddddd"] {
      let refused = try other.send("/sign-in", login.merging(["code": wrong]) { $1 })
      #expect(refused.status == 422 && refused.has("code is wrong"), "\(wrong)")
    }
    let next = try code(cli, secret, since: begun, step: 1)
    #expect(try other.send("/sign-in", login.merging(["code": next]) { $1 }).status == 303)
    let third = Browser(site)
    #expect(try third.send("/sign-in", login.merging(["code": recovery.uppercased()]) { $1 }).status == 303)
    #expect(try Browser(site).send("/sign-in", login.merging(["code": recovery]) { $1 }).status == 422)
    #expect(try third.get("/account/factor").has("9 codes are left"))
    // Neither the secret nor the codes lie anywhere.
    let held = try cli.shell(
      "grep -r -l -a -e '\(recovery)' -e '\(secret)' -e '\(secret.filter { $0 != " " })' $folder/data")
    #expect(held.out.isEmpty)
    withExtendedLifetime(site) {}
  }

  @Test("a link does not stand in for the second factor; whoever runs the house takes it away for who lost it")
  func lost() throws {
    let cli = try CLI()
    try cli.addSite()
    let begun = Date.now
    let site = try StagedSite(cli)
    let browser = Browser(site)
    try browser.enter(cli)
    try #require(try browser.send("/account/factor/begin").status == 303)
    let secret = between(try browser.get("/account/factor"), "<code>", "</code>")
    #expect(try browser.send("/account/factor", ["code": try code(cli, secret, since: begun)]).status == 200)
    let path = try cli.run("member", "link").text("path")
    let someone = Browser(site)
    #expect(try someone.get(path).has("Code of your second factor"))
    #expect(try someone.send(path, ["password": "another long sentence"]).status == 422)
    #expect(try someone.get("/people").status == 303)
    let forgotten = try cli.run("member", "link", "--forget-factor").text("path")
    #expect(try someone.send(forgotten, ["password": "another long sentence"]).status == 303)
    #expect(
      try Browser(site).send("/sign-in", ["email": "ada@example.test", "password": "another long sentence"]).status
        == 303)
    withExtendedLifetime(site) {}
  }
}
