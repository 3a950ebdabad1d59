import Flows
import Model
import Stage
import Testing
import Wire

@Suite("settings are found from an address") struct DiscoverTests {
  @Test("a provider is known by its domain, with what it wants first; nobody is asked")
  func providers() async throws {
    let names = try StagedNames([:])
    let discover = Discover(lookup: RecordLookup(address: 0x7f00_0001, port: names.port))
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
    let found = try await Discover(lookup: RecordLookup(address: 0x7f00_0001, port: names.port)).run("ada@Example.test")
    #expect(found.map(\.server.host) == ["first.example.test", "second.example.test", "first.example.test"])
    #expect(found.map(\.server.port) == [1993, 993, 143])
    #expect(found.map(\.server.security) == [.implicit, .implicit, .starttls])
    #expect(!names.asked.isEmpty && !names.asked.contains { $0.contains("ada") })
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
    let discover = Discover(lookup: RecordLookup(address: 0x7f00_0001, port: names.port))
    let agency = try await discover.run("ada@agency.test")
    #expect(agency.map(\.server.host) == ["imap.gmail.com"] && agency.first?.origin == .exchange)
    let office = try await discover.run("ada@office.test")
    #expect(office.first?.note?.contains("OAuth") == true && office.first?.note?.contains("administrator") == true)
    #expect(try await discover.run("ada@none.test").isEmpty)
    #expect(try await discover.run("ada@nowhere.test").isEmpty)
  }
}
