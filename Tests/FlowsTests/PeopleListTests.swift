import Consent
import Model
import Stage
import Store
import Testing

@testable import Flows

@Suite("The list of people") struct PeopleListTests {
  private func names(
    _ scene: Bucketry, standing: Person.Standing? = nil, status: TieStatus? = nil,
    _ change: (inout PeopleQuery) -> Void = { _ in }
  ) async throws -> Set<String> {
    var query = PeopleQuery(kind: .person, limit: 100)
    change(&query)
    let found = try await Show(store: scene.store, gate: scene.gate).people(
      query, standing: standing, status: status, as: scene.viewer)
    #expect(Set(found.map(\.person.id)).count == found.count)
    return Set(found.map(\.person.name))
  }

  @Test(
    "people are found by bucket, tag, status, last contact, strength and whose they are, alone and together",
    arguments: StagedHouse.EngineKind.allCases)
  func filters(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(engine)
    let (bob, eli, fay) = (
      try await scene.person(Cast.bob), try await scene.person(Cast.eli), try await scene.person(Cast.fay)
    )
    let all = try await names(scene)
    #expect(all == ["Bob Brown", "Eli Ember", "Fay Fischer", "Gus Garner", "Hal Hooper"])
    let bucket = try await scene.buckets.make("Clients", days: 15, as: scene.viewer)
    let label = try await scene.buckets.make("Label", as: scene.viewer)
    _ = try await scene.sorting.put([bob, eli], into: bucket.id, as: scene.viewer)
    _ = try await scene.sorting.put([fay], into: label.id, as: scene.viewer)
    _ = try await TagPeople(store: scene.store, gate: scene.gate).tag([bob, fay], "golf", isOn: true, as: scene.viewer)
    #expect(try await names(scene) { $0.place = .bucket(bucket.id) } == ["Bob Brown", "Eli Ember"])
    #expect(try await names(scene) { $0.place = PeopleQuery.Place.unsorted } == ["Gus Garner", "Hal Hooper"])
    #expect(try await names(scene) { $0.isTracked = true } == ["Bob Brown", "Eli Ember"])
    #expect(try await names(scene) { $0.tag = "golf" } == ["Bob Brown", "Fay Fischer"])
    #expect(try await names(scene) { $0.tag = "Golf" }.isEmpty)
    #expect(
      try await names(scene) {
        $0.tag = "golf"
        $0.place = .bucket(bucket.id)
        $0.text = "BROWN"
      } == ["Bob Brown"])
    #expect(try await names(scene, status: .strong) == ["Eli Ember"])
    #expect(try await names(scene, status: .weak) == ["Bob Brown"])
    #expect(try await names(scene, status: .fading).isEmpty)
    #expect(try await names(scene, status: TieStatus.none) == ["Fay Fischer", "Gus Garner", "Hal Hooper"])
    let week = Cast.now.advanced(byDays: -7)
    #expect(try await names(scene) { $0.contact = .since(week) } == ["Fay Fischer", "Hal Hooper"])
    #expect(try await names(scene) { $0.contact = .before(week) } == ["Bob Brown", "Eli Ember"])
    #expect(try await names(scene) { $0.contact = .never } == ["Gus Garner"])
    #expect(try await names(scene) { $0.strength = 0...0 } == ["Gus Garner"])
    #expect(try await names(scene) { $0.strength = 0...100 } == all)
    #expect(try await names(scene) { $0.owner = scene.office.ada } == all)
    let cyd = try await scene.office.addCyd()
    #expect(try await names(scene) { $0.owner = cyd }.isEmpty)
    #expect(try await names(scene, standing: .contact, status: .strong).isSubset(of: ["Eli Ember"]))
    #expect(try await names(scene) { $0.text = "@notary.example" } == ["Eli Ember"])
    #expect(try await names(scene) { $0.text = "5550107" } == ["Gus Garner"])
  }

  @Test(
    "whoever is archived is in no list but that of the archived; to unite somebody with them hides nobody",
    arguments: StagedHouse.EngineKind.allCases)
  func archived(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(engine)
    let (bob, eli) = (try await scene.person(Cast.bob), try await scene.person(Cast.eli))
    let kept = try await scene.saying.say(.archive(true), about: [bob], as: scene.viewer)
    #expect(try await !names(scene).contains("Bob Brown"))
    #expect(try await names(scene) { $0.archived = .only } == ["Bob Brown"])
    #expect(try await names(scene) { $0.archived = .shown }.count == 5)
    // One page of one is full though the first in order is archived.
    #expect(try await names(scene) { $0.limit = 1 }.count == 1)
    try await scene.undo(kept)
    #expect(try await names(scene).count == 5)
    _ = try await scene.saying.say(.archive(true), about: [bob], as: scene.viewer)
    _ = try await scene.office.merging.merge([eli, bob], as: scene.viewer)
    #expect(try await names(scene).count == 4)
    #expect(try await names(scene) { $0.archived = .only }.isEmpty)
  }

  @Test("each order is kept over pages of any size, and nobody is on two", arguments: StagedHouse.EngineKind.allCases)
  func orders(_ engine: StagedHouse.EngineKind) async throws {
    let scene = try await Bucketry(engine)
    for sort in PeopleQuery.Sort.allCases {
      let whole = try await scene.store.people(scene.viewer, PeopleQuery(sort: sort)).map(\.person)
      switch sort {
      case .strength: #expect(whole.map(\.strength) == whole.map(\.strength).sorted(by: >))
      case .name: #expect(whole.map { fold($0.name) } == whole.map { fold($0.name) }.sorted())
      case .contact:
        let days = whole.map { $0.lastContacted?.milliseconds ?? 0 }
        #expect(days == days.sorted(by: >) && whole.last?.lastContacted == nil)
      case .added: #expect(whole.map(\.id) == whole.map(\.id).sorted(by: >))
      }
      for size in [1, 2, 3] {
        var paged: [ID<Person>] = []
        while true {
          let query = PeopleQuery(sort: sort, limit: size, after: paged.last)
          let page = try await scene.store.people(scene.viewer, query).map(\.person.id)
          paged += page
          if page.count < size { break }
        }
        #expect(paged == whole.map(\.id), "\(sort) by \(size)")
      }
    }
  }
}
