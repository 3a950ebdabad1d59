public import Model

/// The servers that a domain's own document names (autoconfig, version 1.1), in its order; other protocols are left out.
public struct MailAutoconfig: Sendable, Equatable {
  /// A mailbox: the server, and the name to log in by.
  public struct Mailbox: Sendable, Equatable {
    public var server: MailServer
    public var user: String
  }

  public private(set) var mailboxes: [Mailbox] = []

  /// Documents are short; a longer one is none.
  public static let longest = 256 << 10

  /// Reads the document for the owner of `address`; what is torn, too long or deep is a fault.
  ///
  /// A mailbox that cannot be dialled, is not secured, or whose names have letters that names do not have, is left out.
  public init(_ xml: [UInt8], for address: String) throws(DAVFault) {
    var limits = DAVLimits.standard
    (limits.bytes, limits.depth) = (MailAutoconfig.longest, 16)
    var reader = try XMLReader(xml, limits: limits)
    var (path, draft, value) = ([String](), [String: [String]](), [UInt8]())
    while let event = try reader.next() {
      switch event {
      case .start(let name):
        path.append(name.local)
        value = []
        if path == MailAutoconfig.place { draft = reader.kind == "imap" ? ["type": ["imap"]] : [:] }
      case .text(let bytes):
        guard value.count + bytes.count <= 1024 else { throw .valueTooLong }
        value += bytes
      case .end(let name):
        if path.dropLast() == MailAutoconfig.place[...] {
          let text = String(decoding: value, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined()
          draft[name.local, default: []].append(text)
        } else if path == MailAutoconfig.place, mailboxes.count < 4,
          let mailbox = Mailbox(draft, for: address)
        {
          mailboxes.append(mailbox)
        }
        path.removeLast()
        value = []
      }
    }
  }

  private static let place = ["clientConfig", "emailProvider", "incomingServer"]
}

extension MailAutoconfig.Mailbox {
  /// Nil for what Kith cannot or will not use.
  fileprivate init?(_ draft: [String: [String]], for address: String) {
    func filled(_ name: String) -> String? {
      guard let text = draft[name]?.first, let at = address.lastIndex(of: "@") else { return nil }
      var (out, rest) = ("", text[...])
      while let mark = rest.firstIndex(of: "%") {
        out += rest[..<mark]
        rest = rest[mark...]
        let fillings: [(String, Substring)] = [
          ("%EMAILADDRESS%", address[...]), ("%EMAILLOCALPART%", address[..<at]),
          ("%EMAILDOMAIN%", address[address.index(after: at)...]),
        ]
        guard let (word, filling) = fillings.first(where: { rest.hasPrefix($0.0) }) else { return nil }
        out += filling
        rest = rest.dropFirst(word.count)
      }
      return out + rest
    }
    let security: MailServer.Security? =
      switch draft["socketType"]?.first {
      case "SSL": .implicit
      case "STARTTLS": .starttls
      // In the clear, the login would be everybody's.
      default: nil
      }
    let ways = draft["authentication"] ?? []
    let takesPassword = ways.isEmpty || ways.contains { $0.hasPrefix("password-") || $0 == "plain" || $0 == "secure" }
    guard draft["type"]?.first == "imap", let security, takesPassword || ways.contains("OAuth2"),
      let host = filled("hostname")?.lowercased(), !host.isEmpty, host.first != "-", host.utf8.count < 254,
      host.utf8.allSatisfy({ MailAutoconfig.Mailbox.isPlain($0) && $0 != 64 && $0 != 43 }),
      let port = draft["port"]?.first.flatMap({ Int($0) }), (1...65_535).contains(port)
    else { return nil }
    server = MailServer(
      host: host, port: port, security: security,
      secret: takesPassword && IMAPQuirks(host: host).takesPassword ? .password : .token)
    // Both stand in a line that people copy into a shell.
    let named = filled("username") ?? address
    user =
      !named.isEmpty && named.first != "-" && named.utf8.count < 255 && named.utf8.allSatisfy(Self.isPlain)
      ? named : address
  }

  /// Letters, figures and `. - _ @ +`.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 43, 45, 46, 48...57, 64, 65...90, 95, 97...122: true
    default: false
    }
  }
}
