import Formats
import Model

/// What is needed of a mail before it is sealed: when, by whom, and everybody who took part.
struct Envelope {
  /// 0 where the date is missing or not to be believed.
  var at: Instant
  /// Whose key closes the mail: its author's, or for the owner's own mail to one person that person's.
  var author: Handle
  /// Folded addresses, as the mail names them.
  var from: [String]
  var to: [String]
  var everybody: Set<Handle>

  /// 1985-01-01: no mail that people still hold is older, and clocks that lost their battery say 1970 or 1980.
  static let earliest = Instant(year: 1985, month: 1, day: 1)
  static let unknown = Handle(.email, "unknown")

  init(_ mail: ParsedMail, owners: Set<String>, now: Instant) {
    from = mail.from.map { Envelope.folded($0) }
    to = (mail.to + mail.cc + mail.bcc).map { Envelope.folded($0) }
    var everybody = Set((from + to).map { Handle(.email, $0) })
    for address in mail.sender + mail.replyTo { everybody.insert(Handle(.email, Envelope.folded(address))) }
    self.everybody = everybody
    var author = from.first
    if let writer = author, owners.contains(writer) {
      let others = Set(to).subtracting(owners)
      if others.count == 1 { author = others.first }
    }
    self.author = author.map { Handle(.email, $0) } ?? Envelope.unknown
    self.at = Envelope.believed(mail.date, now: now) ?? Instant(milliseconds: 0)
  }

  /// A date a mail can have; up to a day ahead is a wrong clock and counts as now.
  static func believed(_ date: Instant?, now: Instant) -> Instant? {
    guard let date, date >= earliest, date.milliseconds - Instant.day <= now.milliseconds else { return nil }
    return min(date, now)
  }

  private static func folded(_ address: MailAddress) -> String { fold(address.address) }
}
