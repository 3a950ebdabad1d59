import ArgumentParser
import Consent
import Flows
import Formats
import Model
import Store

/// The command `kith account …`.
struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Accounts: add, list, close.", subcommands: [Add.self, List.self, Close.self])

  struct Add: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Makes an account with its first member.")
    @OptionGroup var global: GlobalOptions
    @Option(help: "The first member's e-mail address.") var email: String
    @Option(help: "A name for the account.") var name: String?
    @Option(name: .customLong("accept-policy"), help: "The digest that 'kith policy' prints.") var digest: String?

    func validate() throws { try isAddress(email) }

    func run(in house: House, _ output: Output) async throws {
      guard digest == PolicyVersion.current.digest else {
        throw Refusal(
          .policyNotAccepted, promise: 29,
          "an account needs the acceptance of the policy in force: read 'kith policy', then give its digest by "
            + "--accept-policy")
      }
      let member = try await OpenAccount(store: house.store, vault: house.vault).run(
        email: email, name: name ?? email, accepting: digest, from: "command line")
      try output.value(["id": JSON(member.account), "member": JSON(member.id)])
    }
  }

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Lists accounts.")
    @OptionGroup var global: GlobalOptions

    func run(in house: House, _ output: Output) async throws {
      var rows: [JSON] = []
      for account in try await house.store.accounts() {
        let members = try await house.store.members(account.id)
        rows.append([
          "id": JSON(account.id), "name": .text(account.name), "members": JSON(members.map(\.email)),
          "created_at": JSON(account.createdAt), "closed_at": JSON(account.closedAt),
        ])
      }
      try output.list(
        rows, columns: ["id", "name", "members", "created_at", "closed_at"],
        empty: "No account yet. Make one: kith account add --email you@example.org --accept-policy DIGEST")
    }
  }
}

extension AccountCommand {
  struct Close: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Closes an account, at once: every grant ends with it.")
    @OptionGroup var global: GlobalOptions
    @Option(name: .customLong("as"), help: "The member, by id or e-mail; default the first member.") var member: String?
    @Argument(help: "The account.") var account: ID<Account>

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(account: account, member: member)
      try await Flows.Close(store: house.store).close(try await house.viewer(asker))
      try output.value(["id": JSON(account), "closed": true])
    }
  }
}

/// An e-mail address, well enough formed to be told from a typing error.
func isAddress(_ text: String) throws {
  guard OpenAccount.isAddress(text) else {
    throw ValidationError("'\(text)' is no e-mail address")
  }
}
