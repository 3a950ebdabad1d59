import Foundation
import Stage
import Testing

/// The list of the day, buckets and the bucket game, on the real site with the household of the cast.
@Suite("Today on the site")
struct SiteTodayTests {
  /// The list once nothing is looked for any more.
  private func today(_ browser: Browser) throws -> Browser.Page {
    for _ in 0..<200 {
      let page = try browser.get("/")
      if !page.has("looked through") { return page }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return try browser.get("/")
  }

  @Test("an empty day says what it will be and leads to the first bucket; the rules of the day are set and checked")
  func empty() throws {
    let cli = try CLI()
    let (site, browser) = try StagedSite.household(cli)
    let page = try today(browser)
    #expect(page.status == 200 && page.has("Monday, 23 November 2026"))
    #expect(page.links("/buckets").contains("/buckets"))
    let set = try browser.send("/today/rules", ["cap": "3", "goal": "5", "zone": "Europe/Berlin"])
    #expect(set.location == "/?said=rules&n=1")
    let after = try browser.get(set.location)
    #expect(after.has("The rules of your day were set") && after.has("value=\"Europe/Berlin\"") && after.has("0 of 5"))
    for wrong in [["cap": "0", "zone": "UTC"], ["cap": "many", "zone": "UTC"], ["cap": "3", "zone": "Mars/Olympus"]] {
      let refused = try browser.send("/today/rules", wrong)
      #expect(refused.status == 422 && refused.has("What helps"), "\(wrong)")
    }
    #expect(try browser.get("/?said=bogus&undo=<b>").body.contains("<b>") == false)
    withExtendedLifetime(site) {}
  }

  @Test("each line says why; logged, later, not now and mute are one press each, and each is taken back")
  func lines() throws {
    let cli = try CLI()
    let (site, browser) = try StagedSite.household(cli)
    let bucket = try browser.makeBucket("Clients", days: "1")
    let (bob, eli) = (try browser.person("Bob"), try browser.person("Eli"))
    let put = try browser.act("put", [bob, eli], ["bucket": bucket])
    #expect(put.has("2 people were put into the bucket") && put.hidden("undo").allSatisfy(\.isNumber))
    _ = try browser.takeBack(put)
    #expect(try browser.get("/buckets").has(">0 people<"))
    _ = try browser.act("put", [bob, eli], ["bucket": bucket])
    cli.pass(days: 30)
    site.stop()
    let later = try StagedSite(cli)
    let visit = Browser(later)
    try visit.enter(cli)
    var page = try today(visit)
    #expect(page.has("Bob Brown") && page.has("Eli Ember") && page.has("Clients is every day."))
    #expect(page.has("0 of 2 done") && page.has("mailto:bob"))
    for (verb, words) in [
      ("log", "the clock starts anew"), ("snooze", "Put off until "), ("dismiss", "Not this time"), ("mute", "Muted"),
    ] {
      let done = try visit.act(verb, [bob], ["kind": "call"])
      #expect(done.has(words) && done.hidden("undo").hasPrefix("entry_"), "\(verb)")
      page = try today(visit)
      #expect(!page.has("Bob Brown</a>") && page.has("Eli Ember</a>"), "\(verb)")
      page = try visit.takeBack(done)
      #expect(page.has("Taken back") && page.has("Bob Brown</a>") && page.has("0 of 2 done"), "\(verb)")
    }
    _ = try visit.act("log", [bob])
    page = try visit.act("snooze", [eli], ["days": "3"])
    #expect(page.has("Done for today") && page.has("2 of 2 done"))
    withExtendedLifetime(later) {}
  }

  @Test("the bucket game lays one person at a time; sorted, skipped and archived ones go, and the last step is undone")
  func game() throws {
    let cli = try CLI()
    let (site, browser) = try StagedSite.household(cli)
    #expect(try browser.get("/game").has("There is no bucket to sort into yet"))
    let bucket = try browser.makeBucket("Friends", days: "30")
    func left(_ page: Browser.Page) throws -> Int {
      let at = try #require(page.body.range(of: " left. Nothing here"))
      let words = page.body[..<at.lowerBound].suffix(20).split { !$0.isNumber }
      return try #require(words.last.flatMap { Int($0) })
    }
    var page = try browser.get("/game")
    let all = try left(page)
    #expect(all > 3 && page.has("<kbd>1</kbd> Friends"))
    let first = page.hidden("person")
    page = try browser.act("put", [first], ["bucket": bucket, "next": "/game"])
    #expect(try left(page) == all - 1 && page.hidden("person") != first)
    page = try browser.takeBack(page)
    #expect(try left(page) == all && page.hidden("person") == first)
    page = try browser.act("skip", [first], ["next": "/game"])
    let second = page.hidden("person")
    #expect(try left(page) == all && second != first)
    page = try browser.act("archive", [second], ["next": "/game"])
    #expect(try left(page) == all - 1)
    for _ in 1..<all - 1 {
      #expect(!page.has("you skipped them before"))
      page = try browser.act("put", [page.hidden("person")], ["bucket": bucket, "next": "/game"])
    }
    #expect(page.hidden("person") == first && page.has("you skipped them before"))
    page = try browser.act("put", [first], ["bucket": bucket, "next": "/game"])
    #expect(page.has("Everybody is sorted"))
    withExtendedLifetime(site) {}
  }

  @Test("buckets are made, changed and taken away on their pages; what is wrong is said where it was typed")
  func buckets() throws {
    let cli = try CLI()
    let (site, browser) = try StagedSite.household(cli)
    #expect(try browser.get("/buckets").has("No bucket yet"))
    let bucket = try browser.makeBucket("Inner circle", days: "14")
    for (fields, words) in [
      (["name": "inner CIRCLE", "days": "3"], "There is a bucket of this name"), (["name": " "], "needs a name"),
      (["name": "Far", "days": "0"], "from 1 to 3650"), (["name": "Far", "days": "often"], "no number of days"),
    ] {
      let refused = try browser.send("/buckets", fields)
      #expect(refused.status == 422 && refused.has(words) && refused.has("role=\"alert\""), "\(fields)")
    }
    let bob = try browser.person("Bob")
    _ = try browser.act("put", [bob], ["bucket": bucket])
    let page = try browser.get("/buckets/\(bucket)")
    #expect(page.has("<h1>Inner circle") && page.has("1 person") && page.has("you have been in touch about every"))
    #expect(try browser.send("/buckets/\(bucket)", ["name": "Inner", "days": "x"]).status == 422)
    let changed = try browser.send("/buckets/\(bucket)", ["name": "Inner", "days": "21", "goal": "Lunch"])
    #expect(try browser.get(changed.location).has("every 21 days"))
    let removed = try browser.get(try browser.send("/buckets/\(bucket)/remove").location)
    #expect(removed.has("The bucket was taken away") && removed.has("No bucket yet"))
    #expect(try browser.takeBack(removed).has(">Inner<"))
    withExtendedLifetime(site) {}
  }

  @Test("P007 nobody acts on another account's people, buckets, tasks or changes: all is answered as not there")
  func strangers() throws {
    let cli = try CLI()
    let (site, ada) = try StagedSite.household(cli)
    let bucket = try ada.makeBucket("Clients", days: "1")
    let bob = try ada.person("Bob")
    let snoozed = try ada.act("snooze", [bob])
    let digest = try cli.run("policy").text("digest")
    let eve = try cli.run("account", "add", "--email", "eve@example.test", "--accept-policy", digest).text("id")
    let browser = Browser(site)
    let link = try cli.run("member", "link", "--account", eve).text("path")
    #expect(try browser.send(link, ["password": "a long enough sentence"]).status == 303)
    _ = try browser.get("/account")
    let nothing = try browser.get("/nothing")
    for verb in ["log", "snooze", "dismiss", "mute", "archive", "delete", "interval", "skip", "put", "tag"] {
      let sent = try browser.send(
        "/people/act", ["do": verb, "bucket": bucket, "tag": "mine", "days": "3"], persons: [bob])
      #expect(sent.status == 404 && sent.body == nothing.body, "\(verb)")
    }
    for path in ["/buckets/\(bucket)", "/buckets/\(bucket)/remove", "/tasks/task_1/done"] {
      let sent = try browser.send(path, ["name": "Mine", "days": "1"])
      #expect(sent.status == 404 && sent.body == nothing.body, "\(path)")
    }
    #expect(try browser.get("/buckets/\(bucket)").body == nothing.body)
    #expect(try browser.send("/undo", ["undo": snoozed.hidden("undo")]).body == nothing.body)
    #expect(try ada.takeBack(snoozed).has("Taken back"))
    #expect(try ada.get("/buckets").has(">Clients<"))
    withExtendedLifetime(site) {}
  }
}
