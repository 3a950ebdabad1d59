import Glibc
import Model

/// The files of a folder CRM: bounded reading, and writing that a crash leaves either undone or whole.
struct FolderFiles: Sendable {
  /// A file as it was read, with what tells that it is still the same one.
  struct Read: Sendable {
    var bytes: [UInt8]
    var mode: mode_t
    var stamp: Stamp
  }

  /// What the file system says of a file without its content.
  struct Stamp: Sendable, Equatable {
    var inode: UInt64
    var size: Int64
    var seconds: Int
    var nanoseconds: Int
  }

  /// Why a file was not read.
  enum Unreadable: String, Error {
    case notRegular = "not a regular file"
    case tooLarge = "larger than 1 MiB"
    case denied = "cannot be read"
  }

  static let people = "people"
  static let largest = 1 << 20
  static let most = 200_000
  private static let temporary = ".kith-write.tmp"
  /// So long another process may hold the folder.
  private static let patience = 2000

  let root: String

  private func path(_ name: String) -> String { root + "/" + name }

  var isThere: Bool {
    var found = stat()
    return stat(path(FolderFiles.people), &found) == 0 && found.st_mode & S_IFMT == S_IFDIR
  }

  /// Throws if something that is no folder stands there; nothing at all is fine, it is made when it is needed.
  func requireFolderOrNothing() throws {
    var found = stat()
    guard stat(root, &found) == 0 else { return }
    guard found.st_mode & S_IFMT == S_IFDIR else { throw Trouble("this is a file", "name a folder") }
  }

  // MARK: reading

  /// The names in `people/`, sorted; those that begin with a dot are nobody's records.
  func names() throws -> [String] {
    guard let folder = opendir(path(FolderFiles.people)) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw FolderFiles.trouble("the CRM folder cannot be read")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      names.append(name)
      guard names.count <= FolderFiles.most else {
        throw Trouble("the CRM folder holds more than \(FolderFiles.most) files", "name another folder")
      }
    }
    return names.sorted()
  }

  /// Reads a file; nil if there is none.
  ///
  /// Links and devices are not followed.
  func read(_ name: String) throws -> Read? {
    let file = open(path(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
      if errno == ENOENT { return nil }
      throw errno == ELOOP ? Unreadable.notRegular : Unreadable.denied
    }
    defer { close(file) }
    var found = stat()
    guard fstat(file, &found) == 0, found.st_mode & S_IFMT == S_IFREG else { throw Unreadable.notRegular }
    guard found.st_size <= FolderFiles.largest else { throw Unreadable.tooLarge }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Unreadable.denied }
      if count == 0 { break }
      bytes += buffer[..<count]
      guard bytes.count <= FolderFiles.largest else { throw Unreadable.tooLarge }
    }
    return Read(bytes: bytes, mode: found.st_mode & 0o777, stamp: FolderFiles.stamp(found))
  }

  private func stampNow(_ name: String) -> Stamp? {
    var found = stat()
    return lstat(path(name), &found) == 0 ? FolderFiles.stamp(found) : nil
  }

  private static func stamp(_ found: stat) -> Stamp {
    Stamp(
      inode: UInt64(found.st_ino), size: Int64(found.st_size), seconds: found.st_mtim.tv_sec,
      nanoseconds: found.st_mtim.tv_nsec)
  }

  // MARK: writing

  /// Runs `body` while no other process or task writes here; the folder is made if it is not there.
  func locked<T: Sendable>(_ body: () async throws -> T) async throws -> T {
    try prepare()
    let lock = open(path(FolderFiles.people), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else { throw FolderFiles.trouble("the CRM folder cannot be opened") }
    defer { close(lock) }
    var tries = 0
    while flock(lock, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR, tries < FolderFiles.patience else {
        throw Trouble("another process writes to the CRM folder", "try again when it has ended")
      }
      tries += 1
      try await Task.sleep(nanoseconds: 5_000_000)
    }
    return try await body()
  }

  private func prepare() throws {
    for folder in [root, path(FolderFiles.people)] where mkdir(folder, 0o700) != 0 && errno != EEXIST {
      throw FolderFiles.trouble("the CRM folder cannot be made")
    }
    guard isThere else { throw Trouble("the CRM folder is no folder", "name another path") }
  }

  /// Puts a whole file in place, or nothing: temporary file, fsync, rename, fsync of the folder.
  ///
  /// `check` runs last before the rename. False if the file in place is not the one of `stamp` any more (nil: none).
  func write(
    _ name: String, _ bytes: [UInt8], mode: mode_t, over stamp: Stamp?, check: StandingCheck
  ) async throws -> Bool {
    let inPeople = name.hasPrefix(FolderFiles.people + "/")
    let folder = inPeople ? path(FolderFiles.people) : root
    let temporary = folder + "/" + FolderFiles.temporary
    do {
      try fill(temporary, bytes, mode: mode)
      try await check()
    } catch {
      unlink(temporary)
      throw error
    }
    guard stampNow(name) == stamp else {
      unlink(temporary)
      return false
    }
    guard rename(temporary, path(name)) == 0 else {
      let trouble = FolderFiles.trouble("a record cannot be put in place")
      unlink(temporary)
      throw trouble
    }
    try flush(folder)
    return true
  }

  private func fill(_ temporary: String, _ bytes: [UInt8], mode: mode_t) throws {
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw FolderFiles.trouble("a record cannot be written") }
    defer { close(file) }
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress.map { $0 + done }, bytes.count - done) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FolderFiles.trouble("a record cannot be written") }
      done += count
    }
    guard fchmod(file, mode) == 0, fsync(file) == 0 else { throw FolderFiles.trouble("a record cannot be written") }
  }

  func remove(_ name: String) throws {
    guard unlink(path(name)) == 0 || errno == ENOENT else { throw FolderFiles.trouble("a record cannot be removed") }
    try flush(path(FolderFiles.people))
  }

  /// Takes away what a crash left behind; only under the lock.
  func sweep() {
    for folder in [root, path(FolderFiles.people)] { unlink(folder + "/" + FolderFiles.temporary) }
  }

  /// Whether a crash left something behind.
  var isSwept: Bool {
    [root, path(FolderFiles.people)].allSatisfy { access($0 + "/" + FolderFiles.temporary, F_OK) != 0 }
  }

  private func flush(_ folder: String) throws {
    let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard handle >= 0 else { throw FolderFiles.trouble("the CRM folder cannot be opened") }
    defer { close(handle) }
    guard fsync(handle) == 0 else { throw FolderFiles.trouble("the CRM folder cannot be written") }
  }

  private static func trouble(_ what: String) -> Trouble {
    let code = errno
    let help =
      switch code {
      case ENOSPC, EDQUOT: "free some space on its disk, then run it again"
      case EACCES, EPERM: "let this user write there"
      case EROFS: "its disk is read-only"
      case ENOENT, ENOTDIR: "the folder above it is not there: make it, or mount its disk"
      default: "check the folder and its disk"
      }
    return Trouble("\(what): \(String(cString: strerror(code)))", help)
  }
}
