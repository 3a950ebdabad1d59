import Consent
import Foundation
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
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let labels = try String(contentsOf: folder.appending(path: "Labels/senders.tsv"), encoding: .utf8)
    return KindMeasure(labels: labels, data: data) { bytes in
      sha256(bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
  }

  /// A figure may be this far from its bar: what misses it is told by `kith lab scorecard`; a test finds what got worse.
  private static let slack = 0.01

  private func check(_ figures: [Figure], slack: Double = 0) {
    #expect(!figures.isEmpty)
    for figure in figures {
      let interval = figure.interval.map { " (\(number($0.lowerBound)) to \(number($0.upperBound)))" } ?? ""
      print("\(figure.what) on \(figure.set): \(number(figure.value))\(interval), \(figure.count) cases")
      var allowed = figure
      allowed.bar = figure.bar.map { figure.isCeiling ? $0 + slack : $0 - slack }
      #expect(allowed.holds, "\(figure.what) on \(figure.set): \(figure.value)")
    }
  }

  private func number(_ value: Double) -> String { String(format: "%.4f", value) }

  @Test(
    "persons are told from the rest near the bar, or over it, on the half of the senders that was never used",
    .enabled(if: DataFolder.holds("enron-inboxes"), "skipped: enron-inboxes not present"))
  func senders() throws {
    let measure = try Self.measure(of: ["enron"])
    check(measure.senders(unused: true), slack: Self.slack)
  }

  @Test(
    "placeholders are persons in no mailbox, nor are scripts",
    .enabled(if: DataFolder.holds("enron-inboxes"), "skipped: enron-inboxes not present"))
  func traps() throws { check(try Self.measure(of: ["enron"]).traps()) }

  @Test(
    "persons, most through lists, are told from feeds, robots and spam",
    .enabled(if: DataFolder.holds("spamassassin"), "skipped: spamassassin not present"))
  func mails() throws { check(try Self.measure(of: ["spamassassin"]).mails()) }
}
