import Consent
import Foundation
import Insight
import Testing

/// The bars of figures on public data: reached, or missed as is known.
enum KnownBars {
  /// A table of labels beside the tests, without text.
  static func labels(_ name: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: folder.appending(path: "Labels/" + name), encoding: .utf8)
  }

  static func digest(_ bytes: [UInt8]) -> String {
    sha256(bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// How far a figure that misses its bar may be from what was measured.
  private static let watch = 0.004

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

  static func check(_ figures: [Figure]) throws {
    #expect(!figures.isEmpty)
    let missed = try missed()
    for figure in figures {
      let interval = figure.interval.map { " (\(number($0.lowerBound)) to \(number($0.upperBound)))" } ?? ""
      let name = "\(figure.what) on \(figure.set)"
      let told = "\(name): \(number(figure.value))\(interval), \(figure.count) cases"
      if let measured = missed[name] {
        let bar = figure.bar.map(number) ?? "none"
        print("\(told); misses its bar of \(bar)")
        #expect(!figure.holds, "\(told): reaches its bar now; it is watched no more, it must hold")
        #expect(abs(figure.value - measured) <= watch, "\(told); \(number(measured)) was measured before")
      } else {
        print(told)
        #expect(figure.holds, "\(told)")
      }
    }
  }

  private static func number(_ value: Double) -> String { String(format: "%.3f", value) }
}
