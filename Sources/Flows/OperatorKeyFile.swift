public import Consent
import Foundation
import Model

/// The file that holds the operator's key: base64 of 32 bytes, for its owner only, outside the data folder.
public struct OperatorKeyFile: Sendable {
  public let path: String

  /// Refuses a path inside the data folder: whoever copies the data must not copy the key with it.
  public init(path: String, dataFolder: String?) throws {
    self.path = path
    guard let dataFolder else { return }
    let folder = OperatorKeyFile.resolved(dataFolder)
    for key in [OperatorKeyFile.resolved(path), OperatorKeyFile.standard(path)] {
      guard !OperatorKeyFile.lies(key, in: folder), !OperatorKeyFile.lies(key, in: OperatorKeyFile.standard(dataFolder))
      else {
        throw Trouble(
          "the operator key would lie inside the data folder",
          "name a place outside of it by KITH_OPERATOR_KEY_FILE, and move the key there")
      }
    }
  }

  /// The key; made only for an empty house, since data without its key cannot be opened by another one.
  public func open(houseIsEmpty: Bool) throws -> OperatorKey {
    if let key = try read() { return key }
    guard houseIsEmpty else {
      throw Trouble(
        "the operator key is missing at \(path)",
        "put the key that this data was made with there, or name its file by KITH_OPERATOR_KEY_FILE")
    }
    return try create()
  }

  /// The key of the file; nil if there is no file.
  public func read() throws -> OperatorKey? {
    var about = stat()
    guard stat(path, &about) == 0 else {
      if errno == ENOENT { return nil }
      throw OperatorKeyFile.unreadable(path, errno)
    }
    guard about.st_mode & S_IFMT == S_IFREG else {
      throw Trouble("the operator key at \(path) is not a file", "name a file by KITH_OPERATOR_KEY_FILE")
    }
    guard about.st_mode & 0o077 == 0 else {
      throw Trouble("the operator key at \(path) can be read by others", "run: chmod 600 \(path)")
    }
    guard about.st_size <= 4096, let data = FileManager.default.contents(atPath: path) else {
      throw OperatorKeyFile.unreadable(path, about.st_size > 4096 ? EFBIG : EACCES)
    }
    let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    guard let bytes = Data(base64Encoded: text), let key = OperatorKey(bytes: Array(bytes)) else {
      throw Trouble(
        "the operator key at \(path) is damaged: it must be base64 of 32 bytes", "restore it from its backup")
    }
    return key
  }

  /// Writes a new key; a file that is there already is left as it is and read instead.
  public func create() throws -> OperatorKey {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      } catch {
        throw Trouble(
          "the folder of the operator key cannot be made", "check who owns \(folder), or name another place")
      }
    }
    let bytes = (0..<32).map { _ in UInt8.random(in: 0...255) }
    guard try write(Array((Data(bytes).base64EncodedString() + "\n").utf8), folder: folder.isEmpty ? "." : folder),
      let key = OperatorKey(bytes: bytes)
    else {
      // Another process made it in the meantime: its key counts.
      guard let key = try read() else { throw OperatorKeyFile.unreadable(path, ENOENT) }
      return key
    }
    return key
  }

  /// Writes all or nothing, since a half-written key would close the data for good; false if the file is there.
  private func write(_ bytes: [UInt8], folder: String) throws -> Bool {
    let part = "\(path).\(UInt64.random(in: 0...UInt64.max)).part"
    let file = Foundation.open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw OperatorKeyFile.unwritable(path, errno) }
    defer { unlink(part) }
    let written = Foundation.write(file, bytes, bytes.count)
    let failure = errno
    let synced = fsync(file)
    close(file)
    guard written == bytes.count, synced == 0 else { throw OperatorKeyFile.unwritable(path, failure) }
    guard link(part, path) == 0 else {
      if errno == EEXIST { return false }
      throw OperatorKeyFile.unwritable(path, errno)
    }
    let place = Foundation.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if place >= 0 {
      fsync(place)
      close(place)
    }
    return true
  }

  // MARK: where a path leads

  private static func lies(_ path: String, in folder: String) -> Bool {
    path == folder || path.hasPrefix(folder == "/" ? "/" : folder + "/")
  }

  private static func standard(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.path(percentEncoded: false).trimmedSlash
  }

  /// The path with every symbolic link followed; what does not exist yet is taken as it is written.
  private static func resolved(_ path: String) -> String {
    var known = standard(path)
    var rest: [String] = []
    while true {
      if let real = realpath(known, nil) {
        defer { free(real) }
        return ([String(cString: real)] + rest.reversed()).joined(separator: "/").replacing("//", with: "/")
          .trimmedSlash
      }
      let parent = (known as NSString).deletingLastPathComponent
      guard parent != known, !parent.isEmpty else { return standard(path) }
      rest.append((known as NSString).lastPathComponent)
      known = parent
    }
  }

  private static func unreadable(_ path: String, _ code: Int32) -> Trouble {
    Trouble("the operator key cannot be read: \(String(cString: strerror(code)))", "check who owns \(path)")
  }

  private static func unwritable(_ path: String, _ code: Int32) -> Trouble {
    Trouble(
      "the operator key cannot be written: \(String(cString: strerror(code)))",
      "check \(path), or name another place by KITH_OPERATOR_KEY_FILE")
  }
}

extension String {
  fileprivate var trimmedSlash: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}
