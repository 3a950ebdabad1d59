import Foundation
import Testing

/// Some points of the import, the pull from a server and the delivery, of the thousands that `make crash` tries.
@Suite("Crashes") struct CrashTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A C compiler for the tracer, Python for the script, and the right to trace a process.
  static let canTrace: Bool = {
    let words = [
      "bash", "-c",
      "command -v python3 && (command -v cc || command -v clang) && command -v strace && strace -o /dev/null true",
    ]
    return (try? CLI.start(words, ProcessInfo.processInfo.environment).status) == 0
  }()

  @Test(
    "killed or frozen at any of 100 calls that change a file, import, pull and delivery end as if nothing had happened",
    .enabled(if: canTrace, "skipped: tracing a process needs python3, a C compiler, strace and the right to use ptrace")
  )
  func sampled() async throws {
    var environment = ProcessInfo.processInfo.environment
    environment["CRASH_SAMPLE"] = "100"
    environment["KITH_BIN"] = CLI.binary
    let ran = try await CrashTests.apart { [environment] in
      try CLI.start(["python3", CrashTests.root.path() + "scripts/crash.py"], environment)
    }
    // The script names the points and the seed by which they are drawn again.
    #expect(ran.status == 0, "\(ran.out)\n\(ran.err)")
    #expect(ran.out.hasSuffix("100 passed, 0 failed\n"), "\(ran.out)")
  }

  /// On a thread of its own, so that the others go on meanwhile.
  static func apart<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }
}
