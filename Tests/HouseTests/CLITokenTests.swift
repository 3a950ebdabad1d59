import Foundation
import Stage
import Testing

/// Sign-ins that last, on a real binary.
@Suite("sign-ins that last, from the command line", .serialized) struct CLITokenTests {
  private static let mails = (1...3).map { number in
    Array(
      "From: Bob <bob@example.org>\r\nTo: ada@example.test\r\nSubject: \(number)\r\nMessage-ID: <\(number)@x>\r\n\r\nHello\r\n"
        .utf8)
  }

  @Test("a file with a refresh token is enough; what it says is checked, and shown nowhere")
  func life() throws {
    let web = try StagedWeb { question in
      question.body.contains("refresh_token=refresh-canary") && question.body.contains("client_id=kith")
        ? .init(200, "{\"access_token\":\"access-canary\",\"token_type\":\"Bearer\",\"expires_in\":3600}")
        : .init(400, "{\"error\":\"invalid_grant\"}")
    }
    let mail = try StagedIMAP(
      .none, mails: Self.mails,
      offer: .init(["AUTH=XOAUTH2"], takes: { $0.contains("auth=Bearer access-canary\u{1}") }))
    let cli = try CLI()
    try cli.addAccount()
    let file = cli.files + "/token.json"
    let add = [
      "source", "add", "imap", "--host", "127.0.0.1", "--port", "\(mail.port)", "--tls", "none", "--user", "ada",
      "--oauth-token-file", file, "--warrant",
    ]
    for (text, words) in [
      ("{}", "no token in this JSON"), ("{\"refresh_token\":\"a\"}", "client_id and token_endpoint"), ("{", "no JSON"),
      ("{\"refresh_token\":\"a\",\"client_id\":\"b\",\"token_endpoint\":\"http://example.test/\"}", "https://"),
      ("{\"refresh_token\":\"a\",\"client_id\":\"b\",\"token_endpoint\":\"https://10.0.0.1/\"}", "not dialled"),
      (Self.file("wrong", web.port), "ended this sign-in"),
    ] {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      let added = try run(cli, add)
      #expect(added.status == 1 && added.err.contains(words), "\(text): \(added.err)")
    }
    #expect(try cli.run("source", "list").lines.isEmpty)
    try Self.file("refresh-canary", web.port).write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try run(cli, add).status == 0)
    let pulled = try cli.run("sync", "--pull")
    #expect(pulled.status == 0 && pulled.lines.first?["held"] as? Int == 3)
    let id = try #require(try cli.run("source", "list").lines.first?["id"] as? String)
    let shown = try cli.say("source", "transcript", id).out + cli.say("status").out + cli.say("doctor").out
    #expect(shown.contains("AUTHENTICATE XOAUTH2") && !shown.contains("canary"))
  }

  private static func file(_ token: String, _ port: Int) -> String {
    """
    {
      "refresh_token": "\(token)",
      "client_id": "kith",
      "token_endpoint": "http://127.0.0.1:\(port)/token"
    }
    """
  }

  private func run(_ cli: CLI, _ words: [String]) throws -> CLI.Ran {
    try CLI.start([CLI.binary, "--json"] + words, cli.environment)
  }
}
