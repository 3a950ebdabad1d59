import Foundation
import Model

/// The shell that owns a test server: it takes commands on a pipe and stops the server when the pipe closes.
///
/// The kernel closes the pipe however the test process ends, so no server is left behind.
struct Watchdog: ~Copyable, Sendable {
  private let commands: Int32
  private let answers: Int32

  init(_ script: String, _ arguments: [String]) throws {
    var input: [Int32] = [-1, -1]
    var output: [Int32] = [-1, -1]
    guard pipe(&input) == 0, pipe(&output) == 0 else { throw Trouble("no pipe could be made", "errno \(errno)") }
    for end in input + output { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input[0], 0)
    posix_spawn_file_actions_adddup2(&actions, output[1], 1)
    // Pipes of other tests must not be held open by a shell that lives until the end.
    for end in Int32(3)..<Int32(max(4, min(4096, sysconf(Int32(_SC_OPEN_MAX))))) {
      posix_spawn_file_actions_addclose(&actions, end)
    }
    var words: [UnsafeMutablePointer<CChar>?] = (["sh", "-c", script, "sh"] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var process: pid_t = 0
    let code = posix_spawn(&process, "/bin/sh", &actions, nil, words, environ)
    close(input[0])
    close(output[1])
    guard code == 0 else { throw Trouble("no shell could be started", "errno \(code)") }
    commands = input[1]
    answers = output[0]
  }

  deinit {
    close(commands)
    close(answers)
  }

  func ask(_ command: String) throws {
    let bytes = Array(command.utf8)
    if write(commands, bytes, bytes.count) != bytes.count { throw Trouble("the test server is gone", "") }
  }

  func line() throws -> String {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while read(answers, &byte, 1) == 1, byte != 10 { line.append(byte) }
    return String(decoding: line, as: UTF8.self)
  }
}
