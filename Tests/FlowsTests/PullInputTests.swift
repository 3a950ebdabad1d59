import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing

@Suite struct PullInputTests {
  @Test("a path where nothing is, or of another kind, is a trouble with a remedy, and adds nothing")
  func noSuchPath() async throws {
    let way = try await WayIn()
    await #expect(throws: Trouble.self) { _ = try await way.add(.maildir, way.house.files + "/nothing") }
    #expect(try await way.house.count("source") == 0)
    // There when it was added, gone when it is read.
    let path = way.house.files + "/mail"
    try Cast.writeMaildir(path)
    let added = try await way.add(.maildir, path)
    _ = try await way.pull(added.source.id)
    let held = try await way.house.digests()
    try FileManager.default.removeItem(atPath: path)
    let trouble = await #expect(throws: Trouble.self) { try await way.pull(added.source.id) }
    #expect(trouble?.description.contains("check the path") == true)
    #expect(
      try await way.house.digests(without: ["ledger", "ledger_head", "lease", "job", "source"])
        == held.filter { $0.key != "source" })
    for (kind, wrong) in [
      (Source.Kind.maildir, "/plain"), (.mails, "/file"), (.csv, "/plain"), (.vcard, "/file"), (.csv, "/file"),
    ] {
      try FileManager.default.createDirectory(atPath: way.house.files + "/plain", withIntermediateDirectories: true)
      try Cast.write(Array("nothing of the kind\n".utf8), way.house.files + "/file")
      let source = try await way.add(kind, way.house.files + wrong)
      await #expect(throws: Trouble.self) { try await way.pull(source.source.id) }
    }
  }

  @Test("files of 0 bytes, cut in half, too big, linked or of no mail are counted each by its rule")
  func badFiles() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/mail"
    try Cast.writeMails(path, Array(Cast.letters.prefix(5)))
    try Cast.write([], path + "/empty")
    try Cast.write(Array(Cast.letters[5].bytes.prefix(60)), path + "/half")
    try Cast.write((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7) }, path + "/noise")
    try Cast.write(Array("a mail of a dot file".utf8), path + "/.dot")
    let big = [UInt8](repeating: 97, count: 51 * 1024 * 1024)
    try Cast.write(big, path + "/big")
    try FileManager.default.createSymbolicLink(atPath: path + "/link", withDestinationPath: path + "/half")
    try FileManager.default.createSymbolicLink(atPath: path + "/loop", withDestinationPath: path)
    #expect(mkfifo(path + "/pipe", 0o600) == 0)
    let report = try await way.take(.mails, path)
    #expect(report.isWhole)
    let top = try #require(report.folders.first { $0.folder == "." })
    #expect(top.onServer == 5)
    #expect(top.held == 3)
    #expect(top.leftOut == ["empty": 1, "too-big": 1])
    #expect(report.stored == 8)
  }

  @Test("a mail just below the limit is stored, and opens")
  func large() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/mail"
    try Cast.writeMails(path, [])
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let head = Array("From: bob@example.test\n\n".utf8)
    try Cast.write(head + [UInt8](repeating: 97, count: 50 * 1024 * 1024 - head.count), path + "/large")
    let report = try await way.take(.mails, path)
    #expect(report.isWhole)
    #expect(report.stored == 1)
  }

  @Test(
    "an unreadable file or folder is counted and shown, and the run is not whole",
    .enabled(if: geteuid() != 0 || canDropRights, "skipped: runs as root"))
  func unreadable() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/mail"
    try Cast.writeMails(path)
    let months = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    let (folder, other) = (path + "/" + months[0], path + "/" + months[1])
    let file = try #require(try FileManager.default.contentsOfDirectory(atPath: other).first)
    chmod(folder, 0)
    chmod(other + "/" + file, 0)
    defer {
      chmod(folder, 0o700)
      chmod(other + "/" + file, 0o600)
    }
    let report = try await way.take(.mails, path)
    #expect(!report.isWhole)
    #expect(report.trouble?.contains("2 items cannot be read") == true)
    #expect(report.folders.reduce(0) { $0 + ($1.leftOut["unreadable"] ?? 0) } == 2)
    #expect(report.folders.allSatisfy { $0.gap == 0 })
    chmod(folder, 0o700)
    chmod(other + "/" + file, 0o600)
    let again = try await way.take(.mails, path)
    #expect(again.isWhole)
    #expect(try await way.house.count("mail") == Cast.letters.count)
  }

  @Test("a mailbox file cut in half holds what is there; one that is none is unreadable; an empty one is empty")
  func mailboxes() async throws {
    let way = try await WayIn()
    let folder = way.house.files + "/boxes"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Cast.writeMbox(folder + "/whole")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/whole"))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: folder + "/half"))
    try Cast.write([], folder + "/none")
    try Cast.write(Array("this is no mailbox\n".utf8), folder + "/letter")
    let report = try await way.take(.mbox, folder)
    func count(_ name: String) -> Completeness? { report.folders.first { $0.folder == name } }
    #expect(count("whole")?.held == Cast.letters.count)
    #expect((count("half")?.held ?? 0) > 20)
    #expect(count("none")?.onServer == 0)
    #expect(count("letter")?.leftOut == ["unreadable": 1])
    #expect(report.folders.allSatisfy { $0.gap == 0 })
    #expect(!report.isWhole)
    #expect(try await way.take(.mbox, folder).stored == 0)
  }

  @Test("a mail that came twice in a mailbox is one mail at two places")
  func twice() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/box"
    try Cast.writeMbox(path, [Cast.letters[0], Cast.letters[1], Cast.letters[0]])
    let report = try await way.take(.mbox, path)
    #expect(report.isWhole)
    #expect(report.folders.first?.held == 3)
    #expect(try await way.house.count("mail") == 2)
    #expect(try await way.take(.mbox, path).stored == 0)
  }

  @Test(
    "a table without a header, with formulas, or of 100,000 rows or lines", arguments: StagedHouse.EngineKind.allCases)
  func contacts(_ engine: StagedHouse.EngineKind) async throws {
    let way = try await WayIn(engine)
    let path = way.house.files + "/table.csv"
    try Cast.write(Array("bob@example.test,713 555 0101\n".utf8), path)
    let added = try await way.add(.csv, path)
    let trouble = await #expect(throws: Trouble.self) { try await way.pull(added.source.id) }
    #expect(trouble?.description.contains("header") == true)
    #expect(trouble?.description.contains("bob") == false)
    try Cast.write(Array("Name,Email\n=cmd|' /C calc'!A0,bob@example.test\n@SUM(1),\n".utf8), path)
    #expect(try await way.pull(added.source.id).isWhole)
    let long = way.house.files + "/long.vcf"
    let notes = String(repeating: "NOTE:one of very many lines\n", count: 100_000)
    try Cast.write(Array("BEGIN:VCARD\nVERSION:3.0\nFN:Bob Brown\n\(notes)END:VCARD\n".utf8), long)
    #expect(try await way.take(.vcard, long).isWhole)
  }

  @Test("the same place by another path is the same source")
  func samePlace() async throws {
    let way = try await WayIn()
    let path = way.house.files + "/mail"
    try Cast.writeMaildir(path)
    try FileManager.default.createSymbolicLink(atPath: way.house.files + "/link", withDestinationPath: path)
    let first = try await way.add(.maildir, path)
    let second = try await way.add(.maildir, way.house.files + "/./link/")
    #expect(first.source.id == second.source.id)
    #expect(try await way.house.count("source") == 1)
    #expect(second.isChanged == false)
    let owners = try await way.add(.maildir, path, owners: ["Ada.Private@Example.org"])
    #expect(owners.source.owners == ["ada.private@example.org"])
    #expect(try await way.store.source(way.account, first.source.id)?.source.owners == ["ada.private@example.org"])
  }
}

/// Whether the rights of files mean anything to this process.
private let canDropRights: Bool = {
  let path = NSTemporaryDirectory() + "kith-rights-\(getpid())"
  defer { unlink(path) }
  _ = FileManager.default.createFile(atPath: path, contents: Data([1]))
  chmod(path, 0)
  return FileManager.default.contents(atPath: path) == nil
}()
