import Foundation
import Programs
import Testing

/// One way round a permit, and what the compiler says to it.
struct Bypass: Sendable, CustomTestStringConvertible {
  var name: String
  var code: String
  /// Part of the diagnostic that is expected; nil if the code must compile.
  var refusal: String?

  var testDescription: String { name }

  static let forms: [Bypass] = [
    Bypass(
      name: "control: the intended use compiles",
      code: """
        func index(_ sealed: Sealed, _ slot: Slot, _ gate: Gate, _ asked: Request) async throws -> [UInt64] {
          let permit = try await gate.permit(BuildIndex.self, for: asked)
          let tokens = try sealed.open(in: slot, permit) { span in [UInt64(span.count)] }
          _ = permit.close()
          return tokens
        }
        """, refusal: nil),
    Bypass(
      name: "forge a permit",
      code: "func forge() -> Permit<BuildIndex> { Permit<BuildIndex>() }",
      refusal: "initializer is inaccessible due to 'fileprivate' protection level"),
    Bypass(
      name: "copy a permit",
      code: """
        func copy(_ permit: borrowing Permit<BuildIndex>) -> Permit<BuildIndex> {
          let second = permit
          return second
        }
        """, refusal: "'permit' is borrowed and cannot be consumed"),
    Bypass(
      name: "store a permit",
      code: "struct Pocket { var permit: Permit<BuildIndex> }",
      refusal: "stored property 'permit' of 'Copyable'-conforming struct 'Pocket' has non-Copyable type"),
    Bypass(
      name: "store a permit in an array",
      code: "func hoard(_ permit: consuming Permit<BuildIndex>) { let kept = [permit]; _ = kept }",
      refusal: "requires that 'Permit<BuildIndex>' conform to 'Copyable'"),
    Bypass(
      name: "reuse a permit",
      code: """
        func twice(_ permit: consuming Permit<BuildIndex>) {
          _ = permit.close()
          _ = permit.close()
        }
        """, refusal: "'permit' consumed more than once"),
    Bypass(
      name: "capture a permit",
      code: """
        func capture(_ permit: borrowing Permit<BuildIndex>) -> () -> Int64 {
          { permit.receipt.sequence }
        }
        """, refusal: "cannot be captured by an escaping closure"),
    Bypass(
      name: "open for the wrong purpose",
      code: """
        func wrong(_ sealed: Sealed, _ slot: Slot, _ permit: borrowing Permit<BuildIndex>) throws -> PageText {
          try sealed.open(in: slot, permit) { _ in PageText("") }
        }
        """, refusal: "cannot convert"),
    Bypass(
      name: "read under a purpose that only seals",
      code: """
        func read(_ sealed: Sealed, _ slot: Slot, _ permit: borrowing Permit<ReadMail>) throws -> Int {
          try sealed.open(in: slot, permit) { span in span.count }
        }
        """, refusal: "cannot convert"),
    Bypass(
      name: "return the text",
      code: """
        func text(_ sealed: Sealed, _ slot: Slot, _ permit: borrowing Permit<FindPeople>) throws -> String {
          try sealed.open(in: slot, permit) { span in
            var bytes: [UInt8] = []
            for at in span.indices { bytes.append(span[at]) }
            return String(decoding: bytes, as: UTF8.self)
          }
        }
        """, refusal: "cannot convert"),
    Bypass(
      name: "keep the span",
      code: """
        func keep(_ sealed: Sealed, _ slot: Slot, _ permit: borrowing Permit<BuildIndex>) throws {
          var kept = Span<UInt8>()
          _ = try sealed.open(in: slot, permit) { span in
            kept = span
            return []
          }
          _ = kept.count
        }
        """, refusal: "error:"),
    Bypass(
      name: "return the span",
      code: """
        func leak(_ sealed: Sealed, _ slot: Slot, _ permit: borrowing Permit<BuildIndex>) throws -> Span<UInt8> {
          try sealed.open(in: slot, permit) { span in span }
        }
        """, refusal: "error:"),
    Bypass(
      name: "assign to a captured variable",
      code: """
        func assign(_ sealed: Sealed, _ slot: Slot, _ permit: borrowing Permit<BuildIndex>) throws -> UInt8 {
          var first: UInt8 = 0
          _ = try sealed.open(in: slot, permit) { span in
            first = span[0]
            return []
          }
          return first
        }
        """, refusal: "mutation of captured var 'first' in concurrently-executing code"),
    Bypass(
      name: "append to a captured variable",
      code: """
        func append(_ sealed: Sealed, _ slot: Slot, _ permit: borrowing Permit<BuildIndex>) throws -> [UInt8] {
          var bytes: [UInt8] = []
          _ = try sealed.open(in: slot, permit) { span in
            for at in span.indices { bytes.append(span[at]) }
            return []
          }
          return bytes
        }
        """, refusal: "mutation of captured var 'bytes' in concurrently-executing code"),
    Bypass(
      name: "encode sealed content",
      code: "func encode(_ sealed: Sealed) throws -> Data { try JSONEncoder().encode(sealed) }",
      refusal: "requires that 'Sealed' conform to 'Encodable'"),
    Bypass(
      name: "encode what holds sealed content",
      code: "struct Row: Codable { var content: Sealed }",
      refusal: "type 'Row' does not conform to protocol"),
    Bypass(
      name: "make a viewer",
      code: "func spy() -> Viewer { Viewer(account: ID(1), member: ID(2), role: .administrator) }",
      refusal: "initializer is inaccessible due to 'internal' protection level"),
    Bypass(
      name: "make a signer of the ledger",
      code: "func sign(_ seed: [UInt8]) throws -> LedgerSigner { try LedgerSigner(seed: seed) }",
      refusal: "initializer is inaccessible due to 'internal' protection level"),
    Bypass(
      name: "open without a permit",
      code: "func peek(_ sealed: Sealed, _ slot: Slot) throws -> Int { try sealed.open(in: slot) { $0.count } }",
      refusal: "error:"),
    Bypass(
      name: "print a login",
      code: "func show(_ login: Login) -> String { login.description }",
      refusal: "value of type 'Login' has no member 'description'"),
  ]
}

@Suite("The compiler refuses")
struct CompilerRefusesTests {
  /// The folder of the modules this test was built with.
  static let modules: String? = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    for _ in 0..<4 {
      let modules = folder.appending(path: "Modules")
      if FileManager.default.fileExists(atPath: modules.appending(path: "Consent.swiftmodule").path()) {
        return modules.path()
      }
      folder.deleteLastPathComponent()
    }
    return nil
  }()

  /// The flags by which the C modules below the rooms are found.
  static func moduleMaps(beside modules: String) -> [String] {
    let build = URL(fileURLWithPath: modules).deletingLastPathComponent()
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let made = (try? FileManager.default.contentsOfDirectory(at: build, includingPropertiesForKeys: nil)) ?? []
    let own = (try? FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)) ?? []
    return (made + own).map { $0.appending(path: "module.modulemap").path() }
      .filter { FileManager.default.fileExists(atPath: $0) }
      .flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
  }

  @Test("every way round a permit, one by one", arguments: Bypass.forms)
  func refuses(_ bypass: Bypass) throws {
    let modules = try #require(CompilerRefusesTests.modules, "the modules of this build were not found")
    let scratch = FileManager.default.temporaryDirectory.appending(path: "kith-bypass-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let file = scratch.appending(path: "Bypass.swift")
    let head = "import Consent\nimport Foundation\nimport Model\n\n"
    try (head + bypass.code + "\n").write(to: file, atomically: true, encoding: .utf8)

    // Borrowing is checked after type checking, so the file is compiled down to SIL.
    var words = [
      "swiftc", "-emit-sil", "-o", scratch.appending(path: "out.sil").path(), "-swift-version", "6",
      "-parse-as-library", "-module-name", "Bypass", "-package-name", "elsewhere", "-I", modules,
    ]
    words += CompilerRefusesTests.moduleMaps(beside: modules) + [file.path()]
    let compiler = try ChildProcess.run(words)
    let said = compiler.err

    if let refusal = bypass.refusal {
      #expect(compiler.status != 0, "\(bypass.name) compiled")
      #expect(said.lowercased().contains(refusal.lowercased()), "\(said)")
    } else {
      #expect(compiler.status == 0, "\(said)")
    }
  }
}
