import ArgumentParser
import Formats
import Foundation
import Insight
import Model

/// `kith lab scorecard`: every figure of quality with its set, its count and the commit it was measured at.
struct LabScorecard: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scorecard", abstract: "Measures quality on the data folder and prints the page of figures.")
  @OptionGroup var global: GlobalOptions
  @Option(help: "The data folder; else KITH_TEST_DATA.") var data: String?
  @Option(help: "The folder of our own labels.") var labels: String = "Tests/Labels"
  @Option(help: "The commit, as the page names it; else git is asked.") var commit: String?

  /// One part of the page; each stands in a file of its own.
  struct Section: Sendable {
    var title: String
    /// How the figures came about, in a sentence or two.
    var method: String
    var figures: @Sendable (_ data: DataFiles, _ labels: String) throws -> [Figure]
  }

  private static let sections: [Section] = [.quotes, .signatures, .kinds, .duplicates]

  func run() throws {
    guard let root = data ?? ProcessInfo.processInfo.environment["KITH_TEST_DATA"] else {
      throw Trouble("no data folder is named", "set KITH_TEST_DATA or use --data")
    }
    let files = LabData.files(in: root)
    if !global.json {
      try Console.out("# Scorecard\n\nMade by `kith lab scorecard` at commit \(commitName()).\n")
    }
    var failed = 0
    for section in LabScorecard.sections {
      let figures = try section.figures(files, labels)
      failed += figures.count { !$0.holds }
      if global.json {
        for figure in figures { try Console.out(json(figure, section).line) }
      } else {
        try Console.out(page(section, figures))
      }
    }
    if failed > 0 { throw Incomplete("\(failed) figures miss their bar") }
  }

  private func json(_ figure: Figure, _ section: Section) -> JSON {
    [
      "section": .text(section.title), "what": .text(figure.what), "set": .text(figure.set),
      "value": JSON(figure.value),
      "low": figure.interval.map { JSON($0.lowerBound) } ?? .null,
      "high": figure.interval.map { JSON($0.upperBound) } ?? .null, "count": JSON(figure.count),
      "bar": figure.bar.map { JSON($0) } ?? .null, "holds": .bool(figure.holds),
    ]
  }

  private func page(_ section: Section, _ figures: [Figure]) -> String {
    var lines = ["## \(section.title)\n", section.method + "\n"]
    if figures.isEmpty { return (lines + ["The data is not present.\n"]).joined(separator: "\n") }
    lines += ["| what | set | value | 95 % interval | cases | bar |", "|---|---|---|---|---|---|"]
    for figure in figures {
      let interval = figure.interval.map { "\(number($0.lowerBound)) to \(number($0.upperBound))" } ?? ""
      let bar =
        figure.bar.map { (figure.isCeiling ? "≤ " : "≥ ") + number($0) + (figure.holds ? "" : " **missed**") } ?? ""
      lines.append(
        "| \(figure.what) | \(figure.set) | \(number(figure.value)) | \(interval) | \(figure.count) | \(bar) |")
    }
    return (lines + [""]).joined(separator: "\n")
  }

  private func number(_ value: Double) -> String { String(format: "%.3f", value) }

  /// The commit of the working tree one stands in, `unknown` outside of one.
  private func commitName() -> String {
    if let commit { return commit }
    guard let head = LabScorecard.line(".git/HEAD") else { return "unknown" }
    guard head.hasPrefix("ref: ") else { return String(head.prefix(12)) }
    return LabScorecard.line(".git/" + head.dropFirst(5)).map { String($0.prefix(12)) } ?? "unknown"
  }

  private static func line(_ path: String) -> String? {
    guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
  }
}
