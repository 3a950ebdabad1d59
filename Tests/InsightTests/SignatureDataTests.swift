import Consent
import Formats
import Foundation
import Insight
import Testing

/// The bars of signatures, fields and quotes on public data, by labels that hold no text.
@Suite("signatures and quotes on public data", .serialized)
struct SignatureDataTests {
  private static let data = DataFiles(below: { DataFolder.files($0) }, bytes: { DataFolder.bytes($0) })

  private static func labels(_ name: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: folder.appending(path: "Labels/" + name), encoding: .utf8)
  }

  private static func digest(_ bytes: [UInt8]) -> String {
    sha256(bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Bars that are missed, with what was measured: a figure that moves from it, up or down, has to be looked at.
  ///
  /// They stand in `Tests/Labels/missed.tsv`: what, on which set, the figure.
  private static func missed() throws -> [String: Double] {
    var all: [String: Double] = [:]
    for line in try labels("missed.tsv").split(separator: "\n") {
      let columns = line.split(separator: "\t").map(String.init)
      if columns.count == 3, let value = Double(columns[2]) { all["\(columns[0]) on \(columns[1])"] = value }
    }
    return all
  }

  private static let watch = 0.004

  private func check(_ figures: [Figure]) throws {
    #expect(!figures.isEmpty)
    let missed = try Self.missed()
    for figure in figures {
      let interval = figure.interval.map { " (\(number($0.lowerBound)) to \(number($0.upperBound)))" } ?? ""
      let name = "\(figure.what) on \(figure.set)"
      let told = "\(name): \(number(figure.value))\(interval), \(figure.count) cases"
      if let measured = missed[name] {
        let bar = figure.bar.map(number) ?? "none"
        print("\(told); misses its bar of \(bar)")
        #expect(!figure.holds, "\(told): reaches its bar now; it is watched no more, it must hold")
        #expect(abs(figure.value - measured) <= Self.watch, "\(told); \(number(measured)) was measured before")
      } else {
        print(told)
        #expect(figure.holds, "\(told)")
      }
    }
  }

  private func number(_ value: Double) -> String { String(format: "%.3f", value) }

  @Test(
    "signature lines and fields reach their bars, or miss them as known, on the half of the senders that was never used",
    .enabled(if: DataFolder.holds("enron-inboxes"), "skipped: enron-inboxes not present"))
  func unused() throws {
    let measure = SignatureMeasure(labels: try Self.labels("signatures.tsv"), data: Self.data, digest: Self.digest)
    for together in [false, true] {
      try check(measure.unusedLines(together: together))
      try check(measure.unusedFields(together: together))
    }
  }

  @Test(
    "signature lines reach their bar on forge, or miss it as known, each sender read by weights made without it",
    .enabled(if: DataFolder.holds("forge-signatures"), "skipped: forge-signatures not present"))
  func forge() throws {
    let measure = SignatureMeasure(labels: try Self.labels("signatures.tsv"), data: Self.data, digest: Self.digest)
    try check(measure.forgeLines())
  }

  @Test(
    "quotes are right in the cases of three other parsers, each language told",
    .enabled(if: DataFolder.holds("crisp-email-reply-parser"), "skipped: crisp-email-reply-parser not present"))
  func quotes() throws {
    try check(QuoteMeasure.figures(labels: try Self.labels("quotes.tsv"), data: Self.data, digest: Self.digest))
  }
}
