import Dispatch
import Foundation
public import Model
import Synchronization

/// A proxy between Kith and a real server of this machine, that spoils a share of the answers by a seed.
///
/// What it does with the n-th question depends on the seed and on n alone. A fault that strikes after the commit lets
/// the server do its work first.
public final class StagedFaults: Sendable {
  public enum Fault: String, Sendable, CaseIterable {
    /// 429 with Retry-After, without asking the server.
    case tooManyWait
    /// 429 that does not say for how long.
    case tooMany
    /// 500 before the server was asked.
    case errorBefore
    /// 500 after the server did it.
    case errorAfter
    /// The server did it, and nothing is answered.
    case silenceAfter
    /// 200, and in it an error in the system's own shape.
    case errorInside
    /// A page for people, as proxies send it.
    case page
    /// The server is given a part of the batch, and the answer is lost; only where the system can do so.
    case partial
    /// The login does not hold any more: what the server itself says to it.
    case expired
  }

  /// What is particular to a system.
  public struct System: Sendable {
    /// What a question is counted as.
    public var kind: @Sendable (StagedTalk.Request) -> String
    /// The body of a 200 that tells of an error; nil if this system has no such thing.
    public var errorInside: @Sendable (StagedTalk.Request) -> String?
    /// A part of a batch; nil if this question has no parts.
    public var part: @Sendable (StagedTalk.Request) -> StagedTalk.Request?
    /// Whether a question carries a login that can expire.
    public var expires: @Sendable (StagedTalk.Request) -> Bool
    /// The body of a 200 by which a question is refused, whenever it is put; nil for what is let through.
    public var refuses: @Sendable (StagedTalk.Request) -> String?

    public init(
      kind: @escaping @Sendable (StagedTalk.Request) -> String,
      errorInside: @escaping @Sendable (StagedTalk.Request) -> String? = { _ in nil },
      part: @escaping @Sendable (StagedTalk.Request) -> StagedTalk.Request? = { _ in nil },
      expires: @escaping @Sendable (StagedTalk.Request) -> Bool = { _ in false },
      refuses: @escaping @Sendable (StagedTalk.Request) -> String? = { _ in nil }
    ) {
      self.kind = kind
      self.errorInside = errorInside
      self.part = part
      self.expires = expires
      self.refuses = refuses
    }
  }

  private struct State {
    var share: Double
    var number: UInt64 = 0
    var counts: [String: Int] = [:]
    var faults: [Fault: Int] = [:]
    var bodies: [[UInt8]] = []
    var keeps = false
    /// What strikes the next questions, whatever the seed says.
    var next: [Fault] = []
  }

  public let port: Int
  private let backend: Int
  private let seed: UInt64
  private let system: System
  private let file: Int32
  /// What Retry-After tells, in seconds.
  private let pause: Int
  private let state: Shared

  /// `share` of the questions is spoiled, from 0 to 1.
  public init(before port: Int, _ system: System, share: Double, seed: UInt64, pause: Int = 1) throws {
    let (file, own) = try StagedFaults.listen()
    self.file = file
    self.port = own
    self.backend = port
    self.system = system
    self.seed = seed
    self.pause = pause
    let state = Shared(State(share: share))
    self.state = state
    let visit = Visit(backend: port, seed: seed, system: system, pause: pause, state: state)
    DispatchQueue(label: "staged faults").async {
      while true {
        let client = accept(file, nil, nil)
        guard client >= 0 else {
          if errno == EINTR || errno == ECONNABORTED { continue }
          return
        }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        DispatchQueue(label: "staged faults visit").async {
          defer { close(client) }
          visit.serve(client)
        }
      }
    }
  }

  deinit {
    shutdown(file, Int32(SHUT_RDWR))
    close(file)
  }

  /// How Kith reaches it.
  public var server: MailServer { MailServer(host: "localhost", port: port, security: .none) }

  /// From now on this share is spoiled.
  public func spoil(_ share: Double) { state.value.withLock { $0.share = share } }

  /// Lets this fault strike the next question.
  public func strike(_ fault: Fault) { state.value.withLock { $0.next.append(fault) } }

  /// From now on the bodies of questions are kept.
  public func keep() { state.value.withLock { $0.keeps = true } }

  /// Bodies of the questions since `keep`.
  public var bodies: [[UInt8]] { state.value.withLock { $0.bodies } }

  /// Questions since the start or the last `forget`, by kind, spoiled ones among them.
  public var counts: [String: Int] { state.value.withLock { $0.counts } }

  /// How often each fault struck.
  public var faults: [Fault: Int] { state.value.withLock { $0.faults } }

  /// Begins to count anew.
  public func forget() {
    state.value.withLock {
      $0.counts = [:]
      $0.faults = [:]
      $0.bodies = []
    }
  }

  private final class Shared: Sendable {
    let value: Mutex<State>
    init(_ state: State) { value = Mutex(state) }
  }

  /// What is done with one connection.
  private struct Visit: Sendable {
    let backend: Int
    let seed: UInt64
    let system: System
    let pause: Int
    let state: Shared

    func serve(_ client: Int32) {
      guard let request = StagedTalk.request(client) else { return }
      let fault = fault(request)
      if let refusal = system.refuses(request) { return say(client, 200, refusal) }
      switch fault {
      case .tooManyWait: say(client, 429, "", fields: ["Retry-After: \(pause)"])
      case .tooMany: say(client, 429, "")
      case .errorBefore: say(client, 500, "")
      case .page: say(client, 503, "<!doctype html>\n<title>503</title><h1>Service Unavailable</h1>", type: "text/html")
      case .errorInside: say(client, 200, system.errorInside(request) ?? "")
      case .errorAfter:
        _ = try? StagedTalk.ask(backend, request)
        say(client, 500, "")
      case .silenceAfter: _ = try? StagedTalk.ask(backend, request)
      case .partial:
        _ = try? StagedTalk.ask(backend, system.part(request) ?? request)
        say(client, 500, "")
      case .expired:
        var spoiled = request
        spoiled.set(
          "Authorization", request["authorization"].map { $0.prefix { $0 != " " } + " c3BvaWxlZDoxOnNwb2lsZWQ=" })
        pass(spoiled, client)
      case nil: pass(request, client)
      }
    }

    private func pass(_ request: StagedTalk.Request, _ client: Int32) {
      guard let answer = try? StagedTalk.ask(backend, request) else { return }
      try? StagedTalk.write(client, answer.raw)
    }

    private func say(
      _ client: Int32, _ status: Int, _ body: String, fields: [String] = [], type: String = "application/json"
    ) {
      let lines =
        [
          "HTTP/1.1 \(status) Staged", "Content-Type: \(type)", "Content-Length: \(body.utf8.count)",
          "Connection: close",
        ]
        + fields
      try? StagedTalk.write(client, Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
    }

    /// What strikes this question; counts it.
    private func fault(_ request: StagedTalk.Request) -> Fault? {
      let (number, share, told) = state.value.withLock { state in
        state.number += 1
        state.counts[system.kind(request), default: 0] += 1
        if state.keeps { state.bodies.append(request.body) }
        let told = state.next.isEmpty ? nil : state.next.removeFirst()
        if let told { state.faults[told, default: 0] += 1 }
        return (state.number, state.share, told)
      }
      if let told { return told }
      var mixed = seed &+ number &* 0x9E37_79B9_7F4A_7C15
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      mixed ^= mixed >> 31
      guard Double(mixed >> 11) / Double(UInt64(1) << 53) < share else { return nil }
      let choices = Fault.allCases.filter { fault in
        switch fault {
        case .errorInside: system.errorInside(request) != nil
        case .partial: system.part(request) != nil
        case .expired: system.expires(request)
        default: true
        }
      }
      let fault = choices[Int(mixed & 0x7ff) % choices.count]
      state.value.withLock { $0.faults[fault, default: 0] += 1 }
      return fault
    }
  }

  private static func listen() throws -> (Int32, Int) {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(file, $0, size) == 0 && Glibc.listen(file, 64) == 0 ? getsockname(file, $0, &size) : -1
      }
    }
    guard file >= 0, code == 0 else { throw Trouble("no staged proxy could be made", "errno \(errno)") }
    return (file, Int(UInt16(bigEndian: address.sin_port)))
  }
}
