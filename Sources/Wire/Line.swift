import Glibc
import NIOCore
import Synchronization

/// One dial from its first question to the end of its socket; ending it works at any of its stages.
final class Line: Sendable {
  let grant: GrantEpoch

  private struct State {
    var channel: (any Channel)?
    var cause: (any Error)?
    var waitingSince: NIODeadline?
  }

  private let state = Mutex(State())

  init(grant: GrantEpoch) { self.grant = grant }

  /// Why the line was ended by us; the errors that the socket gives afterwards are only echoes of it.
  var cause: (any Error)? { state.withLock { $0.cause } }

  /// Since when somebody waits for bytes; silence counts only then, not while a batch is being stored.
  var waitingSince: NIODeadline? {
    get { state.withLock { $0.waitingSince } }
    set { state.withLock { $0.waitingSince = newValue } }
  }

  func check() throws {
    if let cause { throw cause }
  }

  /// Ties a socket to the line, before it connects; a line that was ended takes none.
  func attach(_ channel: any Channel) throws {
    try state.withLock {
      if let cause = $0.cause { throw cause }
      $0.channel = channel
    }
  }

  /// Ends the line for the first cause given.
  ///
  /// The socket is reset, so bytes still in the kernel's buffer do not leave.
  @discardableResult func end(_ cause: any Error) -> (any Channel)? {
    let channel = state.withLock { state -> (any Channel)? in
      if state.cause == nil { state.cause = cause }
      return state.channel
    }
    guard let channel else { return nil }
    channel.eventLoop.execute {
      if let options = channel as? any SocketOptionProvider {
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
      } else {
        channel.close(promise: nil)
      }
    }
    return channel
  }
}

/// All lines that are open or being opened, by grant.
final class Lines: Sendable {
  private let open = Mutex<[Int64: [ObjectIdentifier: Line]]>([:])

  func begin(_ grant: GrantEpoch) -> Line {
    let line = Line(grant: grant)
    open.withLock { $0[grant.grant, default: [:]][ObjectIdentifier(line)] = line }
    return line
  }

  func finish(_ line: Line) {
    open.withLock {
      $0[line.grant.grant]?[ObjectIdentifier(line)] = nil
      if $0[line.grant.grant]?.isEmpty == true { $0[line.grant.grant] = nil }
    }
  }

  func of(_ grant: Int64) -> [Line] { open.withLock { $0[grant].map { Array($0.values) } ?? [] } }

  var grants: [Int64] { open.withLock { Array($0.keys) } }
}
