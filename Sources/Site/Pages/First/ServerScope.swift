import Consent
import Flows
import Model

/// A server that is to be read, and how much of it: what a query of the page of connecting says.
struct ServerScope: Sendable {
  /// What can be connected, by the last part of its path.
  enum What: String, CaseIterable, Sendable {
    case mailbox, contacts, calendar

    var kind: Source.Kind {
      switch self {
      case .mailbox: .imap
      case .contacts: .carddav
      case .calendar: .caldav
      }
    }

    var title: String {
      switch self {
      case .mailbox: "Connect your mailbox"
      case .contacts: "Connect your address book"
      case .calendar: "Connect your calendar"
      }
    }

    var path: String { "/connect/" + rawValue }
  }

  var what: What
  /// The owner's e-mail address, from which the server is found.
  var address: String
  var host: String
  var port: Int
  var security: MailServer.Security
  /// Of address books and calendars: the address of the server as it was typed.
  var url: String
  var user: String
  var secret: MailServer.Secret
  var folders: [String]
  var depth: Depth
  var since: Instant?
  var readsJunk: Bool
  var readsTrash: Bool

  init(_ what: What, _ form: Form) {
    self.what = what
    address = form["address"]
    host = form["host"]
    security = MailServer.Security(rawValue: form["security"]) ?? .implicit
    port = Int(form["port"]) ?? (security == .starttls ? 143 : 993)
    url = form["url"]
    user = form["user"].isEmpty ? address : form["user"]
    secret = MailServer.Secret(rawValue: form["secret"]) ?? .password
    folders = form["folders"].split(whereSeparator: \.isNewline).map { $0.trimmingPrefix(while: \.isWhitespace) }
      .filter { !$0.isEmpty }.map(String.init)
    depth = Depth(rawValue: form["depth"]) ?? .text
    since = Instant(iso: form["since"])
    readsJunk = form.has("junk")
    readsTrash = form.has("trash")
  }

  /// Whether a server is named already, by whoever fills the form or by what was found.
  var hasServer: Bool { what == .mailbox ? !host.isEmpty : !url.isEmpty }

  /// Takes what was found for the address.
  mutating func take(_ found: Discover.Found) {
    (host, port, security) = (found.server.host, found.server.port, found.server.security)
    (user, secret) = (found.user, found.server.secret)
  }

  /// The same as a query of the page.
  var query: String {
    var fields: [(String, String?)] = [("address", address), ("user", user)]
    if what == .mailbox {
      fields += [
        ("host", host), ("port", "\(port)"), ("security", security.rawValue), ("secret", secret.rawValue),
        ("folders", folders.joined(separator: "\n")), ("depth", depth.rawValue),
        ("junk", readsJunk ? "yes" : nil), ("trash", readsTrash ? "yes" : nil),
      ]
    } else {
      fields.append(("url", url))
    }
    if what != .contacts { fields.append(("since", since?.date)) }
    return Form("").with(fields)
  }

  /// What will be read, in plain words, as the grant will say it (P023).
  var words: String {
    GrantWords.reading(
      what.kind, depth: what == .mailbox ? depth : .text, since: since, folders: what == .mailbox ? folders : [])
  }

  var digest: String { hex(sha256(Array(words.utf8))) }

  /// The wish for the source, with the secret that was given.
  func wish(secret given: String, authority: String, isWarranted: Bool) throws -> AddSource.Wish {
    let authority = authority.isEmpty ? nil : authority
    let token = secret == .token && what == .mailbox ? try GivenToken(given, user: user) : nil
    let server: MailServer
    if what == .mailbox {
      server = MailServer(
        host: host, port: port, security: security, authority: authority, secret: secret, tokens: token?.endpoint,
        folders: folders, readsJunk: readsJunk, readsTrash: readsTrash)
    } else {
      guard let place = WebAddress(url) else {
        throw Trouble("this is no address of a server", "write it as https://dav.example.org/")
      }
      server = place.server(authority: authority)
    }
    var wish = AddSource.Wish(
      server, token?.login ?? Login(user: user, secret: given), kind: what.kind,
      depth: what == .mailbox ? depth : nil, since: since, owners: OpenAccount.isAddress(address) ? [address] : [],
      isWarranted: isWarranted)
    wish.shown = digest
    try wish.check()
    return wish
  }
}
