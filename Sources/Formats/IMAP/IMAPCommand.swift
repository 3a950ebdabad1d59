public import Model

/// What Kith can say to a mail server: reading, and nothing that changes, adds or removes (P013, P014).
///
/// A folder is opened by EXAMINE alone, mails are read by BODY.PEEK alone, and it is left by UNSELECT: CLOSE would remove
/// what others marked as deleted.
public enum IMAPCommand: Sendable, Equatable {
  case capability
  case noop
  /// Names and values of the client (RFC 2971); empty sends NIL.
  case id([String: String])
  case startTLS
  case login(user: String, password: [UInt8])
  case authenticate(IMAPLogin)
  case enable([IMAPExtension])
  case namespace
  case list(IMAPFolders, returning: [IMAPListOption] = [])
  case status(IMAPName, [IMAPStatusItem])
  case examine(IMAPName, IMAPOpening = .plain)
  /// All UIDs, or those among `within`; `returning` asks for one compact answer (ESEARCH).
  case uidSearch(within: UIDSet? = nil, returning: [IMAPSearchReturn]? = nil)
  /// `vanished` needs QRESYNC and `changedSince`.
  case uidFetch(UIDSet, [IMAPFetchItem], changedSince: Int64? = nil, vanished: Bool = false)
  case idle
  /// Ends `idle`; sent without a tag.
  case done
  case compress
  case unselect
  case logout
}

/// What may be switched on (RFC 5161).
public enum IMAPExtension: String, Sendable, CaseIterable {
  case condstore = "CONDSTORE"
  case qresync = "QRESYNC"
  case utf8Accept = "UTF8=ACCEPT"
}

/// Which folders a LIST asks for.
public enum IMAPFolders: Sendable, Equatable {
  case all
  /// Those whose names begin with these bytes, as a namespace says.
  case under(IMAPName)
}

/// What a LIST tells besides (RFC 5258, 5819, 6154).
public enum IMAPListOption: Sendable, Equatable {
  case specialUse, children, subscribed
  case status([IMAPStatusItem])
}

/// Counts of a folder (RFC 9051 §6.3.11).
public enum IMAPStatusItem: String, Sendable, CaseIterable {
  case messages = "MESSAGES"
  case uidNext = "UIDNEXT"
  case uidValidity = "UIDVALIDITY"
  case unseen = "UNSEEN"
  case highestModSeq = "HIGHESTMODSEQ"
  case size = "SIZE"
  case mailboxID = "MAILBOXID"
}

/// How a folder is opened for reading.
public enum IMAPOpening: Sendable, Equatable {
  case plain
  /// RFC 7162 §3.1.8.
  case condstore
  /// RFC 7162 §3.2.5: what changed since; `known` are the UIDs held, if the server is to look at those only.
  case qresync(uidValidity: Int64, modSeq: Int64, known: UIDSet?)
}

/// What a search tells (RFC 4731 §3.1).
public enum IMAPSearchReturn: String, Sendable, CaseIterable {
  case all = "ALL"
  case count = "COUNT"
  case min = "MIN"
  case max = "MAX"
}

/// What is fetched of a mail; its parts without marking it as seen.
public enum IMAPFetchItem: Sendable, Equatable {
  case uid, flags, internalDate, size, modSeq
  /// RFC 8474.
  case emailID, threadID
  /// X-GM-MSGID and X-GM-THRID.
  case gmailIDs
  /// The whole mail: `BODY.PEEK[]`.
  case whole
  /// Bytes `from..<from + count` of the whole mail.
  case part(from: UInt32, count: UInt32)
  /// Its header: `BODY.PEEK[HEADER]`.
  case header
}

/// How literals may be sent (RFC 7888).
public enum IMAPLiterals: Sendable {
  /// Each waits for the server's `+`.
  case waiting
  /// LITERAL-: those of at most 4,096 bytes need not wait.
  case small
  /// LITERAL+: none waits.
  case anySize
}

/// A command in bytes: each part is sent when the server has answered `+` to the one before.
public struct IMAPParts: Sendable, Equatable {
  public var parts: [[UInt8]]
}

/// Why a command cannot be said.
public enum IMAPUnsayable: Error, Hashable, Sendable, CustomStringConvertible {
  /// No string of IMAP holds it (RFC 3501 §9: NUL), or no step of a login.
  case letter(String)
  /// An empty set of mails, no items, or a number that has no place there.
  case empty(String)

  public var description: String {
    switch self {
    case .letter(let what): "\(what) has a letter that cannot be sent"
    case .empty(let what): "\(what) names nothing"
    }
  }
}
