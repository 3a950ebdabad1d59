import Foundation
import Programs
import Testing

/// The folder of this checkout.
let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

@Suite("The walls of the house")
struct WallsTests {
  /// The river of the plan: what each room may import of the others.
  static let rooms: [String: Set<String>] = [
    "Model": [],
    "Consent": ["Model"],
    "Formats": ["Model"],
    "Insight": ["Model", "Consent", "Formats"],
    "Plans": ["Model"],
    "Store": ["Model", "Consent"],
    "Wire": ["Model", "Consent"],
    "Readers": ["Model", "Consent", "Formats", "Plans", "Wire"],
    "Outlets": ["Model", "Consent", "Formats", "Plans", "Wire"],
    "Flows": ["Model", "Consent", "Formats", "Insight", "Plans", "Store", "Wire", "Readers", "Outlets"],
    "Site": ["Model", "Consent", "Store", "Flows"],
  ]

  @Test("no room declares or imports more than the plan allows it", arguments: rooms.keys.sorted())
  func imports(_ room: String) throws {
    let allowed = try #require(WallsTests.rooms[room])
    let folder = checkout.appending(path: "Sources").appending(path: room)
    let files =
      FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
    #expect(!files.isEmpty)
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ").filter { $0 != "public" && $0 != "package" && $0 != "@testable" }
        guard words.first == "import", let name = words.last.map(String.init) else { continue }
        if WallsTests.rooms[name] != nil || ["Stage", "kith"].contains(name) {
          #expect(allowed.contains(name), "\(room)/\(file.lastPathComponent) imports \(name)")
        }
      }
    }
  }

  @Test("only Wire imports what opens a socket outward")
  func sockets() throws {
    let sources = checkout.appending(path: "Sources")
    let files =
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
    for file in files where !file.path().contains("/Sources/Wire/") {
      let text = try String(contentsOf: file, encoding: .utf8)
      for name in ["NIOPosix", "NIOSSL", "AsyncHTTPClient", "FoundationNetworking"] {
        #expect(!text.contains("import \(name)"), "\(file.lastPathComponent) imports \(name)")
      }
    }
  }

  @Test("a room that imports another without declaring it does not build")
  func undeclared() throws {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "kith-walls-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let sources = scratch.appending(path: "Sources")
    for room in ["Plans", "Store"] {
      try FileManager.default.createDirectory(
        at: sources.appending(path: room), withIntermediateDirectories: true)
    }
    try "public struct Held {}\n".write(
      to: sources.appending(path: "Store/Held.swift"), atomically: true, encoding: .utf8)
    // `Other` declares Store, so its module is there when Plans reaches for it.
    let manifest = """
      // swift-tools-version:6.2
      import PackageDescription
      let package = Package(name: "walls", targets: [
        .target(name: "Store"), .target(name: "Plans"),
        .target(name: "Flows", dependencies: ["Store", "Plans"]),
      ])
      """
    try manifest.write(to: scratch.appending(path: "Package.swift"), atomically: true, encoding: .utf8)
    try FileManager.default.createDirectory(at: sources.appending(path: "Flows"), withIntermediateDirectories: true)
    try "import Plans\nimport Store\n".write(
      to: sources.appending(path: "Flows/Flow.swift"), atomically: true, encoding: .utf8)
    let plan = sources.appending(path: "Plans/Plan.swift")

    try "public struct Plan {}\n".write(to: plan, atomically: true, encoding: .utf8)
    #expect(try WallsTests.build(scratch).status == 0, "the control does not build")
    try "import Store\npublic struct Plan { var held: Held }\n".write(to: plan, atomically: true, encoding: .utf8)
    let refused = try WallsTests.build(scratch)
    #expect(refused.status != 0)
    #expect(refused.said.contains("Store"))
  }

  /// Builds as `make` does, with the import check on.
  private static func build(_ package: URL) throws -> (status: Int32, said: String) {
    let build = try ChildProcess.run(
      ["swift", "build", "--package-path", package.path(), "--explicit-target-dependency-import-check", "error"],
      errorsAmongOutput: true)
    return (build.status, build.out)
  }

  @Test("make and CI build with the import check, and warnings are errors in every room")
  func switchedOn() throws {
    let makefile = try String(contentsOf: checkout.appending(path: "Makefile"), encoding: .utf8)
    #expect(makefile.contains("--explicit-target-dependency-import-check error"))
    let manifest = try String(contentsOf: checkout.appending(path: "Package.swift"), encoding: .utf8)
    for setting in [
      "treatAllWarnings(as: .error)", "ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility",
    ] {
      #expect(manifest.contains(setting))
    }
  }
}
