import ArgumentParser
import Flows
import Formats
import Foundation
import Model
import Store

/// The command `kith export`.
struct ExportCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Takes everything out as one sealed file.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Option(name: .customLong("passphrase-file"), help: "A file with the passphrase; - for standard input.")
  var passphraseFile: String
  @Argument(help: "The file to write.") var file: String

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let secret = try Secrets.read(passphraseFile, "passphrase")
    let bar = ProgressBar()
    defer { bar.end() }
    try await Export(store: house.store, gate: house.gate, progress: bar.show).export(
      asker.account, asker.member.id, passphrase: secret, to: file)
    bar.end()
    try output.value([
      "account": JSON(asker.account), "file": .text(file),
      "digest": .text(try await house.store.digest(asker.account)),
    ])
  }
}

/// The command `kith restore`.
struct RestoreCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Puts an export back; what was erased since stays erased.")
  static let isBulk = true
  @OptionGroup var global: GlobalOptions
  @Option(name: .customLong("passphrase-file"), help: "A file with the passphrase; - for standard input.")
  var passphraseFile: String
  @Argument(help: "What 'kith export' wrote.") var file: String

  func run(in house: House, _ output: Output) async throws {
    let secret = try Secrets.read(passphraseFile, "passphrase")
    let bar = ProgressBar()
    defer { bar.end() }
    let account = try await Export(store: house.store, gate: house.gate, progress: bar.show).restore(
      file, passphrase: secret)
    bar.end()
    try output.value(["account": JSON(account), "digest": .text(try await house.store.digest(account))])
  }
}

/// The command `kith digest`.
struct DigestCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "digest", abstract: "A digest of everything held, equal on every engine.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Flag(help: "Of what is known, whatever the ids: to compare two runs.") var logical = false

  func run(in house: House, _ output: Output) async throws {
    let account = try await house.asker(who).account
    let digest = logical ? try await house.store.logicalDigest(account) : try await house.store.digest(account)
    try output.value(["account": JSON(account), "digest": .text(digest)], text: digest)
  }
}

/// The command `kith erase [P]`.
struct EraseCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase", abstract: "Erases a person, or with no person the whole account; it cannot be undone.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The person; without, the whole account.") var person: ID<Person>?

  func validate() throws {
    // The whole account is named, so that a forgotten argument erases nothing.
    if person == nil, who.account == nil { throw ValidationError("to erase an account, name it by --account") }
  }

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let flow = Erase(store: house.store, gate: house.gate, door: house.door)
    guard let person else {
      try await flow.erase(asker.account, asker.member.id)
      try house.uploads.forget(asker.account)
      return try output.value(["account": JSON(asker.account), "erased": true])
    }
    let outcome = try await flow.erase(person, asker.account, asker.member.id)
    try output.value([
      "id": JSON(person), "erased": true, "handles": JSON(outcome.handles),
      "removed_there": JSON(outcome.removedThere), "left_there": JSON(outcome.leftThere),
    ])
    if !outcome.leftThere.isEmpty {
      throw Incomplete("records that somebody changed in the CRM stand there as they are; look at them")
    }
  }
}

/// The command `kith restrict P`.
struct RestrictCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "restrict", abstract: "Forbids to use what is stored of a person; --lift ends it.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The person.") var person: ID<Person>
  @Flag(help: "End the restriction.") var lift = false

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    let flow = EditPerson(store: house.store, gate: house.gate)
    if lift {
      try await flow.unrestrict(person, as: viewer)
    } else {
      try await flow.restrict(person, as: viewer)
    }
    try output.value(["id": JSON(person), "restricted": .bool(!lift)])
  }
}

/// `kith edit P FIELD`: what the owner types outranks every source.
struct EditCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Corrects what is known of a person; your word outranks every source.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The person.") var person: ID<Person>
  @Argument(
    help: "name, given, family, email, phone, organisation, title, url, address, birthday, note, tag or custom.")
  var field: Fact.Field
  @Option(help: "The value of a field that holds one.") var set: String?
  @Option(help: "One more value of a field that holds several.") var add: String?
  @Option(help: "A value that stays away.") var remove: String?
  @Flag(help: "Take your own word back.") var forget = false
  @Option(help: "A label, such as work.") var label = ""

  func validate() throws {
    let given = [set, add, remove].compactMap { $0 }.count + (forget ? 1 : 0)
    guard given == 1 else { throw ValidationError("give one of --set, --add, --remove, --forget") }
  }

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    let verb: Edit.Verb = set != nil ? .set : add != nil ? .add : remove != nil ? .remove : .forget
    let edit = Edit(verb, field, set ?? add ?? remove ?? "", label: label)
    let entry = try await EditPerson(store: house.store, gate: house.gate).edit(person, edit, as: viewer)
    try output.value(["id": JSON(person), "entry": JSON(entry)])
  }
}
