import Foundation
import Model

/// Reads a secret from a file, or from standard input for `-`; never from an argument, where others could see it.
enum Secrets {
  static func read(_ path: String, _ what: String) throws -> [UInt8] { try line(whole(path, what), what) }

  /// All of the file.
  static func whole(_ path: String, _ what: String) throws -> [UInt8] {
    let data =
      path == "-" ? try? FileHandle.standardInput.readToEnd() : FileManager.default.contents(atPath: path)
    guard let data else { throw Trouble("the \(what) cannot be read", "check the path of its file") }
    return Array(data)
  }

  /// One line: an editor ends the file with a line feed that nobody means.
  static func line(_ bytes: [UInt8], _ what: String) throws -> [UInt8] {
    let line = bytes.prefix { $0 != 10 && $0 != 13 }
    guard !line.isEmpty else { throw Trouble("the \(what) is empty", "write it into the first line of the file") }
    return Array(line)
  }

  /// The certificates in a file that are to be trusted instead of the system's.
  static func authority(_ path: String) throws -> String {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw Trouble("the file of certificates cannot be read", "check the path of --ca")
    }
    guard bytes.count < 4 << 20, bytes.range(of: Data("-----BEGIN CERTIFICATE-----".utf8)) != nil else {
      throw Trouble("there is no certificate in the file of --ca", "name a file in PEM")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
