import Foundation

/// Names a process so that others on the same machine can tell whether it still lives.
struct Holder: Sendable, Equatable {
  /// Boot, process namespace, number and start: no process that comes later has the same four.
  var machine: String
  var process: Int32
  var started: String

  var words: String { "\(machine) \(process) \(started)" }

  static let this = Holder(
    machine: read("/proc/sys/kernel/random/boot_id") + "/" + namespace, process: getpid(),
    started: start(of: getpid()) ?? "0")

  init(machine: String, process: Int32, started: String) {
    self.machine = machine
    self.process = process
    self.started = started
  }

  init?(_ words: String) {
    let parts = words.split(separator: " ").map(String.init)
    guard parts.count == 3, let process = Int32(parts[1]) else { return nil }
    self.init(machine: parts[0], process: process, started: parts[2])
  }

  /// True only if it is certain: the process was on this machine and is there no more.
  func isDead(seenBy other: Holder) -> Bool {
    machine == other.machine && self != other && Holder.start(of: process) != started
  }

  private static var namespace: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? "?"
  }

  private static func read(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// When a process started, in ticks since boot: field 22 of its line (proc(5)); nil if there is none, or it is dying.
  private static func start(of process: Int32) -> String? {
    let line = read("/proc/\(process)/stat")
    guard let end = line.lastIndex(of: ")") else { return nil }
    let fields = line[line.index(after: end)...].split(separator: " ")
    guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
    return String(fields[19])
  }
}
