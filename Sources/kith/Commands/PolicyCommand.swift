import ArgumentParser
import Consent
import Formats

/// `kith policy`: the text that an account accepts, with version and digest.
struct PolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "policy", abstract: "Prints the policy with its digest.")
  @OptionGroup var global: GlobalOptions

  func run() throws {
    let policy = PolicyVersion.current
    try Output(json: global.json).value(
      ["version": .text(policy.version), "digest": .text(policy.digest), "text": .text(policy.text)],
      text: "version  \(policy.version)\ndigest   \(policy.digest)\n\n\(policy.text)")
  }
}
