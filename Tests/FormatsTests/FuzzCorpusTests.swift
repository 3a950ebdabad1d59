import Foundation
import Testing

/// The inputs that the fuzzer starts from, and those that it once found something with, checked in every run.
@Suite("Inputs of the fuzzer") struct FuzzCorpusTests {
  static func inputs(_ target: FuzzTarget) throws -> [URL] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fuzz/corpus/\(target.rawValue)")
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path() < $1.path() }
  }

  @Test("every kept input holds the rules of its parser", arguments: FuzzTarget.allCases)
  func replay(target: FuzzTarget) throws {
    let inputs = try Self.inputs(target)
    #expect(inputs.count >= 4)
    for input in inputs {
      let bytes = [UInt8](try Data(contentsOf: input))
      #expect(throws: Never.self, "\(target) \(input.lastPathComponent)") { try target.check(bytes) }
    }
  }

  @Test("every kept input cut anywhere holds them too", arguments: FuzzTarget.allCases)
  func cut(target: FuzzTarget) throws {
    for input in try Self.inputs(target) {
      let bytes = [UInt8](try Data(contentsOf: input))
      for count in stride(from: 0, to: bytes.count, by: 1 + bytes.count / 64) {
        #expect(throws: Never.self, "\(target) \(input.lastPathComponent) cut at \(count)") {
          try target.check(Array(bytes[..<count]))
        }
      }
    }
  }
}
