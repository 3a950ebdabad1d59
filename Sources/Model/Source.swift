/// Something the owner allowed Kith to read: a mailbox, a folder of files, an address book, a calendar.
public struct Source: Identified, Sendable, Equatable {
  public static let prefix = "source"

  public enum Kind: String, Sendable, CaseIterable {
    case mbox, maildir, mails, vcard, csv, ics, imap, carddav, caldav

    public var isMail: Bool {
      switch self {
      case .mbox, .maildir, .mails, .imap: true
      case .vcard, .csv, .ics, .carddav, .caldav: false
      }
    }

    public var isCalendar: Bool { self == .ics || self == .caldav }

    /// Whether it lies on this machine as files.
    public var isFile: Bool { self != .imap && self != .carddav && self != .caldav }
  }

  public var id: ID<Source>
  public var member: ID<Member>
  public var kind: Kind
  /// Where it lies: for files the absolute path, for a server `user@host:port` and the path there.
  public var location: String
  /// How its server is reached; nil for files.
  public var server: MailServer?
  public var depth: Depth
  /// Nothing older is read; nil reads all.
  public var since: Instant?
  /// The owner's own addresses in this source, folded.
  public var owners: [String]
  public var revokedAt: Instant?

  public init(
    id: ID<Source>, member: ID<Member>, kind: Kind, location: String, server: MailServer? = nil, depth: Depth = .text,
    since: Instant? = nil, owners: [String] = [], revokedAt: Instant? = nil
  ) {
    self.id = id
    self.member = member
    self.kind = kind
    self.location = location
    self.server = server
    self.depth = depth
    self.since = since
    self.owners = owners
    self.revokedAt = revokedAt
  }
}

/// How much of a mail a grant lets Kith keep.
public enum Depth: String, Sendable, CaseIterable {
  /// Headers alone.
  case headers
  /// Headers and text parts; attachments as name, type, size and hash.
  case text
  /// Everything.
  case whole
}

/// A folder, a book or a calendar of a source: the unit of the completeness ledger.
public enum Folder: Identified { public static let prefix = "folder" }

/// How much of a folder is held: `gap` is what should be here and is not.
public struct Completeness: Sendable, Equatable {
  public var source: ID<Source>
  public var folder: String
  public var onServer: Int
  public var held: Int
  /// What is left out on purpose, by the rule that left it out.
  public var leftOut: [String: Int]

  public var gap: Int { onServer - held - leftOut.values.reduce(0, +) }

  public init(source: ID<Source>, folder: String, onServer: Int, held: Int, leftOut: [String: Int]) {
    self.source = source
    self.folder = folder
    self.onServer = onServer
    self.held = held
    self.leftOut = leftOut
  }
}
