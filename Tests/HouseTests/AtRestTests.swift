import Foundation
import Stage
import Testing

@Suite("At rest: what is sealed is nowhere on disk in clear", .serialized)
struct AtRestTests {
  static let sealed = [
    "subject": "zyxo-quartz-4417", "body": "vekta-lantern-9031", "note": "mulvo-harbour-7762",
    "attachment": "prosk-ledger-2285", "html": "tindra-meadow-6650",
  ]
  static let open = "Quillon Fernsby"

  /// Mails and cards with a canary in every sealed place; the bodies in every transfer encoding.
  private func plant(_ cli: CLI) throws {
    func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
    let canary = AtRestTests.sealed
    for (number, part) in [
      "Content-Transfer-Encoding: 7bit\n\nplainly \(canary["body"] ?? "") here",
      "Content-Transfer-Encoding: base64\n\n\(encoded("coded \(canary["body"] ?? "") here"))",
      "Content-Transfer-Encoding: quoted-printable\n\nquoted=20\(canary["body"] ?? "")=20here",
    ].enumerated() {
      let mail = """
        From: \(AtRestTests.open) <quillon@example.org>
        To: ada@example.test
        Date: Mon, 09 Nov 2026 09:0\(number):00 +0000
        Subject: about \(canary["subject"] ?? "")
        Message-ID: <canary-\(number)@example.org>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=edge

        --edge
        Content-Type: text/plain; charset=utf-8
        \(part)
        --edge
        Content-Type: text/html; charset=utf-8

        <p>\(canary["html"] ?? "")</p>
        --edge
        Content-Type: application/pdf; name="\(canary["attachment"] ?? "").pdf"
        Content-Disposition: attachment; filename="\(canary["attachment"] ?? "").pdf"
        Content-Transfer-Encoding: base64

        \(encoded("a file about \(canary["body"] ?? "")"))
        --edge--

        """
      _ = try cli.write(Array(mail.utf8), "Maildir/cur/\(number).M1.host:2,S")
    }
    for folder in ["new", "tmp"] {
      try FileManager.default.createDirectory(
        atPath: cli.files + "/Maildir/" + folder, withIntermediateDirectories: true)
    }
    // One that is too large for its row, so that it lies in a blob.
    let long = String(repeating: "a line of filling, with \(canary["body"] ?? "") in it\n", count: 12_000)
    let mail =
      "From: \(AtRestTests.open) <quillon@example.org>\nTo: ada@example.test\n"
      + "Date: Tue, 10 Nov 2026 09:00:00 +0000\nSubject: long \(canary["subject"] ?? "")\n\n\(long)"
    _ = try cli.write(Array(mail.utf8), "Maildir/cur/9.M1.host:2,S")
    let card =
      "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:q1\r\nFN:\(AtRestTests.open)\r\nEMAIL:quillon@example.org\r\n"
      + "NOTE:\(canary["note"] ?? "")\r\nEND:VCARD\r\n"
    _ = try cli.write(Array(card.utf8), "cards.vcf")
  }

  private func live(_ cli: CLI) throws -> String {
    let account = try cli.addAccount()
    for (kind, name) in [("maildir", "Maildir"), ("vcard", "cards.vcf")] {
      let read = try cli.run("import", "--kind", kind, cli.files + "/" + name, "--warrant", "--depth", "whole")
      #expect(read.status == 0 || kind == "vcard", "\(read.err)")
      if read.status != 0 {
        #expect(try cli.run("import", "--kind", kind, cli.files + "/" + name, "--warrant").status == 0)
      }
    }
    let crm = cli.folder + "/crm"
    let added = try cli.run("destination", "add", "folder", "--account", account, "--path", crm)
    #expect(added.status == 0, "\(added.err)")
    let plan = try cli.run("sync", "--account", account, "--deliver", "--dry-run")
    let digest = plan.lines.compactMap { $0["digest"] as? String }.last ?? ""
    let accepted = try cli.run("destination", "accept", added.text("id"), digest)
    #expect(accepted.status == 0, "\(accepted.err) \(plan.out)")
    #expect(try cli.run("sync", "--account", account).status == 0)
    let found = try cli.run("search", "--account", account, AtRestTests.sealed["body"] ?? "")
    #expect(found.lines.count >= 4, "\(found.out)")
    #expect(try cli.run("people", "--account", account).out.contains(AtRestTests.open))
    return account
  }

  /// Hits of the canaries in some places, as the scanner prints them.
  private func hits(_ places: [String], _ canaries: [String]) throws -> (count: Int, said: String) {
    let scanner = checkout.appending(path: "scripts/canaries.py").path()
    let ran = try CLI.start(
      ["python3", scanner] + places + ["--"] + canaries, ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? ""])
    #expect(ran.status == 0, "\(ran.err)")
    let last = ran.out.split(separator: "\n").last.map(String.init) ?? ""
    return (Int(last.dropFirst("hits: ".count)) ?? -1, ran.out)
  }

  @Test(
    "database, WAL, blobs, logs, export and CRM folder hold no sealed canary in any form, and the open one is found")
  func sqlite() throws {
    let cli = try CLI()
    try plant(cli)
    let account = try live(cli)
    _ = try cli.write(Array("correct horse battery".utf8), "passphrase")
    let export = cli.folder + "/account.kith"
    let exported = try cli.run("export", "--account", account, "--passphrase-file", cli.files + "/passphrase", export)
    #expect(exported.status == 0, "\(exported.err)")
    let blobs = FileManager.default.enumerator(atPath: cli.data + "/blobs")?.allObjects.count ?? 0
    #expect(blobs >= 2, "no blob was made")
    let places = [cli.data, export, cli.folder + "/crm"]
    let found = try hits(places, Array(AtRestTests.sealed.values))
    #expect(found.count == 0, "\(found.said)")
    let control = try hits([cli.data], [AtRestTests.open])
    #expect(control.count > 0)
    #expect(try hits([cli.files], Array(AtRestTests.sealed.values)).count > 5, "the scanner does not see what is there")
  }

  @Test("PostgreSQL's files after a checkpoint, and a dump, hold no sealed canary, and the open one is found")
  func postgres() async throws {
    let server = try await StagedPostgres.start(fsync: true)
    let connection = try await server.freshDatabase()
    let words = connection.split(separator: " ").map(String.init)
    let host = String(try #require(words.first { $0.hasPrefix("host=") }).dropFirst(5))
    let name = String(try #require(words.first { $0.hasPrefix("dbname=") }).dropFirst(7))
    let cli = try CLI()
    try plant(cli)
    let encoded = host.replacingOccurrences(of: "/", with: "%2F")
    let house = try AtRestHouse(cli, "postgres://kith@\(encoded)/\(name)")
    try house.live()
    let dump = cli.folder + "/dump"
    let shell = try cli.shell(
      """
      set -e
      psql -X -q -h \(host) -U postgres -d \(name) -c CHECKPOINT
      pg_dump -h \(host) -U postgres -Fp -f \(dump).sql \(name)
      pg_dump -h \(host) -U postgres -Fc -f \(dump).custom \(name)
      """)
    #expect(shell.status == 0, "\(shell.err)")
    let places = [host + "/data", host + "/log", dump + ".sql", dump + ".custom", cli.folder + "/crm"]
    let found = try hits(places, Array(AtRestTests.sealed.values))
    #expect(found.count == 0, "\(found.said)")
    #expect(try hits([host + "/data/base"], [AtRestTests.open]).count > 0)
    #expect(try hits([dump + ".sql"], [AtRestTests.open]).count > 0)
    withExtendedLifetime(server) {}
  }

  /// The same life on PostgreSQL: the database is named by the environment.
  private struct AtRestHouse {
    let cli: CLI
    let with: [String: String]

    init(_ cli: CLI, _ database: String) throws {
      self.cli = cli
      with = ["KITH_DATABASE": database]
    }

    func live() throws {
      let digest = try cli.run("policy").text("digest")
      let added = try cli.run(
        "account", "add", "--email", Cast.ada.address, "--accept-policy", digest, with: with)
      try #require(added.status == 0, "\(added.err)")
      for (kind, name) in [("maildir", "Maildir"), ("vcard", "cards.vcf")] {
        let read = try cli.run("import", "--kind", kind, cli.files + "/" + name, "--warrant", with: with)
        #expect(read.status == 0, "\(read.err)")
      }
      let destination = try cli.run("destination", "add", "folder", "--path", cli.folder + "/crm", with: with)
      let plan = try cli.run("sync", "--deliver", "--dry-run", with: with)
      let rules = plan.lines.compactMap { $0["digest"] as? String }.last ?? ""
      #expect(try cli.run("destination", "accept", destination.text("id"), rules, with: with).status == 0)
      #expect(try cli.run("sync", with: with).status == 0)
      #expect(try cli.run("search", AtRestTests.sealed["body"] ?? "", with: with).lines.count >= 4)
    }
  }
}
