import Foundation
import Stage
import Testing

@Suite("Real CRMs on the stage, and the proxy that spoils their answers")
struct StagedFaultsTests {
  @Test("a staged Tryton of each version keeps parties", arguments: StagedTryton.Version.allCases)
  func tryton(_ version: StagedTryton.Version) async throws {
    let tryton = try await StagedTryton.start(version)
    let made = try await tryton.call("model.party.party.create", #"[[{"name":"Ada","code":"a"}],{}]"#)
    let found = try await tryton.call("model.party.party.search_read", #"[[],0,null,null,["name"],{}]"#)
    #expect(made == "[1]")
    #expect(found.contains(#""name":"Ada""#))
    await #expect(throws: (any Error).self) {
      try await tryton.call("model.party.party.create", #"[[{"name":"Bea","code":"a"}],{}]"#)
    }
  }

  @Test("a staged amagi-crm keeps contacts")
  func amagi() async throws {
    let amagi = try await StagedAmagi.start()
    try await amagi.call("POST", "/api/contacts", #"{"first_name":"Ada","email":"ada@example.test"}"#)
    #expect(try await amagi.call("GET", "/api/contacts").contains("ada@example.test"))
    await #expect(throws: (any Error).self) { try await amagi.call("GET", "/api/contacts/7") }
  }

  @Test("every fault strikes, by the seed; those after the commit let the server do its work")
  func faults() async throws {
    let server = try StagedWeb { question in
      question.head.contains("c3BvaWxlZDo") ? .init(401) : .init(200, #"{"ok":true}"#)
    }
    let system = StagedFaults.System(
      kind: { $0.method }, errorInside: { _ in #"{"error":"busy"}"# },
      part: { request in request.body.count < 2 ? nil : .init("POST", "/part", body: [49]) },
      expires: { $0["authorization"] != nil })
    let shares = try await withThrowingTaskGroup(of: [StagedFaults.Fault: Int].self) { group in
      for _ in 0..<2 {
        group.addTask {
          let proxy = try StagedFaults(before: server.port, system, share: 0.5, seed: 7)
          let statuses = try await statuses(proxy.port, 400)
          #expect(proxy.counts == ["POST": 400])
          #expect(
            statuses.filter { $0 == 429 }.count == (proxy.faults[.tooMany] ?? 0) + (proxy.faults[.tooManyWait] ?? 0))
          #expect(statuses.filter { $0 == 401 }.count == proxy.faults[.expired])
          #expect(statuses.filter { $0 == 0 }.count == proxy.faults[.silenceAfter])
          return proxy.faults
        }
      }
      var all: [[StagedFaults.Fault: Int]] = []
      for try await found in group { all.append(found) }
      return all
    }
    #expect(shares[0] == shares[1])
    #expect(Set(shares[0].keys) == Set(StagedFaults.Fault.allCases))
    #expect((160...240).contains(shares[0].values.reduce(0, +)))
    let unseen = [.tooMany, .tooManyWait, .errorBefore, .page, .errorInside].reduce(0) { $0 + (shares[0][$1] ?? 0) }
    #expect(server.asked.count == 2 * (400 - unseen))
    #expect(server.asked.filter { $0.path == "/part" }.count == 2 * (shares[0][.partial] ?? 0))
  }

  /// The statuses of so many questions, 0 for no answer.
  private func statuses(_ port: Int, _ count: Int) async throws -> [Int] {
    try await withCheckedThrowingContinuation { done in
      DispatchQueue(label: "asking").async {
        let found = (0..<count).map { _ in
          let request = StagedTalk.Request("POST", "/x", fields: ["Authorization: Bearer t"], body: Array("[1,2]".utf8))
          return (try? StagedTalk.ask(port, request).status) ?? 0
        }
        done.resume(returning: found)
      }
    }
  }
}
