public import Consent
public import Model
public import Outlets
import Plans
import Synchronization

/// A CRM in memory, beside the folder: it can commit and then not answer, refuse, or be edited by hand.
///
/// Several may be doors to one and the same: what one account writes another reads.
public final class StagedCRM: CRM {
  /// When a fault may strike.
  public enum Moment: Sendable { case beforeCommit, afterCommit }

  /// What it does not take: the field and the words it says so in.
  public typealias Refusing = @Sendable (CRMWrite) -> (field: FieldKey?, why: String)?

  private struct State {
    var records: [String: RemoteRecord] = [:]
    /// The number of the last change of each record, also of those that are gone.
    var changed: [String: Int] = [:]
    var gone: Set<String> = []
    var activities: [String: ActivityWrite] = [:]
    var todos: [String: RemoteTodo] = [:]
    var next = 1
    var clock = 0
    var writes = 0
    var calls = 0
    var reads: [Bool] = []
  }

  /// What stands behind the doors.
  private final class Shelf: Sendable { let state = Mutex(State()) }

  public let capabilities: CRMCapabilities
  private let destination: ID<Destination>
  private let shelf: Shelf
  private let fault: @Sendable (Int, Moment) throws -> Void
  private let refusing: Refusing
  private let now: @Sendable () -> Instant?

  /// `fault` is asked with the number of the call and may throw; `now` is its clock, if it tells when records changed.
  public init(
    _ destination: ID<Destination>, capabilities: CRMCapabilities = CRMCapabilities(fields: Set(Fact.Field.allCases)),
    behind other: StagedCRM? = nil, fault: @escaping @Sendable (Int, Moment) throws -> Void = { _, _ in },
    refusing: @escaping Refusing = { _ in nil }, now: @escaping @Sendable () -> Instant? = { nil }
  ) {
    self.destination = destination
    self.capabilities = capabilities
    shelf = other?.shelf ?? Shelf()
    self.refusing = refusing
    self.now = now
    self.fault = fault
  }

  public var held: [RemoteRecord] { shelf.state.withLock { $0.records.values.sorted { $0.remote < $1.remote } } }
  /// How often something was committed, and how often it was asked to.
  public var writes: Int { shelf.state.withLock { $0.writes } }
  public var calls: Int { shelf.state.withLock { $0.calls } }
  /// The readings there were: true for those of everything.
  public var reads: [Bool] { shelf.state.withLock { $0.reads } }
  public var activities: [ActivityWrite] { shelf.state.withLock { $0.activities.values.sorted { $0.key < $1.key } } }

  public var tasks: [RemoteTodo] { shelf.state.withLock { $0.todos.values.sorted { $0.remote < $1.remote } } }

  /// The same, through a door by which tasks can be kept.
  public func withTasks() -> StagedCRM {
    var able = capabilities
    able.hasTasks = true
    return StagedCRM(destination, capabilities: able, behind: self, now: now)
  }

  // MARK: what a person does there by hand

  /// Makes a task, or changes one, or with nil deletes it.
  public func put(_ remote: String, _ todo: RemoteTodo?) { shelf.state.withLock { $0.todos[remote] = todo } }

  public func edit(_ remote: String, _ body: (inout RemoteRecord) -> Void) {
    shelf.state.withLock { state in
      guard var record = state.records[remote] else { return }
      body(&record)
      put(record, &state)
    }
  }

  public func add(_ remote: String, _ values: FieldValues) {
    _ = shelf.state.withLock { put(RemoteRecord(remote: remote, digest: "", values: values), &$0) }
  }

  public func delete(_ remote: String) {
    shelf.state.withLock { state in
      state.records[remote] = nil
      state.gone.insert(remote)
      state.clock += 1
      state.changed[remote] = state.clock
    }
  }

  /// Makes two records one, as CRMs do: the second is gone, and the first has the values of both.
  public func merge(_ kept: String, _ absorbed: String) {
    let other = shelf.state.withLock { $0.records[absorbed] }
    guard let other else { return }
    delete(absorbed)
    edit(kept) { record in
      record.absorbed.append(absorbed)
      for (field, values) in other.values where field.isMulti {
        record.values[field, default: []] += values.filter { record.values[field]?.contains($0) != true }
      }
    }
  }

  // MARK: as an outlet

  public func shaped(_ values: FieldValues) -> FieldValues { values.filter { !$0.value.isEmpty } }

  public func records(since cursor: RemoteCursor?) async throws -> RemoteRecords {
    shelf.state.withLock { state in
      state.reads.append(cursor == nil)
      let all = state.records.values.sorted { $0.remote < $1.remote }
      guard case .since(let showsDeletions) = capabilities.feed else { return RemoteRecords(records: all) }
      let here = RemoteCursor(String(state.clock))
      guard let from = cursor.flatMap({ Int($0.text) }) else { return RemoteRecords(records: all, cursor: here) }
      // Windows overlap by one change, as those of real systems do by some seconds.
      let changed = all.filter { (state.changed[$0.remote] ?? 0) >= from }
      return RemoteRecords(
        records: changed, isWhole: false, gone: showsDeletions ? state.gone : [], cursor: here)
    }
  }

  public func names() async throws -> Set<String> { shelf.state.withLock { Set($0.records.keys) } }

  public func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    try await check()
    let call = number()
    try fault(call, .beforeCommit)
    let answers = writes.map { write -> CRMAnswer in
      if let refused = refusing(write) { return .refused(field: refused.field, why: refused.why) }
      return shelf.state.withLock { commit(write, &$0) }
    }
    try fault(call, .afterCommit)
    return answers
  }

  public func log(
    _ activities: [ActivityWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    try await check()
    let call = number()
    try fault(call, .beforeCommit)
    shelf.state.withLock { state in
      for activity in activities where state.activities[activity.key] == nil {
        state.activities[activity.key] = activity
        state.writes += 1
      }
    }
    try fault(call, .afterCommit)
    return activities.map { .written(remote: "activity-" + $0.key, digest: StagedCRM.digest($0)) }
  }

  private static func digest(_ activity: ActivityWrite) -> String {
    var activity = activity
    activity.isRetry = false
    return hex(sha256(Array(String(describing: activity).utf8)))
  }

  public func retract(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    try await check()
    return shelf.state.withLock { state in
      let key = String(remote.dropFirst("activity-".count))
      guard let held = state.activities[key] else { return .written(remote: remote, digest: "") }
      guard StagedCRM.digest(held) == digest else { return .changed }
      state.activities[key] = nil
      state.writes += 1
      return .written(remote: remote, digest: "")
    }
  }

  public func retract(
    _ todo: RemoteTodo, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    try await check()
    return shelf.state.withLock { state in
      guard let held = state.todos[todo.remote] else { return .written(remote: todo.remote, digest: "") }
      guard held == todo else { return .changed }
      state.todos[todo.remote] = nil
      state.writes += 1
      return .written(remote: todo.remote, digest: "")
    }
  }

  public func todos() async throws -> [RemoteTodo] { tasks }

  public func write(
    _ todos: [TodoWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    try await check()
    let call = number()
    try fault(call, .beforeCommit)
    let answers = todos.map { write in shelf.state.withLock { commit(write, &$0) } }
    try fault(call, .afterCommit)
    return answers
  }

  private func commit(_ write: TodoWrite, _ state: inout State) -> CRMAnswer {
    if write.remote == nil, let held = state.todos.values.first(where: { $0.key == write.key }) {
      return .written(remote: held.remote, digest: "")
    }
    let remote = write.remote ?? "task-\(state.next)"
    if write.remote == nil { state.next += 1 }
    let held = state.todos[remote]
    guard write.remote == nil || held == write.expected else { return .changed }
    var todo = held ?? RemoteTodo(remote: remote, contact: write.contact, key: write.key, title: "")
    if write.fields.contains(.title) { todo.title = write.title }
    if write.fields.contains(.due) { todo.due = write.due }
    if write.fields.contains(.done) { todo.isDone = write.isDone }
    state.todos[remote] = todo
    state.writes += 1
    return .written(remote: remote, digest: "")
  }

  public func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    try await check()
    let call = number()
    try fault(call, .beforeCommit)
    let record = shelf.state.withLock { $0.records[remote] }
    guard let record else { return .written(remote: remote, digest: "") }
    guard record.digest == digest else { return .changed }
    delete(remote)
    shelf.state.withLock { $0.writes += 1 }
    try fault(call, .afterCommit)
    return .written(remote: remote, digest: "")
  }

  private func require(_ named: ID<Destination>?) throws {
    guard named == destination else {
      throw Refusal(.noGrant, promise: 2, "this permit names another destination")
    }
  }

  private func number() -> Int {
    shelf.state.withLock { state in
      state.calls += 1
      return state.calls
    }
  }

  private func commit(_ write: CRMWrite, _ state: inout State) -> CRMAnswer {
    let change = write.change
    var record: RemoteRecord
    switch change.kind {
    case .create:
      if let held = state.records.values.first(where: { $0.person == change.person }) {
        return held.key == write.key ? .written(remote: held.remote, digest: held.digest) : .changed
      }
      record = RemoteRecord(
        remote: "staged-\(state.next)", person: change.person, digest: "", values: [:], kind: write.kind)
      state.next += 1
    case .update:
      guard let held = change.remote.flatMap({ state.records[$0] }) else { return .changed }
      if held.key == write.key { return .written(remote: held.remote, digest: held.digest) }
      guard held.digest == write.expected else { return .changed }
      record = held
      // A record that another account of Kith stamped keeps that stamp.
      record.person = held.person ?? change.person
    }
    record.key = write.key
    for field in change.fields { record.values[field.field] = field.new.isEmpty ? nil : field.new }
    state.writes += 1
    let made = put(record, &state)
    return .written(remote: made.remote, digest: made.digest)
  }

  /// The record with the digest of what it says and the time of the change.
  @discardableResult
  private func put(_ record: RemoteRecord, _ state: inout State) -> RemoteRecord {
    var record = record
    let values = record.values.keys.sorted().map { "\($0.name)=\(record.values[$0] ?? [])" }.joined(separator: ";")
    record.digest = hex(sha256(Array("\(record.key ?? "")|\(values)".utf8)))
    record.changedAt = now()
    state.clock += 1
    state.changed[record.remote] = state.clock
    state.records[record.remote] = record
    return record
  }
}
