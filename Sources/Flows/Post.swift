public import Consent
import Formats
public import Model
public import Outlets
public import Store

/// The mails of the house: to members alone, at their own addresses, each with one link and no advertising (P091).
public struct Post: Sendable {
  /// What a mail is about; there is no other kind.
  public enum Matter: String, Sendable, CaseIterable {
    /// Somebody asked for a link to choose a password.
    case password
    /// Somebody opened an account with this address.
    case confirm

    var subject: String {
      switch self {
      case .password: "A link to choose your password"
      case .confirm: "Confirm your address, and choose a password"
      }
    }

    var words: String {
      switch self {
      case .password:
        "Somebody, most likely you, asked for a link to choose a new password.\nIf it was not you, nothing has changed."
      case .confirm:
        "Somebody, most likely you, opened an account with this address.\nIf it was not you, do nothing: without this link nobody comes in."
      }
    }
  }

  private let office: PostOffice
  private let from: String
  private let site: String

  /// `from` is the operator's address for such mails, `site` where the site is reached, without a stroke at its end.
  public init(_ office: PostOffice, from: String, site: String) {
    self.office = office
    self.from = from
    self.site = site
  }

  /// Sends one mail with a link of this site.
  func send(_ matter: Matter, to address: String, path: String) async throws {
    let text =
      "\(matter.words)\n\n\(site)\(path)\n\nThe link works once, for a day.\n\nWho runs this server is reached at \(from).\n"
    try await office.send(HouseMail(to: address, from: from, subject: matter.subject, text: text))
  }
}

/// How the operator's mail server is reached: `smtps://user@host:465`, `smtp://user@host:587` with STARTTLS, or on this
/// machine `smtp://127.0.0.1:25` without either.
public struct PostAddress: Sendable, Equatable {
  public var server: MailServer
  /// Empty where none is asked for.
  public var user: String

  public init?(_ text: String) {
    let schemes: [(String, MailServer.Security, Int)] = [("smtps://", .implicit, 465), ("smtp://", .starttls, 587)]
    guard let (scheme, security, usual) = schemes.first(where: { text.lowercased().hasPrefix($0.0) }) else {
      return nil
    }
    var rest = text.dropFirst(scheme.count)
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    user = ""
    if let at = rest.lastIndex(of: "@") {
      user = String(rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    // A password in the setting would be seen by everybody who sees the process.
    guard !user.contains(":"), let place = WebAddress("https://\(rest)"), place.path == nil else { return nil }
    let port = rest.contains(":") ? place.port : usual
    server = MailServer(
      host: place.host, port: port,
      security: security == .starttls && user.isEmpty && place.isThisMachine ? .none : security)
  }
}

/// Lets a member who forgot the password, or opens an account, in by a link that is sent to the address.
public struct LinkByMail: Sendable {
  let store: Store
  let gate: Gate
  let post: Post

  public init(store: Store, gate: Gate, post: Post) {
    self.store = store
    self.gate = gate
    self.post = post
  }

  /// So many accounts of one address get a link at once.
  private static let most = 3

  /// Sends a link to whoever signs in by an address; whether anybody does is told to nobody.
  public func forgotten(_ email: String, as matter: Post.Matter = .password) async throws {
    for name in try await store.signIns(email).prefix(LinkByMail.most) {
      guard let member = try await store.members(name.account).first(where: { $0.id == name.member }) else { continue }
      let token = try await ChoosePassword(store: store, gate: gate).link(
        try await gate.viewer(name.account, name.member))
      try await post.send(matter, to: member.email, path: "/welcome/\(token.text)")
    }
  }

  /// Opens an account and sends the link by which its owner comes in; an address that is known gets a link as well, and
  /// the answer is the same.
  public func register(
    email: String, name: String, accepting digest: String?, from place: String, in vault: Vault
  ) async throws {
    guard HouseMail.isPlain(email) else {
      throw Trouble("mail cannot be sent to this address", "give another one")
    }
    guard try await store.signIns(email).isEmpty else { return try await forgotten(email) }
    _ = try await OpenAccount(store: store, vault: vault).run(
      email: email, name: name.isEmpty ? email : name, accepting: digest, from: place)
    try await forgotten(email, as: .confirm)
  }
}
