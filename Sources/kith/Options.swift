import ArgumentParser
import Formats
import Model

/// Options that every command knows; a flag outranks the environment, which outranks the default.
struct GlobalOptions: ParsableArguments {
  @Option(help: "The data folder (KITH_DATA); default $XDG_DATA_HOME/kith.")
  var data: String?
  @Option(help: "A PostgreSQL database instead: postgres://… (KITH_DATABASE).")
  var database: String?
  @Flag(help: "Print JSON: one value for a single result, JSON Lines for lists.")
  var json = false
}

/// Whose account a command is about, and as which of its members.
struct AccountOptions: ParsableArguments {
  @Option(help: "The account; needed only if there is more than one.")
  var account: ID<Account>?
  @Option(name: .customLong("as"), help: "The member, by id or e-mail; default the first member.")
  var member: String?
}

/// Puts arguments into the order that the parser takes: global options may stand before the command or after it.
enum Arguments {
  private static let withValue: Set<String> = ["--data", "--database"]

  static func ordered(_ arguments: [String]) -> [String] {
    var rest = arguments[...]
    var global: [String] = []
    while let first = rest.first {
      if first == "--json" || withValue.contains(where: { first.hasPrefix($0 + "=") }) {
        global.append(rest.removeFirst())
      } else if withValue.contains(first), rest.count > 1 {
        global.append(contentsOf: rest.prefix(2))
        rest = rest.dropFirst(2)
      } else {
        break
      }
    }
    let command = heads(databases(Array(rest)))
    guard !command.isEmpty else { return global }
    let end = command.firstIndex(of: "--") ?? command.endIndex
    return Array(command[..<end]) + global + Array(command[end...])
  }

  /// `destination add tryton --database D` names the CRM's database; Kith's own is a `postgres://`, or stands before.
  private static func databases(_ arguments: [String]) -> [String] {
    guard arguments.starts(with: ["destination", "add", "tryton"]) else { return arguments }
    var out = arguments
    for (place, word) in arguments.enumerated() where word == "--database" || word.hasPrefix("--database=") {
      let value = word == "--database" ? arguments.dropFirst(place + 1).first ?? "" : String(word.dropFirst(11))
      if !value.hasPrefix("postgres") { out[place] = "--crm-" + word.dropFirst(2) }
    }
    return out
  }

  /// `ledger --head` prints a head, `ledger --verify --head FILE` compares with one that was kept.
  private static func heads(_ arguments: [String]) -> [String] {
    guard arguments.first == "ledger", let at = arguments.firstIndex(of: "--head"),
      arguments.indices.contains(at + 1), !arguments[at + 1].hasPrefix("-")
    else { return arguments }
    var out = arguments
    out[at] = "--kept-head"
    return out
  }
}
