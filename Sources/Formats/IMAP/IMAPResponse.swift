public import Model

/// What a server says in one response (RFC 9051 §7, RFC 3501 §7).
public enum IMAPResponse: Sendable, Equatable {
  /// The end of the command with this tag.
  case tagged(String, IMAPStatus)
  /// An untagged OK, NO, BAD, BYE or PREAUTH; the first response of a connection is one of these.
  case status(IMAPStatus)
  /// `+`: the server waits for a literal, for the next step of a login, or idles.
  case continuation(String)
  case capability(IMAPCapabilities)
  case list(IMAPListed)
  case mailbox(IMAPMailboxStatus)
  /// The numbers of a SEARCH; `modSeq` where one was asked for (RFC 7162 §3.1.5).
  case search(UIDSet, modSeq: Int64?)
  case extendedSearch(IMAPExtendedSearch)
  case exists(Int64)
  case recent(Int64)
  /// The mail with this sequence number is gone.
  case expunge(Int64)
  /// RFC 7162 §3.2.10; `earlier` ones say what was gone before the folder was opened.
  case vanished(earlier: Bool, UIDSet)
  case flags([String])
  case fetch(IMAPFetched)
  case namespace(IMAPNamespaces)
  case enabled(Set<String>)
  /// RFC 2971; names in lower case, values as sent; nil values are left out.
  case id([String: String])
  /// A response of another name, unread.
  case other(String)
}

/// The state that a response tells, with its code and its text for people.
public struct IMAPStatus: Sendable, Equatable {
  public enum Condition: String, Sendable { case ok, no, bad, bye, preauth }

  public var condition: Condition
  public var code: IMAPCode?
  /// The server's own words: shown to the owner, never understood.
  public var text: String

  public init(_ condition: Condition, code: IMAPCode? = nil, text: String = "") {
    self.condition = condition
    self.code = code
    self.text = text
  }
}

/// The code in brackets of a status (RFC 9051 §7.1, RFC 5530).
public enum IMAPCode: Sendable, Hashable {
  case alert, authenticationFailed, authorizationFailed, expired, privacyRequired, unavailable, inUse, nonexistent
  case limit, overQuota, contactAdmin, closed, readOnly, readWrite, tryCreate, noPermission, serverBug, clientBug
  case cannot, expungeIssued, corruption, compressionActive, notSaved, noModSeq, uidNotSticky
  case uidValidity(Int64)
  case uidNext(Int64)
  case unseen(Int64)
  case highestModSeq(Int64)
  case permanentFlags([String])
  case capability(IMAPCapabilities)
  /// RFC 8474 §4.1: the folder's id, which outlives renaming.
  case mailboxID(String)
  /// Gmail: a page where the owner must sign in (`[WEBALERT https://…]`).
  case webAlert(String)
  /// Another code, by its name in upper case.
  case other(String)
}

/// What a server says it can do (RFC 9051 §6.1.1), names in upper case.
public struct IMAPCapabilities: Sendable, Hashable {
  public var names: Set<String>

  public init(_ names: some Sequence<String> = []) { self.names = Set(names.map { $0.uppercased() }) }

  public func has(_ name: String) -> Bool { names.contains(name) }
  /// IMAP4rev2 has what were extensions before (RFC 9051 appendix E).
  private func had(_ name: String) -> Bool { has(name) || has("IMAP4REV2") }

  public var condstore: Bool { has("CONDSTORE") || has("QRESYNC") }
  public var qresync: Bool { has("QRESYNC") }
  public var enable: Bool { had("ENABLE") || has("QRESYNC") }
  public var extendedSearch: Bool { had("ESEARCH") }
  public var extendedList: Bool { had("LIST-EXTENDED") }
  public var listStatus: Bool { had("LIST-STATUS") }
  public var specialUse: Bool { had("SPECIAL-USE") }
  public var namespace: Bool { had("NAMESPACE") }
  public var idle: Bool { had("IDLE") }
  public var unselect: Bool { had("UNSELECT") }
  public var initialResponse: Bool { had("SASL-IR") }
  public var compressDeflate: Bool { has("COMPRESS=DEFLATE") }
  public var utf8Accept: Bool { has("UTF8=ACCEPT") || has("UTF8=ONLY") }
  public var id: Bool { has("ID") }
  public var startTLS: Bool { has("STARTTLS") }
  public var loginDisabled: Bool { has("LOGINDISABLED") }
  public var gmail: Bool { has("X-GM-EXT-1") }

  /// How literals may be sent without waiting (RFC 7888).
  public var literals: IMAPLiterals {
    has("LITERAL+") ? .anySize : had("LITERAL-") ? .small : .waiting
  }

  /// Whether a way of logging in is offered: `PLAIN`, `XOAUTH2`, `OAUTHBEARER`.
  public func authenticates(by mechanism: String) -> Bool { has("AUTH=" + mechanism) }
}

/// One folder of a LIST (RFC 9051 §7.3.1).
public struct IMAPListed: Sendable, Equatable {
  public var name: IMAPName
  /// One byte, or nil for a flat name.
  public var delimiter: UInt8?
  /// As sent, with their backslash; compare by `has`.
  public var attributes: [String]
  /// CHILDINFO: which selection options match below it.
  public var childInfo: [String] = []
  /// OLDNAME: what it was called before.
  public var oldName: IMAPName?

  /// Whether it has an attribute (`\Sent`), letter case put aside.
  public func has(_ attribute: String) -> Bool {
    let wanted = attribute.lowercased()
    return attributes.contains { $0.lowercased() == wanted }
  }

  /// Whether it can be opened.
  public var isSelectable: Bool { !has("\\Noselect") && !has("\\NonExistent") }
}

/// Counts of a folder that is not open (RFC 9051 §7.3.4).
public struct IMAPMailboxStatus: Sendable, Equatable {
  public var name: IMAPName
  public var messages: Int64?
  public var uidNext: Int64?
  public var uidValidity: Int64?
  public var unseen: Int64?
  public var highestModSeq: Int64?
  /// Bytes of all mails (RFC 8438).
  public var size: Int64?
  public var mailboxID: String?

  public init(name: IMAPName) { self.name = name }
}

/// The answer to a SEARCH with RETURN (RFC 4731).
public struct IMAPExtendedSearch: Sendable, Equatable {
  /// The tag of the command that is answered.
  public var tag: String?
  /// The numbers are UIDs.
  public var uid = false
  public var all: UIDSet?
  public var count: Int64?
  public var min: Int64?
  public var max: Int64?
  public var modSeq: Int64?

  public init() {}
}

/// One mail of a FETCH (RFC 9051 §7.5.2): what was asked for, and what came unasked.
public struct IMAPFetched: Sendable, Equatable {
  /// A part of the mail.
  public struct Section: Sendable, Equatable {
    /// In upper case; empty for the whole mail, `HEADER` for its header.
    public var name: String
    /// Where a part of the section begins.
    public var origin: Int64?
    /// Nil if the server has no such section.
    public var bytes: [UInt8]?
  }

  /// Its place in the folder now.
  public var sequence: Int64
  public var uid: UInt32?
  public var flags: [String]?
  public var modSeq: Int64?
  public var internalDate: Instant?
  /// RFC822.SIZE in bytes.
  public var size: Int64?
  public var sections: [Section] = []
  /// RFC 8474, or Gmail's X-GM-MSGID: the same for the copies of a mail.
  public var emailID: String?
  public var threadID: String?

  public init(sequence: Int64) { self.sequence = sequence }

  /// The bytes of a whole section.
  public func section(_ name: String) -> [UInt8]? {
    sections.first { $0.name == name && $0.origin == nil }?.bytes
  }
}

/// Where folders lie (RFC 2342).
public struct IMAPNamespaces: Sendable, Equatable {
  public struct Place: Sendable, Equatable {
    public var prefix: IMAPName
    public var delimiter: UInt8?

    public init(prefix: IMAPName, delimiter: UInt8?) {
      self.prefix = prefix
      self.delimiter = delimiter
    }
  }

  public var personal: [Place] = []
  public var others: [Place] = []
  public var shared: [Place] = []

  public init() {}
}
