import Consent
import Formats
import Model
import Wire

/// One call of a batch, and what HubSpot's answers mean for its inputs.
struct HubSpotBatch: Sendable {
  /// One input, with its place among the answers.
  struct Input: Sendable {
    var place: Int
    /// By it a result or an error is known for the input that it is about.
    var trace: String
    /// HubSpot's number of the object; nil for a new one.
    var id: String?
    var body: JSON
  }

  var kind: HubSpotTalk.Kind
  var target: String
  var schema: PayloadSchema
  /// How long the same inputs may arrive twice without harm.
  var repeats = Repeats.never
  /// From the place of an input, HubSpot's number of the object and the properties that it showed.
  var written: @Sendable (Int, String, [String: String]) -> CRMAnswer
  var refused: @Sendable (HubSpotTalk.Refused) -> CRMAnswer

  /// When a batch may be put again without another look.
  enum Repeats: Sendable, Equatable {
    case never
    /// As long as what was looked at counts as what stands there: a second try meets no more edits than a first one.
    case until(Instant)
    /// Each input has a key that is unique there: a second try finds the record that the first one made.
    case always
  }
}

extension HubSpotCRM {
  private static let unanswered = Trouble("HubSpot said nothing of one record", remedy: .skip("one record"))

  /// Goes through the kinds of objects one after the other; where one fails, what was done of the others stands.
  func answers<Kinds: Sequence<HubSpotTalk.Kind>>(
    _ places: Range<Int>, _ kinds: Kinds, _ kind: (Int) -> HubSpotTalk.Kind, _ permit: borrowing Permit<SyncToCRM>,
    _ each: (HubSpotTalk.Kind, [Int], inout [CRMAnswer?], borrowing Permit<SyncToCRM>) async throws -> Void
  ) async throws -> [CRMAnswer] {
    var answers = [CRMAnswer?](repeating: nil, count: places.count)
    var failed: Trouble?
    for one in kinds {
      let mine = places.filter { kind($0) == one }
      guard !mine.isEmpty else { continue }
      do {
        try await each(one, mine, &answers, permit)
      } catch let trouble as Trouble {
        failed = failed ?? trouble
        for place in mine where answers[place] == nil { answers[place] = .failed(trouble) }
      }
    }
    let isLost = answers.allSatisfy { if case .failed = $0 { true } else { false } }
    if let failed, isLost { throw failed }
    return answers.map { $0 ?? .failed(HubSpotCRM.unanswered) }
  }

  /// Sends all inputs in one call.
  ///
  /// Where HubSpot refuses the whole for one of them, halves of it are tried; where a property of ours is missing, it is
  /// made, once.
  func send(
    _ inputs: [HubSpotBatch.Input], _ batch: HubSpotBatch, _ answers: inout [CRMAnswer?],
    _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws {
    var parts = inputs.isEmpty ? [] : [inputs]
    var isPrepared = false
    while let part = parts.popLast() {
      do {
        let body: JSON = ["inputs": .list(part.map(\.body))]
        let answer =
          switch batch.repeats {
          case .never: try await talk.change(.post, batch.target, body, batch.schema, permit, check: check)
          case .until(let last):
            try await talk.settle(.post, batch.target, body, batch.schema, until: last, permit, check: check)
          case .always: try await talk.settle(.post, batch.target, body, batch.schema, permit, check: check)
          }
        guard take(answer, part, batch, &answers, isPrepared: isPrepared) else {
          // What a batch refused for a part of it is put once more by itself: it may have been the batch that failed.
          let again = part.filter { if case .refused = answers[$0.place] { true } else { false } }
          if batch.repeats != .never, part.count > 1, !again.isEmpty, again.count < part.count { parts.append(again) }
          continue
        }
        parts.append(part.filter { answers[$0.place] == nil })
      } catch let refused as HubSpotTalk.Refused where refused.lacksOwn && !isPrepared {
        parts.append(part)
      } catch let refused as HubSpotTalk.Refused {
        guard let only = part.first, part.count == 1 else {
          parts.append(Array(part[(part.count / 2)...]))
          parts.append(Array(part[..<(part.count / 2)]))
          continue
        }
        answers[only.place] = batch.refused(refused)
        continue
      }
      isPrepared = true
      try await prepareProperties(batch.kind, permit, check)
    }
  }

  /// Takes the results of a batch; true if a property of ours was missing, and nothing is known of some.
  private func take(
    _ answer: JSON, _ part: [HubSpotBatch.Input], _ batch: HubSpotBatch, _ answers: inout [CRMAnswer?],
    isPrepared: Bool
  ) -> Bool {
    let byTrace = Dictionary(part.map { ($0.trace, $0) }, uniquingKeysWith: { first, _ in first })
    let byID = Dictionary(part.compactMap { one in one.id.map { ($0, one) } }, uniquingKeysWith: { first, _ in first })
    for row in answer[key: "results"]?.asList ?? [] {
      let id = row[key: "id"]?.asText ?? ""
      let shown = HubSpotValues.properties(row) ?? [:]
      let traces = [row[key: "objectWriteTraceId"]?.asText, shown[HubSpotValues.change], shown[HubSpotValues.person]]
      guard !id.isEmpty, let one = traces.compactMap({ $0 }).compactMap({ byTrace[$0] }).first ?? byID[id] else {
        continue
      }
      answers[one.place] = batch.written(one.place, id, shown)
    }
    var lacksOwn = false
    for entry in answer[key: "errors"]?.asList ?? [] {
      let refused = HubSpotTalk.refused(400, entry)
      let traces = entry[key: "context"]?[key: "objectWriteTraceId"]?.asList?.compactMap(\.asText) ?? []
      let named = traces.compactMap { byTrace[$0] } + refused.ids.compactMap { byID[$0] }
      for one in named where answers[one.place] == nil {
        if refused.lacksOwn, !isPrepared { lacksOwn = true } else { answers[one.place] = batch.refused(refused) }
      }
    }
    return lacksOwn
  }
}
