import ArgumentParser
import Foundation
import Model

/// What a run goes by: a flag outranks the environment, which outranks the default.
struct Settings: Sendable {
  var data: String
  /// A PostgreSQL database instead of files in the data folder.
  var database: String?
  var operatorKeyFile: String
  var listen: String
  var clock: @Sendable () -> Instant

  init(_ options: GlobalOptions, environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    func place(_ variable: String, _ fallback: String) -> String {
      // A relative path there is invalid and must be ignored (XDG base directories 0.8).
      if let given = environment[variable], given.hasPrefix("/") { return given }
      return (environment["HOME"] ?? NSHomeDirectory()) + "/" + fallback
    }
    func named(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
    if options.data != nil, options.database != nil { throw ValidationError("give --data or --database, not both") }
    let data = options.data ?? named("KITH_DATA") ?? place("XDG_DATA_HOME", ".local/share") + "/kith"
    guard !data.isEmpty else { throw ValidationError("--data is empty") }
    self.data = Settings.absolute(data)
    database = options.database ?? (options.data == nil ? named("KITH_DATABASE") : nil)
    operatorKeyFile = named("KITH_OPERATOR_KEY_FILE") ?? place("XDG_CONFIG_HOME", ".config") + "/kith/operator.key"
    listen = named("KITH_LISTEN") ?? "127.0.0.1:8080"
    clock = try Settings.clock(named("KITH_CLOCK"))
  }

  /// A whole path without a slash at its end.
  static func absolute(_ path: String) -> String {
    let whole = URL(fileURLWithPath: path).standardizedFileURL.path(percentEncoded: false)
    return whole.count > 1 && whole.hasSuffix("/") ? String(whole.dropLast()) : whole
  }

  /// The system's clock; for tests one that starts at `KITH_CLOCK` and runs on.
  private static func clock(_ start: String?) throws -> @Sendable () -> Instant {
    let system: @Sendable () -> Instant = {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      return Instant(milliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
    }
    guard let start else { return system }
    guard let first = Instant(iso: start) else { throw ValidationError("KITH_CLOCK is no ISO 8601 instant") }
    let begun = system()
    return { Instant(milliseconds: first.milliseconds + system().milliseconds - begun.milliseconds) }
  }
}
