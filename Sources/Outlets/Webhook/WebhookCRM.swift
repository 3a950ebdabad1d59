public import Consent
import Formats
import FoundationEssentials
public import Model
public import Plans
public import Wire

/// An address of the owner's choice that is told every change as a signed event (Standard Webhooks).
///
/// It cannot be read: what was told is all that is known of it. An event keeps its id in every retry, so whoever
/// receives it can take it once.
public struct WebhookCRM: CRM {
  /// What an event is about.
  enum Event: String, Sendable { case created, updated, activity }

  let destination: ID<Destination>
  private let session: OutletSession
  private let path: String
  private let fields: Set<FieldKey>
  private let now: @Sendable () -> Instant

  /// `mapping` is what the owner approved; nothing beyond it is told.
  public init(
    _ destination: Destination, _ session: OutletSession, mapping: [StandingRules.Mapping],
    now: @escaping @Sendable () -> Instant
  ) {
    self.destination = destination.id
    self.session = session
    let path = destination.server?.path ?? ""
    self.path = path.isEmpty ? "/" : path
    fields = Set(mapping.map(\.field))
    self.now = now
  }

  /// `whsec_` and 24 to 64 bytes in Base64, as Standard Webhooks asks for.
  public static func isSecret(_ text: String) -> Bool {
    guard text.hasPrefix("whsec_"), let key = Data(base64Encoded: String(text.dropFirst(6))) else { return false }
    return (24...64).contains(key.count)
  }

  public var capabilities: CRMCapabilities {
    CRMCapabilities(
      batch: 1, feed: .writeOnly, organisations: .text, activities: Set(Interaction.Kind.allCases), hasNotes: true,
      hasTasks: false, fields: Set(Fact.Field.allCases))
  }

  public func shaped(_ values: FieldValues) -> FieldValues { values.filter { !$0.value.isEmpty } }

  /// Nothing can be read there.
  public func records(since cursor: RemoteCursor?) async throws -> RemoteRecords {
    RemoteRecords(records: [], isWhole: false)
  }

  public func names() async throws -> Set<String> { [] }

  // MARK: telling

  public func apply(
    _ writes: [CRMWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    return try await oneByOne(writes, permit) { write, permit in
      try await tell(
        write.change.kind == .create ? .created : .updated, write.key, data(write),
        remote: write.change.person.description, permit, check)
    }
  }

  public func log(
    _ activities: [ActivityWrite], _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> [CRMAnswer] {
    try require(permit.destination)
    return try await oneByOne(activities, permit) { activity, permit in
      try await tell(.activity, activity.key, WebhookCRM.data(activity), remote: activity.key, permit, check)
    }
  }

  /// Nothing is removed by telling: the owner does that where it was told.
  public func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer {
    try require(permit.destination)
    return .refused(field: nil, why: "an event that was told cannot be taken back")
  }

  private func require(_ named: ID<Destination>?) throws {
    guard named == destination else {
      throw Refusal(.noGrant, promise: 2, "this permit names another destination")
    }
  }

  /// Sends one event; a thrown trouble is one after which it may have arrived, and it is sent again under the same id.
  private func tell(
    _ event: Event, _ id: String, _ data: JSON, remote: String, _ permit: borrowing Permit<SyncToCRM>,
    _ check: StandingCheck
  ) async throws -> CRMAnswer {
    let at = now()
    let body: JSON = ["type": .text(event.rawValue), "timestamp": .text(at.description), "data": data]
    let call = try OutletCall(
      .post, path, as: .signature(id: "kith_\(id)", at: at.milliseconds / 1000),
      fields: [("Content-Type", "application/json"), ("Accept", "*/*")], body: body.bytes)
    let response = try await session.change(call, schema, permit, check: check)
    switch response.status {
    case 200...299: return .written(remote: remote, digest: hex(sha256(data.bytes)))
    case 410:
      throw Trouble("the webhook's address is gone (410)", "revoke the destination, or add it under its new address")
    case 401, 403:
      throw Trouble(
        "the webhook does not accept our signature (\(response.status))",
        "give the same secret on both sides: 'kith destination add webhook' with the new --secret-file")
    case 400, 413, 422: return .refused(field: nil, why: "the webhook does not take this event (\(response.status))")
    default: throw wait(response)
    }
  }

  private func wait(_ response: HTTPResponse) -> Trouble {
    let told = response.field("retry-after").flatMap { Int64($0) }.map { min(max($0, 0), 86_400) &* 1000 }
    let until = Instant(milliseconds: now().milliseconds &+ max(told ?? 5000, 1000))
    return Trouble("the webhook answers \(response.status)", remedy: .wait(until: until))
  }

  // MARK: what is told

  /// `{"id", "kind", "fields": {field: [values]}}`; only changed fields, whole; an empty list takes away.
  private func data(_ write: CRMWrite) -> JSON {
    let fields = write.change.fields.sorted { $0.field < $1.field }.map { change in
      JSON.Pair(key: change.field.name, value: .list(change.new.map { .text($0) }))
    }
    return [
      "id": .text(write.change.person.description), "kind": .text(write.kind.rawValue), "fields": .object(fields),
    ]
  }

  /// `{"id", "kind", "direction", "at", "people"}`, with `ends_at`, `subject` and `text` where they were given.
  private static func data(_ activity: ActivityWrite) -> JSON {
    let direction =
      switch activity.direction {
      case .outward: "outward"
      case .inward: "inward"
      case .between: "between"
      }
    var pairs: [JSON.Pair] = [
      .init(key: "id", value: .text(activity.key)), .init(key: "kind", value: .text(activity.kind.rawValue)),
      .init(key: "direction", value: .text(direction)), .init(key: "at", value: .text(activity.at.description)),
      .init(key: "people", value: .list(activity.remotes.map { .text($0) })),
    ]
    if let end = activity.endsAt { pairs.append(.init(key: "ends_at", value: .text(end.description))) }
    if let subject = activity.subject { pairs.append(.init(key: "subject", value: .text(subject))) }
    if let text = activity.text { pairs.append(.init(key: "text", value: .text(text))) }
    return .object(pairs)
  }

  /// Every key that may leave (P077).
  private var schema: PayloadSchema {
    let form: Set = [
      "type", "timestamp", "data", "id", "kind", "fields", "direction", "at", "people", "ends_at", "subject", "text",
    ]
    return PayloadSchema(.json, keys: form.union(fields.map(\.name)))
  }
}
