import Foundation
import Model

/// Files written whole or not at all: a temporary file, fsync, rename, fsync of the folder.
enum Files {
  static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Trouble("the folder for the file cannot be made", "check that the place exists and may be written")
    }
  }

  static func remove(_ path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do { try FileManager.default.removeItem(atPath: path) } catch {
      throw Trouble("a temporary folder cannot be removed", "remove what ends in .partial beside the file")
    }
  }

  /// A file that is read from its start.
  final class Reading {
    private let handle: FileHandle

    init(_ path: String) throws {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
        let handle = FileHandle(forReadingAtPath: path)
      else { throw Trouble("the file cannot be read", "check its path and its permissions") }
      self.handle = handle
    }

    deinit { try? handle.close() }

    /// Up to `count` bytes; fewer only at the end.
    func read(_ count: Int) throws -> [UInt8] {
      var out: [UInt8] = []
      while out.count < count {
        let piece: Data?
        do { piece = try handle.read(upToCount: count - out.count) } catch {
          throw Trouble("the file cannot be read to its end", "check the disk")
        }
        guard let piece, !piece.isEmpty else { break }
        out.append(contentsOf: piece)
      }
      return out
    }
  }

  /// A file that appears under its name only when it is whole and on disk.
  final class Writing {
    private let temporary: String
    private let handle: FileHandle

    init(_ temporary: String) throws {
      self.temporary = temporary
      let made = FileManager.default.createFile(
        atPath: temporary, contents: nil, attributes: [.posixPermissions: 0o600])
      guard made, let handle = FileHandle(forWritingAtPath: temporary) else {
        throw Trouble("the file cannot be written", "check that its folder exists and may be written")
      }
      self.handle = handle
    }

    deinit {
      try? handle.close()
      try? FileManager.default.removeItem(atPath: temporary)
    }

    func write(_ bytes: [UInt8]) throws {
      do { try handle.write(contentsOf: bytes) } catch {
        throw Trouble("the file cannot be written to its end", "free some space and try again")
      }
    }

    func finish(as path: String) throws {
      do { try handle.synchronize() } catch {
        throw Trouble("the file could not be brought to disk", "check the disk and try again")
      }
      guard rename(temporary, path) == 0 else {
        throw Trouble("the file cannot take its name", "check that nothing else stands in its place")
      }
      let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY)
      if folder >= 0 {
        fsync(folder)
        close(folder)
      }
    }
  }
}
