public import Consent
import Glibc
public import Model

/// Sealed content over 256 kB: a file beside the store, or rows of frames where there is no folder for files.
///
/// A file is whole and on disk before the row that names it is committed; one that no row names is swept away.
public enum Blobs {
  /// Sealed bytes up to this many lie in the row itself.
  public static let inRow = 256 * 1024
  /// Bytes of one row of `blob_frame`.
  public static let frameCount = 1 << 20

  /// A blob on its way to be stored.
  public struct New: Sendable {
    public var id: Int64
    public var bytes: [UInt8]

    public init(id: Int64, bytes: [UInt8]) {
      self.id = id
      self.bytes = bytes
    }
  }

  static func insert(
    _ blobs: [New], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    for blob in blobs {
      try session.runMany(
        "INSERT INTO blob_frame (account_id, blob_id, position, bytes, member_id) VALUES ($1, $2, $3, $4, $5)",
        stride(from: 0, to: blob.bytes.count, by: frameCount).enumerated().map { position, start in
          let frame = Array(blob.bytes[start..<min(blob.bytes.count, start + frameCount)])
          return [Value(account), .integer(blob.id), Value(position), .bytes(frame), Value(member)]
        })
    }
  }
}

extension Store {
  /// Puts blobs on disk before their rows are committed; does nothing where blobs are rows.
  public func write(_ blobs: [Blobs.New], of account: ID<Account>) throws {
    guard let folder = blobFolder, !blobs.isEmpty else { return }
    let place = "\(folder)/\(account)"
    try BlobFile.makeFolder(folder)
    try BlobFile.makeFolder(place)
    for blob in blobs { try BlobFile.write(blob.bytes, "\(place)/\(blob.id)") }
    try BlobFile.sync(folder: place)
  }

  /// Stores blobs as rows, where there is no folder for files.
  public func keep(
    _ blobs: [Blobs.New], of member: ID<Member>, _ account: ID<Account>, in session: any Session
  ) throws {
    if blobFolder == nil { try Blobs.insert(blobs, of: member, account, in: session) }
  }

  /// The sealed bytes of a blob.
  public func blob(_ account: ID<Account>, _ id: Int64, in session: any Session) throws -> [UInt8] {
    if let path = path(account, id) { return try BlobFile.read(path) }
    var bytes: [UInt8] = []
    try session.stream(
      "SELECT bytes FROM blob_frame WHERE account_id = $1 AND blob_id = $2 ORDER BY position",
      [Value(account), .integer(id)]
    ) { bytes += $0.bytes(0) }
    return bytes
  }

  /// The sealed content of a blob; nil if it is not there or damaged.
  public func content(_ account: ID<Account>, blob id: Int64) async throws -> Sealed? {
    if let path = path(account, id) { return (try? BlobFile.read(path)).flatMap { Sealed(stored: $0) } }
    return try await read(account) { Sealed(stored: try blob(account, id, in: $0)) }
  }

  /// Writes one frame of a blob that is copied into this store's files.
  func keepFrame(_ account: ID<Account>, _ id: Int64, position: Int, _ bytes: [UInt8]) throws {
    guard let folder = blobFolder, let path = path(account, id) else { return }
    try BlobFile.makeFolder(folder)
    try BlobFile.makeFolder("\(folder)/\(account)")
    try BlobFile.write(bytes, path, at: position * Blobs.frameCount)
  }

  /// Removes the files of blobs whose rows are gone; in rows they go with the statement that deletes them.
  public func removeBlob(_ account: ID<Account>, _ id: Int64) throws {
    if let path = path(account, id) { try BlobFile.remove(path) }
  }

  /// Removes all blob files of an account.
  public func removeBlobs(_ account: ID<Account>) throws { try sweep(account, keeping: [], youngest: 0) }

  /// Removes files that no row names and that are an hour old: what a crash between file and row left behind.
  public func sweepBlobs(_ account: ID<Account>) async throws {
    guard let folder = blobFolder, !BlobFile.list("\(folder)/\(account)").isEmpty else { return }
    let named = try await read(account) { session in
      Set(
        try session.rows("SELECT blob_id FROM mail WHERE account_id = $1 AND blob_id IS NOT NULL", [Value(account)])
          .map { $0.int(0) })
    }
    try sweep(account, keeping: named, youngest: 3600)
  }

  private func sweep(_ account: ID<Account>, keeping named: Set<Int64>, youngest: Int) throws {
    guard let folder = blobFolder else { return }
    for name in BlobFile.list("\(folder)/\(account)") {
      let path = "\(folder)/\(account)/\(name)"
      if let id = Int64(name), named.contains(id) { continue }
      // A younger one may belong to a transaction that is not committed yet.
      if youngest == 0 || BlobFile.age(path) > youngest { try BlobFile.remove(path) }
    }
  }

  private func path(_ account: ID<Account>, _ id: Int64) -> String? { blobFolder.map { "\($0)/\(account)/\(id)" } }
}

/// Files of sealed bytes: a name stands for a whole file or for none.
private enum BlobFile {
  static func makeFolder(_ path: String) throws {
    if mkdir(path, 0o700) != 0, errno != EEXIST { throw trouble("a folder for large content cannot be made") }
  }

  /// Writes beside the place, brings it to disk, and only then gives it its name.
  static func write(_ bytes: [UInt8], _ path: String) throws {
    let beside = path + ".new"
    let file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw trouble("large content cannot be written") }
    defer { close(file) }
    try fill(file, bytes, at: 0)
    guard fsync(file) == 0, rename(beside, path) == 0 else {
      let failure = trouble("large content cannot be written")
      unlink(beside)
      throw failure
    }
  }

  static func write(_ bytes: [UInt8], _ path: String, at start: Int) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw trouble("large content cannot be written") }
    defer { close(file) }
    try fill(file, bytes, at: start)
    if ftruncate(file, off_t(start + bytes.count)) != 0 || fsync(file) != 0 {
      throw trouble("large content cannot be written")
    }
  }

  private static func fill(_ file: Int32, _ bytes: [UInt8], at start: Int) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { raw -> Int in
        guard let base = raw.baseAddress else { return 0 }
        return pwrite(file, base + done, raw.count - done, off_t(start + done))
      }
      if count > 0 {
        done += count
      } else if count < 0, errno != EINTR {
        throw trouble("large content cannot be written")
      }
    }
  }

  static func sync(folder: String) throws {
    let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { throw trouble("a folder for large content cannot be opened") }
    defer { close(file) }
    if fsync(file) != 0 { throw trouble("a folder for large content cannot be brought to disk") }
  }

  static func read(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    var info = stat()
    guard file >= 0, fstat(file, &info) == 0 else {
      let failure = trouble("large content cannot be read")
      if file >= 0 { close(file) }
      throw failure
    }
    defer { close(file) }
    let size = Int(info.st_size)
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size, let base = buffer.baseAddress {
        let count = Glibc.read(file, base + filled, size - filled)
        if count > 0 {
          filled += count
        } else if count == 0 || errno != EINTR {
          failed = count != 0
          return
        }
      }
    }
    if failed { throw trouble("large content cannot be read") }
    return bytes
  }

  /// Seconds since a file was written, by the clock of its disk.
  static func age(_ path: String) -> Int {
    var info = stat()
    guard stat(path, &info) == 0 else { return 0 }
    return time(nil) - info.st_mtim.tv_sec
  }

  static func remove(_ path: String) throws {
    if unlink(path) != 0, errno != ENOENT { throw trouble("large content cannot be deleted") }
  }

  /// The names in a folder; none where there is no folder.
  static func list(_ path: String) -> [String] {
    guard let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  private static func trouble(_ what: String) -> Trouble {
    errno == ENOSPC
      ? Trouble("the disk is full", "free some space; nothing of this step was stored")
      : Trouble(what, "check the disk and the rights of the data folder (errno \(errno))")
  }
}
