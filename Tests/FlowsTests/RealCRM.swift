import Consent
import Flows
import Model
import Outlets
import Plans
import Stage
import Store

/// The systems that tests start for themselves, each before a proxy that can spoil answers.
enum RealCRM: String, Sendable, CaseIterable {
  case tryton82, tryton60, amagi, radicale, xandikos

  /// Those with an API of their own.
  static let apis: [RealCRM] = [.tryton82, .tryton60, .amagi]

  /// A household with such a system, and the proxy before it.
  func stage(seed: UInt64, _ options: [String: String] = [:]) async throws -> (OutletStage, StagedFaults) {
    let (stages, proxy) = try await stages(1, seed: seed, options)
    return (stages[0], proxy)
  }

  /// Households of accounts that know nothing of each other and keep one such system in step; the proxy before it.
  func stages(
    _ count: Int, seed: UInt64, _ options: [String: String] = [:]
  ) async throws -> ([OutletStage], StagedFaults) {
    let (open, proxy) = try await system(seed)
    var stages: [OutletStage] = []
    for _ in 0..<count { stages.append(try await open(options)) }
    return (stages, proxy)
  }

  /// Starts the system and the proxy before it; answers how a household is opened with it.
  private func system(
    _ seed: UInt64
  ) async throws -> (open: @Sendable ([String: String]) async throws -> OutletStage, StagedFaults) {
    switch self {
    case .tryton82, .tryton60:
      let server = try await StagedTryton.start(self == .tryton82 ? .v82 : .v60)
      let proxy = try StagedFaults(before: server.port, StagedTryton.faults, share: 0, seed: seed, pause: 0)
      return ({ try await OutletStage.tryton(server, by: proxy, $0) }, proxy)
    case .amagi:
      let server = try await StagedAmagi.start()
      let proxy = try StagedFaults(before: server.port, StagedAmagi.faults, share: 0, seed: seed, pause: 0)
      return ({ try await OutletStage.amagi(server, by: proxy, $0) }, proxy)
    case .radicale, .xandikos:
      let server = try await StagedDAV.start(self == .radicale ? .radicale : .xandikos)
      let proxy = try StagedFaults(before: server.port, StagedDAV.faults, share: 0, seed: seed, pause: 0)
      return ({ try await OutletStage.carddav(server, by: proxy, $0) }, proxy)
    }
  }

  /// Calls that change something, by what the proxy counted.
  func changes(_ counts: [String: Int]) -> Int {
    let changing =
      switch self {
      case .tryton82, .tryton60: [".create", ".write", ".delete"]
      case .amagi, .radicale, .xandikos: ["POST", "PUT", "PATCH", "DELETE", "MKCOL"]
      }
    return counts.filter { call, _ in changing.contains { call.hasPrefix($0) || call.hasSuffix($0) } }.values.reduce(
      0, +)
  }

  /// Calls there must be for so many changes: as many searches and writes as there are batches.
  func least(_ count: Int, batch: Int) -> Int { 2 * ((count + batch - 1) / batch) }
}

extension OutletStage {
  /// What stands there, by the first of the addresses that everybody has.
  func held() async throws -> [String: FieldValues] {
    try await records().mapValues(\.values)
  }

  func records() async throws -> [String: RemoteRecord] {
    try await outlet { crm, _ in
      Dictionary(
        try await crm.records().records.map { (($0.values[.email] ?? []).min() ?? $0.remote, $0) },
        uniquingKeysWith: { first, _ in
          var twice = first
          twice.values[.name] = ["there twice"]
          return twice
        })
    }
  }

  /// Somebody else gives a record other values.
  func edit(_ record: RemoteRecord, _ values: FieldValues) async throws {
    let person = record.person ?? stranger()
    let answer = try await outlet { crm, permit in
      try await crm.apply(CRMWrite.changing(record, person, values), permit, check: {})
    }
    guard answer.remote != nil else { throw Trouble("the hand edit was not taken", "\(answer)") }
  }

  func type(_ person: ID<Person>, _ edits: Edit...) async throws {
    for edit in edits {
      _ = try await EditPerson(store: home.store, gate: home.house.gate).edit(person, edit, as: home.viewer)
    }
  }
}
