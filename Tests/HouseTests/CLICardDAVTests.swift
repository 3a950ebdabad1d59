import Foundation
import Stage
import Testing

/// An address book on a server as CRM, and corrections back to one as source, on a real binary and a real Radicale.
@Suite("address books are written to from the command line", .serialized) struct CLICardDAVTests {
  private static func card(_ number: Int) -> String {
    """
    BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\(number)\r\nFN:Bob \(number)\r\nN:\(number);Bob;;;\r\n\
    EMAIL:bob\(number)@example.test\r\nTITLE:Buyer\r\nEND:VCARD\r\n
    """
  }

  @Test("people go into a book after a yes; a second run sends nothing; a wrong login keeps nothing")
  func destination() async throws {
    let server = try await StagedDAV.start(.radicale)
    let cli = try CLI()
    try cli.addHousehold()
    func add(_ secret: String) throws -> CLI.Ran {
      try cli.run(
        "destination", "add", "carddav", "--url", "http://localhost:\(server.port)/", "--user", StagedDAV.user,
        "--password-file", try cli.write(Array(secret.utf8), "password"))
    }
    let wrong = try add("wrong")
    #expect(wrong.status == 1 && wrong.isOneLine && wrong.err.contains("localhost"), "\(wrong.err)")
    #expect(try cli.run("destination", "list").lines.isEmpty)
    let added = try add(StagedDAV.password)
    #expect(added.status == 0, "\(added.err)")
    #expect(added.text("kind") == "carddav" && added.text("location").hasSuffix(server.book))
    let id = added.text("id")
    #expect(try cli.run("sync", "--deliver", "--dry-run").status == 0)
    #expect(try server.contents().isEmpty)
    let digest = try cli.run("destination", "list").text("digest")
    #expect(try cli.run("destination", "accept", id, digest).status == 0)
    let delivered = try cli.run("sync", "--deliver")
    #expect(delivered.status == 0 && delivered.int("created") > 0, "\(delivered.out)\(delivered.err)")
    #expect(try server.contents().count == delivered.int("created"))
    let again = try cli.run("sync", "--deliver")
    #expect(again.status == 0 && again.int("created") == 0 && again.int("updated") == 0)
  }

  @Test("a correction goes back by leave, one yes for each; without the leave it is refused with the promise")
  func writeBack() async throws {
    let server = try await StagedDAV.start(.radicale)
    try server.change((1...2).map { .init("PUT", "\(server.book)\($0).vcf", Self.card($0)) })
    let cli = try CLI()
    try cli.addAccount()
    let password = try cli.write(Array(StagedDAV.password.utf8), "password")
    let source = try cli.run(
      "source", "add", "carddav", "--url", "http://localhost:\(server.port)/", "--user", StagedDAV.user,
      "--password-file", password, "--warrant"
    ).text("id")
    #expect(try cli.run("sync", "--pull").status == 0)
    let person = try cli.run("people", "--query", "bob1@example.test").text("id")
    #expect(try cli.run("edit", person, "title", "--set", "Seller").status == 0)
    let refused = try cli.run("source", "write-back", source, "--dry-run")
    #expect(refused.status == 3 && refused.err.contains("P021"), "\(refused.err)")
    let allowed = try cli.run("source", "allow-write", source)
    #expect(allowed.status == 0 && allowed.text("words").contains("exactly that change"), "\(allowed.err)")
    let shown = try cli.run("source", "write-back", source, "--dry-run")
    #expect(shown.status == 0 && shown.lines.count == 1 && shown.text("field") == "title", "\(shown.err)")
    #expect(shown.text("state") == "proposed")
    #expect(try cli.run("source", "write-back", source).status == 4)
    let other = try cli.run("source", "write-back", source, "--approve", String(repeating: "a", count: 64))
    #expect(other.status == 3 && other.err.contains("P013"), "\(other.err)")
    let done = try cli.run("source", "write-back", source, "--approve", shown.text("digest"))
    #expect(done.status == 0 && done.text("state") == "written", "\(done.out)\(done.err)")
    #expect(try server.contents()["\(server.book)1.vcf"]?.text.contains("TITLE:Seller") == true)
    let undo = try cli.run("undo", done.text("entry"))
    #expect(undo.status == 4, "\(undo.out)\(undo.err)")
    #expect(try cli.run("undo", done.text("entry"), "--approve", undo.text("digest")).status == 0)
    #expect(try server.contents()["\(server.book)1.vcf"]?.text.contains("TITLE:Buyer") == true)
    #expect(try cli.run("grant", "withdraw", allowed.text("id")).status == 0)
    let ended = try cli.run("source", "write-back", source, "--dry-run")
    #expect(ended.status == 3 && ended.err.contains("P016"), "\(ended.err)")
    #expect(try cli.run("sync", "--pull").status == 0)
  }
}
