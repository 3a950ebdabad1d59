import Formats
import Model
import Testing

@Suite("documents of a domain about its mail") struct MailAutoconfigTests {
  private static func document(_ servers: String...) -> [UInt8] {
    Array("<clientConfig><emailProvider id='x'>\(servers.joined())</emailProvider></clientConfig>".utf8)
  }

  private static func server(
    _ host: String = "imap.example.test", kind: String = "imap", port: String = "993", socket: String = "SSL",
    user: String = "%EMAILADDRESS%", ways: [String] = ["password-cleartext"]
  ) -> String {
    "<incomingServer type=\"\(kind)\"><hostname> \(host) </hostname><port>\(port)</port>"
      + "<socketType>\(socket)</socketType><username>\(user)</username>"
      + ways.map { "<authentication>\($0)</authentication>" }.joined() + "</incomingServer>"
  }

  private func read(_ servers: String...) throws -> [MailAutoconfig.Mailbox] {
    try MailAutoconfig(Self.document(servers.joined()), for: "ada@example.test").mailboxes
  }

  @Test("mailboxes are read in their order, with TLS, and with what they take")
  func read() throws {
    let found = try read(
      Self.server(socket: "plain"), Self.server(kind: "pop3"),
      Self.server("mail.%EMAILDOMAIN%", port: "143", socket: "STARTTLS"),
      Self.server(user: "%EMAILLOCALPART%", ways: ["OAuth2"]), Self.server(ways: ["GSSAPI"]),
      Self.server("OUTLOOK.office365.com", ways: ["OAuth2", "password-cleartext"]))
    #expect(
      found.map(\.server) == [
        MailServer(host: "mail.example.test", port: 143, security: .starttls),
        MailServer(host: "imap.example.test", port: 993, secret: .token),
        MailServer(host: "outlook.office365.com", port: 993, secret: .token),
      ])
    #expect(found.map(\.user) == ["ada@example.test", "ada", "ada@example.test"])
  }

  @Test("nothing of a hostile document reaches a line that people copy")
  func hostile() throws {
    for host in ["a.test; rm -rf x", "$(id)", "a`b`", "", "-a b", "%UNKNOWN%", "a&#10;b.test\u{1b}"] {
      #expect(
        try read(Self.server(host)).allSatisfy {
          $0.server.host.utf8.allSatisfy { $0 > 32 && $0 != 36 && $0 != 59 && $0 != 96 }
        })
    }
    #expect(try read(Self.server("$(id)"), Self.server("a.test; id"), Self.server("--x"), Self.server("")).isEmpty)
    for user in ["ada; id", "$(id)", "`id`", "'", "%NONE%", "--x", ""] {
      #expect(try read(Self.server(user: user)).map(\.user) == ["ada@example.test"])
    }
    for port in ["0", "65536", "-1", "99999999999999999999", "x"] { #expect(try read(Self.server(port: port)).isEmpty) }
    #expect(try read((0..<100).map { _ in Self.server() }.joined()).count == 4)
  }

  @Test("every cut of a document is a fault, every changed byte a fault or an answer")
  func torn() {
    let whole = Self.document(Self.server())
    for count in 0..<whole.count {
      #expect(throws: DAVFault.self) { try MailAutoconfig(Array(whole[..<count]), for: "ada@example.test") }
    }
    var noise = whole
    for place in noise.indices {
      for byte: UInt8 in [0, 0x22, 0x26, 0x3c, 0x3e, 0xff] {
        let kept = noise[place]
        noise[place] = byte
        _ = try? MailAutoconfig(noise, for: "ada@example.test")
        noise[place] = kept
      }
    }
    #expect(throws: DAVFault.documentType) {
      try MailAutoconfig(Array("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>".utf8), for: "ada@example.test")
    }
    #expect(throws: DAVFault.tooDeep) {
      try MailAutoconfig(Array(String(repeating: "<a>", count: 400_000).utf8.prefix(200_000)), for: "ada@example.test")
    }
    #expect(throws: DAVFault.tooLong) {
      try MailAutoconfig([UInt8](repeating: 32, count: 257 << 10), for: "ada@example.test")
    }
  }
}
