public import Consent
import Model
public import Store

/// Keeps in memory what the list of a day is made of, since it takes long for an owner of thousands.
///
/// What the owner changes is seen at once, and so is a new interaction; what else changed, within a minute. Who is shown
/// is looked up each time, so nobody who was restricted or erased is named.
public actor DayBoard {
  /// What it depends on.
  private struct Basis: Equatable {
    var rules: DayRules
    var day: Day
    var buckets: [Bucket]
    var entry: ID<JournalEntry>?
    var touch: Instant?
  }

  private struct Kept {
    var basis: Basis
    var at: Instant
    var part: Today.Part
  }

  /// More members than this are not remembered; the oldest go.
  private static let most = 50
  private static let longest: Int64 = 60_000

  private let store: Store
  private let today: Today
  private var kept: [ID<Member>: Kept] = [:]
  /// What is being made; whoever asks meanwhile waits for the same.
  private var making: [ID<Member>: (basis: Basis, task: Task<Today.Part, any Error>)] = [:]

  public init(store: Store, gate: Gate) {
    self.store = store
    today = Today(store: store, gate: gate)
  }

  /// The list with what is owed as it was found before.
  public func list(_ viewer: Viewer, owed: [OwedReply]) async throws -> TodayList {
    try await today.list(viewer, owed: owed, on: try await part(viewer))
  }

  /// How it stands with everybody who has an interval.
  public func statuses(_ viewer: Viewer) async throws -> StatusLists { try await part(viewer).lists }

  private func part(_ viewer: Viewer) async throws -> Today.Part {
    let now = store.clock()
    let basis = try await basis(viewer, now)
    if let held = kept[viewer.member], held.basis == basis, now.milliseconds - held.at.milliseconds < DayBoard.longest {
      return held.part
    }
    if let making = making[viewer.member], making.basis == basis { return try await making.task.value }
    let task = Task { [today] in try await today.part(viewer) }
    making[viewer.member] = (basis, task)
    defer { if making[viewer.member]?.task == task { making[viewer.member] = nil } }
    let part = try await task.value
    if kept.count >= DayBoard.most, let oldest = kept.min(by: { $0.value.at < $1.value.at })?.key { kept[oldest] = nil }
    kept[viewer.member] = Kept(basis: basis, at: now, part: part)
    return part
  }

  private func basis(_ viewer: Viewer, _ now: Instant) async throws -> Basis {
    let rules = try await DayRules.of(viewer, in: store)
    let buckets = try await store.see(viewer) { try SeenBuckets.all(in: $0) }
    let last = try await store.lastChange(of: viewer.member, before: now, viewer.account)
    return Basis(rules: rules, day: rules.zone.day(now), buckets: buckets, entry: last.entry, touch: last.touch)
  }
}
