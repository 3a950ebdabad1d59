import Formats
import Foundation
public import Model
import Synchronization

/// HubSpot as its documentation describes it, on this machine and in memory: objects, batches, search, associations,
/// properties, owners, limits and error shapes.
///
/// It is checked by HubSpot's own client library, `hubspot-api-client`.
public final class StagedHubSpot: Sendable {
  public static let token = "pat-staged-0001"

  /// A request that was answered, for counting.
  public struct Call: Sendable, Equatable {
    /// `POST contacts/batch/upsert`.
    public var what: String
    public var status: Int
    /// What was done to it, if something was.
    public var fault: HubSpotMishap?
  }

  private struct Inside {
    var portal = HubSpotPortal()
    var calls: [Call] = []
    var searches: [Instant] = []
    var all: [Instant] = []
    var tokens: Set<String> = [StagedHubSpot.token]
  }

  /// The only version of paths that is answered: `v3` (associations then `v4`), or a date such as `2026-03`.
  public let version: String
  public let web: StagedWeb

  private let inside: Inward

  /// `faults` strike from the first request on; `searchesPerSecond` and `perTenSeconds` are limits as HubSpot has them,
  /// counted by `now`.
  public init(
    version: String = "v3", faults: HubSpotFaults? = nil, searchesPerSecond: Int? = nil, perTenSeconds: Int? = nil,
    now: @escaping @Sendable () -> Instant = StagedWeb.clock
  ) throws {
    self.version = version
    let inside = Inward(
      version: version, faults: faults, searchesPerSecond: searchesPerSecond, perTenSeconds: perTenSeconds, now: now)
    self.inside = inside
    web = try StagedWeb { inside.answer($0) }
  }

  public var port: Int { web.port }
  public var calls: [Call] { inside.state.withLock { $0.calls } }

  /// Live records of a type, in the order in which they were made.
  public func records(_ type: HubSpotType) -> [HubSpotRecord] {
    inside.state.withLock { state in
      (state.portal.order[type] ?? []).compactMap { state.portal.records[$0] }.filter { $0.archivedAt == nil }
    }
  }

  /// Ids that a record is linked with.
  public func linked(_ id: String, _ type: HubSpotType) -> [String] {
    inside.state.withLock { $0.portal.linked(id, type) }
  }

  // MARK: what people do by hand

  @discardableResult
  public func add(_ type: HubSpotType, _ values: [String: String]) throws -> String {
    try inside.state.withLock { state in
      _ = state.portal.begin(at: inside.now())
      return try state.portal.create(type, values).id
    }
  }

  public func edit(_ id: String, _ values: [String: String]) {
    inside.state.withLock { state in
      _ = state.portal.begin(at: inside.now())
      state.portal.force(id, values)
    }
  }

  /// Links two records, as one does on their pages, or parts them.
  public func link(_ type: HubSpotType, _ id: String, _ other: HubSpotType, _ to: String) throws {
    try inside.state.withLock { state in
      try state.portal.link(try state.portal.find(type, id), try state.portal.find(other, to), nil)
    }
  }

  public func unlink(_ id: String, _ other: String) {
    inside.state.withLock { $0.portal.unlink(id, other) }
  }

  public func archive(_ type: HubSpotType, _ id: String) {
    inside.state.withLock { state in
      _ = state.portal.begin(at: inside.now())
      state.portal.archive(type, id)
    }
  }

  public func merge(_ type: HubSpotType, _ first: String, with second: String) throws {
    try inside.state.withLock { state in
      _ = state.portal.begin(at: inside.now())
      _ = try state.portal.merge(type, first, second)
    }
  }

  /// Changes stay unseen by searches for so long, as they do at HubSpot.
  public func lagSearches(by milliseconds: Int64) {
    inside.state.withLock { $0.portal.searchLag = milliseconds }
  }

  /// From now on no request is harmed any more.
  public func heal() { inside.isHealed.withLock { $0 = true } }

  /// From now on requests are harmed again.
  public func harm() { inside.isHealed.withLock { $0 = false } }

  public func allow(token: String) { inside.state.withLock { _ = $0.tokens.insert(token) } }
  public func revoke(token: String) { inside.state.withLock { _ = $0.tokens.remove(token) } }

  // MARK: answering

  /// The account behind a lock, and what is said to requests.
  private final class Inward: Sendable {
    let state = Mutex(Inside())
    let isHealed = Mutex(false)
    let version: String
    let faults: HubSpotFaults?
    let searchesPerSecond: Int?
    let perTenSeconds: Int?
    let now: @Sendable () -> Instant

    init(
      version: String, faults: HubSpotFaults?, searchesPerSecond: Int?, perTenSeconds: Int?,
      now: @escaping @Sendable () -> Instant
    ) {
      self.version = version
      self.faults = faults
      self.searchesPerSecond = searchesPerSecond
      self.perTenSeconds = perTenSeconds
      self.now = now
    }

    func answer(_ question: StagedWeb.Question) -> StagedWeb.Answer {
      let mishaps = isHealed.withLock { $0 } ? nil : faults
      return state.withLock { state in
        let mishap = mishaps?.next(state.calls.count, isBatch: question.path.contains("/batch/"))
        let correlation = state.portal.begin(at: now())
        var answer = mishap?.before(correlation)
        if answer == nil {
          answer = speak(question, correlation, &state, mishap)
        }
        if let after = mishap?.after(correlation) { answer = after }
        let path = question.path.split(separator: "?")[0].split(separator: "/").dropFirst(3).joined(separator: "/")
        state.calls.append(Call(what: question.method + " " + path, status: answer?.status ?? 0, fault: mishap))
        return answer ?? .silence
      }
    }

    private func speak(
      _ question: StagedWeb.Question, _ correlation: String, _ state: inout Inside, _ mishap: HubSpotMishap?
    ) -> StagedWeb.Answer {
      do {
        try authorize(question, state)
        if let refused = limit(question, &state, correlation) { return refused }
        let (area, call) = try understood(question, mishap)
        let reply = try state.portal.reply(area, call)
        return shown(reply.status, reply.body, state)
      } catch let fault as HubSpotFault {
        return shown(fault.status, fault.answer(correlation), state)
      } catch {
        return shown(500, nil, state)
      }
    }

    private func shown(_ status: Int, _ body: JSON?, _ state: Inside) -> StagedWeb.Answer {
      let left = max(0, (perTenSeconds ?? 100) - state.all.count)
      var fields = [
        "X-HubSpot-RateLimit-Daily: 250000", "X-HubSpot-RateLimit-Daily-Remaining: \(250_000 - state.calls.count)",
        "X-HubSpot-RateLimit-Interval-Milliseconds: 10000", "X-HubSpot-RateLimit-Max: \(perTenSeconds ?? 100)",
        "X-HubSpot-RateLimit-Remaining: \(left)",
      ]
      if body != nil { fields.append("Content-Type: application/json;charset=utf-8") }
      return StagedWeb.Answer(status, body?.line ?? "", fields: fields)
    }

    private func authorize(_ question: StagedWeb.Question, _ state: Inside) throws {
      let line = question.head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("authorization:") }
      let token = line.map { $0.dropFirst("authorization:".count).drop { $0 == " " } } ?? ""
      guard token.hasPrefix("Bearer "), state.tokens.contains(String(token.dropFirst(7))) else {
        throw HubSpotFault(
          status: 401, category: token.isEmpty ? "INVALID_AUTHENTICATION" : "EXPIRED_AUTHENTICATION",
          message: token.isEmpty
            ? "Authentication credentials not found."
            : "The OAuth token used to make this call "
              + "expired. Refresh the token and try again.")
      }
    }

    /// 429 if there were too many requests in a while.
    private func limit(
      _ question: StagedWeb.Question, _ state: inout Inside, _ correlation: String
    ) -> StagedWeb.Answer? {
      let now = state.portal.now
      state.all.removeAll { now.milliseconds - $0.milliseconds >= 10_000 }
      state.searches.removeAll { now.milliseconds - $0.milliseconds >= 1000 }
      let isSearch = question.path.hasSuffix("/search")
      if isSearch, let most = searchesPerSecond, state.searches.count >= most {
        return HubSpotMishap.tooMany(correlation, "SECONDLY", after: 1)
      }
      if let most = perTenSeconds, state.all.count >= most {
        return HubSpotMishap.tooMany(correlation, "TEN_SECONDLY_ROLLING", after: 10)
      }
      state.all.append(now)
      if isSearch { state.searches.append(now) }
      return nil
    }

    /// Takes a path apart: `/crm/v3/objects/…`, or `/crm/objects/2026-03/…`.
    private func understood(
      _ question: StagedWeb.Question, _ mishap: HubSpotMishap?
    ) throws -> (area: String, call: HubSpotCall) {
      let halves = question.path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
      var words = halves[0].split(separator: "/").map { $0.removingPercentEncoding ?? "" }
      guard words.count >= 3, words[0] == "crm" else { throw HubSpotFault.missing() }
      let isOld = version == "v3"
      if !isOld { words.swapAt(1, 2) }
      let allowed = isOld ? (words[2] == "associations" || words.contains("associations") ? "v4" : "v3") : version
      guard words[1] == allowed else { throw HubSpotFault.missing() }
      var query: [String: [String]] = [:]
      for pair in (halves.count > 1 ? halves[1] : "").split(separator: "&") {
        let parts = pair.split(separator: "=", maxSplits: 1).map { $0.removingPercentEncoding ?? "" }
        query[parts.first ?? "", default: []].append(parts.count > 1 ? parts[1] : "")
      }
      var body = JSON.null
      if !question.body.isEmpty {
        guard let read = JSON.read(Array(question.body.utf8)) else {
          throw HubSpotFault.invalid("Invalid input JSON on line 1, column 1")
        }
        body = mishap == .partial ? HubSpotMishap.spoiled(read) : read
      }
      return (
        words[2], HubSpotCall(method: question.method, path: Array(words.dropFirst(3)), query: query, body: body)
      )
    }
  }
}

extension HubSpotPortal {
  /// Answers a request that was understood.
  fileprivate mutating func reply(_ area: String, _ call: HubSpotCall) throws -> HubSpotReply {
    switch area {
    case "objects": try object(call)
    case "properties": try property(call)
    case "owners": try owner(call)
    case "associations": try associations(call)
    default: throw HubSpotFault.missing()
    }
  }
}
