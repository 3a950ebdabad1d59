import Foundation
import Stage
import Testing

/// Files that are sent to the site.
@Suite("Files that are sent to the site", .serialized)
struct SiteFilesTests {
  private func open(_ cli: CLI) throws -> (site: StagedSite, browser: Browser) {
    try cli.addAccount()
    try cli.run("operator", "set", "--name", "Ada", "--address", "1 Lane", "--email", "office@example.test")
    let site = try StagedSite(cli, [])
    let browser = Browser(site)
    try browser.enter(cli)
    _ = try browser.get("/connect/files")
    return (site, browser)
  }

  private func wait(_ browser: Browser, for words: String) async throws -> Browser.Page {
    var page = try browser.get("/start")
    for _ in 0..<600 where !page.has(words) {
      try await Task.sleep(for: .milliseconds(200))
      page = try browser.get("/start")
    }
    try #require(page.has(words), "\(page.body)")
    return page
  }

  /// The form of a file's page, filled.
  private func fields(_ page: Browser.Page) -> [String: String] {
    ["scope": page.hidden("scope"), "words": page.hidden("words"), "warrant": "yes"]
  }

  @Test("a table is sent, its columns are shown, it is read once it was allowed, and the file is gone then")
  func table() async throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let file = try cli.write(
      Array("First Name,Last Name,E-mail,Shoe size\nQuillon,Fernsby,quillon@example.org,44\n".utf8), "clients.csv")
    let sent = try browser.upload("/connect/files", file: file)
    try #require(sent.location.hasPrefix("/connect/files/"), "\(sent.body)")
    let page = try browser.get(sent.location)
    for words in [
      "<h1>clients.csv", "First Name → given name", "E-mail → e-mail address", "Shoe size → custom field",
      "Kith reads every card of this address book",
    ] { #expect(page.has(words), "\(words): \(page.body)") }
    let unwarranted = try browser.send(sent.location, fields(page).filter { $0.key != "warrant" })
    #expect(unwarranted.status == 422 && unwarranted.has("P039"))
    #expect(try cli.run("source", "list").lines.isEmpty)
    #expect(try browser.send(sent.location, fields(page)).location == "/start")
    #expect(try await wait(browser, for: "Quillon Fernsby").has("<strong>clients.csv"))
    #expect(try browser.get(sent.location).status == 404)
    #expect(try cli.shell("grep -r -l quillon@example.org $folder/data/uploads").out.isEmpty)
    // The same again is the same source; and a run without the file leaves everything as it is.
    let again = try browser.upload("/connect/files", file: file)
    #expect(again.location == sent.location)
    #expect(try browser.send(sent.location, fields(page)).location == "/start")
    for _ in 0..<600 where try browser.get(sent.location).status == 200 {
      try await Task.sleep(for: .milliseconds(200))
    }
    #expect(try cli.run("source", "list").lines.count == 1)
    let synced = try cli.run("sync", "--pull")
    #expect(synced.status == 0 && synced.lines.first?["held"] as? Int == 1, "\(synced.err)")
    withExtendedLifetime(site) {}
  }

  @Test("columns are read as their owner says, before anything is read; a table that named nobody is read then")
  func columns() async throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let file = try cli.write(Array("Klient,Nick,E-mail\nQuillon Fernsby,Q,quillon@example.org\n".utf8), "clients.csv")
    let sent = try browser.upload("/connect/files", file: file)
    #expect(try browser.get(sent.location).has("Klient → custom field"))
    let nobody = try browser.send(sent.location, ["columns": "yes", "column2": "left out"])
    #expect(nobody.status == 422 && nobody.has("one of them as such"))
    let said = try browser.send(sent.location, ["columns": "yes", "column0": "name", "column1": "left out"])
    #expect(said.location == sent.location)
    let page = try browser.get(sent.location)
    #expect(page.has("Name → name") && !page.has("Nick →") && page.has("E-mail → e-mail address"))
    #expect(try cli.run("source", "list").lines.isEmpty)
    #expect(try browser.send(sent.location, fields(page)).location == "/start")
    #expect(try await wait(browser, for: "Quillon Fernsby").has("<strong>clients.csv"))
    let things = try browser.upload(
      "/connect/files", file: try cli.write(Array("colour,size\nred,4\n".utf8), "things.csv"))
    #expect(try browser.get(things.location).has("Read a column as something else"))
    #expect(
      try browser.send(things.location, ["columns": "yes", "column0": "organisation"]).location == things.location)
    #expect(try browser.get(things.location).has("Company → organisation"))
    withExtendedLifetime(site) {}
  }

  @Test("mails and cards are sent; what is nothing that can be read is told, and can be dropped")
  func kinds() async throws {
    let cli = try CLI()
    let (site, browser) = try open(cli)
    let mails = (1...3).map { day in
      "From MAILER Mon Jun  \(day) 10:00:00 2026\nFrom: Bob Brown <bob@home.example>\nTo: ada@example.test\n"
        + "Date: 0\(day) Jun 2026 10:00:00 +0000\nSubject: the lake\nMessage-ID: <u\(day)@x>\n\nHello\n\n"
    }
    let mbox = try browser.upload("/connect/files", file: try cli.write(Array(mails.joined().utf8), "old.mbox"))
    let narrow = try browser.get(mbox.location + "?depth=headers&since=2026-06-02")
    #expect(narrow.has("from 2026-06-02 on: sender, recipients, subject and date; no bodies"))
    #expect(try browser.send(mbox.location, fields(narrow)).location == "/start")
    _ = try await wait(browser, for: "all read: 2 mails; 1 left out")
    #expect(try cli.run("grant", "list").out.contains("from 2026-06-02 on"))
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Quillon Fernsby\r\nEMAIL:q@example.org\r\nEND:VCARD\r\n"
    let cards = try browser.upload("/connect/files", file: try cli.write(Array(card.utf8), "x.vcf"))
    #expect(try browser.get(cards.location).has("1 card: Quillon Fernsby."))
    #expect(try browser.send(cards.location, fields(try browser.get(cards.location))).location == "/start")
    _ = try await wait(browser, for: "Quillon Fernsby")
    let strange = try browser.upload("/connect/files", file: try cli.write([0, 1, 2, 3], "photo.jpg"))
    let told = try browser.get(strange.location)
    #expect(told.has("no file that Kith can read") && !told.has("Read it</button>"))
    #expect(try browser.send(strange.location, ["drop": "yes"]).location == "/connect/files")
    #expect(try browser.get(strange.location).status == 404)
    let noise = try browser.upload("/connect/files", file: try cli.write([9, 200, 3, 77, 10], "photo.vcf"))
    #expect(try browser.get(noise.location).has("There is no card in this file"))
    let nameless = try cli.write(Array("colour,size\nred,4\n".utf8), "things.csv")
    #expect(try browser.get(try browser.upload("/connect/files", file: nameless).location).has("no column is called"))
    let empty = try browser.upload("/connect/files", file: try cli.write([], "empty.csv"))
    #expect(empty.status == 422 && empty.has("no file was chosen, or it is empty") || empty.has("No file was chosen"))
    withExtendedLifetime(site) {}
  }

  @Test("P007 a file that was sent is its sender's alone; a form of another visit brings none, and no name leads away")
  func alone() throws {
    let cli = try CLI()
    let (site, ada) = try open(cli)
    let file = try cli.write(Array("Name,E-mail\nQ,q@example.org\n".utf8), "clients.csv")
    #expect(try ada.upload("/connect/files", file: file, form: "guessed").status == 403)
    #expect(try cli.shell("find $folder/data/uploads -type f").out.isEmpty)
    let sent = try ada.upload("/connect/files", file: file, as: "../../../escape.csv")
    #expect(try ada.get(sent.location).has("<h1>escape.csv"))
    #expect(try cli.shell("find $folder -name escape.csv").out.contains("/data/uploads/account_"))
    #expect(try cli.shell("find $folder/data/uploads -type f -perm /077").out.isEmpty)
    let digest = try cli.run("policy").text("digest")
    let eve = try cli.run("account", "add", "--email", "eve@example.test", "--accept-policy", digest).text("id")
    let other = Browser(site)
    let link = try cli.run("member", "link", "--account", eve).text("path")
    #expect(try other.send(link, ["password": "a long enough sentence"]).status == 303)
    _ = try other.get("/account")
    let nothing = try other.get("/nothing")
    let asked = try other.get(sent.location)
    #expect(asked.status == 404 && asked.body == nothing.body)
    #expect(try other.send(sent.location, ["drop": "yes"]).status == 404)
    for path in ["/connect/files/..", "/connect/files/%2e%2e", "/connect/files/00000000000000000000000000000000"] {
      #expect(try ada.get(path).status == 404, "\(path)")
    }
    withExtendedLifetime(site) {}
  }
}
