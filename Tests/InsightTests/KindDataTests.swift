import Insight
import Testing

/// The bars of the kind of author on public data, by labels that hold no text.
@Suite("the kind of author on public data", .serialized)
struct KindDataTests {
  /// The sets named, or all.
  private static func measure(of sets: [String] = []) throws -> KindMeasure {
    let data = DataFiles(
      below: { name in sets.isEmpty || sets.contains { name.hasPrefix($0) } ? DataFolder.files(name) : [] },
      bytes: { DataFolder.bytes($0) })
    return KindMeasure(labels: try KnownBars.labels("senders.tsv"), data: data, digest: KnownBars.digest)
  }

  @Test(
    "persons are told from the rest as well as their bar asks, or as is known, on the half of the senders that was never used",
    .enabled(if: DataFolder.holds("enron-inboxes"), "skipped: enron-inboxes not present"))
  func senders() throws {
    try KnownBars.check(try Self.measure(of: ["enron"]).senders(unused: true))
  }

  @Test(
    "placeholders are persons in no mailbox, nor are scripts",
    .enabled(if: DataFolder.holds("enron-inboxes"), "skipped: enron-inboxes not present"))
  func traps() throws { try KnownBars.check(try Self.measure(of: ["enron"]).traps()) }

  @Test(
    "persons, most through lists, are told from feeds, robots and spam",
    .enabled(if: DataFolder.holds("spamassassin"), "skipped: spamassassin not present"))
  func mails() throws {
    let measure = try Self.measure(of: ["spamassassin"])
    try KnownBars.check(measure.mails())
    try KnownBars.check(measure.mails(unused: true))
  }
}
