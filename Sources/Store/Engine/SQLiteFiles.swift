import Foundation
import Model
import Synchronization

/// The open files of the data folder; account files nobody uses are closed, the longest unused first.
actor SQLiteFiles {
  private let settings: SQLiteSettings
  private let schema: Schema
  private let executor = QueueExecutor("kith.files")
  private var house: SQLiteFile?
  private var keyring: SQLiteFile?
  private var accountFiles: [ID<Account>: SQLiteFile] = [:]
  private let uses = Mutex(Uses())

  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// Who uses which account's file, and when it was last asked for.
  private struct Uses {
    var leases: [ID<Account>: Int] = [:]
    var lastTurn: [ID<Account>: UInt64] = [:]
    var turn: UInt64 = 0
  }

  init(_ settings: SQLiteSettings, schema: Schema) {
    self.settings = settings
    self.schema = schema
  }

  private var folder: String { settings.folder + "/accounts" }

  private func path(_ account: ID<Account>) -> String { "\(folder)/\(account).sqlite" }

  func prepare() throws {
    for folder in [settings.folder, folder] {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      } catch {
        throw Trouble("the folder \(folder) cannot be made", "check the setting and who owns its parent")
      }
    }
    house = try SQLiteFile(path: settings.folder + "/house.sqlite", store: .house, schema: schema, settings: settings)
    keyring = try SQLiteFile(
      path: settings.folder + "/keys.sqlite", store: .keyring, schema: schema, settings: settings)
  }

  /// The file of a scope, kept open until `release`.
  func lease(_ scope: Scope) throws -> SQLiteFile {
    guard let account = scope.account else {
      guard let file = scope == .house ? house : keyring else {
        throw Trouble("the database is closed", "it was used after Kith shut it")
      }
      return file
    }
    let file = try accountFiles[account] ?? open(account)
    uses.withLock { uses in
      uses.turn += 1
      uses.lastTurn[account] = uses.turn
      uses.leases[account, default: 0] += 1
    }
    return file
  }

  nonisolated func release(_ scope: Scope) {
    guard let account = scope.account else { return }
    uses.withLock { uses in
      let left = (uses.leases[account] ?? 1) - 1
      uses.leases[account] = left > 0 ? left : nil
    }
  }

  private func open(_ account: ID<Account>) throws -> SQLiteFile {
    guard house != nil else { throw Trouble("the database is closed", "it was used after Kith shut it") }
    guard exists(account) else { throw Trouble("\(account) has no store here", "check the account's id") }
    try makeRoom()
    let file = try SQLiteFile(path: path(account), store: .account, schema: schema, settings: settings)
    accountFiles[account] = file
    return file
  }

  /// Closes the longest unused files beyond the cap; files in use stay, so the cap may be passed for a while.
  private func makeRoom() throws {
    while accountFiles.count >= max(1, settings.openAccounts) {
      let idle = uses.withLock { uses in
        accountFiles.keys.filter { uses.leases[$0] == nil }
          .min { uses.lastTurn[$0] ?? 0 < uses.lastTurn[$1] ?? 0 }
      }
      guard let idle else { return }
      try shut(idle)
    }
  }

  private func shut(_ account: ID<Account>) throws {
    try accountFiles.removeValue(forKey: account)?.close()
    uses.withLock { _ = $0.lastTurn.removeValue(forKey: account) }
  }

  func exists(_ account: ID<Account>) -> Bool { FileManager.default.fileExists(atPath: path(account)) }

  func create(_ account: ID<Account>) throws {
    if exists(account) { return }
    guard house != nil else { throw Trouble("the database is closed", "it was used after Kith shut it") }
    try makeRoom()
    accountFiles[account] = try SQLiteFile(
      path: path(account), store: .account, schema: schema, settings: settings)
  }

  func remove(_ account: ID<Account>) throws {
    if uses.withLock({ $0.leases[account] != nil }) {
      throw Trouble("\(account) is in use", "end its work first, then remove it")
    }
    try shut(account)
    for suffix in ["", "-wal", "-shm"] {
      let path = path(account) + suffix
      guard FileManager.default.fileExists(atPath: path) else { continue }
      do {
        try FileManager.default.removeItem(atPath: path)
      } catch {
        throw Trouble("a file of \(account) cannot be deleted", "check who owns \(path)")
      }
    }
  }

  func accounts() throws -> [ID<Account>] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .compactMap { $0.hasSuffix(".sqlite") ? ID<Account>($0.dropLast(7)) : nil }.sorted()
    } catch {
      throw Trouble("the folder \(folder) cannot be read", "check that it is yours")
    }
  }

  func openFiles() -> [SQLiteFile] { [house, keyring].compactMap { $0 } + Array(accountFiles.values) }

  func close() throws {
    for account in Array(accountFiles.keys) { try shut(account) }
    try house?.close()
    try keyring?.close()
    house = nil
    keyring = nil
  }
}
