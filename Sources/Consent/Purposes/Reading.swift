public import Model

/// Mail is taken off its source and sealed at once; nothing can be read under this purpose.
public enum ReadMail: Purpose {
  public typealias Yield = Never

  public static let declaration = Declaration(
    name: "read-mail", use: "to provide the service: to receive access to your content", promise: 21, basis: .contract,
    opens: [], recipients: [.nobody], ground: .sourceGrant)
}

/// Cards are taken from an address book; their notes are sealed at once.
public enum ReadAddressBook: Purpose {
  public typealias Yield = Never

  public static let declaration = Declaration(
    name: "read-address-book", use: "to provide the service: to receive access to your contacts", promise: 21,
    basis: .contract, opens: [], recipients: [.nobody], ground: .sourceGrant)
}

/// Events are taken from a calendar: when they took place and who was there, no title, no place and no text.
public enum ReadCalendar: Purpose {
  public typealias Yield = Never

  public static let declaration = Declaration(
    name: "read-calendar", use: "to provide the service: to receive access to your calendars", promise: 21,
    basis: .contract, opens: [], recipients: [.nobody], ground: .sourceGrant)
}

/// A login is opened where the connection is made, and nowhere else (P080).
public enum Connect: Purpose {
  public typealias Yield = Login

  public static let declaration = Declaration(
    name: "connect", use: "to access your sources with the login you gave", promise: 80, basis: .contract,
    opens: [.credential], recipients: [.source], ground: .sourceGrant)
}

/// A login for one connection; it has no description and cannot be encoded.
public struct Login: Sendable {
  public let user: String
  public let secret: String
  /// What the secret is: the protocol says it in another way for each.
  public let kind: MailServer.Secret

  public init(user: String, secret: String, kind: MailServer.Secret = .password) {
    self.user = user
    self.secret = secret
    self.kind = kind
  }

  /// The content of a sealed login: kind, user, secret, divided by zero bytes; only the secret may hold one.
  func content() throws -> [UInt8] {
    guard !user.utf8.contains(0) else { throw Trouble("a user name cannot hold a zero byte", "check the user name") }
    return Array("\(kind.rawValue)\u{0}\(user)\u{0}\(secret)".utf8)
  }

  init(content: UnsafeBufferPointer<UInt8>) throws {
    let parts = content.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let kind = MailServer.Secret(rawValue: String(decoding: parts[0], as: UTF8.self)) else {
      throw Sealed.damage
    }
    self.init(
      user: String(decoding: parts[1], as: UTF8.self), secret: String(decoding: parts[2], as: UTF8.self), kind: kind)
  }
}
