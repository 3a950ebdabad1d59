import ArgumentParser
import Flows
import Foundation
import Model
import Wire

/// What a run goes by: a flag outranks the environment, which outranks the default.
struct Settings: Sendable {
  var data: String
  /// A PostgreSQL database instead of files in the data folder.
  var database: String?
  var operatorKeyFile: String
  var listen: String
  /// Which servers may be dialled: the open internet, this machine, and what the operator names.
  var addressRules: AddressRules
  var clock: @Sendable () -> Instant
  /// The operator's own mail server, by which members get links; nil sends none.
  var post: PostSettings?
  /// Whether everybody may open an account on the site.
  var isOpen: Bool

  /// How mails of the house are sent, and which links stand in them.
  struct PostSettings: Sendable {
    var address: PostAddress
    var passwordFile: String?
    var from: String
    var site: String
  }

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
    addressRules = try Settings.rules(named("KITH_ALLOW"), ports: named("KITH_ALLOW_PORTS"))
    clock = try Settings.clock(named("KITH_CLOCK"))
    isOpen = named("KITH_REGISTRATION") == "open"
    // Where strangers name servers, what listens on this machine is not theirs to reach.
    if isOpen { addressRules.allowsThisMachine = false }
    post = try Settings.post(named)
  }

  /// `KITH_SMTP`, `KITH_SMTP_PASSWORD_FILE`, `KITH_SMTP_FROM`, and `KITH_SITE`, where members reach the site.
  private static func post(_ named: (String) -> String?) throws -> PostSettings? {
    guard let text = named("KITH_SMTP") else { return nil }
    guard let address = PostAddress(text) else {
      throw ValidationError("KITH_SMTP is smtps://user@host:465, or smtp://user@host:587")
    }
    // A link is made of what the operator says, never of what a request says of its host.
    guard let site = named("KITH_SITE"), let place = WebAddress(site), place.path == nil else {
      throw ValidationError("with KITH_SMTP say by KITH_SITE where members reach the site: https://kith.example.org")
    }
    guard let from = named("KITH_SMTP_FROM"), OpenAccount.isAddress(from) else {
      throw ValidationError("with KITH_SMTP say by KITH_SMTP_FROM which address the mails come from")
    }
    let passwordFile = named("KITH_SMTP_PASSWORD_FILE")
    guard address.user.isEmpty || passwordFile != nil else {
      throw ValidationError("KITH_SMTP names a user: write the password into a file, KITH_SMTP_PASSWORD_FILE")
    }
    return PostSettings(
      address: address, passwordFile: passwordFile, from: from,
      site: site.hasSuffix("/") ? String(site.dropLast()) : site)
  }

  /// `KITH_ALLOW`: host names and blocks of addresses beyond the open internet; `KITH_ALLOW_PORTS`: ports beyond the usual.
  private static func rules(_ allowed: String?, ports: String?) throws -> AddressRules {
    var rules = AddressRules(allowsThisMachine: true)
    for word in words(allowed) {
      if let block = AddressBlock(word) {
        rules.allowedBlocks.append(block)
      } else if (try? Host(word)) != nil {
        rules.allowedHosts.insert(word.lowercased())
      } else {
        throw ValidationError("KITH_ALLOW: '\(word)' is no host name and no block of addresses")
      }
    }
    for word in words(ports) {
      guard let port = Int(word), (1...65_535).contains(port) else {
        throw ValidationError("KITH_ALLOW_PORTS: '\(word)' is no port")
      }
      rules.ports.insert(port)
    }
    return rules
  }

  private static func words(_ list: String?) -> [String] {
    (list ?? "").split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
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
