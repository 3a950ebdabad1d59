public import Consent
import Foundation
public import Model
public import Store

/// Takes an account out as one sealed file, or puts it back, into either engine.
public struct Export: Sendable {
  private let store: Store
  private let gate: Gate
  private let progress: @Sendable (Progress) -> Void

  public init(store: Store, gate: Gate, progress: @escaping @Sendable (Progress) -> Void) {
    self.store = store
    self.gate = gate
    self.progress = progress
  }

  /// Writes the file whole or not at all; in a team it holds what is the member's own.
  public func export(_ account: ID<Account>, _ member: ID<Member>, passphrase: [UInt8], to path: String) async throws {
    let permit = try await gate.permit(ExportAccount.self, for: Request(account: account, member: member))
    _ = permit.close()
    let archive = try await Archive(writing: passphrase)
    let only = try await store.members(account).count > 1 ? member : nil
    let folder = path + ".partial"
    try Files.remove(folder)
    try Files.makeFolder(folder)
    defer { try? Files.remove(folder) }

    let inside = try await ExportStore(account, folder: folder, clock: store.clock)
    let progress = self.progress
    try await inside.fill(from: store, member: only) { table, count in
      progress(Progress(step: "copying \(table)", done: count, total: nil))
    }
    try await inside.keep(try await gate.vault.carried(account, in: archive, of: only))
    try await inside.close()
    try ArchiveFile.write(
      archive, head: ArchiveFile.Head(account: account, member: only),
      content: folder + "/" + ExportStore.file(account),
      to: path, progress: progress)
  }

  /// Puts an export back: rows and keys, except what was erased here since; the digest is that of the export.
  public func restore(_ path: String, passphrase: [UInt8]) async throws -> ID<Account> {
    let folder = NSTemporaryDirectory() + "kith-restore-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    try Files.makeFolder(folder + "/accounts")
    defer { try? Files.remove(folder) }
    let archive = try await ArchiveFile.open(path, passphrase: passphrase)
    let head = try ArchiveFile.read(archive, from: path, into: folder, progress: progress)
    let account = head.account

    let erasures = try await store.erasures(account)
    guard !erasures.contains(where: \.isAccount) else {
      throw Refusal(.erased, promise: 120, "this account was erased; what is erased does not come back")
    }
    if head.member != nil, try await store.account(account) != nil {
      throw Trouble(
        "this export holds one member's part of a team that is here",
        "restore it where the team is not, or have the "
          + "member leave the team with what is the member's own")
    }
    let inside = try await ExportStore(account, folder: folder, clock: store.clock)
    let members = try await inside.members()
    try await gate.vault.restore(account, try await inside.keys(), from: archive)
    let progress = self.progress
    try await inside.pour(into: store, erasing: erasures.flatMap(\.keys)) { table, count in
      progress(Progress(step: "restoring \(table)", done: count, total: nil))
    }
    for member in members { try await store.register(account, member) }
    try await inside.close()
    return account
  }
}
