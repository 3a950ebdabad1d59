public import Formats
public import Model

/// What kind of author wrote a mail, and the signs that say so.
public struct AuthorVerdict: Sendable, Equatable {
  public var kind: MailSightings.Author
  /// The mail came through a list; a human who writes through one is a person all the same.
  public var viaList: Bool
  /// The decisive signs, as short words; nothing of the content.
  public var why: String

  /// A single sign decided it (a field of the headers, a word of the address); else it is what several weigh together.
  public var isSure: Bool

  public init(kind: MailSightings.Author, viaList: Bool, why: String, isSure: Bool = false) {
    self.kind = kind
    self.viaList = viaList
    self.why = why
    self.isSure = isSure
  }
}

/// Judges the author of a mail: by certain signs of its headers first, then by what headers and text show together.
///
/// `split` is the mail's text already split, if it is at hand: splitting costs as much as all else.
public func authorKind(of mail: ParsedMail, split: QuoteSplit? = nil) -> AuthorVerdict {
  authorKind(of: mail, MailSigns(mail), split: split)
}

/// The same of a mail whose headers were looked at already, or by other weights.
func authorKind(
  of mail: ParsedMail, _ signs: MailSigns, split: QuoteSplit? = nil, by model: KindModel = .kinds
) -> AuthorVerdict {
  if let sure = sureVerdict(signs) { return sure }
  let viaList = signs.discussionList
  if signs.address.isEmpty { return AuthorVerdict(kind: .person, viaList: viaList, why: "no author") }
  let features = KindFeatures(mail, signs, split)
  let isRead = !mail.text.isEmpty || !mail.html.isEmpty
  let side: KindModel.Side = isRead ? .person : .head
  // Where headers alone are held, more must speak against a person, and whoever writes to a list of talk is one.
  if model.sum(side, features) > (isRead ? 0 : -1) || !isRead && viaList {
    let why = viaList ? "writes through a list" : signs.answers ? "answers a mail" : "writes as a person"
    return AuthorVerdict(kind: .person, viaList: viaList, why: why)
  }
  let kind: MailSightings.Author = model.sum(.bulk, features) > 0 ? .bulk : .machine
  let why = model.reasons(side, features).map(\.words).joined(separator: ", ")
  return AuthorVerdict(kind: kind, viaList: viaList, why: why.isEmpty ? "no sign of a person" : why)
}

extension KindFeatures {
  /// What headers and text of a mail show.
  init(_ mail: ParsedMail, _ signs: MailSigns, _ split: QuoteSplit? = nil) {
    let sender = KindSender(mail, signs)
    self = sender.features
    formUnion(KindText(mail, sender, split ?? QuoteSplit(mail)).features)
    // A list adds its own footer to what people write.
    if contains(.list) { for feature in [KindFeature.unsubscribe, .trackingLink, .legal, .rules] { remove(feature) } }
  }
}

/// What single signs decide, nil if they leave it open.
private func sureVerdict(_ signs: MailSigns) -> AuthorVerdict? {
  let viaList = signs.discussionList || signs.announcementList
  func verdict(_ kind: MailSightings.Author, _ why: String) -> AuthorVerdict {
    AuthorVerdict(kind: kind, viaList: viaList, why: why, isSure: true)
  }
  if signs.report { return verdict(.machine, "report or null return path") }
  if signs.autoSubmitted { return verdict(.machine, "auto-submitted") }
  let local = String(signs.address.split(separator: "@").first ?? "")
  if let word = SenderWord.machine(local) { return verdict(.machine, "sender \(word)") }
  if isAutomaticSubject(signs.subject) { return verdict(.machine, "automatic subject") }
  if signs.campaign { return verdict(.bulk, "campaign field") }
  if signs.announcementList { return verdict(.bulk, "announcement list") }
  if !signs.answers {
    if let word = SenderWord.bulk(local) { return verdict(.bulk, "sender \(word)") }
    if signs.distribution { return verdict(.bulk, "unsubscribe without a list to write to") }
    if signs.precedenceBulk, !signs.discussionList { return verdict(.bulk, "precedence bulk") }
  }
  return nil
}

/// Words of local parts that programs and senders of bulk mail use.
enum SenderWord {
  private static let machines: Set<String> = [
    "noreply", "donotreply", "mailerdaemon", "postmaster", "bounce", "bounces", "daemon", "root", "cron", "nobody",
    "autoreply", "autoresponder", "robot", "bot", "notification", "notifications", "notify", "alert", "alerts", "rss",
    "rssfeed", "rssfeeds", "update", "updates", "reminder", "reminders", "feed", "feeds", "listserv", "majordomo",
    "mailman", "automailer", "automated", "buildbot",
  ]
  private static let bulks: Set<String> = [
    "newsletter", "newsletters", "news", "announce", "announcement", "announcements", "promo", "promos", "promotion",
    "promotions", "offer", "offers", "deals", "marketing", "mailing", "mailings", "campaign", "campaigns", "digest",
    "specials", "bulletin", "emarketing",
  ]

  /// The word that shows a program behind this local part.
  static func machine(_ local: String) -> String? {
    if let word = match(local, machines) { return word }
    let joined = squeezed(local)
    guard joined.utf8.count >= 7 else { return nil }
    return inner.first { joined.holds($0) }
  }

  /// Words that show a program wherever they stand in a local part.
  private static let inner = ["noreply", "donotreply", "mailerdaemon", "autoreply"]

  /// The word that shows mail to many.
  static func bulk(_ local: String) -> String? { match(local, bulks) }

  private static func match(_ local: String, _ words: Set<String>) -> String? {
    let joined = squeezed(local)
    if words.contains(joined) { return joined }
    guard joined.utf8.count < local.utf8.count else { return nil }
    // `news-uk`, `alerts.daily`: the word must stand alone, so that a name which contains it is not meant.
    let pieces = local.utf8.split { !($0 >= 97 && $0 <= 122) && $0 < 128 }.map { String(Substring($0)) }
    return pieces.count > 1 ? [pieces.first, pieces.last].compactMap { $0 }.first { words.contains($0) } : nil
  }

  /// The ASCII letters of a folded local part: all that the words are made of.
  private static func squeezed(_ local: String) -> String {
    local.utf8.allSatisfy { $0 >= 97 && $0 <= 122 }
      ? local : String(decoding: local.utf8.filter { $0 >= 97 && $0 <= 122 }, as: UTF8.self)
  }
}

private func isAutomaticSubject(_ subject: String) -> Bool {
  automaticSubjects.contains { start in
    subject.utf8.count >= start.count && zip(subject.utf8, start).allSatisfy { foldedASCII($0) == $1 }
  }
}

private let automaticSubjects: [[UInt8]] = [
  "out of office", "automatic reply", "auto reply", "autoreply", "auto:", "undeliverable", "undelivered mail",
  "delivery status notification", "returned mail", "mail delivery failed", "failure notice", "delivery failure",
  "read:", "read receipt", "automatische antwort", "réponse automatique", "cron <", "delivered:", "not read:",
].map { Array($0.utf8) }

/// Local parts that stand for an office, not for somebody: never alone a reason to unite two people.
public func isRoleLocal(_ local: String) -> Bool {
  let folded = foldedASCII(local)
  return roles.contains(lettersOf(folded)) || SenderWord.machine(folded) != nil || SenderWord.bulk(folded) != nil
}

private let roles: Set<String> = [
  "info", "sales", "support", "office", "contact", "admin", "administrator", "webmaster", "hostmaster", "help",
  "helpdesk", "service", "services", "customerservice", "hr", "jobs", "careers", "billing", "accounts", "accounting",
  "enquiries", "inquiries", "hello", "mail", "team", "press", "media", "orders", "order", "reservations", "booking",
  "bookings", "reception", "legal", "abuse", "security", "privacy", "feedback", "all", "everyone", "staff", "list",
  "members", "kontakt", "buero", "vertrieb", "customercare", "investors", "events", "registration", "subscriptions",
]
