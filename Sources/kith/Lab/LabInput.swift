import Formats
import Foundation
import Model

/// The mails of files, folders and mboxes, in the order in which they are given; folders in order of names.
struct LabInput {
  /// A mail that could not be read, or the bytes of one.
  enum Item {
    case mail(file: String, [UInt8])
    case unreadable(file: String)
  }

  var paths: [String]

  func forEach(_ body: (Item) throws -> Void) throws {
    try forEachFile {
      try read($0, body)
    } unreadable: {
      try body(.unreadable(file: $0))
    }
  }

  /// Calls `body` with the path of each file.
  func forEachFile(_ body: (String) throws -> Void, unreadable: (String) throws -> Void = { _ in }) throws {
    for path in paths {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw Trouble("there is nothing at \(path)", "check the path")
      }
      if isFolder.boolValue {
        try walk(path, body, unreadable)
      } else {
        try body(path)
      }
    }
  }

  /// An explicit stack, since folders may lie deeper than calls can go.
  private func walk(
    _ folder: String, _ body: (String) throws -> Void, _ unreadable: (String) throws -> Void
  ) throws {
    var waiting = [folder]
    while let path = waiting.popLast() {
      var about = stat()
      guard lstat(path, &about) == 0 else {
        try unreadable(path)
        continue
      }
      // Links below a folder are not followed: they may lead round in circles. The folder itself may be one.
      if about.st_mode & S_IFMT == S_IFDIR || path == folder {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
          try unreadable(path)
          continue
        }
        let isMaildir = names.contains("cur") && names.contains("new")
        let children = names.filter { !(isMaildir && $0 == "tmp") }.sorted {
          $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        waiting.append(contentsOf: children.reversed().map { path + "/" + $0 })
      } else if about.st_mode & S_IFMT == S_IFREG {
        try body(path)
      }
    }
  }

  private func read(_ path: String, _ body: (Item) throws -> Void) throws {
    guard let file = FileHandle(forReadingAtPath: path), let start = try? file.read(upToCount: 1 << 20) ?? Data() else {
      return try body(.unreadable(file: path))
    }
    defer { try? file.close() }
    guard start.starts(with: Array("From ".utf8)) else {
      guard let rest = try? file.readToEnd() ?? Data() else { return try body(.unreadable(file: path)) }
      return try body(.mail(file: path, Array(start) + Array(rest)))
    }
    var splitter = MboxSplitter()
    var number = 0
    func give(_ mails: [[UInt8]]) throws {
      for mail in mails {
        number += 1
        try body(.mail(file: "\(path)#\(number)", mail))
      }
    }
    var chunk = start
    while !chunk.isEmpty {
      try give(splitter.push(Array(chunk)))
      guard let next = try? file.read(upToCount: 1 << 20) ?? Data() else {
        return try body(.unreadable(file: path))
      }
      chunk = next
    }
    try give(splitter.finish())
  }
}

/// Prints one value for each mail; a file that cannot be read is told, and makes the run incomplete.
func eachMail(_ paths: [String], _ output: Output, _ value: (String, [UInt8]) -> JSON) throws {
  var unreadable = 0
  try LabInput(paths: paths).forEach { item in
    switch item {
    case .mail(let file, let bytes): try output.value(value(file, bytes))
    case .unreadable(let file):
      unreadable += 1
      try output.value(["file": .text(file), "trouble": ["unreadable"]])
    }
    try output.say("")
  }
  if unreadable > 0 { throw Incomplete("\(unreadable) files could not be read; give this user the right to") }
}
