import Formats

/// Which requests go wrong, and how; the same seed gives the same mishaps.
public struct HubSpotFaults: Sendable {
  private let seed: UInt64
  /// In hundredths of requests.
  private let share: Int
  private let kinds: [HubSpotMishap]

  public init(seed: UInt64, share: Int = 30, kinds: [HubSpotMishap] = HubSpotMishap.allCases) {
    self.seed = seed
    self.share = share
    self.kinds = kinds
  }

  /// What happens to a request by its number; a partial batch only happens to a batch.
  func next(_ number: Int, isBatch: Bool) -> HubSpotMishap? {
    // SplitMix64 over the number, far from where another seed begins.
    var z = (seed &* 0xD134_2543_DE82_EF95 &+ UInt64(number) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    guard !kinds.isEmpty, Int(z % 100) < share else { return nil }
    let kind = kinds[Int((z >> 8) % UInt64(kinds.count))]
    return kind == .partial && !isBatch ? .brokenBefore : kind
  }
}

/// What goes wrong with a request.
public enum HubSpotMishap: String, Sendable, CaseIterable {
  /// 429 that says how long to wait, and one that does not.
  case tooMany, tooManyWithoutHint
  /// 500 with nothing done, and with all done.
  case brokenBefore, brokenAfter
  /// The line is closed without an answer: nothing done, or all.
  case lostBefore, lostAfter
  /// Half of a batch fails.
  case partial
  /// The token counts as expired, for this once.
  case expired
  /// A page of some gateway.
  case page

  /// The answer in place of doing anything.
  func before(_ correlation: String) -> StagedWeb.Answer? {
    switch self {
    case .tooMany: HubSpotMishap.tooMany(correlation, "TEN_SECONDLY_ROLLING", after: 10)
    case .tooManyWithoutHint: HubSpotMishap.tooMany(correlation, "TEN_SECONDLY_ROLLING", after: nil)
    case .brokenBefore: HubSpotMishap.broken(correlation)
    case .expired:
      StagedWeb.Answer(
        401,
        HubSpotFault(
          status: 401, category: "EXPIRED_AUTHENTICATION", message: "The OAuth token used to make this call expired."
        ).answer(correlation).line, fields: ["Content-Type: application/json;charset=utf-8"])
    case .page:
      StagedWeb.Answer(
        502, "<html><head><title>502</title></head><body>Bad gateway</body></html>", fields: ["Content-Type: text/html"]
      )
    case .lostBefore: .silence
    case .brokenAfter, .lostAfter, .partial: nil
    }
  }

  /// The answer in place of the one that was made.
  func after(_ correlation: String) -> StagedWeb.Answer? {
    switch self {
    case .brokenAfter: HubSpotMishap.broken(correlation)
    case .lostAfter: .silence
    default: nil
    }
  }

  private static func broken(_ correlation: String) -> StagedWeb.Answer {
    let body: JSON = [
      "status": "error", "message": "internal error", "correlationId": .text(correlation), "category": "INTERNAL_ERROR",
    ]
    return StagedWeb.Answer(500, body.line, fields: ["Content-Type: application/json;charset=utf-8"])
  }

  static func tooMany(_ correlation: String, _ policy: String, after seconds: Int?) -> StagedWeb.Answer {
    let body: JSON = [
      "status": "error", "message": .text("You have reached your \(policy) limit."), "errorType": "RATE_LIMIT",
      "correlationId": .text(correlation), "policyName": .text(policy), "requestId": .text(correlation),
    ]
    let hint = seconds.map { ["Retry-After: \($0)"] } ?? []
    return StagedWeb.Answer(429, body.line, fields: ["Content-Type: application/json;charset=utf-8"] + hint)
  }

  /// The inputs of a batch, every second of them made such that it fails; only with traces, for else all would fail.
  static func spoiled(_ body: JSON) -> JSON {
    guard let pairs = body.asPairs, let inputs = body[key: "inputs"]?.asList,
      inputs.allSatisfy({ $0[key: "objectWriteTraceId"] != nil })
    else { return body }
    let spoiled = inputs.enumerated().map { place, input -> JSON in
      guard place % 2 == 1, let keys = input.asPairs else { return input }
      return .object(keys.filter { $0.key != "properties" } + [JSON.Pair(key: "properties", value: .text("spoiled"))])
    }
    return .object(pairs.filter { $0.key != "inputs" } + [JSON.Pair(key: "inputs", value: .list(spoiled))])
  }
}
