import Foundation
import Model
import Synchronization

/// Standard output and standard error, written by system calls so that a full disk and a closed pipe are noticed.
enum Console {
  private static let pending = Mutex<[UInt8]>([])
  private static let full = 1 << 16

  /// Writes a line to standard output.
  static func out(_ line: String) throws {
    let whole = pending.withLock { pending -> [UInt8]? in
      pending.append(contentsOf: line.utf8)
      pending.append(10)
      guard pending.count >= full else { return nil }
      defer { pending.removeAll(keepingCapacity: true) }
      return pending
    }
    if let whole { try write(whole) }
  }

  /// Writes what waits; done at the end, and before anything that takes long.
  static func flush() throws {
    let rest = pending.withLock { pending in
      defer { pending.removeAll(keepingCapacity: true) }
      return pending
    }
    try write(rest)
  }

  static func error(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = Foundation.write(2, bytes, bytes.count)
  }

  /// Writes over the last line of a terminal.
  static func overwrite(_ line: String) {
    let bytes = Array("\r\u{1b}[K\(line)".utf8)
    _ = Foundation.write(2, bytes, bytes.count)
  }

  static var outIsTerminal: Bool { isatty(1) == 1 }
  static var errorIsTerminal: Bool { isatty(2) == 1 }

  private static func write(_ bytes: [UInt8]) throws {
    var at = 0
    while at < bytes.count {
      let count = bytes[at...].withUnsafeBytes { Foundation.write(1, $0.baseAddress, $0.count) }
      if count > 0 {
        at += count
      } else if errno == EPIPE {
        return
      } else if errno != EINTR {
        throw Trouble("the output could not be written", "check where it goes: \(String(cString: strerror(errno)))")
      }
    }
  }
}
