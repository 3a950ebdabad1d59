import ArgumentParser
import Formats
import Foundation
import Insight
import Model

/// `kith lab scorecard`: every figure of quality with its set, its count and the commit it was measured at.
struct LabScorecard: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scorecard", abstract: "Measures quality on the data folder and prints the page of figures.")
  /// Its `--data` is the folder of public sets here.
  @OptionGroup var global: GlobalOptions
  @Option(help: "The folder of our own labels.") var labels: String = "Tests/Labels"
  @Option(help: "The commit, as the page names it; else that of the working tree.") var commit: String?
  @Option(help: "Only the parts whose title holds this.") var only: String?

  /// One part of the page; each stands in a file of its own.
  struct Section: Sendable {
    var title: String
    /// How the figures came about, in a sentence or two.
    var method: String
    /// The folders of the data that it reads.
    var sets: [String] = []
    /// Reads the data folder and the folder of labels; without its sets it gives no figures.
    var figures: @Sendable (_ data: DataFiles, _ labels: String) throws -> [Figure]
  }

  // In the order of the page. A further part is a file of its own and a line here.
  private static let sections: [Section] = [
    .quotes,
    .signatures,
    .kinds,
    .duplicates,
    .next,
  ]

  func run() throws {
    guard let root = global.data ?? ProcessInfo.processInfo.environment["KITH_TEST_DATA"] else {
      throw Trouble("no folder of data is named", "set KITH_TEST_DATA or use --data")
    }
    let sections = LabScorecard.sections.filter { section in
      only.map { section.title.lowercased().contains($0.lowercased()) } ?? true
    }
    guard !sections.isEmpty else {
      let titles = LabScorecard.sections.map(\.title).joined(separator: ", ")
      throw Trouble("no part of the page is called so", "choose among: \(titles)")
    }
    let files = LabData.files(in: root)
    if !global.json { try Console.out(head(sections, files)) }
    var failed = 0
    for section in sections {
      let figures = try section.figures(files, labels)
      failed += figures.count { !$0.holds }
      if global.json {
        for figure in figures { try Console.out(figure.json(in: section.title).line) }
      } else {
        try Console.out(page(section, figures))
      }
    }
    if failed > 0 { throw Incomplete("\(failed) figures miss their bar") }
  }

  private func head(_ sections: [Section], _ files: DataFiles) -> String {
    var seen: Set<String> = []
    let sets = sections.flatMap(\.sets).filter { seen.insert($0).inserted }.map { set in
      let count = files.below(set).count
      return "| \(set) | \(count == 0 ? "not present" : "\(count)") |"
    }
    #if DEBUG
      let build = " by a build for debugging, so that its rates and seconds are many times worse than a release's"
    #else
      let build = ""
    #endif
    return """
      # Scorecard

      Made by `make scorecard` (`kith lab scorecard`) at commit \(commitName())\(build). A figure is told with its set, how many
      cases it was judged on and, where there is one, the bar it must reach; one that misses its bar says so. Weights,
      rules and thresholds are the same for all sets. Where the sets come from: `shared/data/README.md`; none of their
      text stands here.

      | set | files |
      |---|---|
      \(sets.joined(separator: "\n"))

      """
  }

  private func page(_ section: Section, _ figures: [Figure]) -> String {
    var lines = ["## \(section.title)\n", section.method + "\n"]
    if figures.isEmpty { return (lines + ["The data is not present.\n"]).joined(separator: "\n") }
    lines += ["| what | set | value | 95 % interval | cases | bar | beside it |", "|---|---|---|---|---|---|---|"]
    return (lines + figures.map(\.row) + [""]).joined(separator: "\n")
  }

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

extension Figure {
  fileprivate func json(in section: String) -> JSON {
    [
      "section": .text(section), "what": .text(what), "set": .text(set), "value": JSON(value),
      "low": interval.map { JSON($0.lowerBound) } ?? .null, "high": interval.map { JSON($0.upperBound) } ?? .null,
      "count": JSON(count), "bar": bar.map { JSON($0) } ?? .null, "holds": .bool(holds),
      "rival": rival.map { ["name": .text($0.name), "value": JSON($0.value)] } ?? .null,
    ]
  }

  /// A row of the page.
  fileprivate var row: String {
    let between = interval.map { "\(told($0.lowerBound)) to \(told($0.upperBound))" } ?? ""
    let bar = bar.map { (isCeiling ? "≤ " : "≥ ") + told($0) + (holds ? "" : " **missed**") } ?? ""
    let beside = rival.map { "\(told($0.value)) (\($0.name))" } ?? ""
    return "| \(what) | \(set) | \(told(value)) | \(between) | \(count) | \(bar) | \(beside) |"
  }

  private func told(_ value: Double) -> String { String(format: "%.\(decimals)f", value) }
}
