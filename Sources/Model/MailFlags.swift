/// What a mail server says of a mail for all programs of its owner (RFC 9051 §2.3.2).
public struct MailFlags: OptionSet, Sendable, Hashable {
  public let rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  public static let seen = MailFlags(rawValue: 1)
  public static let answered = MailFlags(rawValue: 2)
  public static let flagged = MailFlags(rawValue: 4)
  public static let deleted = MailFlags(rawValue: 8)
  public static let draft = MailFlags(rawValue: 16)

  /// By the names of a server, letter case put aside; words of the owner's own are not taken.
  public init(named names: [String]) {
    self = names.reduce(into: []) { flags, name in
      switch name.lowercased() {
      case "\\seen": flags.insert(.seen)
      case "\\answered": flags.insert(.answered)
      case "\\flagged": flags.insert(.flagged)
      case "\\deleted": flags.insert(.deleted)
      case "\\draft": flags.insert(.draft)
      default: break
      }
    }
  }
}
