import Consent
import Model

extension AddSource.Wish {
  /// Throws what is wrong with a server as it was typed, with what helps; nothing is dialled for it.
  public func check() throws {
    guard let server, let login else { return }
    guard !server.host.isEmpty else {
      throw Trouble("the server's name is missing", "the provider's help pages say it")
    }
    guard (1...65_535).contains(server.port) else {
      throw Trouble("there is no port \(server.port)", "it is 993 for most mail servers, 443 for most others")
    }
    if server.security == .none, !["127.0.0.1", "::1", "localhost"].contains(server.host) {
      throw Trouble(
        "without TLS the login would be sent in the clear", "choose TLS; without it is for this machine only")
    }
    if AddSource.Wish.fault(inUser: login.user, forWeb: !kind.isMail) {
      throw Trouble("the login's name is missing, or it is none", "it is mostly the e-mail address")
    }
    guard !login.secret.isEmpty || login.renewal != nil else {
      throw Trouble("the password is missing", "give it; it is kept sealed, and used to log in there alone")
    }
    guard !server.folders.contains("") else { throw Trouble("a folder's name is empty", "leave the line out") }
    try Authority.check(server.authority)
  }

  /// Whether a name cannot be that of a login; a colon divides name and password on the web (RFC 7617 §2).
  static func fault(inUser user: String, forWeb isWeb: Bool) -> Bool {
    user.isEmpty || user.utf8.contains(where: { $0 < 32 }) || isWeb && user.contains(":")
  }
}
