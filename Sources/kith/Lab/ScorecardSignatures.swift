import Insight

extension LabScorecard.Section {
  /// Quoted lines in the cases of other parsers.
  static var quotes: Self {
    Self(
      title: "Quotes",
      method: """
        A case is right if exactly the lines labelled as quoted are found (`Tests/Labels/quotes.tsv`). The trivial rule
        takes lines with `>`, a line that ends in `wrote:` and all below `Original Message`.
        """,
      sets: ["crisp-email-reply-parser", "zapier-email-reply-parser", "talon"]
    ) { data, labels in
      QuoteMeasure.figures(labels: try LabData.labels(labels, "quotes.tsv"), data: data, digest: LabData.digest)
    }
  }

  /// Lines and fields of signatures.
  static var signatures: Self {
    Self(
      title: "Signatures",
      method: """
        Our own labels (`Tests/Labels/signatures.tsv`), parted by senders into halves; one half made the weights, together
        with forge, the other was never used. On forge each sender is read by weights that were made without it. A value is
        right if its letters and digits are those of the label, to the first and last. The trivial rule takes what follows
        `--` or the last close. Mails a second: splitting and fields of parsed mails, in time of the processor.
        """,
      sets: ["enron-inboxes", "forge-signatures"]
    ) { data, labels in
      let measure = SignatureMeasure(
        labels: try LabData.labels(labels, "signatures.tsv"), data: data, digest: LabData.digest)
      let figures =
        measure.forgeLines() + measure.unusedLines() + measure.unusedFields() + measure.unusedLines(together: true)
        + measure.unusedFields(together: true)
      // Only an optimised build tells how fast Kith is.
      #if DEBUG
        let bar: Double? = nil
      #else
        let bar: Double? = 5_000
      #endif
      let rate = SignatureMeasure.rate(
        data.below("enron-inboxes/maildir").map(data.bytes), on: "enron-inboxes", bar: bar,
        seconds: LabScorecard.processorSeconds)
      return figures + [rate].compactMap { $0 }
    }
  }
}
