import Foundation
import Programs
import Stage
import Testing

/// Set-up, registration, sign-in and sessions, on the real site.
@Suite("Signing in to the site")
struct SiteSignInTests {
  @Test("P026 until it is known who runs the house, the set-up is all that is served; then every page says it")
  func setUp() throws {
    let cli = try CLI()
    let site = try StagedSite(cli)
    let browser = Browser(site)
    for path in ["/", "/people", "/sign-in", "/register", "/policy"] {
      let page = try browser.get(path)
      #expect(page.status == 303 && page.location == "/setup", "\(path)")
    }
    #expect(try browser.get("/health").status == 200)
    let record = ["name": "Ada & Co", "address": "1 Lane, Town", "email": "ada@example.test"]
    let wrong = try browser.send("/setup", record.merging(["code": "guessed"]) { $1 })
    #expect(wrong.status == 422 && wrong.has("The code is not the one"))
    let code = String(site.setup.drop { $0 != "=" }.dropFirst())
    let empty = try browser.send("/setup", ["code": code, "name": "", "address": "", "email": "x"])
    #expect(empty.status == 422 && empty.has("Please give a name"))
    #expect(try browser.send("/setup", record.merging(["code": code]) { $1 }).status == 303)
    let page = try browser.get("/sign-in")
    #expect(page.status == 200 && page.has("Run by Ada &amp; Co, 1 Lane, Town"))
    #expect(try browser.get("/setup").status == 404)
  }

  @Test("P029 the first account is opened on the site with the policy accepted, an age, and a password; then no more")
  func register() throws {
    let cli = try CLI()
    let site = try StagedSite(cli, [])
    let browser = Browser(site)
    let code = String(site.setup.drop { $0 != "=" }.dropFirst())
    _ = try browser.send(
      "/setup", ["code": code, "name": "Ada", "address": "1 Lane", "email": "ada@example.test"])
    let page = try browser.get("/register?code=\(code)")
    let digest = try cli.run("policy").text("digest")
    #expect(page.has(digest))
    let all = [
      "code": code, "email": "ada@example.test", "policy": digest, "age": "18", "password": "a long enough sentence",
    ]
    for (missing, words) in [
      ("code", "The code is not the one"), ("email", "This is no e-mail address"), ("policy", "P029"),
      ("age", "not for children"), ("password", "too short"),
    ] {
      var fields = all
      fields[missing] = nil
      let refused = try browser.send("/register", fields)
      #expect(refused.status == 422 && refused.has(words), "\(missing)")
    }
    #expect(try cli.run("account", "list").lines.isEmpty)
    #expect(try browser.send("/register", all).status == 303)
    let account = try browser.get("/account")
    #expect(account.status == 200 && account.has("ada@example.test"))
    #expect(try cli.run("account", "list").lines.count == 1)
    #expect(try Browser(site).get("/register?code=\(code)").status == 404)
  }

  @Test("P042 a sign-in is shown with time, place and device, and ends one by one")
  func sessions() throws {
    let cli = try CLI()
    try cli.addSite()
    let site = try StagedSite(cli)
    let first = Browser(site)
    try first.enter(cli)
    let second = Browser(site)
    second.agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/605.1"
    let entered = try second.send("/sign-in", ["email": "ADA@example.test", "password": "a long enough sentence"])
    #expect(entered.status == 303)
    let page = try first.get("/account")
    #expect(page.has("Firefox on Linux") && page.has("Safari on iPhone") && page.has("from 127.0.0.1"))
    #expect(page.has("23 Nov 2026, 12:0"))
    #expect(try second.get("/people").status == 200)
    #expect(try first.send("/account/sessions/end", ["session": "others"]).status == 303)
    #expect(try second.get("/people").location.hasPrefix("/sign-in?next=%2Fpeople"))
    #expect(try first.get("/people").status == 200)
    #expect(try first.send("/sign-out").location == "/sign-in")
    #expect(try first.get("/people").status == 303)
  }

  @Test("P032 a password lies nowhere but as an argon2id string")
  func passwords() throws {
    let cli = try CLI()
    try cli.addSite()
    let canary = "Zanzibar-canary-5521"
    let site = try StagedSite(cli)
    let browser = Browser(site)
    try browser.enter(cli, canary)
    _ = try browser.send("/sign-in", ["email": "ada@example.test", "password": canary + "x"])
    _ = try browser.send("/account/password", ["old": canary + "y", "password": canary + "z"])
    site.stop()
    let held = try cli.shell(
      "grep -r -l -a '\(canary)' \"$folder\"; strings -a $folder/data/house.sqlite | grep -c 'argon2id.v='")
    #expect(held.out.split(separator: "\n").map(String.init) == ["1"])
  }

  @Test("wrong passwords are told in the same words as unknown names, and soon refused for a while")
  func guessing() throws {
    let cli = try CLI()
    try cli.addSite()
    let site = try StagedSite(cli)
    try Browser(site).enter(cli)
    let browser = Browser(site)
    let wrong = try browser.send("/sign-in", ["email": "ada@example.test", "password": "wrong wrong wrong"])
    let unknown = try browser.send("/sign-in", ["email": "eve@example.test", "password": "wrong wrong wrong"])
    #expect(wrong.status == 422 && unknown.status == 422)
    #expect(wrong.body.replacing("ada@", with: "eve@") == unknown.body)
    var statuses: [Int] = []
    for _ in 0..<10 {
      statuses.append(
        try browser.send("/sign-in", ["email": "ada@example.test", "password": "wrong wrong wrong"]).status)
    }
    #expect(statuses.last == 429)
  }

  @Test("a link works once, and a form of another site or another visit is not taken")
  func links() throws {
    let cli = try CLI()
    try cli.addSite()
    let site = try StagedSite(cli)
    let path = try cli.run("member", "link").text("path")
    let browser = Browser(site)
    #expect(try browser.get(path).has("ada@example.test"))
    #expect(try browser.send(path, ["password": "short"]).status == 422)
    #expect(try browser.send(path, ["password": "a long enough sentence"]).status == 303)
    #expect(try Browser(site).send(path, ["password": "another long sentence"]).status == 404)
    #expect(try Browser(site).get("/welcome/0123").status == 404)
    _ = try browser.get("/account")
    #expect(
      try browser.send("/account/sessions/end", ["session": "others"], origin: "http://evil.example").status == 403)
    #expect(try browser.send("/account/sessions/end", ["session": "others", "form": "guessed"]).status == 403)
    #expect(try browser.get("/account").status == 200)
  }

  @Test("P041 every cookie is declared on the page about cookies, and no page sets another")
  func cookies() throws {
    let cli = try CLI()
    try cli.addSite()
    let site = try StagedSite(cli)
    let browser = Browser(site)
    try browser.enter(cli)
    let declared = try browser.get("/cookies")
    var set: Set<String> = []
    for path in ["/", "/people", "/account", "/cookies", "/policy", "/nothing", "/style.css"] {
      for line in try browser.get(path).headers["set-cookie"] ?? [] { set.insert(String(line.prefix { $0 != "=" })) }
    }
    #expect(set.isEmpty)
    let name = String(browser.cookie.prefix { $0 != "=" })
    #expect(name == "__Host-kith" && declared.has("<code>__Host-kith</code>"))
    let entered = try browser.send("/sign-in", ["email": "ada@example.test", "password": "a long enough sentence"])
    let words = entered.headers["set-cookie"]?.first ?? ""
    for word in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] { #expect(words.contains(word), "\(words)") }
  }
}
