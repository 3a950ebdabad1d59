import Formats
import Model
import Testing

@Suite("What a mail server says") struct IMAPResponseTests {
  static let states: [(String, IMAPResponse)] = [
    ("* OK [ALERT] Maintenance tonight", .status(IMAPStatus(.ok, code: .alert, text: "Maintenance tonight"))),
    ("* PREAUTH Welcome", .status(IMAPStatus(.preauth, text: "Welcome"))),
    ("* BYE", .status(IMAPStatus(.bye))),
    (
      "* ok [UIDVALIDITY 3857529045] UIDs valid",
      .status(IMAPStatus(.ok, code: .uidValidity(3_857_529_045), text: "UIDs valid"))
    ),
    ("* OK [UIDNEXT 4392] ", .status(IMAPStatus(.ok, code: .uidNext(4_392)))),
    ("* OK [HIGHESTMODSEQ 9223372036854775807]", .status(IMAPStatus(.ok, code: .highestModSeq(.max)))),
    ("* OK [HIGHESTMODSEQ 9223372036854775808]", .status(IMAPStatus(.ok, code: .other("HIGHESTMODSEQ")))),
    ("* OK [NOMODSEQ] none", .status(IMAPStatus(.ok, code: .noModSeq, text: "none"))),
    ("* OK [CLOSED] left", .status(IMAPStatus(.ok, code: .closed, text: "left"))),
    ("* OK [MAILBOXID (F2212ea87)] id", .status(IMAPStatus(.ok, code: .mailboxID("F2212ea87"), text: "id"))),
    (
      "* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] x",
      .status(IMAPStatus(.ok, code: .permanentFlags(["\\Deleted", "\\Seen", "\\*"]), text: "x"))
    ),
    (
      "* OK [CAPABILITY IMAP4rev1 auth=plain] hi",
      .status(IMAPStatus(.ok, code: .capability(IMAPCapabilities(["IMAP4REV1", "AUTH=PLAIN"])), text: "hi"))
    ),
    (
      "* NO [WEBALERT https://example.test/in] sign in",
      .status(IMAPStatus(.no, code: .webAlert("https://example.test/in"), text: "sign in"))
    ),
    ("* NO [X-NEW {3}] odd", .status(IMAPStatus(.no, code: .other("X-NEW"), text: "odd"))),
    ("* OK [never closed", .status(IMAPStatus(.ok, text: "[never closed"))),
    ("K1 OK [READ-ONLY] EXAMINE done", .tagged("K1", IMAPStatus(.ok, code: .readOnly, text: "EXAMINE done"))),
    ("K2 NO [AUTHENTICATIONFAILED] no", .tagged("K2", IMAPStatus(.no, code: .authenticationFailed, text: "no"))),
    ("K3 NO [AUTHORIZATIONFAILED]", .tagged("K3", IMAPStatus(.no, code: .authorizationFailed))),
    ("K3 NO [EXPIRED]", .tagged("K3", IMAPStatus(.no, code: .expired))),
    ("K3 NO [PRIVACYREQUIRED]", .tagged("K3", IMAPStatus(.no, code: .privacyRequired))),
    ("K3 NO [UNAVAILABLE]", .tagged("K3", IMAPStatus(.no, code: .unavailable))),
    ("K3 NO [INUSE]", .tagged("K3", IMAPStatus(.no, code: .inUse))),
    ("K3 NO [NONEXISTENT]", .tagged("K3", IMAPStatus(.no, code: .nonexistent))),
    ("K3 NO [LIMIT]", .tagged("K3", IMAPStatus(.no, code: .limit))),
    ("K3 NO [OVERQUOTA]", .tagged("K3", IMAPStatus(.no, code: .overQuota))),
    ("K3 NO [CONTACTADMIN]", .tagged("K3", IMAPStatus(.no, code: .contactAdmin))),
    ("K4 BAD", .tagged("K4", IMAPStatus(.bad))),
    ("+", .continuation("")), ("+ ", .continuation("")),
    ("+ eyJzdGF0dXMiOiI0MDEifQ==", .continuation("eyJzdGF0dXMiOiI0MDEifQ==")),
  ]

  @Test("states are read with their codes", arguments: states)
  func state(line: String, response: IMAPResponse) throws {
    #expect(try imap(line + "\r\n") == [response])
  }

  @Test("folders are listed with attributes, delimiter and what is told besides")
  func folders() throws {
    let listed = try imap(
      "* LIST (\\HasNoChildren \\Sent) \"/\" \"Gesendet \\\"&AOQ-\\\"\"\r\n* list () NIL inBOX\r\n"
        + "* LIST (\\Noselect) \".\" {9}\r\na (b) \"c\"\r\n"
        + "* LIST (\\NonExistent) \"/\" Foo (\"CHILDINFO\" (\"SUBSCRIBED\") \"X\" ((1 2) \"(\") OLDNAME (\"Old\"))\r\n"
        + "* LIST () \"\\\\\" Entw\u{fc}rfe\r\n* LIST (\\All) \"/\" [Gmail]/All\r\n")
    let folders = listed.compactMap { if case .list(let one) = $0 { one } else { nil } }
    #expect(
      folders.map { $0.name.text() } == ["Gesendet \"ä\"", "INBOX", "a (b) \"c\"", "Foo", "Entwürfe", "[Gmail]/All"])
    #expect(folders.map(\.delimiter) == [47, nil, 46, 47, 92, 47])
    #expect(folders[0].has("\\sent") && folders[0].isSelectable && folders[1].name.isInbox)
    #expect(!folders[2].isSelectable && !folders[3].isSelectable)
    #expect(folders[3].childInfo == ["SUBSCRIBED"] && folders[3].oldName == IMAPName("Old"))
  }

  @Test("counts of a folder are read, whatever else is among them")
  func counts() throws {
    let line =
      "* STATUS \"Sent\" (MESSAGES 231 UIDNEXT 44292 UIDVALIDITY 4294967295 UNSEEN 0 HIGHESTMODSEQ 7011231777"
      + " SIZE 8589934592 MAILBOXID (F1) X-NEW ((1) 2) RECENT 5) \r\n"
    var status = IMAPMailboxStatus(name: IMAPName("Sent"))
    (status.messages, status.uidNext, status.uidValidity, status.unseen) = (231, 44_292, 4_294_967_295, 0)
    (status.highestModSeq, status.size, status.mailboxID) = (7_011_231_777, 8_589_934_592, "F1")
    #expect(try imap(line) == [.mailbox(status)])
  }

  @Test("searches give sets of numbers")
  func searches() throws {
    var compact = IMAPExtendedSearch()
    (compact.tag, compact.uid, compact.all, compact.count) = ("K9", true, UIDSet("1:4294967295"), 4_294_967_295)
    (compact.min, compact.max, compact.modSeq) = (1, 7, 917_162_500)
    #expect(
      try imap(
        "* SEARCH 2 84 3 882 \r\n* SEARCH\r\n* SEARCH 5 (MODSEQ 917162500)\r\n* ESEARCH (TAG \"K9\") UID\r\n"
          + "* ESEARCH (TAG \"K9\") UID MIN 1 MAX 7 COUNT 4294967295 ALL 1:4294967295 X-P (1 2) MODSEQ 917162500\r\n")
        == [
          .search(UIDSet([2, 3, 84, 882]), modSeq: nil), .search(UIDSet(), modSeq: nil),
          .search(UIDSet(5), modSeq: 917_162_500),
          .extendedSearch(with(IMAPExtendedSearch()) { ($0.tag, $0.uid) = ("K9", true) }), .extendedSearch(compact),
        ])
  }

  func with<T>(_ value: T, _ change: (inout T) -> Void) -> T {
    var changed = value
    change(&changed)
    return changed
  }

  @Test("what happens in an open folder is told")
  func events() throws {
    #expect(
      try imap(
        "* 172 EXISTS\r\n* 1 recent\r\n* 44 EXPUNGE\r\n* VANISHED (EARLIER) 41,43:116\r\n* VANISHED 405\r\n"
          + "* FLAGS (\\Answered $Junk)\r\n* ENABLED CONDSTORE qresync\r\n* ENABLED\r\n* XLIST whatever ((\r\n* 5 X-UNSEEN (\r\n"
      )
        == [
          .exists(172), .recent(1), .expunge(44), .vanished(earlier: true, UIDSet(ranges: [41...41, 43...116])),
          .vanished(earlier: false, UIDSet(405)), .flags(["\\Answered", "$Junk"]), .enabled(["CONDSTORE", "QRESYNC"]),
          .enabled([]), .other("XLIST"), .other("X-UNSEEN"),
        ])
  }

  @Test("namespaces and the server's name are read")
  func places() throws {
    var spaces = IMAPNamespaces()
    spaces.personal = [.init(prefix: IMAPName(""), delimiter: 47), .init(prefix: IMAPName("#mh/"), delimiter: 47)]
    spaces.others = [.init(prefix: IMAPName("~"), delimiter: nil)]
    #expect(
      try imap(
        "* NAMESPACE ((\"\" \"/\")(\"#mh/\" \"/\" \"X-PARAM\" (\"F1\" \"F2\"))) ((\"~\" NIL)) NIL\r\n"
          + "* ID (\"Name\" \"Cyrus\" \"os\" NIL)\r\n* ID NIL\r\n")
        == [.namespace(spaces), .id(["name": "Cyrus"]), .id([:])])
  }

  @Test("a mail is read in whatever order it is told")
  func mail() throws {
    let text =
      "* 12 FETCH (FLAGS (\\Seen $Phishing) INTERNALDATE \" 7-Feb-1994 21:52:25 -0800\" RFC822.SIZE 4286 UID 4827313"
      + " MODSEQ (65402) EMAILID (M6d99ac3275bb4e) THREADID NIL BODYSTRUCTURE ((\"TEXT\" (\"A\" NIL)) \"MIXED\")"
      + " ENVELOPE (NIL {3}\r\n)((NIL) X-NEW 5 BODY[HEADER.FIELDS (\"]\" {2}\r\n][)] {2}\r\nx] BODY[]<5> \"q\\\"\""
      + " BODY[HEADER] NIL)\r\n"
    guard case .fetch(let mail) = try #require(try imap(text).first) else { throw IMAPFault.malformed("test") }
    #expect(mail.sequence == 12 && mail.uid == 4_827_313 && mail.flags == ["\\Seen", "$Phishing"])
    #expect(mail.modSeq == 65_402 && mail.size == 4_286)
    #expect(mail.internalDate == Instant(iso: "1994-02-08T05:52:25Z"))
    #expect(mail.emailID == "M6d99ac3275bb4e" && mail.threadID == nil)
    #expect(mail.sections.map(\.bytes) == [Array("x]".utf8), Array("q\"".utf8), nil])
    #expect(mail.sections.map(\.origin) == [nil, 5, nil] && mail.sections[2].name == "HEADER")
    #expect(mail.section("") == nil)
    guard
      case .fetch(let gmail) = try #require(
        try imap("* 1 FETCH (X-GM-MSGID 1278455344230334865 X-GM-THRID 7)\r\n").first)
    else { throw IMAPFault.malformed("test") }
    #expect(gmail.emailID == "1278455344230334865" && gmail.threadID == "7")
  }

  @Test(
    "a known response that breaks its grammar is a fault that names it",
    arguments: [
      "FETCH": [
        "* 1 FETCH", "* 1 FETCH (UID 0)", "* 1 FETCH (UID 4294967296)", "* 1 FETCH (UID -1)", "* 1 FETCH (FLAGS (",
        "* 1 FETCH (BODY[", "* 1 FETCH (BODY[] \"open", "* 1 FETCH (((", "* 1 FETCH (X)", "* 1 FETCH (MODSEQ (x))",
        "* 18446744073709551616 FETCH ()", "* 1 FETCH (BODY[]<1 x)",
      ],
      "EXISTS": ["* 9223372036854775808 EXISTS"],
      "LIST": ["* LIST", "* LIST () \"/\"", "* LIST () \"/\" \"a{5}", "* LIST (\\A \"/\" a"],
      "STATUS": [
        "* STATUS a", "* STATUS a (MESSAGES -1)", "* STATUS a (MESSAGES 9223372036854775808)", "* STATUS a (",
      ],
      "SEARCH": ["* SEARCH 1 x", "* SEARCH 0", "* SEARCH 4294967296", "* SEARCH (MODSEQ"],
      "ESEARCH": ["* ESEARCH ALL 0", "* ESEARCH (TAG", "* ESEARCH ALL 1:*", "* ESEARCH )", "* ESEARCH COUNT"],
      "VANISHED": ["* VANISHED", "* VANISHED 0", "* VANISHED (LATER) 1", "* VANISHED 1,,2", "* VANISHED 1:2:3"],
      "NAMESPACE": ["* NAMESPACE", "* NAMESPACE (", "* NAMESPACE ((\"\")) NIL NIL"],
      "ID": ["* ID (\"a\"", "* ID (\"a\" )"],
      "tagged": ["K1", "K1 MAYBE", "foo bar baz", "K1 BYE"],
    ])
  func broken(name: String, lines: [String]) {
    for line in lines {
      #expect(throws: IMAPFault.malformed(name), "\(line)") { try imap(line + "\r\n") }
    }
  }

  @Test("400,000 nested parentheses end in a fault, not in a crash")
  func nested() throws {
    let deep = "* 1 FETCH (BODYSTRUCTURE " + String(repeating: "(", count: 400_000) + "\r\n"
    #expect(throws: IMAPFault.lineTooLong(limit: 64 << 10)) { try imap(deep) }
    var limits = IMAPLimits()
    limits.line = 1 << 20
    #expect(throws: IMAPFault.tooDeep(limit: 32)) { try imap(deep, limits: limits) }
    limits.depth = 1 << 20
    #expect(throws: IMAPFault.malformed("FETCH")) { try imap(deep, limits: limits) }
    let balanced = "* 1 FETCH (X " + String(repeating: "(", count: 400_000) + String(repeating: ")", count: 400_001)
    #expect(try imap(balanced + "\r\n", limits: limits).count == 1)
  }

  @Test("a response cut anywhere, or with a NUL anywhere, is read or is a fault")
  func torn() {
    let text = "* 12 FETCH (FLAGS (\\Seen) UID 7 BODY[HEADER.FIELDS (\"A\")] {4}\r\nabcd X ((1 \"2\") 3) MODSEQ (4))"
    for cut in 0...text.utf8.count {
      _ = try? imap(String(text.prefix(cut)) + "\r\n")
      _ = try? imap(String(text.prefix(cut)) + "\0" + String(text.dropFirst(cut)) + "\r\n")
    }
  }

  @Test("capabilities imply what they contain")
  func capabilities() {
    let old = IMAPCapabilities(["imap4rev1", "qresync", "auth=xoauth2", "LITERAL-"])
    #expect(old.condstore && old.enable && old.authenticates(by: "XOAUTH2") && !old.idle && old.literals == .small)
    let new = IMAPCapabilities(["IMAP4rev2", "LITERAL+"])
    #expect(
      new.idle && new.extendedSearch && new.namespace && new.unselect && !new.condstore && new.literals == .anySize)
    #expect(IMAPCapabilities().literals == .waiting)
  }
}
