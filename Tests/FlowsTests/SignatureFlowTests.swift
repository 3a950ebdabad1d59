import Consent
import Model
import Stage
import Store
import Testing

@testable import Flows

/// What people say of themselves below their mails.
@Suite("signatures become proposals") struct SignatureFlowTests {
  private static let card =
    "Best regards,\nBob Baker\nProject Manager\nBaker Houses Ltd\nPhone: +1 541-754-3010\nMobile: (541) 754-3011"

  private func signed(_ number: Int, _ body: String, from: Cast.Role = Cast.bob) -> Cast.Letter {
    var signed = letter(number, from, [Cast.ada], daysAgo: Int64(10 + number), "Stones")
    signed.body = body
    return signed
  }

  private func facts(_ house: Office, of address: String) async throws -> [Fact] {
    let person = try await house.person(address)
    let page = try await house.show.person(person.id, as: house.viewer())
    return page.facts.map(\.seen.fact).filter { $0.origin == .inferred }
  }

  @Test(
    "each field becomes a proposed fact with its mail, the more mails the surer",
    arguments: StagedHouse.EngineKind.allCases)
  func proposed(_ kind: StagedHouse.EngineKind) async throws {
    let house = try await Office(engine: kind)
    let letters = (1...3).map { signed($0, "Shall we build on Monday?\n\n" + Self.card) }
    try await house.take(.mails, try house.write(Array(letters.prefix(1)), "first"))
    let once = try await facts(house, of: Cast.bob.address)
    #expect(Set(once.map(\.field)).isSuperset(of: [.title, .organisation, .phone]))
    #expect(once.first { $0.field == .organisation }?.value == "Baker Houses Ltd")
    #expect(once.filter { $0.field == .phone }.map(\.value).sorted() == ["+15417543010", "+15417543011"])
    try await house.take(.mails, try house.write(Array(letters.dropFirst()), "more"))
    let thrice = try await facts(house, of: Cast.bob.address)
    for fact in thrice {
      #expect(fact.count == 3)
      #expect(fact.confidence > once.first { $0.field == fact.field && $0.value == fact.value }?.confidence ?? 1)
    }
    let person = try await house.person(Cast.bob.address)
    #expect(person.title == "Project Manager" && person.organisation == "Baker Houses Ltd")
  }

  @Test("a quoted signature is nobody's, least of all the quoter's")
  func quoted() async throws {
    let house = try await Office()
    let quote = Self.card.split(separator: "\n").map { "> " + $0 }.joined(separator: "\n")
    let body = "Yes, on Monday.\n\nOn Mon, Nov 23, 2026 at 9:41 AM Bob Baker <bob@example.test> wrote:\n" + quote
    try await house.take(.mails, try house.write([signed(1, body, from: Cast.eli)], "mail"))
    #expect(try await facts(house, of: Cast.eli.address).isEmpty)
  }

  @Test("what a signature says never stands above what the owner typed")
  func typed() async throws {
    let house = try await Office()
    let path = try house.write([signed(1, "Shall we build on Monday?\n\n" + Self.card)], "mail")
    let source = try await house.take(.mails, path)
    let bob = try await house.person(Cast.bob.address)
    _ = try await house.editing.edit(bob.id, Edit(.set, .title, "Mason"), as: house.viewer())
    _ = try await house.editing.edit(bob.id, Edit(.remove, .phone, "+15417543010"), as: house.viewer())
    _ = try await house.understand(source)
    let person = try await house.person(Cast.bob.address)
    #expect(person.title == "Mason")
    let page = try await house.show.person(person.id, as: house.viewer())
    #expect(page.facts.contains { $0.seen.fact.value == "Project Manager" && $0.seen.fact.origin == .inferred })
    #expect(page.person.phones == ["+15417543011"])
  }
}
