public import Consent
public import Model
public import Outlets
import Plans
import Synchronization

/// A CRM in memory, beside the folder: it can commit and then not answer, refuse, or be edited by hand.
public final class StagedCRM: CRM {
  /// When a fault may strike.
  public enum Moment: Sendable { case beforeCommit, afterCommit }

  private struct State {
    var records: [String: RemoteRecord] = [:]
    var next = 1
    var writes = 0
    var calls = 0
  }

  private let destination: ID<Destination>
  private let state = Mutex(State())
  private let fault: @Sendable (Int, Moment) throws -> Void

  /// `fault` is asked with the number of the call and may throw.
  public init(
    _ destination: ID<Destination>, fault: @escaping @Sendable (Int, Moment) throws -> Void = { _, _ in }
  ) {
    self.destination = destination
    self.fault = fault
  }

  public var held: [RemoteRecord] { state.withLock { $0.records.values.sorted { $0.remote < $1.remote } } }
  /// How often something was committed.
  public var writes: Int { state.withLock { $0.writes } }

  /// What a person does there by hand.
  public func edit(_ remote: String, _ body: (inout RemoteRecord) -> Void) {
    state.withLock { state in
      guard var record = state.records[remote] else { return }
      body(&record)
      state.records[remote] = StagedCRM.sealed(record)
    }
  }

  public func delete(_ remote: String) { state.withLock { $0.records[remote] = nil } }

  public func shaped(_ values: FieldValues) -> FieldValues { values.filter { !$0.value.isEmpty } }

  public var capabilities: CRMCapabilities { CRMCapabilities(fields: Set(Fact.Field.allCases)) }

  public func records(since cursor: RemoteCursor?) async throws -> RemoteRecords { RemoteRecords(records: held) }

  public func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    try await check()
    let call = number()
    try fault(call, .beforeCommit)
    let answers = writes.map { write in state.withLock { StagedCRM.commit(write, &$0) } }
    try fault(call, .afterCommit)
    return answers
  }

  public func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    try await check()
    let call = number()
    try fault(call, .beforeCommit)
    let answer = state.withLock { state -> CRMAnswer in
      guard let record = state.records[remote] else { return .written(remote: remote, digest: "") }
      guard record.digest == digest else { return .changed }
      state.records[remote] = nil
      state.writes += 1
      return .written(remote: remote, digest: "")
    }
    try fault(call, .afterCommit)
    return answer
  }

  private func require(_ named: ID<Destination>?) throws {
    guard named == destination else {
      throw Refusal(.noGrant, promise: 2, "this permit names another destination")
    }
  }

  private func number() -> Int {
    state.withLock { state in
      state.calls += 1
      return state.calls
    }
  }

  private static func commit(_ write: CRMWrite, _ state: inout State) -> CRMAnswer {
    let change = write.change
    var record: RemoteRecord
    switch change.kind {
    case .create:
      if let held = state.records.values.first(where: { $0.person == change.person }) {
        return held.key == write.key ? .written(remote: held.remote, digest: held.digest) : .changed
      }
      record = RemoteRecord(remote: "staged-\(state.next)", person: change.person, digest: "", values: [:])
      state.next += 1
    case .update:
      guard let held = change.remote.flatMap({ state.records[$0] }) else { return .changed }
      if held.key == write.key { return .written(remote: held.remote, digest: held.digest) }
      guard held.digest == write.expected else { return .changed }
      record = held
      record.person = change.person
    }
    record.key = write.key
    for field in change.fields { record.values[field.field] = field.new.isEmpty ? nil : field.new }
    let made = sealed(record)
    state.records[made.remote] = made
    state.writes += 1
    return .written(remote: made.remote, digest: made.digest)
  }

  /// The record with the digest of what it says.
  private static func sealed(_ record: RemoteRecord) -> RemoteRecord {
    var record = record
    let values = record.values.keys.sorted().map { "\($0.name)=\(record.values[$0] ?? [])" }.joined(separator: ";")
    record.digest = hex(sha256(Array("\(record.key ?? "")|\(values)".utf8)))
    return record
  }
}
