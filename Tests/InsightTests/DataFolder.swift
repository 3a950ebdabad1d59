import Foundation

/// The folder of public data sets; tests on it say that they skip when it is not there.
enum DataFolder {
  static let path = ProcessInfo.processInfo.environment["KITH_TEST_DATA"]

  static func holds(_ name: String) -> Bool {
    guard let path else { return false }
    return FileManager.default.fileExists(atPath: path + "/" + name)
  }

  /// Every file below a folder, in order of path.
  static func files(_ name: String) -> [String] {
    guard let path else { return [] }
    let root = path + "/" + name
    guard let walk = FileManager.default.enumerator(atPath: root) else { return [] }
    var found: [String] = []
    for case let entry as String in walk {
      var isFolder: ObjCBool = false
      let full = root + "/" + entry
      if FileManager.default.fileExists(atPath: full, isDirectory: &isFolder), !isFolder.boolValue {
        found.append(full)
      }
    }
    return found.sorted()
  }

  static func bytes(_ file: String) -> [UInt8] { FileManager.default.contents(atPath: file).map { Array($0) } ?? [] }
}
