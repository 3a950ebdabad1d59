import Consent
import Flows
import Model
import Stage
import Store
import Testing

/// Who is kept apart as merely discovered, and what makes somebody a contact.
@Suite("contacts and the discovered") struct StandingTests {
  private func standings(_ house: Office, as member: ID<Member>? = nil) async throws -> [String: Person.Standing] {
    let seen = try await house.show.people(PeopleQuery(limit: 1000), as: house.viewer(member))
    return Dictionary(
      seen.compactMap { one in one.standing.map { (one.person.emails.first ?? one.person.name, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  @Test(
    "who only wrote, stood beside me or was in a crowd is discovered, until I write, meet, type or keep them",
    arguments: StagedHouse.EngineKind.allCases)
  func standing(_ engine: StagedHouse.EngineKind) async throws {
    let house = try await Office(engine: engine)
    var crowd = letter(5, Cast.ada, [Cast.jon], "To all", "We are closed on Monday.")
    crowd.extra = ["Bcc: " + (1...30).map { "guest\($0)@example.org" }.joined(separator: ", ")]
    let letters = [
      letter(1, Cast.bob, [Cast.ada], "The roof", "It leaks."),
      letter(2, Cast.eli, [Cast.ada, Cast.fay], "The deed", "It is ready."),
      letter(3, Cast.ada, [Cast.gus], "The bench", "Please make one."), crowd,
    ]
    try await house.take(.mails, try house.write(letters, "mail"))
    var now = try await standings(house)
    for role in [Cast.bob, Cast.eli, Cast.fay, Cast.jon] { #expect(now[role.address] == .discovered, "\(role.name)") }
    #expect(now[Cast.gus.address] == .contact && now["guest7@example.org"] == .discovered)

    try await house.take(
      .mails, try house.write([letter(6, Cast.ada, [Cast.bob], "Re: The roof", "I see to it.")], "more"))
    let fay = try await house.person(Cast.fay.address)
    _ = try await house.editing.edit(fay.id, Edit(.set, .title, "Loan officer"), as: house.viewer())
    _ = try await house.store.put(#require(SenderRule(Cast.jon.address, .keep)), house.account, house.ada)
    now = try await standings(house)
    for role in [Cast.bob, Cast.fay, Cast.jon, Cast.gus] { #expect(now[role.address] == .contact, "\(role.name)") }
    #expect(now[Cast.eli.address] == .discovered)
    let cards = house.files + "/cards.vcf"
    try Cast.writeCards(cards)
    try await house.take(.vcard, cards)
    #expect(try await standings(house)[Cast.eli.address] == .contact)
  }

  @Test("a page of contacts is filled past the discovered, and goes on where it ended", arguments: [1, 3, 100])
  func pages(_ limit: Int) async throws {
    let house = try await Office()
    var letters: [Cast.Letter] = []
    for number in 0..<9 {
      let role = [Cast.bob, Cast.eli, Cast.fay, Cast.gus, Cast.hal, Cast.ivy, Cast.jon, Cast.cyd, Cast.dee][number]
      letters.append(letter(number * 2, role, [Cast.ada], "Word \(number)", "Hello."))
      if number % 2 == 0 { letters.append(letter(number * 2 + 1, Cast.ada, [role], "Word \(number)", "Hello.")) }
    }
    try await house.take(.mails, try house.write(letters, "mail"))
    for standing in Person.Standing.allCases {
      var seen: [ID<Person>] = []
      var after: ID<Person>?
      repeat {
        let page = try await house.show.people(
          PeopleQuery(limit: limit, after: after), standing: standing, as: house.viewer())
        #expect(page.allSatisfy { $0.standing == standing } && page.count <= limit)
        seen += page.map(\.person.id)
        after = page.last?.person.id
      } while after != nil
      #expect(seen.count == (standing == .contact ? 5 : 4) && Set(seen).count == seen.count)
    }
  }

  @Test("who sees a colleague's person sees whether they are a contact of the colleague's")
  func shared() async throws {
    let house = try await Office()
    try await house.take(
      .mails, try house.write([letter(1, Cast.ada, [Cast.gus]), letter(2, Cast.bob, [Cast.ada])], "mail"))
    let cyd = try await house.addCyd()
    #expect(try await standings(house, as: cyd).isEmpty)
    _ = try await house.store.share(house.account, house.ada, with: cyd, person: nil, level: .directory)
    let seen = try await standings(house, as: cyd)
    #expect(seen[Cast.gus.address] == .contact && seen[Cast.bob.address] == .discovered)
  }
}
