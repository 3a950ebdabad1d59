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
    var reading = MailboxReading(now: at, digest: { sha256($0) })
    let parser = MailParser()
    try LabInput(paths: mailbox).forEach { item in
      if case .mail(_, let bytes) = item { reading.add(parser.parse(bytes)) }
    }
    let log = reading.log(owners: Set(owner.map { fold($0) }))
    let ranked = NextTouch.ranked(log, at: at, top: top, quietDays: quiet)
    try Output(json: global.json).list(
      ranked.map { next in
        [
          "address": .text(next.address), "score": JSON(next.score),
          "parts": .object(next.parts.map { .init(key: $0.name, value: JSON($0.value)) }),
          "why": .text(next.why), "words": JSON(next.parts.map { "\($0.name): \($0.words)" }),
          "last_contact": JSON(next.lastContact),
        ]
      }, columns: ["address", "score", "last_contact", "why"], empty: "Nobody.")
  }
}
