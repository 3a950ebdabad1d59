import Foundation
import Programs
import Testing

/// Debian's Chromium, driven by the scripts of `Tests/Browser` in a folder of its own; `make test` installs both.
enum Chromium {
  /// What a script looked at, a line each.
  struct Looked {
    var lines: [String]

    var faults: [String] { lines.filter { !$0.hasPrefix("ok ") } }
    var held: Int { lines.count - faults.count }
  }

  static var python: String {
    let environment = ProcessInfo.processInfo.environment
    return (environment["KITH_BROWSER"] ?? (environment["HOME"] ?? "/root") + "/.cache/kith/browser") + "/bin/python3"
  }

  static var isThere: Bool {
    FileManager.default.isExecutableFile(atPath: python)
      && FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium")
  }

  /// Runs a script of `Tests/Browser`; throws if it broke down rather than found something.
  static func run(_ script: String, _ words: [String]) throws -> Looked {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path() + "/Browser/"
    let ended = try ChildProcess.run([python, "-B", folder + script] + words)
    let looked = Looked(lines: ended.out.split(separator: "\n").map(String.init))
    try #require(ended.status == (looked.faults.isEmpty ? 0 : 1), "\(ended.status): \(ended.err.suffix(2000))")
    try #require(!looked.lines.isEmpty, "\(ended.err.suffix(2000))")
    return looked
  }
}
