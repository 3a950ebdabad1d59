public import Model

/// Puts a question again, a few times, that went astray or was to wait.
public struct Patience: Sendable {
  private static let tries = 6
  /// Waits until an instant, if that is worth it; false if the run is rather put off.
  private let pause: @Sendable (Instant) async throws -> Bool

  public init(pause: @escaping @Sendable (Instant) async throws -> Bool) { self.pause = pause }

  /// Throws the last trouble, one that no waiting helps against, or one that wants to be waited for beyond `last`.
  func keep<Answer>(until last: Instant? = nil, _ put: () async throws -> Answer) async throws -> Answer {
    for _ in 1..<Patience.tries {
      do {
        return try await put()
      } catch let trouble as Trouble {
        guard case .wait(let until) = trouble.remedy, last.map({ until <= $0 }) ?? true, try await pause(until) else {
          throw trouble
        }
      }
    }
    return try await put()
  }
}
