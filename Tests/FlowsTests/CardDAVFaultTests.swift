import Consent
import Flows
import Foundation
import Model
import Outlets
import Stage
import Store
import Testing

@Suite("an address book behind a line that fails", .serialized)
struct CardDAVFaultTests {
  private static let people = 150

  /// What lies in the book by the person it names: each with the titles of the cards that do.
  private func titles(_ stage: CardDAVStage) throws -> [String: [String]] {
    var found: [String: [String]] = [:]
    for card in try stage.server.contents().values {
      let lines = card.text.replacing("\r\n ", with: "").split(whereSeparator: \.isNewline).map(String.init)
      func value(_ name: String) -> String? {
        lines.first { $0.hasPrefix(name + ":") }.map { String($0.dropFirst(name.count + 1)) }
      }
      found[value("X-KITH-ID") ?? "nobody", default: []].append(value("TITLE") ?? "")
    }
    return found
  }

  private static func stage(_ kind: StagedDAV.Kind) async throws -> (CardDAVStage, StagedFaults) {
    var proxy: StagedFaults?
    let stage = try await CardDAVStage(kind) { server in
      let made = try StagedFaults(before: server.port, StagedDAV.faults, share: 0, seed: 7, pause: 0)
      proxy = made
      return made.server
    }
    return (stage, try #require(proxy))
  }

  /// Runs until nothing is left to do; answers how many runs it took.
  private func settle(_ stage: CardDAVStage, _ destination: Destination, _ deliver: Deliver) async throws -> Int {
    for run in 1...20 {
      do {
        let report = try await stage.run(destination, by: deliver)
        if report.isComplete, report.created + report.updated == 0 { return run }
      } catch let trouble as Trouble {
        #expect(trouble.description.contains("localhost"), "\(trouble)")
      }
    }
    throw Trouble("it does not settle", "")
  }

  @Test(
    "P054 P079 three hundred changes through a line of which three in ten fail: each is there once, none is lost",
    .timeLimit(.minutes(15)), arguments: StagedDAV.Kind.allCases)
  func storm(_ kind: StagedDAV.Kind) async throws {
    let (stage, faults) = try await CardDAVFaultTests.stage(kind)
    var people: [ID<Person>] = []
    for number in 0..<CardDAVFaultTests.people {
      people.append(
        try await stage.home.person("Bob Nr. \(number)", "bob\(number)@example.test", title: "First \(number)"))
    }
    let deliver = stage.deliver(quiet: 10, rules: OutletStage.unbraked)
    let destination = try await stage.accepted(by: deliver)
    var expected: [String: [String]] = [:]
    for (number, person) in people.enumerated() { expected[person.description] = ["First \(number)"] }
    faults.forget()
    faults.spoil(0.3)
    var runs = try await settle(stage, destination, deliver)
    faults.spoil(0)
    let created = faults.counts.values.reduce(0, +)
    #expect(try titles(stage) == expected)
    for (number, person) in people.enumerated() {
      try await stage.home.title(person, "Second \(number)")
      expected[person.description] = ["Second \(number)"]
    }
    faults.spoil(0.3)
    runs += try await settle(stage, destination, deliver)
    #expect(try titles(stage) == expected)
    let (updated, least) = (faults.counts.values.reduce(0, +) - created, 2 * people.count)
    #expect(faults.faults.count > 3)
    print(
      "\(kind.rawValue): \(created) calls to make \(people.count) and \(updated) to change them, \(least) at least "
        + "each, in \(runs) runs, \(faults.counts), \(faults.faults)")
    #expect(Double(created) <= 1.5 * Double(least))
    #expect(Double(updated) <= 1.5 * Double(least))
  }

  @Test("cards that are about to be changed are read fifty at once", arguments: StagedDAV.Kind.allCases)
  func portions(_ kind: StagedDAV.Kind) async throws {
    let (stage, faults) = try await CardDAVFaultTests.stage(kind)
    var people: [ID<Person>] = []
    for number in 0..<60 {
      people.append(try await stage.home.person("Bob Nr. \(number)", "bob\(number)@example.test", title: "Buyer"))
    }
    let deliver = stage.deliver(quiet: 10, rules: OutletStage.unbraked)
    let destination = try await stage.accepted(by: deliver)
    _ = try await settle(stage, destination, deliver)
    for (number, person) in people.enumerated() { try await stage.home.title(person, "Seller \(number)") }
    faults.forget()
    #expect(try await stage.run(destination, by: deliver).updated == 60)
    // The book, what changed in it, and two portions of cards.
    #expect(faults.counts == ["PROPFIND": 1, "REPORT": 3, "PUT": 60], "\(faults.counts)")
  }
}
