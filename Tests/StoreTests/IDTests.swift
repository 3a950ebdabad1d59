import Model
import Stage
import Store
import Testing

@Suite("Ids")
struct IDTests {
  @Test("ids of one process after the other never repeat, even while the clock stands or goes back")
  func neverBackwards() async throws {
    let house = try await StagedHouse()
    let clock = StagedClock()
    var all: Set<ID<Person>> = []
    var last: ID<Person>?
    for round in 0..<6 {
      let maker = try await IDMaker.lease(house.store.engine, clock: { clock.now })
      for _ in 0..<5000 {
        let id: ID<Person> = maker.next()
        #expect(all.insert(id).inserted)
        if let last, round != 3 { #expect(last < id || round == 0) }
        last = id
      }
      try await maker.release(house.store.engine)
      if round == 2 { clock.advance(milliseconds: -60_000) }
    }
  }

  @Test("two processes at once have different generators")
  func generators() async throws {
    let house = try await StagedHouse()
    let clock = StagedClock()
    let makers = [
      try await IDMaker.lease(house.store.engine, clock: { clock.now }),
      try await IDMaker.lease(house.store.engine, clock: { clock.now }),
    ]
    #expect(makers[0].generator != makers[1].generator)
    let (a, b): (ID<Person>, ID<Person>) = (makers[0].next(), makers[1].next())
    #expect(a != b)
    #expect(ID<Person>("\(a)") == a)
    #expect(ID<Source>("\(a)") == nil)
  }
}
