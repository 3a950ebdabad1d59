import Formats

/// How well likeness finds duplicates in public tables whose truth is known.
///
/// Every table is read by the same rules: columns by their headers, weights and thresholds as they ship. The weights come
/// from an invented book (`kith lab train duplicates`), so that every table here is unseen by them.
public struct DuplicateMeasure: Sendable {
  /// A public table, where it lies below the data folder, and how it says who is who.
  public struct Table: Sendable {
    public var set: String
    public var file: String
    /// The column that holds the truth; a record number `rec-N-…` counts as N.
    public var truth: String
    /// What pairs and groups must reach (F1), and what Splink 4.0.17 reaches on the same file at its best threshold.
    public var pairBar: Double?
    public var groupBar: Double?
    public var splink: (pairs: Double, groups: Double?)

    public static let all: [Table] = [
      Table(set: "febrl 1", file: "febrl/dataset1.csv", truth: "rec_id", pairBar: 0.995, splink: (1.000, nil)),
      Table(set: "febrl 2", file: "febrl/dataset2.csv", truth: "rec_id", pairBar: 0.995, splink: (0.997, nil)),
      Table(set: "febrl 3", file: "febrl/dataset3.csv", truth: "rec_id", pairBar: 0.995, splink: (0.998, nil)),
      Table(
        set: "fake_1000", file: "splink/data/fake_1000.csv", truth: "cluster", groupBar: 0.94, splink: (0.803, 0.920)),
      Table(
        set: "csv_example", file: "dedupe-examples/csv_example/csv_example_input_with_true_ids.csv", truth: "True Id",
        groupBar: 0.92, splink: (0.873, 0.875)),
    ]
  }

  /// What was found, by pairs of records.
  public struct Outcome: Sendable {
    public var records: Int
    public var pairs: Verdicts
    public var groups: Verdicts
    public var automatic: Verdicts
    /// The best F1 of pairs over thresholds, with its threshold in bits: picked on the truth, and so no fair figure.
    public var best: (f1: Double, bits: Int)
  }

  /// Measures a finder against the truth, record by record.
  public static func outcome(_ finder: SameFinder, truth: [String]) -> Outcome {
    func same(_ key: UInt64) -> Bool { truth[Int(key >> 32)] == truth[Int(key & 0xFFFF_FFFF)] }
    let true_ = pairs(truth.reduce(into: [:]) { $0[$1, default: 0] += 1 }.values)
    func verdicts(_ right: Int, _ wrong: Int) -> Verdicts {
      var verdicts = Verdicts()
      (verdicts.right, verdicts.wrong, verdicts.missing) = (right, wrong, true_ - right)
      return verdicts
    }
    func above(_ least: Int) -> Verdicts {
      let found = zip(finder.candidates, finder.totals).filter { $1 >= least }
      let right = found.count { same($0.0) }
      return verdicts(right, found.count - right)
    }
    var both: [String: Int] = [:]
    for (group, who) in zip(finder.groups, truth) { both["\(group) \(who)", default: 0] += 1 }
    let right = pairs(both.values)
    let made = pairs(finder.groups.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }.values)
    let automatic = finder.pairs().filter(\.isAutomatic)
    let sure = automatic.count { truth[$0.first] == truth[$0.second] }
    var best = (f1: 0.0, bits: 0)
    for bits in -8...16 {
      let f1 = above(bits * 1_000).f1
      if f1 > best.f1 { best = (f1, bits) }
    }
    return Outcome(
      records: truth.count, pairs: above(0), groups: verdicts(right, made - right),
      automatic: verdicts(sure, automatic.count - sure), best: best)
  }

  private static func pairs(_ sizes: some Sequence<Int>) -> Int { sizes.reduce(0) { $0 + $1 * ($1 - 1) / 2 } }

  /// Reads a table: its records by the headers, and the truth of each; nil if it is not there.
  public static func read(_ table: Table, _ bytes: [UInt8]) -> (records: [SameRecord], truth: [String])? {
    let read = CSVTable.read(bytes).table
    let headers = read.header.map { $0.split(separator: " ").joined(separator: " ") }
    guard let column = headers.firstIndex(of: table.truth) else { return nil }
    let columns = SameColumns(guessing: headers.enumerated().map { $0 == column ? "" : $1 })
    return (
      read.rows.map { columns.record($0) },
      read.rows.map { row in
        let text = column < row.count ? row[column].split(separator: " ").joined(separator: " ") : ""
        return text.hasPrefix("rec-") ? String(text.split(separator: "-")[1]) : text
      }
    )
  }

  /// The figures of one table; `seconds` tells the time that passed on the processor.
  public static func figures(_ table: Table, _ bytes: [UInt8], seconds: () -> Double) -> [Figure] {
    guard let (records, truth) = read(table, bytes) else { return [] }
    let start = seconds()
    let finder = SameFinder(records)
    let took = seconds() - start
    let found = outcome(finder, truth: truth)
    func figure(_ what: String, _ value: Double, _ count: Int, bar: Double? = nil) -> Figure {
      Figure(what, on: table.set, value, count: count, bar: bar)
    }
    let groups = figure("groups: F1", found.groups.f1, found.groups.truths, bar: table.groupBar)
    var figures = [
      figure("pairs: precision", found.pairs.precision, found.pairs.right + found.pairs.wrong),
      figure("pairs: recall", found.pairs.recall, found.pairs.truths),
      figure("pairs: F1", found.pairs.f1, found.pairs.truths, bar: table.pairBar)
        .beside("Splink 4.0.17 at its best threshold", table.splink.pairs),
      figure("pairs: F1 at the best of 25 thresholds (\(found.best.bits) bits)", found.best.f1, found.pairs.truths),
      figure("groups: precision", found.groups.precision, found.groups.right + found.groups.wrong),
      figure("groups: recall", found.groups.recall, found.groups.truths),
      table.splink.groups.map { groups.beside("Splink 4.0.17 at its best threshold", $0) } ?? groups,
    ]
    let automatic = found.automatic.right + found.automatic.wrong
    if automatic > 0 {
      figures.append(figure("united without asking: precision", found.automatic.precision, automatic, bar: 0.998))
    }
    figures.append(figure("seconds", took, found.records))
    return figures
  }
}
