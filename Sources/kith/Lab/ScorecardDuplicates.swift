import Foundation
import Insight

extension LabScorecard.Section {
  /// Duplicates in public tables.
  static var duplicates: Self {
    Self(
      title: "Same person",
      method: """
        Pairs of rows at even odds, and groups; one set of weights, thresholds and rules for the names of columns. The
        weights come from an invented book (`scripts/invent_contacts.py`), never from these tables; the best threshold is
        picked on the truth and stands apart. Splink's figures are those at the best of four thresholds, picked on the same
        truth. Seconds are of one core.
        """,
      sets: ["febrl", "splink", "dedupe-examples"]
    ) { data, _ in
      DuplicateMeasure.Table.all.flatMap { table -> [Figure] in
        guard let file = data.below(table.file).first else { return [] }
        return DuplicateMeasure.figures(table, data.bytes(file), seconds: LabScorecard.processorSeconds)
      }
    }
  }
}

extension LabScorecard {
  /// Seconds of the processor that this process has used.
  static func processorSeconds() -> Double {
    var used = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
    return Double(used.tv_sec) + Double(used.tv_nsec) / 1e9
  }
}
