import Insight

extension LabScorecard.Section {
  /// Persons, machines and senders of bulk mail.
  static var kinds: Self {
    Self(
      title: "Kind of author",
      method: """
        Our own labels of 400 senders (`Tests/Labels/senders.tsv`), parted by senders into halves. A sender is judged by the
        mails of one mailbox alone, the one that holds most of them. Mails of SpamAssassin are judged one by one; the feeds,
        robots and newsletters among its ham are labelled, all others of it are persons, all spam is bulk. The weights
        are made of one half of both sets' senders.
        """,
      sets: ["enron-inboxes", "spamassassin"]
    ) { data, labels in
      let measure = KindMeasure(labels: try LabData.labels(labels, "senders.tsv"), data: data, digest: LabData.digest)
      return measure.senders(unused: true) + measure.mails() + measure.mails(unused: true) + measure.traps()
    }
  }
}
