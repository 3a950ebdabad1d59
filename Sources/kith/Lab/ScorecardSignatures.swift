import Insight

extension LabScorecard.Section {
  /// Quoted lines in the cases of other parsers.
  static var quotes: Self {
    Self(
      title: "Quotes",
      method: "A case is right if exactly the lines labelled as quoted are found (`Tests/Labels/quotes.tsv`)."
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
        right if its letters and digits are those of the label, to the first and last.
        """
    ) { data, labels in
      let measure = SignatureMeasure(
        labels: try LabData.labels(labels, "signatures.tsv"), data: data, digest: LabData.digest)
      return measure.forgeLines() + measure.unusedLines() + measure.unusedFields()
    }
  }
}
