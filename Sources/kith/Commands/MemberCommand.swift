import ArgumentParser
import Consent
import Flows
import Formats
import Model
import Store

/// The command `kith member …`.
struct MemberCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "member", abstract: "Members of a team: add, list, link, leave, join.",
    subcommands: [Add.self, List.self, Link.self, Leave.self, Join.self])

  struct Add: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Adds a member, who knows what administrators may see.")
    @OptionGroup var global: GlobalOptions
    @Option(help: "The account; needed only if there is more than one.") var account: ID<Account>?
    @Option(help: "The member's e-mail address.") var email: String
    @Option(help: "The member's name.") var name: String?
    @Option(help: "administrator or member.") var role: Member.Role = .member
    @Flag(help: "The new member knows that administrators may see what is shared.") var acknowledge = false

    func validate() throws { try isAddress(email) }

    func run(in house: House, _ output: Output) async throws {
      guard acknowledge else {
        throw Refusal(
          .notAcknowledged, promise: 30,
          "whoever joins must know that administrators may see what is shared; say so by --acknowledge")
      }
      let account = try await house.account(account)
      let now = house.store.clock()
      let member = Member(
        id: house.store.ids.next(), account: account, email: email, name: name ?? email, role: role, joinedAt: now,
        acknowledgedAt: now)
      try await house.store.add(member)
      try output.value(["id": JSON(member.id), "account": JSON(account)])
    }
  }

  struct List: HouseCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the members of an account.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func run(in house: House, _ output: Output) async throws {
      let members = try await house.asker(who).members
      try output.list(
        members.map {
          [
            "id": JSON($0.id), "email": .text($0.email), "name": .text($0.name), "role": .text($0.role.rawValue),
            "joined_at": JSON($0.joinedAt), "acknowledged_at": JSON($0.acknowledgedAt),
          ]
        }, columns: ["id", "email", "name", "role", "joined_at"], empty: "No member.")
    }
  }
}

extension MemberCommand {
  struct Link: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "A link by which a member chooses a password for the site; it works once, for a day.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions
    @Flag(
      name: .customLong("forget-factor"), help: "Take the member's second factor away: the app was lost, and its codes."
    )
    var forgetFactor = false

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      if forgetFactor {
        try await UseSecondFactor(store: house.store, gate: house.gate).giveUp(try await house.viewer(asker))
      }
      let token = try await ChoosePassword(store: house.store, gate: house.gate).link(try await house.viewer(asker))
      let path = "/welcome/\(token.text)"
      try output.value(
        ["member": JSON(asker.member.id), "path": .text(path)],
        text: "Open \(path) on your server, such as http://\(house.settings.listen)\(path)")
    }
  }

  struct Leave: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "A member leaves the team, with everything that is theirs, for an account of their own.")
    @OptionGroup var global: GlobalOptions
    @OptionGroup var who: AccountOptions

    func validate() throws { if who.member == nil { throw ValidationError("say who leaves by --as MEMBER") } }

    func run(in house: House, _ output: Output) async throws {
      let asker = try await house.asker(who)
      let account = try await Move(store: house.store, gate: house.gate).leave(asker.account, asker.member.id)
      try output.value(["id": JSON(account), "member": JSON(asker.member.id)])
    }
  }

  struct Join: HouseCommand {
    static let configuration = CommandConfiguration(
      abstract: "An account with one member joins a team, with everything in it.")
    @OptionGroup var global: GlobalOptions
    @Option(help: "The account that joins.") var account: ID<Account>
    @Option(help: "The team's account.") var team: ID<Account>
    @Flag(help: "The member knows that administrators may see what is shared.") var acknowledge = false

    func run(in house: House, _ output: Output) async throws {
      let own = try await house.account(account)
      let member = try await Move(store: house.store, gate: house.gate).join(own, team, acknowledged: acknowledge)
      try output.value(["id": JSON(member), "account": JSON(team)])
    }
  }
}
