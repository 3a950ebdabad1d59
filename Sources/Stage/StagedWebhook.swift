import Consent
import Formats
import Foundation
public import Model
import Synchronization

/// A receiver of webhooks as the Standard Webhooks scheme asks for: it checks the signature, refuses what is old, and
/// takes each id once; and it can drop, answer late, or be played what it heard before.
public final class StagedWebhook: Sendable {
  /// What becomes of a delivery.
  public enum Mishap: String, Sendable, CaseIterable {
    /// The line is closed: nothing was taken, or it was.
    case dropped, lost
    /// 503 before, and after it was taken.
    case brokenBefore, brokenAfter
    /// 429 with a time to wait.
    case tooMany
    /// It answers later than others.
    case late
    /// A page of some gateway.
    case page
  }

  private struct Inside {
    var events: [String: JSON] = [:]
    var order: [String] = []
    var deliveries = 0
    var doubled = 0
    var forged = 0
  }

  public static let secret = "whsec_" + Data("a secret of the stage, thirty-two".utf8).base64EncodedString()

  public let web: StagedWeb
  private let inward: Inward

  /// `mishap` is asked with the number of a delivery.
  public init(
    secret: String = StagedWebhook.secret, mishap: @escaping @Sendable (Int) -> Mishap? = { _ in nil },
    now: @escaping @Sendable () -> Instant = StagedWeb.clock
  ) throws {
    let inward = Inward(secret: secret, mishap: mishap, now: now)
    self.inward = inward
    web = try StagedWeb { inward.answer($0) }
  }

  public var port: Int { web.port }

  /// Tells the time by a clock of the stage instead.
  public func keepTime(by clock: StagedClock) { inward.clock.withLock { $0 = clock } }

  /// What was taken, each id once, in the order of arrival.
  public var events: [String] { inward.state.withLock { state in state.order.compactMap { state.events[$0]?.line } } }
  /// Deliveries that came, with those that were taken before.
  public var deliveries: Int { inward.state.withLock { $0.deliveries } }
  public var doubled: Int { inward.state.withLock { $0.doubled } }
  /// Deliveries with a wrong signature, or an old one.
  public var forged: Int { inward.state.withLock { $0.forged } }

  /// What the receiver says to a delivery: 200 if it is genuine, new or not.
  public func hear(_ question: StagedWeb.Question) -> Int { inward.take(question) }

  /// The record there, by id: the last values of each field, as the events told them.
  public var people: [String: [String: [String]]] {
    var people: [String: [String: [String]]] = [:]
    let told = inward.state.withLock { state in state.order.compactMap { state.events[$0] } }
    for event in told where event[key: "type"]?.asText != "activity" {
      guard let data = event[key: "data"], let id = data[key: "id"]?.asText else { continue }
      for field in data[key: "fields"]?.asPairs ?? [] {
        people[id, default: [:]][field.key] = field.value.asList?.compactMap(\.asText) ?? []
      }
    }
    return people
  }

  /// What was taken, behind a lock.
  private final class Inward: Sendable {
    let state = Mutex(Inside())
    let clock = Mutex<StagedClock?>(nil)
    let secret: String
    let mishap: @Sendable (Int) -> Mishap?
    let now: @Sendable () -> Instant

    init(secret: String, mishap: @escaping @Sendable (Int) -> Mishap?, now: @escaping @Sendable () -> Instant) {
      self.secret = secret
      self.mishap = mishap
      self.now = now
    }

    func answer(_ question: StagedWeb.Question) -> StagedWeb.Answer {
      let number = state.withLock { state in
        state.deliveries += 1
        return state.deliveries - 1
      }
      switch mishap(number) {
      case .dropped: return .silence
      case .brokenBefore: return StagedWeb.Answer(503)
      case .tooMany: return StagedWeb.Answer(429, fields: ["Retry-After: 7"])
      case .page: return StagedWeb.Answer(502, "<html>Bad gateway</html>", fields: ["Content-Type: text/html"])
      case .lost:
        _ = take(question)
        return .silence
      case .brokenAfter:
        _ = take(question)
        return StagedWeb.Answer(503)
      case .late:
        usleep(50_000)
        return StagedWeb.Answer(take(question))
      case nil: return StagedWeb.Answer(take(question))
      }
    }

    func take(_ question: StagedWeb.Question) -> Int {
      func field(_ name: String) -> String {
        let line = question.head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name + ":") }
        return line.map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) } ?? ""
      }
      let (id, stamp) = (field("webhook-id"), field("webhook-timestamp"))
      let text = secret.hasPrefix("whsec_") ? String(secret.dropFirst(6)) : secret
      let key = Data(base64Encoded: text).map { Array($0) } ?? Array(text.utf8)
      let tag = hmacSHA256(Array("\(id).\(stamp).\(question.body)".utf8), key: key)
      let wanted = "v1," + Data(tag).base64EncodedString()
      let now = clock.withLock { $0?.now } ?? now()
      let age = Int64(stamp).map { abs(now.milliseconds / 1000 - $0) }
      return state.withLock { state in
        guard !id.isEmpty, let age, age <= 300,
          field("webhook-signature").split(separator: " ").contains(where: { $0 == wanted }),
          let event = JSON.read(Array(question.body.utf8))
        else {
          state.forged += 1
          return 401
        }
        if state.events[id] != nil {
          state.doubled += 1
          return 200
        }
        state.events[id] = event
        state.order.append(id)
        return 204
      }
    }
  }
}
