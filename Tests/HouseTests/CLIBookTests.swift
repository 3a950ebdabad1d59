import Foundation
import Stage
import Testing

/// Address books from the command line, on a real binary and a real Radicale.
@Suite("address books from the command line", .serialized) struct CLIBookTests {
  private static func card(_ number: Int) -> String {
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u\(number)\r\nFN:Bob \(number)\r\nEMAIL:bob\(number)@example.test\r\nEND:VCARD\r\n"
  }

  @Test("a book is added, read, shown, followed and cut off; each step says what it did, and how it ended")
  func life() async throws {
    let server = try await StagedDAV.start(.radicale)
    try server.change((0..<5).map { .init("PUT", "\(server.book)\($0).vcf", Self.card($0)) })
    let cli = try CLI()
    try cli.addAccount()
    let password = try cli.write(Array(StagedDAV.password.utf8), "password")
    let add = [
      "source", "add", "carddav", "--url", "http://localhost:\(server.port)/", "--user", StagedDAV.user,
      "--password-file", password,
    ]
    let unwarranted = try run(cli, add)
    #expect(unwarranted.status == 3 && unwarranted.err.contains("P039"))
    let added = try run(cli, add + ["--warrant"])
    #expect(added.status == 0, "\(added.err)")
    let id = added.text("id")
    #expect(added.text("kind") == "carddav")
    #expect(try run(cli, add + ["--warrant"]).text("id") == id)
    let pulled = try cli.run("sync", "--pull")
    #expect(pulled.status == 0, "\(pulled.err)")
    let book = try #require(pulled.lines.first)
    #expect(book["source"] as? String == id && book["folder"] as? String == "People")
    #expect(book["on_server"] as? Int == 5 && book["held"] as? Int == 5 && book["gap"] as? Int == 0)
    #expect(try cli.run("people").lines.count == 5)
    try server.change([.init("DELETE", "\(server.book)0.vcf")])
    #expect(try cli.run("sync", "--pull").first["held"] as? Int == 4)
    // A row that somebody deletes is a gap, until the next run.
    let rows = try cli.shell(
      "python3 - \"$folder\"/data/accounts/*.sqlite <<'E'\nimport sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\n"
        + "c.execute('DELETE FROM resource WHERE rowid = (SELECT MIN(rowid) FROM resource)')\nc.commit()\nE\n")
    #expect(rows.status == 0, "\(rows.err)")
    let status = try cli.run("status")
    #expect(status.status == 4 && status.first["gap"] as? Int == 1)
    #expect(try cli.run("sync", "--pull").status == 0)
    #expect(try cli.run("status").status == 0)
    let doctor = try cli.run("doctor")
    #expect(doctor.status == 0 && doctor.out.contains("1 address books"))
    #expect(try cli.run("source", "list").text("kind") == "carddav")
    let transcript = try cli.say("source", "transcript", id)
    #expect(transcript.out.contains("PROPFIND") && !transcript.out.contains(StagedDAV.password))
    #expect(try cli.run("source", "revoke", id).status == 0)
    let refused = try cli.run("sync", "--pull")
    #expect(refused.status == 3 && refused.err.contains("P016"))
  }

  @Test("over TLS, by a certificate of one's own; without it the login goes nowhere, and the remedy is named")
  func secured() async throws {
    let server = try await StagedDAV.start(.radicale, isSecure: true)
    try server.change([.init("PUT", "\(server.book)1.vcf", Self.card(1))])
    let cli = try CLI()
    try cli.addAccount()
    let password = try cli.write(Array(StagedDAV.password.utf8), "password")
    let authority = try cli.write(Array((server.authority ?? "").utf8), "ca.pem")
    let add = [
      "source", "add", "carddav", "--url", "https://localhost:\(server.port)", "--user", StagedDAV.user,
      "--password-file", password, "--warrant",
    ]
    let untold = try run(cli, add)
    #expect(untold.status == 1 && untold.isOneLine && untold.err.contains("--ca"), "\(untold.err)")
    #expect(try cli.run("source", "list").lines.isEmpty)
    #expect(try run(cli, add + ["--no-check"]).status == 0)
    let stranger = try cli.run("sync", "--pull")
    #expect(stranger.status == 1 && stranger.isOneLine && stranger.err.contains("--ca"), "\(stranger.err)")
    #expect(try run(cli, add + ["--ca", authority]).status == 0)
    let pulled = try cli.run("sync", "--pull")
    #expect(pulled.status == 0 && pulled.first["held"] as? Int == 1, "\(pulled.err)")
  }

  @Test("a pull that is killed again and again goes on, and ends with every card once")
  func killed() async throws {
    let server = try await StagedDAV.start(.xandikos)
    try server.change((0..<120).map { .init("PUT", "\(server.book)\($0).vcf", Self.card($0)) })
    let cli = try CLI()
    try cli.addAccount()
    let password = try cli.write(Array("any".utf8), "password")
    let added = try run(
      cli,
      [
        "source", "add", "carddav", "--url", "http://127.0.0.1:\(server.port)\(server.book)", "--user", "ada",
        "--password-file", password, "--warrant",
      ])
    try #require(added.status == 0, "\(added.err)")
    for tenths in 1...9 {
      _ = try cli.shell("timeout -s KILL 0.\(tenths) \"$kith\" sync --pull")
      let book = try cli.run("status").first
      let counts = ["on_server", "held", "gap"].map { book[$0] as? Int ?? 0 }
      #expect(counts[0] == counts[1] + counts[2])
    }
    let ended = try cli.run("sync", "--pull")
    #expect(ended.status == 0 && ended.first["held"] as? Int == 120, "\(ended.out)\(ended.err)")
    #expect(try cli.run("people", "--limit", "1000").lines.count == 120)
  }

  @Test(
    "an address that cannot be dialled, or may not be, is told with what helps",
    arguments: [
      ("https://10.0.0.1/", 1), ("https://169.254.169.254/dav", 1), ("https://[::ffff:127.0.0.1]:8443/", 1),
      ("https://0x7f000001/", 1), ("http://dav.example.test/", 2), ("http://127.1/", 2), ("ftp://localhost/", 2),
      ("https://ada:pw1@localhost/", 2), ("https:///ada/", 2), ("https://localhost:0/", 2), ("https://h/?q", 2),
      ("localhost", 2),
    ])
  func forbidden(_ url: String, _ code: Int32) throws {
    let cli = try CLI()
    try cli.addAccount()
    let password = try cli.write(Array("x".utf8), "password")
    let added = try run(
      cli, ["source", "add", "carddav", "--url", url, "--user", "ada", "--password-file", password, "--warrant"])
    #expect(added.status == code, "\(url): \(added.err)")
    if code == 1 { #expect(added.err.contains("not dialled") && added.isOneLine, "\(url): \(added.err)") }
    #expect(try cli.run("source", "list").lines.isEmpty)
  }

  private func run(_ cli: CLI, _ words: [String]) throws -> CLI.Ran {
    try CLI.start([CLI.binary, "--json"] + words, cli.environment)
  }
}
