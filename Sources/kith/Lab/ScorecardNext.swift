import Insight

extension LabScorecard.Section {
  /// Whom the owner writes to within thirty days.
  static var next: Self {
    Self(
      title: "Whom next",
      method: """
        The first day of each month, average precision over all who were ever in contact; right are those the owner writes
        to in the thirty days after it. Roth's rank, frequency and recency are measured beside; the gain is over the best of
        them. What is known beforehand was learnt in a first trial on other owners, the rest from the owner's own
        past before each day. Intervals by drawing months anew, on the list by drawing persons.
        """,
      sets: ["enron-mailboxes-full", "r-lists"]
    ) { data, _ in NextMeasure.figures(data) }
  }
}
