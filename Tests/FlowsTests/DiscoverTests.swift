import Flows
import Model
import Readers
import Stage
import Testing
import Wire

@Suite("settings are found from an address") struct DiscoverTests {
  /// Asks these name servers, and the documents of a staged web server, or of nobody.
  private func discover(_ names: StagedNames, _ web: StagedWeb? = nil) -> Discover {
    let dialler = Dialler.system(
      rules: AddressRules(allowsThisMachine: true), now: { Instant(seconds: 1_700_000_000) }, mayDial: { _, _ in },
      maySend: { _ in })
    let port = web?.port
    return Discover(
      lookup: RecordLookup(address: 0x7f00_0001, port: names.port),
      documents: AutoconfigReader(dialler, patience: 60) { domain in
        guard let port else { return [] }
        let here = MailServer(host: "127.0.0.1", port: port, security: .none)
        return AutoconfigReader.usual(domain).map { .init(here, "/\($0.server.host)\($0.path)") }
      })
  }

  @Test("a provider is known by its domain, with what it wants first; nobody is asked")
  func providers() async throws {
    let names = try StagedNames([:])
    let discover = discover(names)
    for (address, host, words) in [
      ("ada@gmail.com", "imap.gmail.com", "app password"),
      ("ada@Hotmail.com", "outlook.office365.com", "administrator"),
      ("ada@icloud.com", "imap.mail.me.com", "app-specific password"), ("ada@gmx.de", "imap.gmx.net", "switched on"),
      ("ada@yahoo.com", "imap.mail.yahoo.com", "app password"), ("ada@aol.com", "imap.aol.com", "app password"),
      ("ada@fastmail.com", "imap.fastmail.com", "app password"), ("ada@web.de", "imap.web.de", "switched on"),
    ] {
      let found = try await discover.run(address)
      #expect(found.map(\.server.host) == [host] && found.first?.origin == .provider)
      #expect(found.first?.server.port == 993 && found.first?.server.security == .implicit)
      #expect(found.first?.note?.contains(words) == true, "\(address)")
    }
    #expect(try await discover.run("ada@posteo.de").first?.note == nil)
    #expect(try await discover.run("ada@proton.me").first?.server.security == .starttls)
    #expect(names.asked.isEmpty)
  }

  @Test(
    "what a domain publishes is found, the best first; TLS from the first byte before STARTTLS; only the domain is told"
  )
  func services() async throws {
    let names = try StagedNames([
      "_imaps._tcp.example.test": [
        .service(priority: 20, port: 993, host: "second.example.test"),
        .service(priority: 10, port: 1993, host: "first.example.test"),
      ],
      "_imap._tcp.example.test": [.service(priority: 0, port: 143, host: "first.example.test")],
      "example.test": [.exchange(preference: 5, host: "mx.example.test")],
    ])
    let found = try await discover(names).run("ada@Example.test")
    #expect(found.map(\.server.host) == ["first.example.test", "second.example.test", "first.example.test"])
    #expect(found.map(\.server.port) == [1993, 993, 143])
    #expect(found.map(\.server.security) == [.implicit, .implicit, .starttls])
    #expect(!names.asked.isEmpty && !names.asked.contains { $0.contains("ada") })
  }

  @Test("address books and calendars are found where the domain names their servers; only the domain is told")
  func books() async throws {
    let names = try StagedNames([
      "_carddavs._tcp.example.test": [
        .service(priority: 20, port: 8443, host: "second.example.test"),
        .service(priority: 10, port: 443, host: "dav.example.test"),
      ],
      "_caldavs._tcp.example.test": [.service(priority: 0, port: 443, host: "dav.example.test")],
      "_carddavs._tcp.none.test": [.service(priority: 0, port: 1, host: "")],
    ])
    let found = try await discover(names).books(of: "ada@Example.test")
    #expect(found.map(\.kind) == [.carddav, .carddav, .caldav])
    #expect(
      found.map(\.url) == [
        "https://dav.example.test/", "https://second.example.test:8443/", "https://dav.example.test/",
      ])
    #expect(try await discover(names).books(of: "ada@none.test").isEmpty)
    #expect(names.asked.allSatisfy { !$0.contains("ada") })
  }

  @Test("a domain of one's own is found by who takes its mail; one that offers nothing gives nothing")
  func exchanges() async throws {
    let names = try StagedNames([
      "agency.test": [
        .exchange(preference: 10, host: "alt1.aspmx.l.google.com"),
        .exchange(preference: 1, host: "aspmx.l.google.com"),
      ],
      "office.test": [.exchange(preference: 0, host: "office-test.mail.protection.outlook.com")],
      "none.test": [], "_imaps._tcp.none.test": [.service(priority: 0, port: 1, host: "")],
    ])
    let discover = discover(names)
    let agency = try await discover.run("ada@agency.test")
    #expect(agency.map(\.server.host) == ["imap.gmail.com"] && agency.first?.origin == .exchange)
    let office = try await discover.run("ada@office.test")
    #expect(office.first?.note?.contains("OAuth") == true && office.first?.note?.contains("administrator") == true)
    #expect(try await discover.run("ada@none.test").isEmpty)
    #expect(try await discover.run("ada@nowhere.test").isEmpty)
  }

  private static let document = """
    <?xml version="1.0"?>
    <clientConfig version="1.1"><emailProvider id="example.test"><domain>example.test</domain>
      <incomingServer type="pop3"><hostname>pop.example.test</hostname><port>995</port><socketType>SSL</socketType>
      </incomingServer>
      <incomingServer type="imap"><hostname>imap.%EMAILDOMAIN%</hostname><port>993</port><socketType>SSL</socketType>
        <username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication></incomingServer>
    </emailProvider></clientConfig>
    """

  @Test("a domain without records is found by its document, at either of its places; only the domain is told")
  func documents() async throws {
    let names = try StagedNames(["example.test": []])
    for place in [
      "/autoconfig.example.test/mail/config-v1.1.xml", "/example.test/.well-known/autoconfig/mail/config-v1.1.xml",
    ] {
      let web = try StagedWeb { $0.path == place ? .init(200, Self.document) : .init(404) }
      let found = try await discover(names, web).run("ada@Example.test")
      #expect(found.map(\.server) == [MailServer(host: "imap.example.test", port: 993)])
      #expect(found.map(\.user) == ["ada"] && found.first?.origin == .document)
      #expect(!web.asked.isEmpty && !web.asked.contains { ($0.head + $0.body).contains("ada") })
      #expect(web.asked.allSatisfy { $0.method == "GET" && !$0.head.contains("Authorization") })
    }
  }

  @Test("a document that is too long, torn, or elsewhere gives nothing, and no redirect is followed")
  func badDocuments() async throws {
    let names = try StagedNames(["example.test": []])
    for answer: StagedWeb.Answer in [
      .init(200, Self.document + String(repeating: " ", count: 300 << 10)),
      .init(200, String(Self.document.dropLast(9))),
      .init(302, Self.document, fields: ["Location: /elsewhere"]), .init(500, Self.document), .init(200, "no document"),
    ] {
      let web = try StagedWeb { _ in answer }
      #expect(try await discover(names, web).run("ada@example.test").isEmpty)
      #expect(web.asked.count == 2 && !web.asked.contains { $0.path == "/elsewhere" })
    }
  }

  @Test("a document is asked of the open internet alone, and over TLS")
  func documentsOutside() async throws {
    let usual = AutoconfigReader.usual("example.test")
    #expect(usual.map(\.server.host) == ["autoconfig.example.test", "example.test"])
    #expect(usual.allSatisfy { $0.server.port == 443 && $0.server.security == .implicit })
    let dialler = Dialler.system(
      rules: AddressRules(), now: { Instant(seconds: 1_700_000_000) }, mayDial: { _, _ in }, maySend: { _ in })
    let web = try StagedWeb { _ in .init(200, Self.document) }
    for host in ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"] {
      let inner = AutoconfigReader(dialler) { _ in
        [.init(MailServer(host: host, port: web.port, security: .none), "/mail/config-v1.1.xml")]
      }
      #expect(try await inner.mailboxes(of: "example.test", for: "ada@example.test").isEmpty)
    }
    #expect(web.asked.isEmpty)
  }
}
