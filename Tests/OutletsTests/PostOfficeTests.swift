import Consent
import Formats
import Model
import Outlets
import Stage
import Testing
import Wire

/// Mails of the house, given to a real server that takes mail.
@Suite("Mails of the house, to a real server", .serialized) struct PostOfficeTests {
  private static let mail = HouseMail(
    to: "ada@example.test", from: "office@example.test", subject: "A link",
    text: "Here:\n.\nhttps://kith.example.org/x\n")

  private func office(_ server: MailServer, _ password: String?) -> PostOffice {
    PostOffice(
      server, login: password.map { Login(user: StagedPost.user, secret: $0) },
      rules: AddressRules(allowsThisMachine: true), now: { Instant(year: 2026, month: 11, day: 23, hour: 12) })
  }

  @Test(
    "a mail arrives whole, in the clear on this machine, by STARTTLS and by TLS", arguments: StagedPost.Way.allCases)
  func arrives(_ way: StagedPost.Way) async throws {
    let post = try await StagedPost.start(way)
    try await office(post.server(way), way == .open ? nil : StagedPost.password).send(Self.mail)
    let mails = try post.mails()
    let mail = try #require(mails.first)
    #expect(mails.count == 1 && mail.hasPrefix("office@example.test\nada@example.test\n"))
    #expect(mail.contains("Auto-Submitted: auto-generated") && mail.contains("https://kith.example.org/x"))
    #expect(mail.contains("Here:\r\n.\r\nhttps"))
  }

  @Test("a wrong password, a wrong certificate and a server that is not there are told, and no mail leaves")
  func wrong() async throws {
    let post = try await StagedPost.start(.implicit)
    await #expect(throws: Trouble.self) { try await office(post.server(.implicit), "wrong").send(Self.mail) }
    var other = post.server(.implicit)
    other.authority = nil
    await #expect(throws: Trouble.self) { try await office(other, StagedPost.password).send(Self.mail) }
    let nobody = MailServer(host: "localhost", port: try StagedDovecot.freePort(), security: .none)
    await #expect(throws: Trouble.self) { try await office(nobody, nil).send(Self.mail) }
    var forged = Self.mail
    forged.to = "ada@example.test>\r\nRCPT TO:<eve@example.test"
    await #expect(throws: Trouble.self) { try await office(post.server(.implicit), StagedPost.password).send(forged) }
    #expect(try post.mails().isEmpty)
  }
}
