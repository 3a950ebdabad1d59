import Foundation
import Testing

/// Two workers on one account, of which one is frozen in the middle and thawed after the other took over.
@Suite("Leases between processes") struct LeaseTests {
  @Test(
    "a worker that is frozen and thawed after another took over changes nothing twice",
    .enabled(
      if: CrashTests.canTrace,
      "skipped: tracing a process needs python3, a C compiler, strace and the right to use ptrace"))
  func frozen() async throws {
    var environment = ProcessInfo.processInfo.environment
    environment["CRASH_SAMPLE"] = "16"
    environment["KITH_BIN"] = CLI.binary
    let script = CrashTests.root.path() + "scripts/crash.py"
    let ran = try await CrashTests.apart { [environment] in
      try CLI.start(["python3", script, "freeze-import", "freeze-deliver"], environment)
    }
    #expect(ran.status == 0, "\(ran.out)\n\(ran.err)")
    #expect(ran.out.hasSuffix("16 passed, 0 failed\n"), "\(ran.out)")
  }
}
