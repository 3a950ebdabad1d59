import Foundation
import Stage
import Testing

@Suite("The command line: bad input ends with one clear line, the right code, and nothing lost")
struct CLIBadInputTests {
  /// Whether this machine lets tests mount, or run as somebody else.
  private static func can(_ script: String) -> Bool {
    (try? CLI.start(["bash", "-c", script], ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]).status) == 0
  }
  static let canMount = can("unshare -m true")

  @Test("mails cut in half, of 0 bytes, in broken charsets and with bytes of no sense are held, never lost")
  func brokenMails() throws {
    let cli = try CLI()
    try cli.addAccount()
    let whole = Cast.letters[0].bytes
    let mails: [(String, [UInt8])] = [
      ("whole.eml", whole), ("half.eml", Array(whole.prefix(whole.count / 2))), ("empty.eml", []),
      ("zeros.eml", [UInt8](repeating: 0, count: 4096)),
      ("noise.eml", (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 / 7) }),
      (
        "charset.eml",
        Array("From: a@example.test\nContent-Type: text/plain; charset=no-such\n\n".utf8) + [0xff, 0xfe, 0x80]
      ),
      ("headers.eml", Array("From: a@example.test\nSubject: no end".utf8)),
      ("nested.eml", Array(String(repeating: "Content-Type: multipart/mixed; boundary=b\n\n--b\n", count: 2000).utf8)),
      ("word.eml", Array("Subject: =?utf-8?q?=FF=FE?= =?x?b?!!!?=\nFrom: <<<>>>, \"\n\nx".utf8)),
    ]
    for (name, bytes) in mails { _ = try cli.write(bytes, "mails/\(name)") }
    let read = try cli.run("import", "--kind", "mails", cli.files + "/mails", "--warrant")
    #expect(read.status == 0, "\(read.err)")
    let held = read.lines.reduce(0) { $0 + (($1["held"] as? NSNumber)?.intValue ?? 0) }
    let left = read.lines.reduce(0) { sum, line in
      sum + ((line["left_out"] as? [String: NSNumber])?.values.reduce(0) { $0 + $1.intValue } ?? 0)
    }
    #expect(held + left == mails.count)
    #expect(read.lines.allSatisfy { ($0["gap"] as? NSNumber)?.intValue == 0 })
    let lab = try cli.run("lab", "mime", cli.files + "/mails")
    #expect(lab.status == 0 && lab.lines.count == mails.count)
  }

  @Test("an mbox cut anywhere, and one that is none, change nothing that is held already")
  func cutMbox() throws {
    let cli = try CLI()
    try cli.addAccount()
    try Cast.writeMbox(cli.files + "/all.mbox")
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: cli.files + "/all.mbox")))
    for count in [1, 5, bytes.count / 3, bytes.count - 7] {
      let path = try cli.write(Array(bytes.prefix(count)), "cut-\(count).mbox")
      let read = try cli.run("import", "--kind", "mbox", path, "--warrant")
      #expect([0, 1, 4].contains(read.status), "\(count): \(read.err)")
      #expect(read.status == 0 || read.isOneLine)
    }
    let empty = try cli.run("import", "--kind", "mbox", try cli.write([], "empty.mbox"), "--warrant")
    #expect([0, 1, 4].contains(empty.status))
  }

  @Test("CSV without headers, with formulas, with one column too many; vCards without an end, of 100,000 lines")
  func brokenCards() throws {
    let cli = try CLI()
    try cli.addAccount()
    var long = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:long\r\nFN:Long\r\n"
    for line in 0..<100_000 { long += "X-LINE-\(line):value\r\n" }
    let files: [(kind: String, name: String, text: String)] = [
      ("csv", "headless.csv", "1,2,3\n4,5,6\n"), ("csv", "empty.csv", ""),
      (
        "csv", "formulas.csv",
        "Name,Email,Notes\n=1+1,x@example.test,=HYPERLINK(\"http://x\")\n@SUM(A1),+y@example.test,-2\n"
      ),
      ("csv", "ragged.csv", "Name,Email\na,b@example.test,c,d,e\n\"open quote,x@example.test\n"),
      ("vcard", "long.vcf", long + "END:VCARD\r\n"), ("vcard", "endless.vcf", long), ("vcard", "empty.vcf", ""),
      ("vcard", "text.vcf", "this is no card\n"),
    ]
    for file in files {
      let path = try cli.write(Array(file.text.utf8), file.name)
      let read = try cli.run("import", "--kind", file.kind, path, "--warrant")
      #expect([0, 1, 4].contains(read.status), "\(file.name): \(read.status) \(read.err)")
      #expect(read.status == 0 || read.isOneLine, "\(file.name): \(read.err)")
    }
    #expect(try cli.run("people").status == 0)
    #expect(try cli.run("ledger", "--verify").status == 0)
  }

  @Test("a path that is not there, a file where a folder must be, a link that leads nowhere: one line, and no source")
  func wrongPaths() throws {
    let cli = try CLI()
    try cli.addAccount()
    let file = try cli.write([1], "file")
    try FileManager.default.createSymbolicLink(
      atPath: cli.files + "/dangling", withDestinationPath: cli.files + "/gone")
    let before = try cli.digest
    for path in ["/nothing", "/dangling", "/file/below"] {
      let read = try cli.run("import", "--kind", "maildir", cli.files + path, "--warrant")
      #expect(read.status == 1 && read.isOneLine, "\(path): \(read.status) \(read.err)")
    }
    #expect(try cli.digest == before)
    let read = try cli.run("import", "--kind", "maildir", file, "--warrant")
    #expect(read.status == 1 && read.isOneLine, "\(read.status) \(read.err)")
  }

  @Test(
    "a folder that may not be read is told, and the rest is read",
    .enabled(if: geteuid() == 0 && can("setpriv --reuid=65534 --regid=65534 --clear-groups test -x /usr/bin/env")))
  func unreadable() throws {
    let cli = try CLI()
    try Cast.writeMaildir(cli.files + "/Maildir")
    // As somebody who is not root, since root may read everything.
    let script = """
      set -e
      cp "$kith" "$folder/kith"
      export KITH_DATA=$folder/data KITH_OPERATOR_KEY_FILE=$folder/key/operator.key HOME=$folder
      chown -R 65534:65534 "$folder"
      as() { setpriv --reuid=65534 --regid=65534 --clear-groups "$folder/kith" --json "$@"; }
      as policy >"$folder/policy" || exit 77
      digest=$(sed 's/.*"digest":"\\([0-9a-f]*\\)".*/\\1/' "$folder/policy")
      as account add --email ada@example.test --accept-policy "$digest" >/dev/null
      chmod 000 "$folder/files/Maildir/.Sent"
      as import --kind maildir "$folder/files/Maildir" --warrant
      """
    let ran = try cli.shell(script)
    if ran.status == 77 { return }  // The toolchain's libraries are root's alone here.
    #expect(ran.status == 4 || ran.status == 1, "\(ran.status) \(ran.err)")
    #expect(ran.isOneLine, "\(ran.err)")
  }

  @Test("the operator key: missing, damaged, of somebody else, readable by others, inside the data folder")
  func operatorKey() throws {
    let cli = try CLI()
    try cli.addAccount()
    let before = try cli.digest
    let files = FileManager.default
    let key = try Data(contentsOf: URL(fileURLWithPath: cli.key))
    let mode = try files.attributesOfItem(atPath: cli.key)[.posixPermissions] as? NSNumber
    #expect(mode?.intValue == 0o600)

    try files.moveItem(atPath: cli.key, toPath: cli.key + ".away")
    let missing = try cli.run("people")
    #expect(missing.status == 1 && missing.isOneLine && missing.err.contains("missing"))
    #expect(!files.fileExists(atPath: cli.key))

    func put(_ bytes: Data, _ mode: Int) throws {
      try? files.removeItem(atPath: cli.key)
      _ = files.createFile(atPath: cli.key, contents: bytes, attributes: [.posixPermissions: mode])
    }
    for (bytes, mode, word) in [
      (Data("not base64!\n".utf8), 0o600, "damaged"), (Data(key.dropLast(8)), 0o600, "damaged"),
      (Data(), 0o600, "damaged"),
      (key, 0o644, "chmod 600"),
      (Data(Data(repeating: 7, count: 32).base64EncodedString().utf8), 0o600, "operator key"),
    ] {
      try put(bytes, mode)
      let wrong = try cli.run("people")
      #expect(wrong.status == 1 && wrong.isOneLine && wrong.err.contains(word), "\(word): \(wrong.err)")
    }
    try put(key, 0o600)
    #expect(try cli.digest == before)

    try files.createSymbolicLink(atPath: cli.folder + "/link", withDestinationPath: cli.data)
    for inside in [
      cli.data + "/operator.key", cli.folder + "/link/sub/operator.key", cli.data + "/../data/operator.key",
    ] {
      let refused = try cli.run("people", with: ["KITH_OPERATOR_KEY_FILE": inside])
      #expect(refused.status == 1 && refused.err.contains("inside the data folder") && refused.isOneLine)
    }
    #expect(try cli.run("people").status == 0)
  }

  @Test("a database from the future is not touched")
  func future() throws {
    let cli = try CLI()
    try cli.addAccount()
    let script = """
      import sqlite3, sys
      db = sqlite3.connect(sys.argv[1])
      db.execute("INSERT INTO schema_version (version, name, digest) VALUES (999, 'later', 'x')")
      db.commit()
      """
    for file in ["house.sqlite", "accounts"] {
      let copy = try CLI()
      try FileManager.default.copyItem(atPath: cli.data, toPath: copy.data)
      var path = copy.data + "/" + file
      if file == "accounts" {
        let name = try FileManager.default.contentsOfDirectory(atPath: path).first { $0.hasSuffix(".sqlite") }
        path += "/" + (try #require(name))
      }
      let later = try CLI.start(["python3", "-c", script, path], cli.environment)
      try #require(later.status == 0, "\(later.err)")
      let ran = try copy.run("people", with: ["KITH_OPERATOR_KEY_FILE": cli.key])
      #expect(ran.status == 1 && ran.isOneLine && ran.err.contains("upgrade Kith"), "\(file): \(ran.err)")
    }
  }

  @Test(
    "a full disk stops the import with one line; what was held stays, and it goes on when there is room",
    .enabled(if: canMount))
  func fullDisk() throws {
    let cli = try CLI()
    try cli.addAccount()
    for number in 0..<400 {
      var mail = Cast.letters[number % Cast.letters.count].bytes
      mail += (0..<20_000).map { UInt8(32 + ($0 &* 31 &+ number &* 17) % 90) } + [10, UInt8(48 + number % 10)]
      mail += Array(String(number).utf8)
      _ = try cli.write(mail, "mails/\(number).eml")
    }
    let script = """
      set -e
      mkdir "$folder/small"
      mount -t tmpfs -o size=5m none "$folder/small"
      cp -a "$folder/data" "$folder/small/data"
      export KITH_DATA=$folder/small/data
      set +e
      "$kith" --json import --kind mails "$folder/files/mails" --warrant >/dev/null 2>"$folder/err"
      echo $? >"$folder/status"
      set -e
      mount -o remount,size=200m "$folder/small"
      "$kith" --json ledger --verify
      "$kith" --json import --kind mails "$folder/files/mails" --warrant
      """
    let ran = try CLI.start(
      ["unshare", "-m", "bash", "-c", script],
      cli.environment.merging(["kith": CLI.binary, "folder": cli.folder]) { $1 })
    let status = try String(contentsOfFile: cli.folder + "/status", encoding: .utf8)
    let said = try String(contentsOfFile: cli.folder + "/err", encoding: .utf8)
    #expect(status == "1\n" && said.contains("disk"), "\(status) \(said)")
    #expect(said.split(separator: "\n").count == 1)
    #expect(ran.status == 0, "\(ran.err)")
    #expect(ran.lines.last?["gap"] as? Int == 0)
  }
}
