import ArgumentParser
import Consent
import Flows
import Formats
import Foundation
import Model
import Store

/// `kith doctor`: looks at keys, stores, clocks, sources and disk, and names the remedy.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Checks keys, stores, clocks, sources and disk; names the remedy.")
  @OptionGroup var global: GlobalOptions
  @Option(
    help: "Finds how the mailbox of this address is reached, and what its provider wants first; looks at nothing else.")
  var address: String?

  func validate() throws {
    if let address { try isAddress(address) }
  }

  func run() async throws {
    if let address { return try await find(address) }
    let checkup = try await Checkup.run(try Settings(global))
    try Output(json: global.json).list(
      checkup.findings.map {
        ["check": .text($0.check), "ok": .bool($0.remedy == nil), "found": .text($0.found), "remedy": JSON($0.remedy)]
      }, columns: ["check", "ok", "found", "remedy"], empty: "")
    let bad = checkup.findings.count { $0.remedy != nil }
    if bad > 0 { throw Trouble("\(bad) of \(checkup.findings.count) checks found something", "see their remedies") }
  }
}

extension DoctorCommand {
  /// Settings for `kith source add imap`, and for `carddav` and `caldav` where the domain names them.
  private func find(_ address: String) async throws {
    let output = Output(json: global.json)
    let settings = try Settings(global)
    let discover = Discover(rules: settings.addressRules, now: settings.clock)
    let found = try await discover.run(address)
    let books = try await discover.books(of: address)
    guard !found.isEmpty || !books.isEmpty else {
      throw Trouble(
        "nothing is known of the mail of this domain",
        "ask the provider for its IMAP server, then 'kith source add imap --host …'")
    }
    let mailboxes: [JSON] = found.map {
      [
        "kind": "imap", "found_by": .text($0.origin.rawValue), "host": .text($0.server.host),
        "port": .int(Int64($0.server.port)), "tls": .text($0.server.security.rawValue), "user": .text($0.user),
        "note": JSON($0.note),
      ]
    }
    let others: [JSON] = books.map {
      [
        "kind": .text($0.kind.rawValue), "found_by": "service", "host": .text($0.host), "port": .int(Int64($0.port)),
        "tls": "implicit", "user": .text(address), "note": .null,
      ]
    }
    try output.list(
      mailboxes + others, columns: ["kind", "found_by", "host", "port", "tls", "user", "note"], empty: "")
    try output.say("")
    for one in books {
      try output.say(
        "kith source add \(one.kind.rawValue) --url \(one.url) --user \(address) --password-file FILE --warrant")
    }
    guard let best = found.first else { return }
    let server = best.server
    try output.say(
      """
      kith source add imap --host \(server.host) --port \(server.port) --tls \(server.security.rawValue) \
        --user \(best.user) \(server.secret == .token ? "--oauth-token-file" : "--password-file") FILE --warrant
      """)
  }
}

/// What a look at everything found; each finding by itself, so that one fault does not hide the others.
private struct Checkup {
  struct Finding {
    var check: String
    var found: String
    /// Nil if all is well.
    var remedy: String?
  }

  var findings: [Finding] = []

  static func run(_ settings: Settings) async throws -> Checkup {
    var checkup = Checkup()
    checkup.disk(settings.data)
    let key = checkup.key(settings)
    if settings.database == nil, !FileManager.default.fileExists(atPath: settings.data + "/house.sqlite") {
      checkup.well("store", "nothing is stored yet in \(settings.data)")
      return checkup
    }
    do {
      let house = try await House.open(settings)
      checkup.well("store", settings.database == nil ? "opens: \(settings.data)" : "opens: PostgreSQL")
      do {
        try await checkup.accounts(house)
      } catch {
        checkup.fault("account", error)
      }
      await house.close()
    } catch  where key {
      checkup.fault("store", error)
    } catch {
      checkup.well("store", "not looked at without the operator key")
    }
    return checkup
  }

  private mutating func well(_ check: String, _ found: String) {
    findings.append(Finding(check: check, found: found, remedy: nil))
  }

  private mutating func fault(_ check: String, _ error: any Error) {
    switch error {
    case let trouble as Trouble:
      let help = if case .stop(let help) = trouble.remedy { help } else { "run 'kith sync'" }
      findings.append(Finding(check: check, found: trouble.what, remedy: help.isEmpty ? "see the README" : help))
    case let refusal as Refusal:
      findings.append(
        Finding(check: check, found: refusal.description, remedy: "see 'kith ledger' and 'kith grant list'"))
    default:
      findings.append(Finding(check: check, found: "an error of kind \(type(of: error))", remedy: "try it again"))
    }
  }

  private mutating func disk(_ folder: String) {
    var place = folder
    while !FileManager.default.fileExists(atPath: place), place.count > 1 {
      place = (place as NSString).deletingLastPathComponent
    }
    var about = statvfs()
    guard statvfs(place, &about) == 0 else {
      return findings.append(Finding(check: "disk", found: "cannot be looked at", remedy: "check \(place)"))
    }
    let free = UInt64(about.f_bavail).multipliedReportingOverflow(by: UInt64(about.f_frsize)).partialValue >> 20
    guard free >= 200 else {
      return findings.append(
        Finding(check: "disk", found: "\(free) MB are free", remedy: "free some space: a full disk stops every step"))
    }
    well("disk", "\(free) MB are free")
    guard access(place, W_OK) == 0 else {
      return findings.append(
        Finding(check: "data folder", found: "cannot be written", remedy: "check who owns \(place)"))
    }
  }

  /// Whether the key is there and may be used.
  private mutating func key(_ settings: Settings) -> Bool {
    do {
      let file = try OperatorKeyFile(
        path: settings.operatorKeyFile, dataFolder: settings.database == nil ? settings.data : nil)
      let known = try file.read() != nil
      well("operator key", known ? "held at \(file.path)" : "not made yet; the first account makes it at \(file.path)")
      return true
    } catch {
      fault("operator key", error)
      return false
    }
  }

  private mutating func accounts(_ house: House) async throws {
    let now = house.store.clock()
    for account in try await house.store.accounts() {
      do {
        try await house.vault.check(account.id)
        well("keys", "\(account.id): its keys open")
      } catch {
        fault("keys", error)
        continue
      }
      do {
        try await Erase(store: house.store, gate: house.gate, door: house.door).resume(account.id)
        if try await house.store.ledgerHead(account.id) != nil {
          let lines = try await house.store.verifyLedger(account.id, kept: nil)
          well("ledger", "\(account.id): \(lines) lines, whole")
        }
      } catch {
        fault("ledger", error)
      }
      if let last = try await house.store.ledger(account.id).map(\.line.at).max(),
        last.milliseconds > now.milliseconds + 60_000
      {
        findings.append(
          Finding(check: "clock", found: "the ledger is ahead of the clock: \(last)", remedy: "set the clock right"))
      }
      try await sources(house, account.id)
    }
    if now < Instant(year: 2026, month: 1, day: 1) {
      findings.append(Finding(check: "clock", found: "it says \(now)", remedy: "set the clock right"))
    } else {
      well("clock", "\(now)")
    }
  }

  /// Logs in as a run would.
  private mutating func server(_ house: House, _ source: Source, _ account: ID<Account>) async {
    do {
      let count = try await house.door.tryOut(source, account)
      let what = source.kind.isMail ? "folders" : "address books"
      well("source", "\(source.id): \(source.location) answers, with \(count) \(what)")
    } catch {
      fault("source", error)
    }
  }

  private mutating func sources(_ house: House, _ account: ID<Account>) async throws {
    for state in try await house.store.sources(account) where state.source.revokedAt == nil {
      let source = state.source
      if let trouble = state.trouble {
        findings.append(
          Finding(check: "source", found: "\(source.id): \(trouble)", remedy: "put it right, then run 'kith sync'"))
      } else if !source.kind.isFile {
        await server(house, source, account)
      } else if !FileManager.default.isReadableFile(atPath: source.location) {
        findings.append(
          Finding(check: "source", found: "\(source.id) cannot be read", remedy: "put it back, or 'kith source revoke'")
        )
      } else {
        well("source", "\(source.id) can be read")
      }
    }
    for stopped in try await house.store.troubledJobs(account) {
      findings.append(
        Finding(
          check: "work", found: "\(stopped.job.kind.rawValue): \(stopped.trouble)", remedy: "then run 'kith sync'"))
    }
  }
}
