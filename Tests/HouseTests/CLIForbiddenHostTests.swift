import Foundation
import Stage
import Testing

/// What `source add` and a run after it connect to, seen by the kernel.
@Suite("hosts of the inner network from the command line") struct CLIForbiddenHostTests {
  /// A mail server on this machine may be read, where it is written plainly.
  static let thisMachine: Set<String> = ["127.0.0.1", "::1", "[::1]", "localhost", "LOCALHOST"]

  @Test(
    "P002 of 200 ways to write an inner host none is connected to by 'source add' and the run after it",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/strace"), "skipped: strace is not installed"))
  func forbidden() throws {
    let hosts = HostCases.forbidden.map(\.text).enumerated().filter { place, text in
      // Half of them, since each is a process of its own; an argument ends at a NUL.
      place % 2 == 0 && !text.contains("\0") && !Self.thisMachine.contains(text)
    }.map(\.element)
    #expect(hosts.count >= 200)
    let cli = try CLI()
    try cli.addAccount()
    let password = try cli.write(Array("x".utf8), "password")
    let list = try cli.write(Array(try JSONEncoder().encode(hosts)), "hosts")
    let ran = try CLI.start(
      ["python3", "-c", Self.script, list, CLI.binary, password, cli.files + "/connects"], cli.environment)
    try #require(ran.status == 0, "\(ran.err)")
    let answers = ran.out.split(separator: "\n").map { Int($0) ?? -1 }
    // Names are looked up only when they are dialled; everything else is refused as it is written.
    #expect(answers.count == hosts.count)
    #expect(answers.allSatisfy { $0 == 0 || $0 == 1 || $0 == 2 })
    #expect(answers.count { $0 != 0 } >= 200)
    let connects = try String(contentsOfFile: cli.files + "/connects", encoding: .utf8).split(separator: "\n").filter {
      // A name server may be asked; whatever else is connected to is a file of this machine.
      $0.contains("AF_INET") && !$0.contains("htons(53)")
    }
    #expect(connects.isEmpty, "\(connects.first ?? "")")
  }

  private static let script = """
    import json, subprocess, sys
    hosts, kith, password, log = json.load(open(sys.argv[1])), *sys.argv[2:]
    trace = ["strace", "-f", "-qq", "--seccomp-bpf", "-A", "-e", "trace=connect", "-o", log, kith, "--json"]
    for host in hosts:
        words = ["source", "add", "imap", "--host=" + host, "--user", "ada", "--password-file", password, "--warrant"]
        print(subprocess.run(trace + words, capture_output=True).returncode)
    subprocess.run(trace + ["sync", "--pull"], capture_output=True)
    """
}
