import Consent
import Flows
import Model
import Store

/// The composition root: everything that a command needs, made once and passed on by `init`.
struct House: Sendable {
  let settings: Settings
  let engine: any Engine
  let store: Store
  let vault: Vault
  let gate: Gate
  /// The one dialler of the house.
  let door: ServerDoor

  /// Which roots of the operator's key the process holds (P080).
  enum Keys { case all, contentOnly }

  /// What the process is for.
  enum Use { case command, bulk, serving }

  static func open(_ settings: Settings, keys: Keys = .all, for use: Use = .command) async throws -> House {
    let file = try OperatorKeyFile(
      path: settings.operatorKeyFile, dataFolder: settings.database == nil ? settings.data : nil)
    // A key that is there but cannot be used is told before anything is made.
    let known = try file.read()
    let engine = try await House.engine(settings, for: use)
    do {
      let isEmpty = try await engine.accounts().isEmpty
      let key = try known ?? file.open(houseIsEmpty: isEmpty)
      let ids = try await IDMaker.lease(engine, clock: settings.clock)
      let blobs = settings.database == nil ? settings.data + "/blobs" : nil
      let store = Store(engine: engine, ids: ids, clock: settings.clock, blobFolder: blobs)
      let vault = Vault(
        operatorKey: keys == .all ? key : key.contentOnly, keyring: StoredKeyring(engine, clock: settings.clock))
      let gate = store.gate(vault)
      return House(
        settings: settings, engine: engine, store: store, vault: vault, gate: gate,
        door: ServerDoor(store: store, gate: gate, rules: settings.addressRules))
    } catch {
      try? await engine.close()
      throw error
    }
  }

  static func engine(_ settings: Settings, for use: Use = .command) async throws -> any Engine {
    if let database = settings.database {
      return try await PostgresEngine(
        PostgresSettings(
          connection: database, randomness: { Double.random(in: 0...1) }, now: settings.clock))
    }
    switch use {
    case .command: return try await SQLiteEngine(SQLiteSettings(folder: settings.data))
    case .bulk: return try await SQLiteEngine(.bulk(folder: settings.data))
    case .serving: return try await SQLiteEngine(.serving(folder: settings.data))
    }
  }

  /// Gives the generator of ids back and closes the files.
  func close() async {
    try? await store.ids.release(engine)
    try? await engine.close()
  }
}

extension House {
  /// The account that is meant, and the member who asks.
  struct Asker {
    var account: ID<Account>
    var member: Member
    var members: [Member]
  }

  func asker(_ options: AccountOptions) async throws -> Asker {
    try await asker(account: options.account, member: options.member)
  }

  func asker(account named: ID<Account>?, member: String?) async throws -> Asker {
    let account = try await account(named)
    // A wrong operator key is told at once, not by the first step that opens something.
    try await vault.check(account)
    // What a crash left of an erasure comes before everything else.
    try await Erase(store: store, gate: gate, door: door).resume(account)
    let members = try await store.members(account)
    guard let word = member else {
      guard let first = members.first else { throw Trouble("the account has no member", "see 'kith account list'") }
      return Asker(account: account, member: first, members: members)
    }
    guard let member = House.member(word, of: members) else {
      throw Trouble("there is no such member of this account", "see 'kith member list'")
    }
    return Asker(account: account, member: member, members: members)
  }

  /// Who looks: checked to be a live member.
  func viewer(_ asker: Asker) async throws -> Viewer { try await gate.viewer(asker.account, asker.member.id) }

  /// A member by id or e-mail.
  static func member(_ word: String, of members: [Member]) -> Member? {
    members.first { $0.id.description == word || fold($0.email) == fold(word) }
  }

  func account(_ named: ID<Account>?) async throws -> ID<Account> {
    if let named {
      guard try await store.account(named) != nil else {
        throw Trouble("there is no account \(named)", "see 'kith account list'")
      }
      return named
    }
    let all = try await store.accounts().filter { $0.closedAt == nil }
    guard let only = all.first else {
      throw Trouble(
        "there is no account yet", "make one: kith account add --email you@example.org --accept-policy DIGEST")
    }
    guard all.count == 1 else { throw Trouble("there are \(all.count) accounts", "say which one by --account") }
    return only.id
  }
}
