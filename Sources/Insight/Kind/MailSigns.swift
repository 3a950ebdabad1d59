public import Formats

/// What the headers of one mail say about who wrote it: the input of the judgement, small enough for a test to write.
public struct MailSigns: Sendable, Equatable {
  /// The author's folded address; empty if there is none.
  public var address = ""
  /// The author's display name, cleaned of nothing.
  public var name = ""
  /// The display name as `PersonName` cleans it.
  var cleaned = ""
  public var subject = ""
  /// The domain part of the Message-ID.
  public var messageIDHost = ""
  /// In-Reply-To or References: somebody answered something.
  public var answers = false
  /// It passed a mail server (RFC 5321 §4.4): without such traces, absence of a header says nothing.
  public var travelled = false
  /// Auto-Submitted other than `no` (RFC 3834 §5), or a robot's own field.
  public var autoSubmitted = false
  /// A null return path (RFC 5321 §4.5.5) or a report (RFC 6522): a bounce or a receipt.
  public var report = false
  /// Fields of a list that people write to: List-Post, Mailing-List and their kin (RFC 2369, RFC 2919).
  public var discussionList = false
  /// List-Post: NO, an announcement list (RFC 2369 §3.4).
  public var announcementList = false
  /// List-Unsubscribe or List-Id without any sign that one could write to the list.
  public var distribution = false
  /// Precedence: bulk or junk.
  public var precedenceBulk = false
  /// A campaign's own field: Feedback-ID and its kin.
  public var campaign = false
  /// A program for people wrote it: User-Agent, or an X-Mailer.
  public var userAgent = false
  /// X-Priority 1 or 2.
  public var urgent = false
  /// Addressed to the author's own address, or to nobody.
  public var toSelf = false
  public var toNobody = false

  public init() {}

  /// Reads the signs from a parsed mail.
  public init(_ mail: ParsedMail) {
    let author = mail.from.first ?? mail.sender.first
    address = foldedASCII(author?.address ?? "")
    name = author?.name ?? ""
    // Exports of Exchange and Notes keep the author's name apart.
    if name.isEmpty { name = mail.header("X-From") ?? "" }
    cleaned = PersonName.clean(name)
    subject = mail.subject
    messageIDHost = foldedASCII(String(mail.messageID.split(separator: "@").last ?? ""))
    answers = !mail.inReplyTo.isEmpty || !mail.references.isEmpty
    travelled = mail.has("Received")
    urgent = mail.header("X-Priority").map { $0.hasPrefix("1") || $0.hasPrefix("2") } ?? false
    userAgent = mail.has("User-Agent")
    var everybody = mail.to + mail.cc
    for index in everybody.indices { everybody[index].address = foldedASCII(everybody[index].address) }
    toSelf = everybody.contains { $0.address == address }
    toNobody = everybody.isEmpty
    readRobot(mail)
    readList(mail, everybody)
  }

  private mutating func readRobot(_ mail: ParsedMail) {
    if let value = mail.header("Auto-Submitted") { autoSubmitted = !foldedASCII(value).hasPrefix("no") }
    if MailSigns.robots.contains(where: { mail.has($0) }) { autoSubmitted = true }
    let type = foldedASCII(mail.header("Content-Type") ?? "")
    report = mail.header("Return-Path") == "<>" || type.hasPrefix("multipart/report")
    campaign = MailSigns.campaigns.contains { mail.has($0) }
  }

  /// Fields that only robots, campaigns and the software of lists write.
  private static let robots = [
    "X-Autoreply", "X-Autorespond", "X-Cron-Env", "X-Bugzilla-Reason", "X-GitHub-Reason", "X-JIRA-FingerPrint",
  ]
  private static let campaigns = [
    "Feedback-ID", "X-Campaign", "X-CampaignID", "X-Campaign-ID", "X-MC-User", "X-CSA-Complaints", "X-Mailgun-Tag",
    "X-SG-EID",
  ]
  private static let software = [
    "Mailing-List", "X-BeenThere", "X-Mailman-Version", "X-Mailing-List", "X-Listname", "X-ML-Name",
  ]

  private mutating func readList(_ mail: ParsedMail, _ everybody: [MailAddress]) {
    let precedence = foldedASCII(mail.header("Precedence") ?? "")
    let post = mail.header("List-Post")
    announcementList = post.map { foldedASCII($0).hasPrefix("no") } ?? false
    let listSender = mail.sender.contains { isListSender($0.address) } || isListSender(mail.header("Errors-To") ?? "")
    discussionList =
      !announcementList
      && (post != nil || precedence == "list" || listSender || MailSigns.software.contains { mail.has($0) }
        || everybody.contains { isListAddress($0.address) } || tagged(everybody, mail))
    let listed = mail.has("List-Unsubscribe") || mail.has("List-Id")
    // A list's answer to an answer is a discussion, whatever fields its software leaves out.
    if listed, answers, !announcementList { discussionList = true }
    distribution = listed && !discussionList
    precedenceBulk = precedence == "bulk" || precedence == "junk"
  }

  /// `[tag]` in the subject where the tag is a recipient's local part, or where an archive left no recipient at all.
  private func tagged(_ everybody: [MailAddress], _ mail: ParsedMail) -> Bool {
    guard let tag = subjectTag(mail.subject) else { return false }
    if everybody.isEmpty { return !travelled }
    return everybody.contains { $0.address.hasPrefix(tag + "@") }
  }
}

/// The folded text of the first `[…]` that stands before the subject proper, nil if there is none.
func subjectTag(_ subject: String) -> String? {
  guard subject.utf8.contains(UInt8(ascii: "[")), let open = subject.firstIndex(of: "["),
    let close = subject[open...].firstIndex(of: "]")
  else { return nil }
  let before = subject[..<open].split(whereSeparator: \.isASpace)
  // Only reply marks (`Re:`, `AW:`, `Fwd:`) may stand before a list's tag.
  guard before.allSatisfy({ $0.hasSuffix(":") && $0.utf8.count <= 5 }) else { return nil }
  let tag = subject[subject.index(after: open)..<close]
  guard (2...40).contains(tag.utf8.count), !tag.contains("[") else { return nil }
  return foldedASCII(String(tag))
}

private func isListSender(_ address: String) -> Bool {
  // All the marks of a list's own sender hold a hyphen; few addresses do.
  guard address.utf8.contains(UInt8(ascii: "-")) else { return false }
  let local = foldedASCII(String(address.split(separator: "@").first ?? "")).drop { $0 == "<" }
  return local.hasPrefix("owner-") || local.hasSuffix("-owner") || local.hasSuffix("-admin")
    || local.hasSuffix("-bounces")
    || local.hasSuffix("-request") || local.contains("-bounces+")
}

/// True for a folded address in the form that lists have.
private func isListAddress(_ address: String) -> Bool {
  guard let at = address.utf8.lastIndex(of: UInt8(ascii: "@")) else { return false }
  let local = address.utf8[..<at]
  let host = address.utf8[address.utf8.index(after: at)...]
  return listHosts.contains { host.starts(with: $0) } || listEnds.contains { local.reversed().starts(with: $0) }
}

private let listHosts = ["lists.", "list.", "groups.", "yahoogroups.", "googlegroups."].map { Array($0.utf8) }
/// Backwards.
private let listEnds = ["-list", "-users", "-talk"].map { Array($0.utf8.reversed()) }
