public import Formats
public import Model

/// What kind of author wrote a mail, and the signs that say so.
public struct AuthorVerdict: Sendable, Equatable {
  public var kind: MailSightings.Author
  /// The mail came through a list; a human who writes through one is a person all the same.
  public var viaList: Bool
  /// The decisive signs, as short words; nothing of the content.
  public var why: String

  public init(kind: MailSightings.Author, viaList: Bool, why: String) {
    self.kind = kind
    self.viaList = viaList
    self.why = why
  }
}

/// Judges the author of a mail by its headers alone.
public func authorKind(of mail: ParsedMail) -> AuthorVerdict { authorKind(by: MailSigns(mail)) }

/// Judges by signs already read: certain signs first, then the sum of the weak ones.
public func authorKind(by signs: MailSigns) -> AuthorVerdict {
  let viaList = signs.discussionList || signs.announcementList
  func verdict(_ kind: MailSightings.Author, _ why: String) -> AuthorVerdict {
    AuthorVerdict(kind: kind, viaList: viaList, why: why)
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
  // Without traces of transport (an archive, an export, the owner's own draft) a missing field is no sign.
  if signs.travelled {
    let weak = WeakSign.allCases.filter { $0.holds(in: signs) }
    let sum = weak.reduce(0) { $0 + $1.weight }
    if sum >= WeakSign.threshold {
      return verdict(.bulk, weak.filter { $0.weight > 0 }.map(\.rawValue).joined(separator: ", "))
    }
  }
  return verdict(.person, viaList ? "writes through a list" : signs.answers ? "answers a mail" : "no sign of a machine")
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
    return inner.first { holds(Array($0.utf8), in: joined) }
  }

  /// Words that show a program wherever they stand in a local part.
  private static let inner = ["noreply", "donotreply", "mailerdaemon", "autoreply"]

  /// Whether the bytes of a word stand in a text of letters.
  private static func holds(_ word: [UInt8], in text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      guard let first = word.first, bytes.count >= word.count else { return false }
      for start in 0...(bytes.count - word.count) where bytes[start] == first {
        if word.indices.allSatisfy({ bytes[start + $0] == word[$0] }) { return true }
      }
      return false
    }
  }

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
  let folded = foldedASCII(subject)
  let starts = [
    "out of office", "automatic reply", "auto reply", "autoreply", "auto:", "undeliverable", "undelivered mail",
    "delivery status notification", "returned mail", "mail delivery failed", "failure notice", "delivery failure",
    "read:", "read receipt", "automatische antwort", "réponse automatique", "cron <", "delivered:", "not read:",
  ]
  return starts.contains { folded.hasPrefix($0) }
}

/// Weak signs of mail to many, each with its points; they decide only together.
enum WeakSign: String, CaseIterable {
  case digits = "digits in the sender"
  case longLocal = "long sender"
  case consonants = "unspeakable sender"
  case role = "role sender"
  case nameless = "no display name"
  case addressAsName = "address as name"
  case capitals = "subject in capitals"
  case money = "money in the subject"
  case exclamation = "exclamation in the subject"
  case advertisement = "marked as advertisement"
  case gap = "code after a gap in the subject"
  case title = "subject like a headline"
  case urgent = "marked urgent"
  case htmlAlone = "HTML alone"
  case toSelf = "to itself"
  case answers = "answers"
  case list = "a list"
  case userAgent = "user agent"
  case ownHost = "message id of the sender's host"
  case personalName = "personal name"

  /// In tenths; a mail whose sum reaches the threshold is bulk.
  ///
  /// Set by hand; what they reach is measured in the tests.
  /// HTML beside plain text has no weight, though it told much in old mail: today most people write it.
  var weight: Int {
    switch self {
    case .gap, .advertisement: 30
    case .digits, .role, .capitals, .money, .urgent, .htmlAlone: 20
    case .exclamation, .title, .longLocal, .consonants: 15
    case .nameless, .addressAsName, .toSelf: 10
    case .personalName: -5
    case .userAgent: -10
    case .list, .ownHost: -20
    case .answers: -40
    }
  }

  static let threshold = 15

  func holds(in signs: MailSigns) -> Bool {
    let local = signs.address.split(separator: "@").first ?? ""
    switch self {
    case .digits: return longestRun(local) { $0.isNumber } >= 3
    case .longLocal: return local.utf8.count >= 16
    case .consonants: return longestRun(local) { "bcdfghjklmnpqrstvwxz".contains($0) } >= 5
    case .role: return isRoleLocal(String(local))
    case .nameless: return signs.name.isEmpty
    case .addressAsName: return signs.name.contains("@")
    case .capitals: return words(signs.subject).count { $0.count > 3 && $0.allSatisfy { $0.isUppercase } } >= 2
    case .money: return signs.subject.contains("$") || signs.subject.contains("%") || has("free", signs.subject)
    case .exclamation: return signs.subject.contains("!")
    case .advertisement:
      return foldedASCII(signs.subject).hasPrefix("adv") && !foldedASCII(signs.subject).hasPrefix("advi")
    case .gap: return signs.subject.contains("    ")
    case .title:
      let long = words(signs.subject).filter { $0.count > 3 }
      return long.count >= 3 && long.allSatisfy { $0.first?.isUppercase ?? false }
    case .urgent: return signs.urgent
    case .htmlAlone: return signs.htmlAlone
    case .toSelf: return signs.toSelf
    case .answers: return signs.answers
    case .list: return signs.discussionList
    case .userAgent: return signs.userAgent
    case .ownHost: return sharesHost(signs)
    case .personalName:
      let parts = signs.name.split(separator: " ")
      return (2...3).contains(parts.count) && parts.allSatisfy { $0.first?.isUppercase ?? false }
    }
  }

  private func words(_ text: String) -> [Substring] { text.split { !$0.isLetter } }
  private func has(_ word: String, _ text: String) -> Bool { words(foldedASCII(text)).contains { $0 == word } }

  private func sharesHost(_ signs: MailSigns) -> Bool {
    guard let host = signs.address.split(separator: "@").last else { return false }
    let tail = host.split(separator: ".").suffix(2).joined(separator: ".")
    return tail.contains(".") && signs.messageIDHost.hasSuffix(tail)
  }

  private func longestRun(_ text: Substring, _ belongs: (Character) -> Bool) -> Int {
    var longest = 0
    var run = 0
    for character in text {
      run = belongs(character) ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }
}

/// Local parts that stand for an office, not for somebody: never alone a reason to unite two people.
public func isRoleLocal(_ local: String) -> Bool {
  let folded = foldedASCII(local)
  return roles.contains(lettersOf(folded))
    || SenderWord.machine(folded) != nil || SenderWord.bulk(folded) != nil
}

private let roles: Set<String> = [
  "info", "sales", "support", "office", "contact", "admin", "administrator", "webmaster", "hostmaster", "help",
  "helpdesk", "service", "services", "customerservice", "hr", "jobs", "careers", "billing", "accounts", "accounting",
  "enquiries", "inquiries", "hello", "mail", "team", "press", "media", "orders", "order", "reservations", "booking",
  "bookings", "reception", "legal", "abuse", "security", "privacy", "feedback", "all", "everyone", "staff", "list",
  "members", "kontakt", "buero", "vertrieb", "customercare", "investors", "events", "registration", "subscriptions",
]
