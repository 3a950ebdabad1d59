public import Model
import Synchronization

/// Makes ids: 41 bits of milliseconds since 2025-01-01, 10 of the generator, 12 of a counter; never backwards.
public final class IDMaker: Sendable {
  private struct State {
    var millisecond: Int64
    var counter: Int64
  }

  static let epoch = Instant(year: 2025, month: 1, day: 1).milliseconds
  static let generators: Int64 = 1024
  /// A process that dies keeps its number for so long; one that runs longer renews it.
  static let leaseLength = 30 * Instant.day

  public let generator: Int64
  private let clock: @Sendable () -> Instant
  private let state: Mutex<State>

  public init(generator: Int64, after last: Int64 = 0, clock: @escaping @Sendable () -> Instant) {
    self.generator = generator
    self.clock = clock
    // The millisecond up to which the number was used may be full: what follows begins with the next one.
    self.state = Mutex(State(millisecond: last == 0 ? 0 : last + 1, counter: 0))
  }

  public func next<Noun>(_: Noun.Type = Noun.self) -> ID<Noun> { ID(nextRaw()) }

  private func nextRaw() -> Int64 {
    let now = max(0, clock().milliseconds - IDMaker.epoch)
    let (millisecond, counter) = state.withLock { state in
      if now > state.millisecond {
        state = State(millisecond: now, counter: 0)
      } else if state.counter == 4095 {
        // A burst, or a clock that was put back: the id runs ahead of the clock rather than repeat.
        state = State(millisecond: state.millisecond + 1, counter: 0)
      } else {
        state.counter += 1
      }
      return (state.millisecond, state.counter)
    }
    return millisecond << 22 | generator << 12 | counter
  }

  /// The millisecond of the last id made.
  var last: Int64 { state.withLock { $0.millisecond } }

  /// Takes a generator number that nobody holds.
  public static func lease(_ engine: any Engine, clock: @escaping @Sendable () -> Instant) async throws -> IDMaker {
    let now = clock().milliseconds
    let (number, last) = try await engine.write(.house) { session -> (Int64, Int64) in
      let free = try session.row(
        "SELECT number, last_used, leased_until FROM generator WHERE leased_until < $1 ORDER BY number LIMIT 1",
        [.integer(now)])
      if let free {
        // A lease that ran out was never given back: up to its end the number may have been used.
        let used = max(free.int(1), free.int(2) - epoch)
        try session.run(
          "UPDATE generator SET leased_until = $1 WHERE number = $2", [.integer(now + leaseLength), free[0]])
        return (free.int(0), used)
      }
      let count = try session.row("SELECT COALESCE(MAX(number), -1) + 1 FROM generator")?.int(0) ?? 0
      guard count < generators else {
        throw Trouble("all \(generators) id generators are in use", "end some processes, or wait a day")
      }
      try session.run(
        "INSERT INTO generator (number, leased_until, last_used) VALUES ($1, $2, $3)",
        [.integer(count), .integer(now + leaseLength), 0])
      return (count, 0)
    }
    return IDMaker(generator: number, after: last, clock: clock)
  }

  /// Keeps the number for a process that runs on and on.
  public func renew(_ engine: any Engine) async throws {
    let number = generator
    let end = clock().milliseconds + IDMaker.leaseLength
    _ = try await engine.write(.house) { session in
      try session.run(
        "UPDATE generator SET leased_until = $1 WHERE number = $2", [.integer(end), .integer(number)])
    }
  }

  /// Gives the number back, with the time up to which it was used.
  public func release(_ engine: any Engine) async throws {
    let (number, last) = (generator, last)
    _ = try await engine.write(.house) { session in
      try session.run(
        "UPDATE generator SET leased_until = 0, last_used = $1 WHERE number = $2", [.integer(last), .integer(number)])
    }
  }
}
