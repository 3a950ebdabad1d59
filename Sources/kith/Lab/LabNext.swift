import ArgumentParser
import Consent
import Formats
import Insight
import Model

/// `kith lab next`: whom the owner of a mailbox should be in touch with, from what was before an instant alone.
struct LabNext: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "next", abstract: "Ranks whom to be in touch with next.")
  @OptionGroup var global: GlobalOptions
  @Argument(help: "A folder of mails, or an mbox.") var mailbox: [String] = []
  @Option(parsing: .upToNextOption, help: "The owner's addresses.") var owner: [String]
  @Option(help: "Only mails before this instant are looked at.") var at: Instant
  @Option(help: "How many; 0 for all.") var top: Int = 10
  @Option(help: "Only people without contact in so many days.") var quiet: Int?

  mutating func validate() throws {
    // `--owner ADDRESS MAILBOX`: the last word is the mailbox.
    if mailbox.isEmpty, owner.count > 1 { mailbox = [owner.removeLast()] }
    guard mailbox.count == 1 else { throw ValidationError("name one mailbox") }
    for address in owner { try isAddress(address) }
    guard top >= 0, quiet ?? 0 >= 0 else { throw ValidationError("--top and --quiet must not be negative") }
  }

  func run() throws {
    var touches = MailboxTouches(owners: Set(owner.map { fold($0) }), before: at)
    let parser = MailParser()
    try LabInput(paths: mailbox).forEach { item in
      if case .mail(_, let bytes) = item { touches.add(parser.parse(bytes)) }
    }
    let ranked = NextTouch.ranked(touches.byAddress, at: at, top: top, quietDays: quiet)
    try Output(json: global.json).list(
      ranked.map { next in
        [
          "address": .text(next.address), "score": JSON(next.score),
          "parts": .object(next.parts.map { .init(key: $0.name, value: JSON($0.value)) }),
          "why": JSON(next.parts.map { "\($0.name): \($0.words)" }), "last_contact": JSON(next.lastContact),
        ]
      }, columns: ["address", "score", "last_contact", "why"], empty: "Nobody.")
  }
}

/// The touches of a mailbox by address; the same mail in several folders is one.
private struct MailboxTouches {
  let owners: Set<String>
  let before: Instant
  private(set) var byAddress: [String: [Touch]] = [:]
  private var seen: Set<[UInt8]> = []

  init(owners: Set<String>, before: Instant) {
    self.owners = owners
    self.before = before
  }

  mutating func add(_ mail: ParsedMail) {
    guard let at = contactTime(date: mail.date, now: before).at, at < before else { return }
    guard seen.insert(sha256(twinForm(of: mail))).inserted else { return }
    let sighted = sightings(in: mail)
    let direction = sighted.direction(owners: owners, delivered: true)
    let people = sighted.sightings.filter {
      !owners.contains($0.address) && $0.role != .replyTo && (direction == .outward) == ($0.role != .from)
    }
    for address in Set(people.map(\.address)) {
      byAddress[address, default: []].append(
        Touch(
          at: at, direction: direction, recipients: sighted.recipients, viaList: sighted.viaList,
          author: sighted.author))
    }
  }
}
