import Foundation
import Model
import Programs
import Stage
import Synchronization
import Testing

/// The built `kith` on a scratch folder of its own: data, key and files go when it does.
final class CLI: Sendable {
  /// What a command did.
  struct Ran: Sendable {
    var status: Int32
    var out: String
    var err: String

    /// The lines as JSON objects.
    var lines: [[String: Any]] {
      out.split(separator: "\n").compactMap {
        (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
      }
    }
    var first: [String: Any] { lines.first ?? [:] }
    func text(_ key: String) -> String { first[key] as? String ?? "" }
    func int(_ key: String) -> Int { (first[key] as? NSNumber)?.intValue ?? .min }
    /// One line on standard error, as the contract says.
    var isOneLine: Bool {
      err.split(separator: "\n", omittingEmptySubsequences: false).count == 2 && err.hasSuffix("\n")
    }
  }

  let folder: String
  /// How many days have passed since the household was read.
  private let passed = Mutex(0)
  var data: String { folder + "/data" }
  var key: String { folder + "/key/operator.key" }
  var files: String { folder + "/files" }

  /// `KITH_BIN`, or the binary that was built beside these tests.
  static let binary: String = {
    if let given = ProcessInfo.processInfo.environment["KITH_BIN"] { return given }
    let tests =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return (tests as NSString).deletingLastPathComponent + "/kith"
  }()

  init() throws {
    folder = try StagedHouse.scratch()
    try FileManager.default.removeItem(atPath: folder + "/data")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Lets days pass for whatever is started from now on.
  func pass(days: Int) { passed.withLock { $0 += days } }

  private var clock: String {
    let noon = Instant(year: 2026, month: 11, day: 23, hour: 12)
    return noon.advanced(byDays: Double(passed.withLock { $0 })).description
  }

  var environment: [String: String] {
    [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder, "KITH_DATA": data,
      "KITH_OPERATOR_KEY_FILE": key, "KITH_CLOCK": clock,
    ]
  }

  /// Runs `kith --json WORDS…`.
  @discardableResult
  func run(_ words: String..., with extra: [String: String] = [:]) throws -> Ran {
    try CLI.start([CLI.binary, "--json"] + words, environment.merging(extra) { $1 })
  }

  /// Runs `kith WORDS…` as people do.
  func say(_ words: String..., with extra: [String: String] = [:]) throws -> Ran {
    try CLI.start([CLI.binary] + words, environment.merging(extra) { $1 })
  }

  /// Runs a shell script with the binary as `$kith` and the folder as `$folder`.
  func shell(_ script: String) throws -> Ran {
    try CLI.start(
      ["bash", "-c", script], environment.merging(["kith": CLI.binary, "folder": folder]) { $1 })
  }

  static func start(_ words: [String], _ environment: [String: String]) throws -> Ran {
    let ended = try ChildProcess.run(["/usr/bin/env"] + words, environment: environment)
    return Ran(status: ended.status, out: ended.out, err: ended.err)
  }

  // MARK: a household

  /// Ada's account.
  @discardableResult
  func addAccount() throws -> String {
    let digest = try run("policy").text("digest")
    let added = try run("account", "add", "--email", Cast.ada.address, "--name", "Ada", "--accept-policy", digest)
    try #require(added.status == 0, "\(added.err)")
    return added.text("id")
  }

  /// Ada's account with her mailbox, address book and client list read.
  func addHousehold() throws {
    try addAccount()
    try Cast.writeMaildir(files + "/Maildir")
    try Cast.writeCards(files + "/cards.vcf")
    try Cast.writeCSV(files + "/clients.csv")
    for (kind, path) in [("maildir", "Maildir"), ("vcard", "cards.vcf"), ("csv", "clients.csv")] {
      let read = try run("import", "--kind", kind, files + "/" + path, "--warrant")
      try #require(read.status == 0, "\(kind): \(read.err)")
    }
  }

  var digest: String { get throws { try run("digest").text("digest") } }

  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = files + "/" + name
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }
}
