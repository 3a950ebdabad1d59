import Consent
import Glibc
import Model
import NIOCore
import Synchronization

/// One dial from its first question to the end of its socket; ending it works at any of its stages.
final class Line: Sendable {
  let grant: Grant.Stamp

  private struct State {
    var channel: (any Channel)?
    var cause: (any Error)?
    var waitingSince: NIODeadline?
    var isOpen = false
    var isSecure = false
    var received = 0
    var taken = 0
  }

  private let state = Mutex(State())
  private let begun = NIODeadline.now()

  init(grant: Grant.Stamp) { self.grant = grant }

  /// Why the line was ended by us; the errors that the socket gives afterwards are only echoes of it.
  var cause: (any Error)? { state.withLock { $0.cause } }

  /// Since when somebody waits for bytes; silence counts only then, not while a batch is being stored.
  var waitingSince: NIODeadline? {
    get { state.withLock { $0.waitingSince } }
    set { state.withLock { $0.waitingSince = newValue } }
  }

  /// Notes that the other side was reached and secured: from now on it is waited for only when something is read.
  func open() { state.withLock { $0.isOpen = true } }

  /// Whether nothing was heard for so long that was waited for: while it is reached, or while something is read.
  func isWaiting(for time: TimeAmount) -> Bool {
    let since = state.withLock { $0.waitingSince ?? ($0.isOpen ? nil : begun) }
    return since.map { $0 + time <= .now() } ?? false
  }

  /// Whether TLS protects the line.
  var isSecure: Bool {
    get { state.withLock { $0.isSecure } }
    set { state.withLock { $0.isSecure = newValue } }
  }

  /// How many bytes came off the socket, and how many of them the reader took; they compare while nothing is encrypted.
  var received: Int { state.withLock { $0.received } }
  var taken: Int { state.withLock { $0.taken } }

  func receive(_ count: Int) { state.withLock { $0.received += count } }
  func take(_ count: Int) { state.withLock { $0.taken += count } }

  /// The packing of both directions, once it was agreed upon.
  let compression = Mutex<Compression?>(nil)

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
      guard let options = channel as? any SocketOptionProvider else { return Line.cut(channel) }
      options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in Line.cut(channel) }
    }
    return channel
  }

  /// Closes the socket below TLS, which would otherwise say goodbye first and wait for the answer.
  private static func cut(_ channel: any Channel) {
    if let watch = try? channel.pipeline.syncOperations.context(handlerType: SocketWatch.self) {
      watch.close(promise: nil)
    } else {
      channel.close(promise: nil)
    }
  }
}

/// All lines that are open or being opened, by grant.
final class Lines: Sendable {
  private let open = Mutex<[ID<Grant>: [ObjectIdentifier: Line]]>([:])

  func begin(_ grant: Grant.Stamp) -> Line {
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

  func of(_ grant: ID<Grant>) -> [Line] { open.withLock { $0[grant].map { Array($0.values) } ?? [] } }

  var grants: [ID<Grant>] { open.withLock { Array($0.keys) } }
}
