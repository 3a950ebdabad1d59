import Formats
import Model

extension IMAPSession {
  /// Listens at the open folder for so long, and calls `news` whenever mail came or went there.
  ///
  /// By IDLE (RFC 2177), which is ended by us before the server does; where it is not to be had, by asking again and
  /// again. Other changes, as of flags, are no news.
  public func listen(for seconds: Double, asking pause: Double, _ news: @escaping @Sendable () -> Void) async throws {
    if capabilities.idle, try await idle(for: seconds, news) { return }
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while clock.now < end {
      try await require(.noop) { if IMAPSession.isNews($0) { news() } }
      try await Task.sleep(for: .seconds(min(pause, seconds)))
    }
  }

  /// False if the server has the word but not the thing.
  private func idle(for seconds: Double, _ news: @escaping @Sendable () -> Void) async throws -> Bool {
    let number = try await send(.idle)
    // The answers are read on meanwhile: cutting that short would end the connection.
    let ending = Task {
      try await Task.sleep(for: .seconds(seconds))
      try await done()
    }
    defer { ending.cancel() }
    let status = try await finish(number) { if IMAPSession.isNews($0) { news() } }
    return status.condition == .ok
  }

  private func done() async throws {
    transcript.add("> DONE")
    for part in try IMAPCommand.done.encoded(tag: 0).parts { try await reply(part) }
  }

  private static func isNews(_ response: IMAPResponse) -> Bool {
    switch response {
    case .exists, .expunge, .vanished: true
    default: false
    }
  }
}
