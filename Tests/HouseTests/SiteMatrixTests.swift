import Foundation
import Logging
import Programs
import Site
import Stage
import Testing

/// Every route with every id that one account's pages show, asked for by whoever may not.
@Suite("What is somebody else's, on every route")
struct SiteMatrixTests {
  private static let password = "a long enough sentence"

  /// Ada's household with something on every page.
  private func fill(_ cli: CLI) throws {
    try cli.addSite()
    try cli.run("destination", "add", "folder", "--path", cli.files + "/crm")
    let sync = try cli.run("sync", "--deliver", "--dry-run")
    let digest = sync.lines.compactMap { $0["digest"] as? String }.last ?? ""
    try #require(
      try cli.run("destination", "accept", try cli.run("destination", "list").text("id"), digest).status == 0)
    try cli.run("sync", "--deliver")
    // One that waits for its yes.
    try cli.run("destination", "add", "folder", "--path", cli.files + "/other")
    let people = try cli.run("people").lines.compactMap { $0["id"] as? String }
    try #require(try cli.run("bucket", "add", "Friends", "--days", "10").status == 0)
    try cli.run(["bucket", "put", "Friends"] + people.prefix(2))
  }

  /// What this household is too small to show: the rest of a long time, what is attached, a note and a task.
  private func deeper(_ calls: [SiteCall], _ cli: CLI) throws -> [SiteCall] {
    func ids(_ kind: String) -> [String] {
      Set(calls.flatMap { $0.path.matches(of: SiteCall.id).map { String($0.output) } }).filter { $0.hasPrefix(kind) }
        .sorted()
    }
    let person = try #require(ids("person_").first)
    let note = try cli.run("note", "add", person, "likes tea").text("id")
    let task = try cli.run("task", "add", person, "call back").text("id")
    let mail = try #require(ids("mail_").first)
    return [
      SiteCall(method: "GET", path: "/people/\(person)/timeline"),
      SiteCall(method: "POST", path: "/notes/\(note)/remove"),
      SiteCall(method: "POST", path: "/tasks/\(task)/done"), SiteCall(method: "GET", path: "/mails/\(mail)/frame"),
      SiteCall(method: "GET", path: "/mails/\(mail)/attachments/0"),
    ]
  }

  /// Those who may not look: the owner of another account with the same cards, and two of the same team.
  private func others(_ cli: CLI, _ site: StagedSite, of account: String) throws -> [(who: String, browser: Browser)] {
    let policy = try cli.run("policy").text("digest")
    let eve = try cli.run("account", "add", "--email", "eve@example.test", "--accept-policy", policy).text("id")
    try cli.run("import", "--account", eve, "--kind", "vcard", cli.files + "/cards.vcf", "--warrant")
    var links = [("another account", try cli.run("member", "link", "--account", eve).text("path"))]
    for role in ["member", "administrator"] {
      let id = try cli.run(
        "member", "add", "--account", account, "--email", "\(role)@example.test", "--role", role, "--acknowledge"
      ).text("id")
      links.append(
        ("a colleague, \(role)", try cli.run("member", "link", "--account", account, "--as", id).text("path")))
    }
    return try links.map { who, link in
      let browser = Browser(site)
      try #require(try browser.send(link, ["password": SiteMatrixTests.password, "team": "yes"]).status == 303)
      _ = try browser.get("/account")
      return (who, browser)
    }
  }

  private func routes() async throws -> [SiteRoute] {
    let house = try await StagedHouse()
    let listen = try #require(Listen("127.0.0.1:1"))
    let site = try Site(
      store: house.store, gate: house.gate, vault: house.vault, listen: listen, scratch: house.folder,
      logger: Logger(label: "matrix"))
    return site.routes.map(SiteRoute.init)
  }

  /// A page without what differs from call to call: its ids, and what its forms carry.
  private func plain(_ page: Browser.Page) -> String {
    let body = page.body.replacing(SiteCall.id, with: "*").replacing(/name="form" value="[^"]*"/, with: "")
    return "\(page.status) \(page.location.replacing(SiteCall.id, with: "*"))\n\(body)"
  }

  @Test("no page speaks of the command line, and no remedy that could be shown there does")
  func plainWords() throws {
    let cli = try CLI()
    try fill(cli)
    let site = try StagedSite(cli, [])
    let ada = Browser(site)
    try ada.enter(cli)
    let walk = try SiteWalk(ada)
    for call in walk.calls where call.method == "GET" && !call.path.hasPrefix("/mails/") {
      // The tests of a promise are named as they are; some of them are of commands.
      guard !call.path.hasPrefix("/promises/"), !call.path.hasSuffix(".js"), !call.path.hasSuffix(".css") else {
        continue
      }
      let page = try call.made(by: ada)
      let words = page.body.replacing(/<!--[\s\S]*?-->/, with: "")
      let found = words.firstMatch(of: /.{0,60}(?:kith [a-z]| --[a-z]).{0,40}/).map { String($0.output) }
      #expect(!Remedies.isCommand(words), "\(call): \(found ?? "")")
    }
    #expect(walk.calls.count > 15)
  }

  @Test("a remedy of the command line is one of the page, wherever it was made")
  func remedies() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")
      .standardizedFileURL
    let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var seen = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      let path = file.path(percentEncoded: false)
      if path.contains("/Sources/kith/") || path.contains("/Sources/Stage/") || path.contains("Remedies.swift") {
        continue
      }
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") where !line.contains("///") {
        for literal in line.matches(of: /"(?:[^"\\]|\\.)*"/).map({ String($0.output.dropFirst().dropLast()) }) {
          guard Remedies.isCommand(literal) else { continue }
          seen += 1
          #expect(!Remedies.isCommand(Remedies.onSite(literal)), "\(literal): \(Remedies.onSite(literal))")
        }
      }
    }
    #expect(seen > 40)
    for (command, page) in [
      (
        "if it is your own server, name its authority by --ca FILE",
        "if it is your own server, paste its certificate where you give the login"
      ),
      ("give the login again: 'kith source add imap' with the same host and user", "type name and password again"),
      (
        "make a new one there, then 'kith destination add hubspot' with the same address and the new --token-file",
        "make a new one there, and here"
      ),
      ("give it again: 'kith destination add espo' with the same address", "give it again here"),
      ("wait a while; run 'kith nothing --that-is-known'", "wait a while"),
    ] { #expect(Remedies.onSite(command) == page) }
  }

  @Test(
    "P007 every route asked for with every id of another account answers as for what never was, and changes nothing")
  func everyRoute() async throws {
    let cli = try CLI()
    try fill(cli)
    let site = try StagedSite(cli, [])
    let ada = Browser(site)
    try ada.enter(cli)
    var calls = try SiteWalk(ada).calls.filter(\.hasIDs)
    calls += try deeper(calls, cli)
    let all = try await routes()
    let reached = Set(calls.compactMap { call in all.filter { $0.matches(call) }.min { !$0.takesIDs && $1.takesIDs } })
    let left = all.filter { $0.takesIDs && !reached.contains($0) && !$0.namesNoRow }
    #expect(left.isEmpty, "no page of this household leads to \(left)")
    let account = try cli.run("account", "list").text("id")
    let others = try others(cli, site, of: account)
    let before = try cli.run("digest", "--account", account).text("digest")
    for (who, browser) in others {
      let nothing = try browser.get("/nothing")
      for call in calls {
        let (theirs, none) = (try call.made(by: browser), try call.ofNothing.made(by: browser))
        #expect(plain(theirs) == plain(none), "\(who): \(call)")
        if call.hasIDsInPath { #expect(theirs.status == 404 && theirs.body == nothing.body, "\(who): \(call)") }
      }
    }
    let stranger = Browser(site)
    for call in calls {
      let unknown = try call.made(by: stranger)
      #expect(unknown.status == 303 && unknown.location.hasPrefix("/sign-in") || unknown.status >= 400, "\(call)")
      #expect(!unknown.has("Bob"), "\(call)")
      guard call.hasIDsInPath else { continue }
      let none = try call.ofNothing.made(by: ada)
      #expect(none.status == 404 && none.has("There is nothing here"), "\(call) of nothing, by its own account")
    }
    #expect(try cli.run("digest", "--account", account).text("digest") == before)
    #expect(try ada.get("/account").status == 200)
    #expect(calls.count > 15, "\(calls.count)")
  }
}
