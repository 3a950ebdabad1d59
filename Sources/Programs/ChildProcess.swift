import Foundation
import Model

/// A program that a test starts: its output goes to files without a name, so nothing it says can block it.
///
/// Foundation's `Process` of Swift 6.3 reads beyond what readdir(3) gave it and so crashes now and then
/// (swift-corelibs-foundation, pull request 5472); this is posix_spawn(3), without it.
public final class ChildProcess: Sendable {
  /// How a program ended: its exit status, or 128 and the number of the signal, as shells say it.
  public struct Ended: Sendable {
    public var status: Int32
    public var out: String
    public var err: String
  }

  private let id: pid_t
  private let out: Int32
  private let err: Int32

  /// Starts the program found in `PATH`, with nothing to read.
  public init(
    _ words: [String], environment: [String: String]? = nil, in folder: String? = nil, errorsAmongOutput: Bool = false
  ) throws {
    out = try ChildProcess.nameless()
    err = errorsAmongOutput ? out : try ChildProcess.nameless()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, out, 1)
    posix_spawn_file_actions_adddup2(&actions, err, 2)
    // Sockets and pipes of other tests must not be held open by this program.
    for end in Int32(3)..<Int32(max(4, min(4096, sysconf(Int32(_SC_OPEN_MAX))))) {
      posix_spawn_file_actions_addclose(&actions, end)
    }
    let ambient = ProcessInfo.processInfo.environment
    let pairs = (environment ?? ambient).map { "\($0.key)=\($0.value)" }
    id = try ChildProcess.withWords((folder.map { ["env", "-C", $0] } ?? []) + words) { words in
      try ChildProcess.withWords(pairs) { pairs in try ChildProcess.spawn(&actions, words, pairs) }
    }
  }

  deinit {
    close(out)
    if err != out { close(err) }
  }

  /// Runs the program to its end; blocks the thread it is called on.
  public static func run(
    _ words: [String], environment: [String: String]? = nil, in folder: String? = nil, errorsAmongOutput: Bool = false
  ) throws -> Ended {
    let child = try ChildProcess(
      words, environment: environment, in: folder, errorsAmongOutput: errorsAmongOutput)
    let status = child.wait()
    let out = child.written(child.out)
    return Ended(status: status, out: out, err: errorsAmongOutput ? out : child.written(child.err))
  }

  /// The first line it wrote, as soon as it is there.
  public func firstLine(seconds: Double = 60) throws -> String {
    let end = Date(timeIntervalSinceNow: seconds)
    while Date() < end {
      let text = written(out)
      if let line = text.firstIndex(of: "\n") { return String(text[..<line]) }
      usleep(5_000)
    }
    throw Trouble("a program said nothing in \(seconds) seconds", written(err))
  }

  public func stop() {
    Glibc.kill(id, SIGTERM)
    _ = wait()
  }

  /// Ends it in the middle of whatever it does; false if it had ended by itself.
  @discardableResult
  public func kill() -> Bool {
    Glibc.kill(id, SIGKILL)
    return wait() == 128 + SIGKILL
  }

  /// How it ended, if it did; it must not be asked again then.
  public var ended: Ended? {
    var status: Int32 = 0
    guard waitpid(id, &status, WNOHANG) == id else { return nil }
    return Ended(
      status: status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f), out: written(out), err: written(err))
  }

  private func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) == -1, errno == EINTR {}
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
  }

  private func written(_ file: Int32) -> String {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = pread(file, &piece, piece.count, off_t(bytes.count))
      if count <= 0 { break }
      bytes += piece[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func nameless() throws -> Int32 {
    var name = Array((FileManager.default.temporaryDirectory.path() + "/kith-output.XXXXXX").utf8CString)
    let file = mkstemp(&name)
    guard file >= 0 else { throw Trouble("no file could be made for a program's output", "errno \(errno)") }
    unlink(name)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    return file
  }

  private static func spawn(
    _ actions: inout posix_spawn_file_actions_t, _ words: [UnsafeMutablePointer<CChar>?],
    _ pairs: [UnsafeMutablePointer<CChar>?]
  ) throws -> pid_t {
    // Signals that the tests' process ignores or blocks are the program's own to decide about.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigaddset(&signals, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    guard let name = words.first ?? nil else { throw Trouble("no program was named", "") }
    var id: pid_t = 0
    let code = posix_spawnp(&id, name, &actions, &attributes, words, pairs)
    guard code == 0 else { throw Trouble("\(String(cString: name)) could not be started", "errno \(code)") }
    return id
  }

  private static func withWords<T>(_ words: [String], _ body: ([UnsafeMutablePointer<CChar>?]) throws -> T) rethrows
    -> T
  {
    let copies: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return try body(copies + [nil])
  }
}
