public import Formats
public import Model

/// Finds everybody who stands in the headers of a mail: addresses folded, each once in each role.
///
/// `split` is the mail's text if it was split already; `digest` turns the mail's twin form into the few bytes that are
/// kept; without it no twin is made.
public func sightings(
  in mail: ParsedMail, split: QuoteSplit? = nil, digest: (([UInt8]) -> [UInt8])? = nil
) -> MailSightings {
  var found: [MailSightings.Sighting] = []
  func add(_ addresses: [MailAddress], _ role: Interaction.Role, name: String = "") {
    // A set costs more than it saves for the few recipients that most mails have.
    var seen: Set<String> = []
    let few = addresses.count <= 8
    let first = found.count
    for entry in addresses {
      let address = fold(entry.address)
      guard isAddress(address) else { continue }
      if few {
        guard !found[first...].contains(where: { $0.address == address }) else { continue }
      } else {
        guard seen.insert(address).inserted else { continue }
      }
      found.append(.init(role: role, address: address, name: entry.name.isEmpty ? name : entry.name))
    }
  }
  let authors = mail.from.isEmpty ? mail.sender : mail.from
  let signs = MailSigns(mail)
  // Exports of Exchange and Notes keep the author's name apart, in X-From.
  let nameless = authors.count == 1 && authors.allSatisfy(\.name.isEmpty)
  let apart = nameless ? signs.cleaned : ""
  add(authors, .from, name: apart)
  add(mail.to, .to)
  add(mail.cc, .cc)
  add(mail.bcc, .bcc)
  add(mail.replyTo, .replyTo)
  let verdict = authorKind(of: mail, signs, split: split)
  return MailSightings(
    sightings: found, author: verdict.kind, viaList: verdict.viaList, twin: digest.map { $0(twinForm(of: mail)) } ?? [])
}

extension MailSightings {
  /// The direction as the owner sees it: written by the owner, addressed to the owner, or neither.
  ///
  /// A mail in the owner's mailbox that names the owner nowhere (a blind copy, a list) was received all the same;
  /// `delivered` says that it lies in a folder of received mail. From decides who wrote, never whose mailbox it is.
  public func direction(owners: Set<String>, delivered: Bool = false) -> Interaction.Direction {
    var toOwner = false
    for sighting in sightings where owners.contains(sighting.address) {
      switch sighting.role {
      case .from: return .outward
      case .to, .cc, .bcc: toOwner = true
      case .replyTo: break
      }
    }
    return toOwner || delivered ? .inward : .between
  }

  /// How many different addresses the mail went to; at least one, since somebody holds it.
  public var recipients: Int {
    let everybody = sightings.filter { $0.role == .to || $0.role == .cc || $0.role == .bcc }.map(\.address)
    return max(1, Set(everybody).count)
  }
}

/// The time a mail counts as contact, or nil with the reason why its date is not to be believed.
///
/// A date before mail was common, or more than a day after `now` (zones and wrong clocks), makes no last contact; the
/// mail is kept and counted all the same. `received` is what the source says of its arrival (IMAP INTERNALDATE, the
/// mbox separator): it stands in for an implausible date.
public func contactTime(date: Instant?, received: Instant? = nil, now: Instant) -> (at: Instant?, trouble: String?) {
  func plausible(_ instant: Instant) -> Bool {
    instant >= earliestMail
      && instant.milliseconds <= now.milliseconds.addingReportingOverflow(Instant.day).partialValue
  }
  if let date, plausible(date) { return (min(date, now), nil) }
  let trouble = date == nil ? "no date" : "implausible date"
  if let received, plausible(received) { return (min(received, now), trouble) }
  return (nil, trouble)
}

/// 1985-01-01: no mail that people still hold is older, and clocks that lost their battery say 1970 or 1980.
private let earliestMail = Instant(year: 1985, month: 1, day: 1)

/// A form that is equal for one mail under several ids: sender, date, subject and text, white space folded.
public func twinForm(of mail: ParsedMail) -> [UInt8] {
  var form: [UInt8] = []
  let body = mail.text.isEmpty ? mail.html : mail.text
  form.reserveCapacity(body.utf8.count + mail.subject.utf8.count + 64)
  form += Array(fold(mail.from.first?.address ?? "").utf8)
  form.append(0)
  form += Array(String(mail.date?.milliseconds ?? 0).utf8)
  form.append(0)
  appendFolded(mail.subject, to: &form)
  form.append(0)
  appendFolded(body, to: &form)
  return form
}

/// Appends the words of a text with one space between them, over bytes for speed.
private func appendFolded(_ text: String, to form: inout [UInt8]) {
  var text = text
  text.withUTF8 { bytes in
    var at = 0
    var begun = false
    while at < bytes.count {
      if isGap(bytes[at]) {
        at += 1
        continue
      }
      let start = at
      while at < bytes.count, !isGap(bytes[at]) { at += 1 }
      if begun { form.append(32) }
      begun = true
      form.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<at]))
    }
  }
}

private func isGap(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }

/// An address somebody can be known by: a local part, an `@` and a domain, no white space or control.
func isAddress(_ address: String) -> Bool {
  let bytes = address.utf8
  guard let at = bytes.lastIndex(of: UInt8(ascii: "@")), at != bytes.startIndex else { return false }
  return bytes.index(after: at) != bytes.endIndex && !bytes.contains { $0 <= 32 || $0 == 127 }
}
