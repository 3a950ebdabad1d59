import Glibc
import Model

/// Why a file or folder could not be read.
enum FileFault: Error, Equatable {
  case missing
  /// It is there, and cannot be read: rights, the disk, or no regular file.
  case unreadable
  case tooBig
}

/// Files and folders, only ever opened for reading: nothing is renamed, created or changed where the owner's files lie.
enum LocalFile {
  /// What lies in a folder, by name and in order of bytes; symbolic links are not among it.
  struct Listing {
    var files: [[UInt8]] = []
    var folders: [[UInt8]] = []
  }

  static func list(_ path: [UInt8]) throws(FileFault) -> Listing {
    let opened = withPath(path) { opendir($0) }
    guard let stream = opened else { throw fault(errno) }
    defer { closedir(stream) }
    var listing = Listing()
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name == [46] || name == [46, 46] { continue }
      var type = Int32(entry.pointee.d_type)
      // Some file systems do not tell the type with the name.
      if type == Int32(DT_UNKNOWN) { type = LocalFile.type(path + [47] + name) }
      if type == Int32(DT_REG) { listing.files.append(name) }
      if type == Int32(DT_DIR) { listing.folders.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw fault(errno) }
    listing.files.sort { $0.lexicographicallyPrecedes($1) }
    listing.folders.sort { $0.lexicographicallyPrecedes($1) }
    return listing
  }

  private static func type(_ path: [UInt8]) -> Int32 {
    var info = stat()
    guard withPath(path, { lstat($0, &info) }) == 0 else { return Int32(DT_UNKNOWN) }
    return Int32(info.st_mode >> 12)
  }

  /// The size of a regular file.
  static func size(_ path: [UInt8]) throws(FileFault) -> Int {
    var info = stat()
    guard withPath(path, { lstat($0, &info) }) == 0 else { throw fault(errno) }
    guard info.st_mode & S_IFMT == S_IFREG else { throw .unreadable }
    return Int(info.st_size)
  }

  static func isFolder(_ path: [UInt8]) throws(FileFault) -> Bool {
    var info = stat()
    guard withPath(path, { stat($0, &info) }) == 0 else { throw fault(errno) }
    return info.st_mode & S_IFMT == S_IFDIR
  }

  /// Opens a regular file; a pipe or a device would block or never end.
  static func open(_ path: [UInt8]) throws(FileFault) -> Int32 {
    let file = withPath(path) { Glibc.open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
    guard file >= 0 else { throw fault(errno) }
    var info = stat()
    guard fstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
      close(file)
      throw .unreadable
    }
    return file
  }

  /// Reads a whole file into a buffer that is used again and again, and returns how many bytes it has.
  static func read(_ path: [UInt8], into buffer: inout [UInt8], limit: Int) throws(FileFault) -> Int {
    let file = try open(path)
    defer { close(file) }
    var filled = 0
    while true {
      if filled > limit { throw .tooBig }
      if filled == buffer.count { buffer += [UInt8](repeating: 0, count: max(65_536, buffer.count)) }
      let count = try read(file, into: &buffer, from: filled)
      if count == 0 { return filled }
      filled += count
    }
  }

  /// Fills the buffer from one place on; 0 at the end of the file.
  static func read(_ file: Int32, into buffer: inout [UInt8], from start: Int) throws(FileFault) -> Int {
    while true {
      let count = buffer.withUnsafeMutableBytes { raw -> Int in
        guard let base = raw.baseAddress, start < raw.count else { return 0 }
        return Glibc.read(file, base + start, raw.count - start)
      }
      if count >= 0 { return count }
      guard errno == EINTR else { throw .unreadable }
    }
  }

  private static func fault(_ code: Int32) -> FileFault { code == ENOENT || code == ENOTDIR ? .missing : .unreadable }

  private static func withPath<T>(_ path: [UInt8], _ body: (UnsafePointer<CChar>) -> T) -> T {
    var path = path
    path.append(0)
    return path.withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        // The zero was appended above, so there is always a first byte.
        if let base = characters.baseAddress { return body(base) }
        return withUnsafePointer(to: CChar(0)) { body($0) }
      }
    }
  }

  static let closed = Trouble("this path cannot be read", "give this user the right to read it")

  /// The whole of a file that is no larger than a limit.
  static func whole(_ path: [UInt8], limit: Int) throws -> [UInt8] {
    var buffer: [UInt8] = []
    do {
      let count = try LocalFile.read(path, into: &buffer, limit: limit)
      buffer.removeLast(buffer.count - count)
      return buffer
    } catch {
      switch error {
      case .tooBig: throw Trouble("this file is larger than \(limit >> 20) MiB", "split it")
      case .missing, .unreadable: throw closed
      }
    }
  }
}
