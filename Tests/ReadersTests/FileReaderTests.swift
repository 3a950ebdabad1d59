import Consent
import Foundation
import Glibc
import Model
import Readers
import Stage
import Testing

@Suite struct FileReaderTests {
  /// A scratch folder that goes with the test.
  final class Folder: Sendable {
    let path: String

    init() throws { path = try StagedHouse.scratch() }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func put(_ text: String, _ name: String) throws {
      let url = URL(fileURLWithPath: path + "/" + name)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
  }

  private func read(
    _ kind: Source.Kind, _ path: String, held: [String: [Int64: HeldPlace]] = [:], mails: Int = 500
  ) throws -> (reader: MailReader, batches: [Int]) {
    var reader = try MailReader(kind, at: path, held: held, mails: mails)
    var batches: [Int] = []
    while let batch = reader.next() { batches.append(batch.count) }
    return (reader, batches)
  }

  @Test("mails come in batches of the size asked for, and none is left behind")
  func batches() throws {
    let folder = try Folder()
    for number in 0..<25 { try folder.put("Subject: \(number)\n\nx", "mail/\(number / 10)/\(number)") }
    let (reader, batches) = try read(.mails, folder.path + "/mail", mails: 10)
    #expect(batches == [10, 10, 5])
    #expect(reader.done == 25)
    #expect(reader.total == 25)
    #expect(reader.folders.map(\.name) == [".", "0", "1", "2"])
    #expect(reader.folders.map(\.onServer) == [0, 10, 10, 5])
  }

  @Test("a mailbox file comes in batches, and tells its count once it was read")
  func mailbox() throws {
    let folder = try Folder()
    try Cast.writeMbox(folder.path + "/box")
    let (reader, batches) = try read(.mbox, folder.path + "/box", mails: 7)
    #expect(batches.reduce(0, +) == Cast.letters.count)
    #expect(reader.total == nil)
    #expect(reader.folders.map(\.name) == ["box"])
    #expect(reader.folders.map(\.onServer) == [Cast.letters.count])
  }

  @Test("a Maildir has its inbox and its folders, whichever way they are named; tmp and dot files are none")
  func maildir() throws {
    let folder = try Folder()
    for place in [
      "cur/1.a:2,S", "new/2.a", "tmp/3.a", "cur/.hidden", ".Sent/cur/4.a:2,", ".Archive.2026/cur/5.a",
      ".Archive.2026/tmp/6",
      "Lists/swift/cur/7.a", "dovecot-uidlist", "Lists/swift/cur/sub/8.a",
    ] { try folder.put("Subject: x\n\nx", "mail/" + place) }
    let (reader, batches) = try read(.maildir, folder.path + "/mail")
    #expect(batches == [5])
    #expect(reader.folders.map(\.name) == ["INBOX", "Archive/2026", "Sent", "Lists/swift"])
    #expect(reader.folders.map(\.onServer) == [2, 1, 1, 1])
  }

  @Test("two files of one unique name in a Maildir are two mails")
  func sameName() throws {
    let folder = try Folder()
    try folder.put("Subject: a\n\nx", "mail/cur/1.a:2,S")
    try folder.put("Subject: b\n\nx", "mail/cur/1.a:2,RS")
    let (reader, batches) = try read(.maildir, folder.path + "/mail")
    #expect(batches == [2])
    #expect(reader.folders.map(\.onServer) == [2])
  }

  @Test("what is held is passed over; what is held and gone is named; another file in its place is read")
  func held() throws {
    let folder = try Folder()
    for number in 0..<3 { try folder.put("Subject: \(number)\n\nx", "mail/\(number)") }
    let path = folder.path + "/mail"
    let uids = ["0", "1", "2"].map(uid)
    var places = Dictionary(uniqueKeysWithValues: uids.map { ($0, HeldPlace(size: 13, isDeep: true)) })
    places[77] = HeldPlace(size: 1, isDeep: true)
    var (reader, batches) = try read(.mails, path, held: [".": places])
    #expect(batches.isEmpty)
    #expect(reader.folders.first?.vanished == [77])
    try folder.put("Subject: longer\n\nthan before", "mail/1")
    (reader, batches) = try read(.mails, path, held: [".": places])
    #expect(batches == [1])
    // Held, but not as deep as the grant says now.
    for uid in uids { places[uid] = HeldPlace(size: 13, isDeep: false) }
    (reader, batches) = try read(.mails, path, held: [".": places])
    #expect(batches == [3])
  }

  /// The uid of a mail by its path in the folder: 63 bits of SHA-256, which must never change.
  private func uid(_ name: String) -> Int64 {
    Int64(sha256(Array(name.utf8)).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 1)
  }

  @Test("nothing is a mail but regular files: links, pipes and folders are passed over")
  func onlyFiles() throws {
    let folder = try Folder()
    try folder.put("Subject: a\n\nx", "mail/one")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/mail/link", withDestinationPath: folder.path + "/mail/one")
    #expect(mkfifo(folder.path + "/mail/pipe", 0o600) == 0)
    let (reader, batches) = try read(.mails, folder.path + "/mail")
    #expect(batches == [1])
    #expect(reader.folders.map(\.onServer) == [1])
  }

  @Test("a folder that cannot be opened is counted as unreadable, and nothing below it counts as gone")
  func tooDeep() throws {
    let folder = try Folder()
    try folder.put("Subject: a\n\nx", "mail/one")
    // A path longer than the system takes (PATH_MAX) cannot be opened by anybody, whatever rights one has.
    let name = String(repeating: "d", count: 250)
    var open = [Glibc.open(folder.path + "/mail", O_RDONLY | O_DIRECTORY)]
    for _ in 0..<18 {
      let parent = open[open.count - 1]
      #expect(mkdirat(parent, name, 0o700) == 0)
      open.append(openat(parent, name, O_RDONLY | O_DIRECTORY))
    }
    defer {
      for at in open.indices.reversed() {
        if at + 1 < open.count { unlinkat(open[at], name, Int32(AT_REMOVEDIR)) }
        close(open[at])
      }
    }
    let (reader, batches) = try read(.mails, folder.path + "/mail")
    #expect(batches == [1])
    let lost = try #require(reader.folders.first { $0.leftOut[.unreadable] != nil })
    #expect(lost.leftOut == [.unreadable: 1])
    #expect(lost.onServer == 1)
    #expect(reader.folders.filter { $0.leftOut.isEmpty }.map(\.onServer) == [1])
  }

  @Test("names that are no UTF-8, and folders that would be called the same, are read all the same")
  func names() throws {
    let folder = try Folder()
    try folder.put("Subject: a\n\nx", "mail/a/1")
    for odd in [UInt8(0xFF), 0xFE] {
      let name = (Array((folder.path + "/mail/").utf8) + [odd, 65]).map { CChar(bitPattern: $0) }
      #expect(mkdir(name + [0], 0o700) == 0)
      let file = open(name + [47, 49, 0], O_WRONLY | O_CREAT, 0o600)
      #expect(write(file, "x", 1) == 1)
      close(file)
    }
    let (reader, batches) = try read(.mails, folder.path + "/mail")
    #expect(batches == [3])
    #expect(Set(reader.folders.map(\.name)).count == reader.folders.count)
  }

  @Test("a wrong kind is told at once, with what to use instead")
  func wrongKind() throws {
    let folder = try Folder()
    try folder.put("x", "mail/one")
    for (kind, path) in [
      (Source.Kind.maildir, "/mail"), (.maildir, "/mail/one"), (.mails, "/mail/one"), (.vcard, "/mail"),
    ] {
      #expect(throws: Trouble.self) {
        if kind.isMail {
          _ = try MailReader(kind, at: folder.path + path, held: [:])
        } else {
          _ = try CardBook(kind, at: folder.path + path)
        }
      }
    }
  }
}
