// swift-tools-version:6.2
import PackageDescription

/// The walls of the house: every room is a target, and may import only what is named here.
///
/// `make` builds with `--explicit-target-dependency-import-check error`, so an undeclared import fails.
let walls: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func room(
  _ name: String, _ rooms: [Target.Dependency] = [], plugins: [Target.PluginUsage]? = nil
) -> Target {
  .target(name: name, dependencies: rooms, swiftSettings: walls, plugins: plugins)
}

func tests(_ name: String, _ rooms: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: rooms, swiftSettings: walls)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
  name: "kith",
  products: [.executable(name: "kith", targets: ["kith"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // The cellar: C libraries and shims of a few lines.
    .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CIcal", linkerSettings: [.linkedLibrary("ical")]),
    .target(name: "CIconv"),
    .target(name: "CResolve"),
    .target(name: "CMemory", linkerSettings: [.linkedLibrary("sqlite3")]),
    .target(name: "CPhone", linkerSettings: [.linkedLibrary("phonenumber")]),

    // The rooms, in the order of the river.
    room("Model"),
    room("Consent", ["Model", "CSodium", crypto]),
    room("Formats", ["Model", "CIcal", "CIconv", "CPhone"]),
    room("Insight", ["Model", "Consent", "Formats"]),
    room("Plans", ["Model"]),
    room("Store", ["Model", "Consent", "CPQ", grdb, sqlite], plugins: ["EmbedSchema"]),
    room("Wire", ["Model", "Consent", "CZlib", "CResolve", nioCore, nioPosix, nioTLS, nioSSL]),
    room("Readers", ["Model", "Consent", "Formats", "Plans", "Wire", nioCore]),
    room("Outlets", ["Model", "Consent", "Formats", "Plans", "Wire"]),
    room(
      "Flows",
      [
        "Model", "Consent", "Formats", "Insight", "Plans", "Store", "Wire", "Readers", "Outlets", lifecycle, logging,
      ]),
    room("Site", ["Model", "Consent", "Store", "Flows", hummingbird, mustache, nioCore, logging]),
    // Starts other programs, for the stage and the tests.
    room("Programs", ["Model"]),
    room(
      "Stage",
      [
        "Model", "Consent", "Formats", "Insight", "Plans", "Store", "Wire", "Readers", "Outlets", "Flows", "Programs",
      ]),
    .executableTarget(
      name: "kith",
      dependencies: [
        "Model", "Consent", "Formats", "Insight", "Plans", "Store", "Wire", "Readers", "Outlets", "Flows", "Site",
        "Stage", "CMemory", arguments, lifecycle, logging,
      ], swiftSettings: walls),

    // The schema and its labels become Swift at build time; an unlabelled column stops the build.
    .executableTarget(name: "schema-embedder", swiftSettings: walls),
    .plugin(name: "EmbedSchema", capability: .buildTool(), dependencies: ["schema-embedder"]),

    tests("ModelTests", ["Model"]),
    tests("ConsentTests", ["Consent", "Model", "Programs", crypto]),
    tests("FormatsTests", ["Formats", "Model"]),
    tests("InsightTests", ["Insight", "Formats", "Consent", "Model"]),
    tests("PlansTests", ["Plans", "Model", "Insight"]),
    tests("StoreTests", ["Store", "Consent", "Model", "Stage", "Programs"]),
    tests("WireTests", ["Wire", "Consent", "Model", "Programs", nioCore, nioPosix, nioSSL]),
    tests(
      "ReadersTests",
      ["Readers", "Wire", "Consent", "Formats", "Plans", "Model", "Stage", "Programs", nioCore, nioPosix]),
    tests("OutletsTests", ["Outlets", "Wire", "Consent", "Formats", "Plans", "Model", "Stage", "Programs"]),
    tests(
      "FlowsTests",
      [
        "Flows", "Store", "Consent", "Model", "Stage", "Programs", "Readers", "Outlets", "Insight", "Formats", "Plans",
        "Wire", nioCore,
      ]),
    tests("HouseTests", ["Model", "Consent", "Formats", "Store", "Stage", "Programs", "Site", "kith", logging]),
  ],
  cxxLanguageStandard: .cxx17
)

// `KITH_ROOM=Consent` leaves that room, those below it, and its tests: what planted bugs are tried on, one by one.
if let room = Context.environment["KITH_ROOM"] {
  var wanted: Set<String> = [room, room + "Tests"]
  var grown = true
  while grown {
    let count = wanted.count
    for target in package.targets where wanted.contains(target.name) {
      for case .byNameItem(let name, _) in target.dependencies { wanted.insert(name) }
      for case .plugin(let name, _) in target.plugins ?? [] { wanted.formUnion([name, "schema-embedder"]) }
    }
    grown = wanted.count > count
  }
  package.targets.removeAll { !wanted.contains($0.name) }
  package.products.removeAll()
}
