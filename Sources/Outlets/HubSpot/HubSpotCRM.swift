import Consent
import Formats
public import Model
public import Plans
public import Wire

/// HubSpot: people as contacts, organisations as companies, interactions as e-mails, meetings, calls and notes, tasks as
/// tasks.
///
/// Each record names the person and the last change in properties of our own; the person's is unique there, so a second
/// try finds what the first one did.
public struct HubSpotCRM: CRM {
  /// Inputs of one call of a batch.
  static let batch = 100

  let destination: ID<Destination>
  let talk: HubSpotTalk
  let values: HubSpotValues
  /// Whose new records are, by HubSpot's number of the user.
  let owner: String?
  let memory = HubSpotMemory()

  /// `mapping` is what the owner approved; options are `api-version` and `owner`.
  public init(
    _ destination: Destination, _ session: OutletSession, mapping: [StandingRules.Mapping],
    now: @escaping @Sendable () -> Instant, patience: Patience
  ) {
    self.destination = destination.id
    let path = destination.server?.path ?? ""
    talk = HubSpotTalk(
      session: session, version: destination.options["api-version"] ?? HubSpotCRM.version,
      prefix: path.hasSuffix("/") ? String(path.dropLast()) : path, now: now, patience: patience)
    values = HubSpotValues(mapping)
    owner = destination.options["owner"]
  }

  /// The version of the paths that is used unless the owner names another.
  public static let version = "v3"

  /// `v3`, or a year and a month.
  public static func isVersion(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let isDate =
      parts.count == 2 && parts[0].count == 4 && parts[1].count == 2
      && parts.joined().utf8.allSatisfy { (48...57).contains($0) }
    return text == "v3" || isDate
  }

  public var capabilities: CRMCapabilities {
    let longest = CRMCapabilities.FieldLimit(longest: HubSpotValues.longest, values: 1)
    let many = CRMCapabilities.FieldLimit(longest: HubSpotValues.longest)
    return CRMCapabilities(
      batch: HubSpotCRM.batch, feed: .since(showsDeletions: false), organisations: .records,
      activities: [.mail, .meeting, .call, .note], hasNotes: true, hasTasks: true,
      fields: [.name, .given, .family, .email, .phone, .organisation, .title, .url, .address, .birthday, .custom],
      limits: [
        .name: longest, .given: longest, .family: longest, .organisation: longest, .title: longest, .url: longest,
        .address: longest, .birthday: longest, .custom: longest, .email: many, .phone: many,
      ])
  }

  public func shaped(_ values: FieldValues) -> FieldValues { HubSpotValues.shaped(values, of: .person) }

  public func shaped(_ values: FieldValues, of kind: Person.Kind) -> FieldValues {
    HubSpotValues.shaped(values, of: kind)
  }

  func require(_ named: ID<Destination>?) throws {
    guard named == destination else {
      throw Refusal(.noGrant, promise: 2, "this permit names another destination")
    }
  }

  // MARK: reading

  public func records(since cursor: RemoteCursor?) async throws -> RemoteRecords {
    var found = RemoteRecords(records: [], isWhole: cursor == nil)
    var marks = HubSpotCursor(cursor)
    for kind in [HubSpotTalk.Kind.contacts, .companies] {
      let rows = try await cursor == nil ? all(kind, values.read(kind)) : changed(kind, since: marks[kind])
      for row in rows {
        guard let record = values.record(kind, row) else { continue }
        found.records.append(record)
        marks.see(kind, row)
        // Of a whole reading too much would have to be kept.
        if cursor != nil { memory.hold(record.remote, row, at: talk.now()) }
      }
    }
    found.cursor = marks.cursor
    return found
  }

  public func names() async throws -> Set<String> {
    var names: Set<String> = []
    for kind in [HubSpotTalk.Kind.contacts, .companies] {
      for row in try await all(kind, ["hs_object_id"]) {
        if let id = row[key: "id"]?.asText { names.insert("\(kind.rawValue)/\(id)") }
      }
    }
    return names
  }

  /// Every live object of a kind, page by page; an order by id does not move while it is read.
  ///
  /// `links` are the kinds of objects that are named with it where it is linked with them.
  func all(
    _ kind: HubSpotTalk.Kind, _ properties: [String], with links: [HubSpotTalk.Kind] = []
  ) async throws -> [JSON] {
    var rows: [JSON] = []
    var after: String?
    repeat {
      let mark =
        (links.isEmpty ? "" : "&associations=" + links.map(\.rawValue).joined(separator: ","))
        + (after.map { "&after=\($0)" } ?? "")
      let target = talk.objects(
        kind, "?limit=\(HubSpotCRM.batch)&archived=false&properties=\(properties.joined(separator: ","))\(mark)")
      let page = try await talk.ask(.get, target)
      rows += page[key: "results"]?.asList ?? []
      after = try HubSpotCRM.next(page, after)
    } while after != nil
    return rows
  }

  /// Where the next page begins; one that stands still would never end.
  private static func next(_ page: JSON, _ before: String?) throws -> String? {
    guard let after = page[key: "paging"]?[key: "next"]?[key: "after"]?.asText else { return nil }
    guard after != before, after.utf8.allSatisfy({ (48...57).contains($0) || (97...122).contains($0 | 32) }) else {
      throw Trouble("HubSpot's pages cannot be followed", "try again later")
    }
    return after
  }

  /// What changed since an instant, and a while before it: searches lag behind by seconds.
  private func changed(_ kind: HubSpotTalk.Kind, since start: Int64) async throws -> [JSON] {
    var found: [String: JSON] = [:]
    var from = max(0, start - HubSpotCursor.overlap)
    // A search shows 10,000 rows and no more: then it begins anew where it ended.
    while true {
      let (rows, isAll) = try await window(kind, from)
      var last = from
      for row in rows {
        guard let id = row[key: "id"]?.asText else { continue }
        found[id] = row
        last = max(last, HubSpotCursor.instant(kind, row) ?? from)
      }
      if isAll { return Array(found.values) }
      // More rows of one millisecond than a search shows: only a list shows them all.
      guard last > from else { return try await all(kind, values.read(kind)) }
      from = last
    }
  }

  private func window(_ kind: HubSpotTalk.Kind, _ from: Int64) async throws -> (rows: [JSON], isAll: Bool) {
    let changed = HubSpotCursor.property(kind)
    let names = (values.read(kind) + [changed]).map { JSON.text($0) }
    let filter: JSON = ["propertyName": .text(changed), "operator": "GTE", "value": .text(String(from))]
    var rows: [JSON] = []
    var after: String?
    repeat {
      var body: [JSON.Pair] = [
        .init(key: "filterGroups", value: [["filters": [filter]]]),
        .init(key: "sorts", value: [["propertyName": .text(changed), "direction": "ASCENDING"]]),
        .init(key: "properties", value: .list(names)), .init(key: "limit", value: .int(HubSpotCursor.page)),
      ]
      if let after { body.append(.init(key: "after", value: .text(after))) }
      let page = try await talk.ask(.post, talk.objects(kind, "/search"), .object(body))
      rows += page[key: "results"]?.asList ?? []
      after = try HubSpotCRM.next(page, after)
      if after != nil, rows.count + Int(HubSpotCursor.page) > HubSpotCursor.deepest { return (rows, false) }
    } while after != nil
    return (rows, true)
  }
}

/// How far the changes of contacts and companies are known, in milliseconds of HubSpot's own clock.
struct HubSpotCursor: Sendable, Equatable {
  /// So far a reading goes back behind what is known, in milliseconds.
  static let overlap: Int64 = 60_000
  static let page: Int64 = 200
  static let deepest = 10_000

  private var marks: [HubSpotTalk.Kind: Int64] = [:]

  /// Written `contacts 1790000000000 companies 0`.
  init(_ cursor: RemoteCursor?) {
    let words = (cursor?.text ?? "").split(separator: " ").map(String.init)
    for place in stride(from: 0, to: words.count - 1, by: 2) {
      guard let kind = HubSpotTalk.Kind(rawValue: words[place]), let mark = Int64(words[place + 1]) else { continue }
      marks[kind] = mark
    }
  }

  subscript(kind: HubSpotTalk.Kind) -> Int64 { marks[kind] ?? 0 }

  mutating func see(_ kind: HubSpotTalk.Kind, _ row: JSON) {
    marks[kind] = max(self[kind], HubSpotCursor.instant(kind, row) ?? 0)
  }

  var cursor: RemoteCursor {
    RemoteCursor(
      marks.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
        .joined(separator: " "))
  }

  static func property(_ kind: HubSpotTalk.Kind) -> String {
    kind == .contacts ? "lastmodifieddate" : "hs_lastmodifieddate"
  }

  /// When a row was changed last, as HubSpot says it.
  static func instant(_ kind: HubSpotTalk.Kind, _ row: JSON) -> Int64? {
    let told = row[key: "properties"]?[key: property(kind)]?.asText ?? row[key: "updatedAt"]?.asText
    return told.flatMap { Instant(iso: $0)?.milliseconds ?? Int64($0) }
  }
}
