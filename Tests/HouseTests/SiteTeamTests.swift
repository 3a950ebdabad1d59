import Foundation
import Stage
import Testing

/// The team, what is held, and the promises, on the real site.
@Suite("The team on the site", .serialized)
struct SiteTeamTests {
  private func open(_ cli: CLI, _ words: [String] = ["--no-work"]) throws -> (site: StagedSite, browser: Browser) {
    try cli.addSite()
    let site = try StagedSite(cli, words)
    let browser = Browser(site)
    try browser.enter(cli)
    return (site, browser)
  }

  private func between(_ page: Browser.Page, _ start: String, _ end: String) -> String {
    guard let from = page.body.range(of: start), let to = page.body[from.upperBound...].range(of: end) else {
      return ""
    }
    return String(page.body[from.upperBound..<to.lowerBound])
  }

  @Test(
    "P030 P008 whoever is invited is told who may see what before they are in, and sees what is shown to them alone")
  func invite() throws {
    let cli = try CLI()
    let (site, ada) = try open(cli)
    #expect(try ada.get("/team").has("Nothing is shared"))
    #expect(try ada.send("/team/invite", ["email": "nobody"]).status == 422)
    let invited = try ada.send("/team/invite", ["email": "cyd@example.test", "name": "Cyd", "role": "administrator"])
    let path = between(invited, "<code>", "</code>")
    #expect(path.hasPrefix("/welcome/"))
    #expect(try ada.get("/team").has("has not come yet"))
    let cyd = Browser(site)
    #expect(try cyd.get(path).has("I know that I join a team"))
    let refused = try cyd.send(path, ["password": "a long enough sentence"])
    #expect(refused.status == 422 && refused.has("P030"))
    #expect(try cyd.get("/people").status == 303)
    #expect(try cli.run("member", "list").lines.last?["acknowledged_at"] is NSNull)
    #expect(try cyd.send(path, ["password": "a long enough sentence", "team": "yes"]).status == 303)
    #expect(try cli.run("member", "list").lines.last?["acknowledged_at"] is String)
    // Private is the default, for an administrator too.
    #expect(try !cyd.get("/people").has("Bob Brown"))
    #expect(try ada.send("/team/share", ["with": "", "level": "directory"]).location == "/team?done=shared")
    #expect(try cyd.get("/people").has("Bob Brown"))
    #expect(try cyd.get("/team").has("Ada shows every colleague all people: names, addresses"))
    let share = try ada.get("/team").hidden("share")
    _ = try cyd.get("/team")
    #expect(try cyd.send("/team/unshare", ["share": share]).status == 404)
    #expect(try ada.send("/team/unshare", ["share": share]).location == "/team?done=unshared")
    #expect(try !cyd.get("/people").has("Bob Brown"))
    withExtendedLifetime(site) {}
  }

  @Test("only an administrator invites and gives roles, one stays, and nobody gets a link to sign in as somebody else")
  func roles() throws {
    let cli = try CLI()
    let (site, ada) = try open(cli)
    let member = { try #require(try cli.run("member", "list").lines.last?["id"] as? String) }
    let path = between(
      try ada.send("/team/invite", ["email": "cyd@example.test", "role": "member"]), "<code>", "</code>")
    let cyd = Browser(site)
    #expect(try cyd.send(path, ["password": "a long enough sentence", "team": "yes"]).status == 303)
    let page = try cyd.get("/team")
    #expect(!page.has("Invite somebody") && page.has("administrator"))
    for (path, fields) in [
      ("/team/invite", ["email": "eve@example.test"]),
      ("/team/role", ["member": try member(), "role": "administrator"]),
    ] { #expect(try cyd.send(path, fields).status == 404, "\(path)") }
    let ownID = try #require(try cli.run("member", "list").lines.first?["id"] as? String)
    #expect(try ada.send("/team/role", ["member": ownID, "role": "member"]).has("needs an administrator"))
    // Who has come signs in by a password of their own: a link would open what they do not share.
    #expect(try ada.send("/team/invite", ["member": try member()]).status == 404)
    #expect(try ada.send("/team/role", ["member": try member(), "role": "administrator"]).status == 303)
    #expect(try cyd.get("/team").has("Invite somebody"))
    #expect(try cli.run("member", "list").lines.count == 2)
    withExtendedLifetime(site) {}
  }

  @Test("who leaves a team takes everything along, signs in as before, and nobody sees it any more; one stays")
  func leave() throws {
    let cli = try CLI()
    let (site, ada) = try open(cli, [])
    #expect(try ada.get("/team/leave").has("nobody else in this account"))
    let path = between(
      try ada.send("/team/invite", ["email": "cyd@example.test", "name": "Cyd", "role": "member"]), "<code>", "</code>")
    let cyd = Browser(site)
    let password = "a long enough sentence"
    #expect(try cyd.send(path, ["password": password, "team": "yes"]).status == 303)
    _ = try ada.send("/team/share", ["with": "", "level": "content"])
    #expect(try cyd.get("/people").has("Bob Brown"))
    // The only administrator stays until somebody else is one, and the address has to be typed.
    let email = try cli.run("member", "list").lines.first?["email"] as? String ?? ""
    _ = try ada.get("/team/leave")
    #expect(try ada.send("/team/leave", ["email": email]).has("needs an administrator"))
    let member = try #require(try cli.run("member", "list").lines.last?["id"] as? String)
    #expect(try ada.send("/team/role", ["member": member, "role": "administrator"]).status == 303)
    #expect(try ada.send("/team/leave", ["email": "eve@example.test"]).status == 422)
    #expect(try ada.send("/team/leave", ["email": email]).location == "/left")
    #expect(try ada.get("/people").status == 303)
    #expect(try !cyd.get("/people").has("Bob Brown"))
    #expect(try !cyd.get("/team").has(email))
    let again = Browser(site)
    #expect(try again.send("/sign-in", ["email": email, "password": password]).status == 303)
    #expect(try again.get("/people").has("Bob Brown"))
    #expect(try again.get("/team").has(email) && !again.get("/team").has("cyd@example.test"))
    withExtendedLifetime(site) {}
  }

  @Test("P022 P087 what is held is shown from the labels of the schema, each method with its switch")
  func held() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let page = try browser.get("/data/held")
    for table in ["mail", "person", "fact", "interaction", "web session", "password", "bucket"] {
      #expect(page.has("<th scope=\"row\">\(table)</th>"), "\(table)")
    }
    #expect(page.has("No other party gets anything") && page.has("Switch strength off"))
    #expect(
      try browser.send("/data/methods", ["method": "strength", "on": "no"]).location == "/data/held?done=switched")
    #expect(try browser.get("/data/held").has("Switch strength on"))
    let method = try cli.run("analysis", "list").lines.first { $0["name"] as? String == "strength" }
    #expect(method?["on"] as? Bool == false)
    withExtendedLifetime(site) {}
  }

  @Test("the page of promises has all of them, says what is not tested, and shows how they stand in this account")
  func promises() throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let page = try browser.get("/promises")
    #expect(page.body.components(separatedBy: "href=\"/promises/P").count == 127)
    #expect(page.body.utf8.count < 100_000)
    #expect(
      page.has("3 of 3 grants to read carry your statement") && page.has("0 missing") && page.has("not built yet"))
    #expect(page.has("This server is run by Ada&#39;s agency"))
    let one = try browser.get("/promises/P039")
    #expect(one.has("How it is tested") && one.has("SiteFirstRunTests"))
    #expect(try browser.get("/promises/P127").status == 404)
    withExtendedLifetime(site) {}
  }
}
