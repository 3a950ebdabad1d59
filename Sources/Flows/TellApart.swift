public import Consent
public import Model
public import Store

/// The owner says that two persons are not one: no rule unites them, and they are proposed no more.
public struct TellApart: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// To unite them by hand later takes it back.
  public func run(_ first: ID<Person>, _ second: ID<Person>, as viewer: Viewer) async throws {
    guard first != second else { throw Trouble("this is one person", "name two") }
    let desk = try await Desk.open(store, gate, viewer, about: first, with: [first, second], mustBeThere: true)
    try await desk.change { desk, session in
      try desk.requireThere([first, second], in: session)
      let records = try Facts.records(of: [first, second], desk.account, in: session)
      guard records.count == 2 else { throw Desk.nobody }
      let pairs = records[0].flatMap { one in records[1].map { (one.id, $0.id) } }
      try Decisions.keepApart(pairs, of: desk.member, desk.account, in: session)
    }
  }
}
