import Consent
import Flows
import Insight
import Model
import Stage
import Store
import Testing

/// What is owed, when to write, how often, and who knows whom, from what is stored.
@Suite("how to be in touch, from what is stored") struct ContactFlowTests {
  private func owed(_ house: Office, as member: ID<Member>? = nil) async throws -> [OwedReply] {
    try await SuggestReplies(store: house.store, gate: house.gate).owed(house.viewer(member)).owed
  }

  @Test(
    "a question to me and a promise of mine are owed until I write there; what others are asked is not",
    arguments: StagedHouse.EngineKind.allCases)
  func replies(_ engine: StagedHouse.EngineKind) async throws {
    let house = try await Office(engine: engine)
    let letters = [
      letter(1, Cast.bob, [Cast.ada], daysAgo: 9, "The roof", "Can you send me the plan?"),
      letter(2, Cast.ada, [Cast.eli], cc: [Cast.gus], daysAgo: 8, "The deed", "I will send you the deed on Friday."),
      letter(3, Cast.fay, [Cast.ada], daysAgo: 7, "The loan", "Which rate did they offer?"),
      letter(4, Cast.ada, [Cast.fay], daysAgo: 6, "Re: The loan", "Four in the hundred."),
      letter(5, Cast.hal, [Cast.ivy], cc: [Cast.ada], daysAgo: 5, "The fence", "Ivy, shall we paint it?"),
      letter(6, Cast.jon, [Cast.ada], daysAgo: 70, "The photos", "Which one do you like?"),
      letter(7, Cast.gus, [Cast.ada], daysAgo: 4, "The bench", "The bench is ready.\n\n> Shall I paint it?"),
    ]
    try await house.take(.mails, try house.write(letters, "mail"))
    let open = try await owed(house)
    #expect(open.map(\.person.name) == [Cast.bob.name, Cast.eli.name])
    #expect(open.map(\.owed.kind) == [.answer, .promise])
    #expect(open.allSatisfy { $0.mail != nil })
    let before = try await SuggestReplies(store: house.store, gate: house.gate).owed(
      house.viewer(), at: Cast.now.advanced(byDays: -6.5)
    ).owed
    #expect(before.map(\.person.name) == [Cast.bob.name, Cast.eli.name, Cast.fay.name])
    let more = [letter(8, Cast.ada, [Cast.bob], daysAgo: 1, "Re: The roof", "Here it is.")]
    try await house.take(.mails, try house.write(more, "more"))
    #expect(try await owed(house).map(\.person.name) == [Cast.eli.name])
  }

  @Test(
    "what is owed is read under the permit to find people, and kept nowhere",
    arguments: StagedHouse.EngineKind.allCases)
  func permit(_ engine: StagedHouse.EngineKind) async throws {
    let house = try await Office(engine: engine)
    let asking = [letter(1, Cast.bob, [Cast.ada], "The roof", "Can you send me the plan?")]
    let source = try await house.take(.mails, try house.write(asking, "mail"))
    let digests = try await house.digests()
    let lines = try await house.store.ledger(house.account).count
    #expect(try await owed(house).count == 1)
    let added = try await house.store.ledger(house.account).dropFirst(lines)
    #expect(added.map(\.line.purpose) == [FindPeople.declaration.name])
    #expect(added.map(\.line.outcome) == ["permitted"])
    #expect(try await house.digests() == digests)
    let grants = try await house.store.grants(house.account).filter { $0.target == .source(source) }
    for grant in grants { _ = try await house.store.withdraw(house.account, house.ada, grant.id) }
    let found = try await SuggestReplies(store: house.store, gate: house.gate).owed(house.viewer())
    #expect(found.owed.isEmpty && found.closed == 1)
  }

  @Test(
    "the hour, the answer and the rhythm are those of what passed with a person",
    arguments: StagedHouse.EngineKind.allCases)
  func contact(_ engine: StagedHouse.EngineKind) async throws {
    let house = try await Office(engine: engine)
    var letters: [Cast.Letter] = []
    for month in 1...6 {
      let days = Int64(month) * 30
      letters.append(letter(month * 10, Cast.ada, [Cast.bob], daysAgo: days, "The roof", "How is it?"))
      var answer = letter(month * 10 + 1, Cast.bob, [Cast.ada], daysAgo: days, "Re: The roof", "It holds.")
      answer.sentAt = answer.sentAt.advanced(byDays: 2.0 / 24)
      letters.append(answer)
    }
    letters.append(letter(99, Cast.eli, [Cast.ada], daysAgo: 3, "The deed", "It is signed."))
    try await house.take(.mails, try house.write(letters, "mail"))
    let advise = AdviseContact(store: house.store, gate: house.gate)
    let bob = try await house.person(Cast.bob.address)
    let advice = try await advise.advice(on: bob.id, as: house.viewer())
    let reply = try #require(advice.reply)
    #expect(reply.hours <= 4 && reply.chance > 0.9)
    // The staged clock stands at nine, and the answers came two hours later.
    #expect(advice.hour?.hour == 11)
    let east = try await advise.advice(on: bob.id, offset: { _ in 60 }, as: house.viewer())
    #expect(east.hour?.hour == 12)
    #expect(advice.rhythm?.days == 30 && advice.bucket?.bucket.days == 30)
    let early = try await advise.advice(on: bob.id, at: Cast.now.advanced(byDays: -170), as: house.viewer())
    #expect(early.rhythm == nil)
    #expect(try await advise.buckets(house.viewer()).map(\.person.id) == [bob.id])
    let eli = try await advise.advice(on: house.person(Cast.eli.address).id, as: house.viewer())
    #expect(eli.rhythm == nil && eli.reply?.why.hasPrefix("People usually answer you") == true)
  }

  @Test(
    "introductions know what the viewer's own mails show, and nothing of a colleague's",
    arguments: StagedHouse.EngineKind.allCases)
  func introductions(_ engine: StagedHouse.EngineKind) async throws {
    let house = try await Office(engine: engine)
    var letters: [Cast.Letter] = []
    for week in 1...4 {
      let days = Int64(week) * 7
      letters.append(letter(week * 10, Cast.ada, [Cast.bob, Cast.eli, Cast.gus], daysAgo: days, "The roof", "Soon."))
      letters.append(letter(week * 10 + 1, Cast.bob, [Cast.ada], cc: [Cast.fay], daysAgo: days, "The loan", "Done."))
    }
    try await house.take(.mails, try house.write(letters, "mail"))
    let suggest = SuggestIntroductions(store: house.store)
    let (bob, eli) = (try await house.person(Cast.bob.address), try await house.person(Cast.eli.address))
    let (fay, gus) = (try await house.person(Cast.fay.address), try await house.person(Cast.gus.address))
    let viewer = try await house.viewer()
    #expect(try await suggest.ways(to: fay.id, as: viewer).map(\.via.id) == [bob.id])
    #expect(try await suggest.forgotten(among: [bob.id, eli.id], as: viewer).map(\.person.id) == [gus.id])
    let knows = try await AdviseContact(store: house.store, gate: house.gate).advice(on: bob.id, as: viewer).knows
    #expect(Set(knows.map(\.person.id)) == [eli.id, fay.id, gus.id])

    let cyd = try await house.addCyd()
    let other = try await house.viewer(cyd)
    await #expect(throws: Refusal.self) { try await suggest.ways(to: fay.id, as: other) }
    await #expect(throws: Refusal.self) { try await suggest.forgotten(among: [bob.id, eli.id], as: other) }
    // Of a colleague's people she sees the directory, and of their mails nothing.
    _ = try await house.store.share(house.account, house.ada, with: cyd, person: nil, level: .directory)
    #expect(try await suggest.ways(to: fay.id, as: other).isEmpty)
    #expect(try await suggest.forgotten(among: [bob.id, eli.id], as: other).isEmpty)
    let advice = try await AdviseContact(store: house.store, gate: house.gate).advice(on: bob.id, as: other)
    #expect(advice == ContactAdvice())
    // Who is restricted is named to nobody.
    try await house.editing.restrict(bob.id, as: viewer)
    #expect(try await suggest.ways(to: fay.id, as: viewer).isEmpty)
  }
}
