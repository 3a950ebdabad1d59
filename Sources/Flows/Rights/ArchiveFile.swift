import Consent
import Foundation
import Model

/// The file of an export: the archive's header, then sealed frames of 1 MiB; the first begins with whose it is.
enum ArchiveFile {
  struct Head: Sendable {
    var account: ID<Account>
    /// The member whose part it is; nil for the whole account.
    var member: ID<Member>?

    static let count = 16

    var bytes: [UInt8] {
      [account.rawValue, member?.rawValue ?? 0].flatMap { value in
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) }
      }
    }

    init(account: ID<Account>, member: ID<Member>?) {
      self.account = account
      self.member = member
    }

    init(_ bytes: ArraySlice<UInt8>) {
      let values = [bytes.prefix(8), bytes.dropFirst(8)].map { $0.reduce(Int64(0)) { $0 << 8 | Int64($1) } }
      account = ID(values[0])
      member = values[1] == 0 ? nil : ID(values[1])
    }
  }

  static func write(
    _ archive: Archive, head: Head, content: String, to path: String, progress: @Sendable (Progress) -> Void
  ) throws {
    let source = try Files.Reading(content)
    let target = try Files.Writing(path + ".tmp")
    try target.write(archive.header)
    var frame = head.bytes + (try source.read(Archive.frameCount - Head.count))
    var number = 0
    while true {
      let next = try source.read(Archive.frameCount)
      try target.write(try archive.seal(frame, number: number, last: next.isEmpty))
      number += 1
      progress(Progress(step: "sealing", done: number, total: nil))
      if next.isEmpty { break }
      frame = next
    }
    try target.finish(as: path)
  }

  static func open(_ path: String, passphrase: [UInt8]) async throws -> Archive {
    let header = try Files.Reading(path).read(Archive.headerCount)
    return try await Archive(reading: header, passphrase: passphrase)
  }

  /// Opens the frames into a store's folder; nothing is kept of a file that does not open to its end.
  static func read(
    _ archive: Archive, from path: String, into folder: String, progress: @Sendable (Progress) -> Void
  ) throws -> Head {
    let source = try Files.Reading(path)
    _ = try source.read(Archive.headerCount)
    var sealed = try source.read(Archive.sealedFrameCount)
    var head: Head?
    var target: Files.Writing?
    var number = 0
    while true {
      let next = try source.read(Archive.sealedFrameCount)
      var frame = try archive.open(sealed, number: number, last: next.isEmpty)
      if head == nil {
        guard frame.count >= Head.count else { throw Trouble("the export is empty", "take another copy") }
        let found = Head(frame[..<Head.count])
        head = found
        frame.removeFirst(Head.count)
        target = try Files.Writing(folder + "/" + "accounts/\(found.account).sqlite.tmp")
      }
      try target?.write(frame)
      number += 1
      progress(Progress(step: "opening", done: number, total: nil))
      if next.isEmpty { break }
      sealed = next
    }
    guard let head, let target else { throw Trouble("the export is empty", "take another copy") }
    try target.finish(as: folder + "/accounts/\(head.account).sqlite")
    return head
  }
}
