import Foundation
import Stage
import Testing

/// Mail servers from the command line, on a real binary and a real Dovecot.
@Suite("mail servers from the command line", .serialized) struct CLIServerTests {
  @Test("a mailbox is added, read, shown and cut off; each step says what it did, and how it ended")
  func life() async throws {
    let dovecot = try await StagedDovecot.shared()
    let user = dovecot.freshUser()
    let client = try StagedMailClient(port: dovecot.port, user: user)
    try client.run("CREATE Junk")
    for number in 0..<7 { try client.append(Self.mail(number), to: number < 5 ? "INBOX" : "Junk") }
    let cli = try CLI()
    try cli.addAccount()
    let (authority, password) = (cli.files + "/ca.pem", cli.files + "/password")
    try dovecot.authority.write(toFile: authority, atomically: true, encoding: .utf8)
    try StagedDovecot.password.write(toFile: password, atomically: true, encoding: .utf8)
    let add = [
      "source", "add", "imap", "--host", "localhost", "--port", "\(dovecot.tlsPort)", "--tls", "implicit", "--ca",
      authority, "--user", user, "--password-file", password,
    ]
    let unwarranted = try run(cli, add)
    #expect(unwarranted.status == 3 && unwarranted.err.contains("P039"))
    let added = try run(cli, add + ["--warrant"])
    #expect(added.status == 0)
    let id = try #require(added.lines.first?["id"] as? String)
    #expect(try run(cli, add + ["--warrant"]).lines.first?["id"] as? String == id)
    let pulled = try cli.run("sync", "--pull")
    #expect(pulled.status == 0)
    let inbox = try #require(pulled.lines.first { $0["folder"] as? String == "INBOX" })
    #expect(inbox["on_server"] as? Int == 5 && inbox["held"] as? Int == 5 && inbox["gap"] as? Int == 0)
    let junk = try #require(pulled.lines.first { $0["folder"] as? String == "Junk" })
    #expect((junk["left_out"] as? [String: Int]) == ["junk": 2] && junk["gap"] as? Int == 0)
    #expect(try cli.run("status").status == 0)
    #expect(try cli.run("doctor").status == 0)
    let transcript = try cli.say("source", "transcript", id)
    #expect(transcript.out.contains("EXAMINE") && !transcript.out.contains(StagedDovecot.password))
    #expect(try cli.run("source", "revoke", id).status == 0)
    let refused = try cli.run("sync", "--pull")
    #expect(refused.status == 3 && refused.err.contains("P016"))
  }

  @Test(
    "what cannot be dialled, or may not be, is told with what helps",
    arguments: [
      ["--host", "2130706433"], ["--host", "0x7f000001"], ["--host", "0177.0.0.1"], ["--host", "::ffff:127.0.0.1"],
      ["--host", "169.254.169.254"], ["--host", "10.0.0.1"], ["--host", "[::1]"], ["--host", "localhost."],
      ["--host", "ada@127.0.0.1"], ["--host", "127.1"], ["--host", "mail.internal"], ["--host", "64:ff9b::7f00:1"],
    ])
  func forbidden(_ words: [String]) throws {
    let cli = try CLI()
    try cli.addAccount()
    let password = cli.files + "/password"
    try "x".write(toFile: password, atomically: true, encoding: .utf8)
    let added = try run(
      cli, ["source", "add", "imap"] + words + ["--user", "ada", "--password-file", password, "--warrant"])
    #expect(added.status == 1 && added.err.contains("not dialled"), "\(words): \(added.err)")
    #expect(try cli.run("source", "list").lines.isEmpty)
  }

  @Test("a wrong password is told in one line, with the remedy, and seen again in status and doctor")
  func wrong() async throws {
    let dovecot = try await StagedDovecot.shared()
    let cli = try CLI()
    try cli.addAccount()
    let (authority, password) = (cli.files + "/ca.pem", cli.files + "/password")
    try dovecot.authority.write(toFile: authority, atomically: true, encoding: .utf8)
    try "wrong".write(toFile: password, atomically: true, encoding: .utf8)
    let add = [
      "source", "add", "imap", "--host", "localhost", "--port", "\(dovecot.tlsPort)", "--ca", authority, "--user",
      dovecot.freshUser(), "--password-file", password, "--warrant",
    ]
    let tried = try run(cli, add)
    #expect(tried.status == 1 && tried.isOneLine && tried.err.contains("refused user or password"))
    #expect(try cli.run("source", "list").lines.isEmpty)
    #expect(try run(cli, add + ["--no-check"]).status == 0)
    let pulled = try cli.run("sync", "--pull")
    #expect(pulled.status == 1 && pulled.err.contains("refused user or password"))
    #expect(pulled.isOneLine)
    #expect(try cli.run("status").out.contains("refused user or password"))
    #expect(try cli.run("doctor").status == 1)
  }

  @Test("a hostile server costs at most 64 MiB more than a sound one, and ends in one line with a remedy")
  func memory() throws {
    let mails = (0..<7).map(Self.mail)
    let sound = try pulled(.none, mails)
    #expect(sound.ran.status == 0)
    for fault in [StagedIMAP.Fault.literal("4294967296"), .endlessLine, .parentheses(400_000), .folders(30_000)] {
      let found = try pulled(fault, mails)
      #expect(found.ran.status == 1 && found.ran.isOneLine, "\(fault): \(found.ran.err)")
      #expect(found.ran.err.contains("; "), "\(fault): \(found.ran.err)")
      #expect(found.peak - sound.peak < 64 << 20, "\(fault): \(found.peak >> 20) MiB")
    }
  }

  /// One pull from a staged server by a process of its own, with the most memory it had.
  private func pulled(_ fault: StagedIMAP.Fault, _ mails: [[UInt8]]) throws -> (ran: CLI.Ran, peak: Int) {
    let server = try StagedIMAP(fault, mails: mails)
    let cli = try CLI()
    try cli.addAccount()
    let password = try cli.write(Array("pw".utf8), "password")
    let added = try run(
      cli,
      [
        "source", "add", "imap", "--host", "127.0.0.1", "--port", "\(server.port)", "--tls", "none", "--user", "ada",
        "--password-file", password, "--warrant", "--no-check",
      ])
    try #require(added.status == 0, "\(added.err)")
    let script = """
      import resource, subprocess, sys
      done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
      print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
      sys.exit(done.returncode)
      """
    let ran = try CLI.start(["python3", "-c", script, CLI.binary, "sync", "--pull"], cli.environment)
    return (ran, (Int(ran.out.trimmingCharacters(in: .whitespacesAndNewlines)) ?? .max >> 20) << 10)
  }

  private func run(_ cli: CLI, _ words: [String]) throws -> CLI.Ran {
    try CLI.start([CLI.binary, "--json"] + words, cli.environment)
  }

  private static func mail(_ number: Int) -> [UInt8] {
    Array(
      "From: bob@example.org\r\nTo: ada@example.test\r\nDate: 0\(number + 1) Jun 2026 10:00:00 +0000\r\n\r\nNo. \(number)\r\n"
        .utf8)
  }
}
