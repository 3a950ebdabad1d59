public import Model

/// What the owner allowed: which source or destination, for what, how deep, in which words.
public struct Grant: Identified, Sendable, Equatable {
  public static let prefix = "grant"

  public enum Scope: String, Sendable, CaseIterable { case read, write }

  /// What a grant is about.
  public enum Target: Sendable, Hashable {
    case source(ID<Source>)
    case destination(ID<Destination>)
  }

  public var id: ID<Grant>
  public var member: ID<Member>
  public var target: Target
  public var scope: Scope
  /// The names of the purposes it allows.
  public var purposes: [String]
  public var depth: Depth
  public var since: Instant?
  /// What the owner read and agreed to, in plain words (P023).
  public var words: String
  /// The digest of the words by which the owner stated the right to let this be read (P039).
  public var warranty: String?
  public var policyVersion: String
  public var givenAt: Instant
  public var withdrawnAt: Instant?
  /// Rises with every change; a permit remembers it, and what runs under an older one stores and sends nothing.
  public var epoch: Int64

  public init(
    id: ID<Grant>, member: ID<Member>, target: Target, scope: Scope, purposes: [String], depth: Depth = .text,
    since: Instant? = nil, words: String, warranty: String?, policyVersion: String, givenAt: Instant,
    withdrawnAt: Instant? = nil, epoch: Int64 = 1
  ) {
    self.id = id
    self.member = member
    self.target = target
    self.scope = scope
    self.purposes = purposes
    self.depth = depth
    self.since = since
    self.words = words
    self.warranty = warranty
    self.policyVersion = policyVersion
    self.givenAt = givenAt
    self.withdrawnAt = withdrawnAt
    self.epoch = epoch
  }

  /// The grant and the epoch that a permit was given under.
  public struct Stamp: Sendable, Hashable {
    public let grant: ID<Grant>
    public let epoch: Int64

    public init(grant: ID<Grant>, epoch: Int64) {
      self.grant = grant
      self.epoch = epoch
    }
  }

  public var stamp: Stamp { Stamp(grant: id, epoch: epoch) }
}

/// The words of a grant, made from its scope: what will be read or written, in which folders, period and depth (P023).
public enum GrantWords {
  public static let warranty =
    "I have the right to let Kith read this source and the personal information of others in it."
  public static var warrantyDigest: String { hex(sha256(Array(warranty.utf8))) }

  public static func reading(_ kind: Source.Kind, depth: Depth, since: Instant?, folders: [String] = []) -> String {
    let period = since.map { "from \($0.date) on" } ?? "of all time"
    let place = folders.isEmpty ? "all folders" : "the folders " + folders.joined(separator: ", ")
    if kind.isCalendar {
      let calendars = kind == .caldav ? "the calendars that this login sees there" : "this calendar"
      return "Kith reads the events of \(calendars), \(period): when they took place, their organisers and attendees "
        + "with names, addresses and answers; no titles, no places and no texts. Nothing is changed there."
    }
    guard kind.isMail else {
      let books = kind == .carddav ? "the address books that this login sees there" : "this address book"
      return "Kith reads every card of \(books): names, addresses, phone numbers, organisations, titles and "
        + "notes. Nothing is changed there."
    }
    let what =
      switch depth {
      case .headers: "sender, recipients, subject and date; no bodies and no attachments"
      case .text:
        "sender, recipients, subject, date and the full text (bodies); of attachments only name, type, size and hash"
      case .whole: "everything: headers, the full text (bodies) and attachments"
      }
    return "Kith reads the mails in \(place), \(period): \(what). Nothing is changed there."
  }

  /// What the owner reads before a card at a source may be changed.
  public static let writingBack =
    "Kith may change cards in the address books of this source: only a field in which you typed something else about "
    + "the person, only after you approved exactly that change of that card, and each time once. No card is made or "
    + "deleted there, and everything else in a card stays as it is."

  /// How much of mails, meetings, calls and texts is entered there, in words.
  public static func entering(_ activities: String) -> String {
    switch activities {
    case "metadata": "That you were in touch is entered there: when, how and with whom; no subject and no text."
    case "subject": "Mails, meetings, calls and texts with them are entered there with their subjects, without texts."
    case "full": "Mails, meetings, calls and texts with them are entered there with their subjects and full texts."
    default: "No mail and no text of a mail is sent there."
    }
  }

  /// The words for writing to a destination.
  ///
  /// `activities` is how much of interactions is entered there, see `entering`; nil where that is still to be chosen;
  /// `besides` are the fields that leave besides the usual ones; `tasks`, whether tasks are kept in step.
  public static func writing(
    _ kind: Destination.Kind, activities: String? = "off", besides: [String] = [], tasks: Bool = false
  ) -> String {
    let more = besides.isEmpty ? "" : ", and also " + besides.joined(separator: ", ")
    let touches = activities.map { entering($0) + " " } ?? ""
    let kept = tasks ? "Tasks about them are kept in step: their words, their day, and whether they are done. " : ""
    if kind == .webhook {
      return "Kith tells this address what it knows of the people you know, as signed events: name, e-mail addresses, "
        + "phone numbers, organisation and title\(more). \(touches)\(kept)Nothing is read there."
    }
    return
      "Kith reads the records of this CRM and keeps the people you know in step there: name, e-mail addresses, phone "
      + "numbers, organisation and title\(more). \(touches)\(kept)Nothing is deleted there."
  }
}
