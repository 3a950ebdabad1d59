import Formats
import Model
import Testing

@Suite("What Kith says to a mail server") struct IMAPCommandTests {
  static func said(_ command: IMAPCommand, literals: IMAPLiterals = .waiting, initial: Bool = true) throws -> [String] {
    try command.encoded(tag: 1, literals: literals, initialResponse: initial).parts.map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  static let counts = IMAPStatusItem.allCases
  static let sent = IMAPName("Sent")
  static let token = Array("ya29.token".utf8)

  /// Every command there is, with what it says.
  static let all: [(IMAPCommand, String)] = [
    (.capability, "CAPABILITY"), (.noop, "NOOP"), (.startTLS, "STARTTLS"), (.namespace, "NAMESPACE"), (.idle, "IDLE"),
    (.done, "DONE"), (.compress, "COMPRESS DEFLATE"), (.unselect, "UNSELECT"), (.logout, "LOGOUT"),
    (.id([:]), "ID NIL"), (.id(["version": "1", "name": "Kith"]), "ID (\"name\" \"Kith\" \"version\" \"1\")"),
    (.login(user: "ada", password: Array("p \"w\\".utf8)), "LOGIN \"ada\" \"p \\\"w\\\\\""),
    (.authenticate(.plain(user: "ada", password: Array("pw1".utf8))), "AUTHENTICATE PLAIN AGFkYQBwdzE="),
    (
      .authenticate(.xoauth2(user: "ada@example.test", token: token)),
      "AUTHENTICATE XOAUTH2 dXNlcj1hZGFAZXhhbXBsZS50ZXN0AWF1dGg9QmVhcmVyIHlhMjkudG9rZW4BAQ=="
    ),
    (
      .authenticate(.oauthBearer(user: "ada", token: token, host: "mail.example.test", port: 993)),
      "AUTHENTICATE OAUTHBEARER bixhPWFkYSwBaG9zdD1tYWlsLmV4YW1wbGUudGVzdAFwb3J0PTk5MwFhdXRoPUJlYXJlciB5YTI5LnRva2VuAQE="
    ),
    (.enable(IMAPExtension.allCases), "ENABLE CONDSTORE QRESYNC UTF8=ACCEPT"),
    (.list(.all), "LIST \"\" \"*\""),
    (
      .list(
        .under(IMAPName("Mail/")), returning: [.specialUse, .children, .subscribed, .status([.messages, .uidNext])]),
      "LIST \"\" \"Mail/*\" RETURN (SPECIAL-USE CHILDREN SUBSCRIBED STATUS (MESSAGES UIDNEXT))"
    ),
    (.status(sent, counts), "STATUS \"Sent\" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ SIZE MAILBOXID)"),
    (.examine(sent), "EXAMINE \"Sent\""), (.examine(sent, .condstore), "EXAMINE \"Sent\" (CONDSTORE)"),
    (.examine(sent, .qresync(uidValidity: 67, modSeq: 90, known: nil)), "EXAMINE \"Sent\" (QRESYNC (67 90))"),
    (
      .examine(sent, .qresync(uidValidity: 67, modSeq: 90, known: UIDSet(ranges: [7...7, 1...5]))),
      "EXAMINE \"Sent\" (QRESYNC (67 90 1:5,7))"
    ),
    (.uidSearch(), "UID SEARCH ALL"), (.uidSearch(within: .from(8)), "UID SEARCH UID 8:4294967295"),
    (.uidSearch(returning: IMAPSearchReturn.allCases), "UID SEARCH RETURN (ALL COUNT MIN MAX) ALL"),
    (.uidFetch(UIDSet([1, 2, 9]), items), "UID FETCH 1:2,9 (\(itemText))"),
    (
      .uidFetch(UIDSet(1), [.flags], changedSince: 12, vanished: true), "UID FETCH 1 (FLAGS) (CHANGEDSINCE 12 VANISHED)"
    ),
    (.uidFetch(UIDSet(1), [.flags], changedSince: 12), "UID FETCH 1 (FLAGS) (CHANGEDSINCE 12)"),
  ]

  static let items: [IMAPFetchItem] = [
    .uid, .flags, .internalDate, .size, .modSeq, .emailID, .threadID, .gmailIDs, .whole, .part(from: 0, count: 1_024),
    .part(from: 7, count: 0), .header,
  ]
  static let itemText =
    "UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ EMAILID THREADID X-GM-MSGID X-GM-THRID BODY.PEEK[] BODY.PEEK[]<0.1024>"
    + " BODY.PEEK[]<7.1> BODY.PEEK[HEADER]"

  @Test("commands say what they mean", arguments: all)
  func bytes(command: IMAPCommand, text: String) throws {
    #expect(try Self.said(command) == [(command == .done ? "" : "K1 ") + text + "\r\n"])
  }

  /// A new command or item does not compile before it is named here, and fails below before it is listed above.
  static func kind(_ command: IMAPCommand) -> Int {
    switch command {
    case .capability: 0
    case .noop: 1
    case .id: 2
    case .startTLS: 3
    case .login: 4
    case .authenticate: 5
    case .enable: 6
    case .namespace: 7
    case .list: 8
    case .status: 9
    case .examine: 10
    case .uidSearch: 11
    case .uidFetch: 12
    case .idle: 13
    case .done: 14
    case .compress: 15
    case .unselect: 16
    case .logout: 17
    }
  }

  static func kind(_ item: IMAPFetchItem) -> Int {
    switch item {
    case .uid: 0
    case .flags: 1
    case .internalDate: 2
    case .size: 3
    case .modSeq: 4
    case .emailID: 5
    case .threadID: 6
    case .gmailIDs: 7
    case .whole: 8
    case .part: 9
    case .header: 10
    }
  }

  @Test("P014 every command that can be said reads: no mail, flag or folder can be changed or marked as seen")
  func readsOnly() throws {
    #expect(Set(Self.all.map { Self.kind($0.0) }) == Set(0...17), "every command is listed")
    #expect(Set(Self.items.map(Self.kind)) == Set(0...10), "every item is listed")
    // RFC 9051 §6, less what changes: SELECT, STORE, EXPUNGE, CLOSE, APPEND, COPY, MOVE, CREATE, DELETE, RENAME, …
    let reading: Set = [
      "CAPABILITY", "NOOP", "ID", "STARTTLS", "LOGIN", "AUTHENTICATE", "ENABLE", "NAMESPACE", "LIST", "STATUS",
      "EXAMINE", "UID SEARCH", "UID FETCH", "IDLE", "DONE", "COMPRESS", "UNSELECT", "LOGOUT",
    ]
    for (command, _) in Self.all {
      let text = try Self.said(command).joined()
      var words = text.split(whereSeparator: { $0 == " " || $0 == "\r\n" }).map(String.init)
      if command != .done { words.removeFirst() }
      let verb = words[0] == "UID" ? words.prefix(2).joined(separator: " ") : words[0]
      #expect(reading.contains(verb), "\(verb)")
      // RFC 9051 §6.4.5: BODY[…], RFC822 and BINARY[…] set \Seen; their PEEK forms do not.
      let asked = text.replacing("BODY.PEEK[", with: "").replacing("RFC822.SIZE", with: "")
      for marking in ["BODY", "RFC822", "BINARY"] { #expect(!asked.contains(marking), "\(asked)") }
    }
  }

  @Test("no string from outside can be a command of its own")
  func injection() throws {
    let evil = "a\r\nK9 DELETE INBOX"
    #expect(try Self.said(.examine(IMAPName(raw: Array(evil.utf8)))) == ["K1 EXAMINE {18}\r\n", evil + "\r\n"])
    #expect(
      try Self.said(.login(user: "Ädä", password: Array("p\n".utf8)), literals: .small)
        == ["K1 LOGIN {5+}\r\nÄdä {2+}\r\np\n\r\n"])
    let long = [UInt8](repeating: 97, count: 4_097)
    #expect(try Self.said(.login(user: "ada", password: long), literals: .small).count == 2)
    #expect(try Self.said(.login(user: "ada", password: long), literals: .anySize).count == 1)
    let names = ["", "\"", "\\", "a\"b", "*", "{5}", "\r", "\n", "\u{7f}", "ä"]
    for name in names {
      let parts = try IMAPCommand.status(IMAPName(raw: Array(name.utf8)), [.messages]).encoded(tag: 2).parts
      #expect(parts[0].filter { $0 == 10 }.count == 1 && parts.count <= 2)
    }
  }

  @Test("what no string of IMAP can hold is refused, and so is what names nothing")
  func refused() {
    let nul = [UInt8]([97, 0])
    let refused: [IMAPCommand] = [
      .examine(IMAPName(raw: nul)), .status(IMAPName(raw: nul), [.messages]), .login(user: "a", password: nul),
      .login(user: "\0", password: []), .authenticate(.plain(user: "a", password: nul)), .id(["a": "\0"]),
      .authenticate(.plain(user: "a\0b", password: [])), .authenticate(.xoauth2(user: "a\u{1}", token: Self.token)),
      .authenticate(.xoauth2(user: "a", token: Array("t\r\n".utf8))), .list(.under(IMAPName(raw: nul))),
      .authenticate(.oauthBearer(user: "a", token: [1], host: "h", port: 1)),
      .authenticate(.oauthBearer(user: "a", token: Self.token, host: "h\u{1}", port: 1)), .enable([]),
      .status(Self.sent, []), .uidSearch(within: UIDSet()), .uidFetch(UIDSet(), [.uid]), .uidFetch(UIDSet(1), []),
      .uidFetch(UIDSet(1), [.uid], vanished: true), .uidFetch(UIDSet(1), [.uid], changedSince: -1),
      .examine(Self.sent, .qresync(uidValidity: 0, modSeq: 1, known: nil)), .list(.all, returning: [.status([])]),
    ]
    for command in refused { #expect(throws: IMAPUnsayable.self) { try command.encoded(tag: 1) } }
  }

  @Test("a login without an initial response waits for the server")
  func waits() throws {
    let login = IMAPLogin.oauthBearer(user: "a=b,c", token: Self.token, host: "h", port: 143)
    let parts = try Self.said(.authenticate(login), initial: false)
    #expect(
      parts.count == 2 && parts[0] == "K1 AUTHENTICATE OAUTHBEARER\r\n" && parts[1].hasPrefix("bixhPWE9M0RiPTJDYy"))
    #expect(login.answerToRefusal == Array("AQ==\r\n".utf8))
    #expect(IMAPLogin.xoauth2(user: "a", token: []).answerToRefusal == Array("\r\n".utf8))
  }

  @Test("a transcript shows commands without their secrets")
  func transcript() {
    let secret = "Geheim-77"
    let logins: [IMAPCommand] = [
      .login(user: "ada", password: Array(secret.utf8)),
      .authenticate(.plain(user: "ada", password: Array(secret.utf8))),
      .authenticate(.xoauth2(user: "ada", token: Array(secret.utf8))),
    ]
    for login in logins {
      var dumped = ""
      dump(login, to: &dumped)
      for text in [login.description, "\(login)", String(reflecting: login), dumped] {
        #expect(!text.contains(secret) && !text.contains("71, 101") && text.contains("…"), "\(text)")
      }
    }
    #expect("\(IMAPCommand.examine(Self.sent))" == "EXAMINE \"Sent\"")
  }

  @Test("providers are known by their hosts")
  func quirks() {
    #expect(IMAPQuirks(host: "IMAP.GMAIL.COM").passwordHint?.contains("app password") == true)
    #expect(IMAPQuirks(host: "imap.mail.me.com").passwordHint?.contains("app-specific") == true)
    for host in ["mail.example.test", "notgmail.com", "gmail.com.example.test", ""] {
      #expect(IMAPQuirks(host: host).passwordHint == nil)
    }
  }
}
