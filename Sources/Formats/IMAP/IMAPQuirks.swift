/// What is peculiar about a provider of mail, by its host's name; for all else the server's capabilities decide.
public struct IMAPQuirks: Sendable, Equatable {
  /// What the owner is told when a login with a password is refused.
  public var passwordHint: String?
  /// Whether a password can be used at all; else it must be an OAuth token.
  public var takesPassword = true

  /// The quirks of the server `host`.
  public init(host: String) {
    let name = host.lowercased()
    guard let found = IMAPQuirks.table.first(where: { name == $0.suffix || name.hasSuffix("." + $0.suffix) }) else {
      return
    }
    self = found.quirks
  }

  private init(passwordHint: String, takesPassword: Bool = true) {
    self.passwordHint = passwordHint
    self.takesPassword = takesPassword
  }

  private static let google = IMAPQuirks(
    passwordHint: "Google takes an app password only: switch on 2-Step Verification, then make one at"
      + " https://myaccount.google.com/apppasswords; IMAP must be on in Gmail's settings")

  private static let microsoft = IMAPQuirks(
    passwordHint: "Microsoft takes no password over IMAP: sign in by OAuth (a token); in an organisation an"
      + " administrator may have to allow it", takesPassword: false)

  private static let yahoo = IMAPQuirks(
    passwordHint: "Yahoo and AOL take an app password only: account security, then 'generate app password'")

  private static let apple = IMAPQuirks(
    passwordHint: "Apple takes an app-specific password only: account.apple.com, Sign-In and Security")

  private static let table: [(suffix: String, quirks: IMAPQuirks)] = [
    ("gmail.com", google), ("googlemail.com", google),
    ("outlook.com", microsoft), ("office365.com", microsoft), ("hotmail.com", microsoft),
    ("yahoo.com", yahoo), ("aol.com", yahoo),
    ("mail.me.com", apple), ("icloud.com", apple),
  ]
}
