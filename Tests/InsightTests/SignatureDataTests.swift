import Insight
import Testing

/// The bars of signatures, fields and quotes on public data, by labels that hold no text.
@Suite("signatures and quotes on public data", .serialized)
struct SignatureDataTests {
  private static let data = DataFiles(below: { DataFolder.files($0) }, bytes: { DataFolder.bytes($0) })

  @Test(
    "signature lines and fields reach their bars, or miss them as known, on the half of the senders that was never used",
    .enabled(if: DataFolder.holds("enron-inboxes"), "skipped: enron-inboxes not present"))
  func unused() throws {
    let measure = SignatureMeasure(
      labels: try KnownBars.labels("signatures.tsv"), data: Self.data, digest: KnownBars.digest)
    for together in [false, true] {
      try KnownBars.check(measure.unusedLines(together: together))
      try KnownBars.check(measure.unusedFields(together: together))
    }
  }

  @Test(
    "signature lines reach their bar on forge, or miss it as known, each sender read by weights made without it",
    .enabled(if: DataFolder.holds("forge-signatures"), "skipped: forge-signatures not present"))
  func forge() throws {
    let measure = SignatureMeasure(
      labels: try KnownBars.labels("signatures.tsv"), data: Self.data, digest: KnownBars.digest)
    try KnownBars.check(measure.forgeLines())
  }

  @Test(
    "quotes are right in the cases of three other parsers, each language told",
    .enabled(if: DataFolder.holds("crisp-email-reply-parser"), "skipped: crisp-email-reply-parser not present"))
  func quotes() throws {
    try KnownBars.check(
      QuoteMeasure.figures(labels: try KnownBars.labels("quotes.tsv"), data: Self.data, digest: KnownBars.digest))
  }
}
