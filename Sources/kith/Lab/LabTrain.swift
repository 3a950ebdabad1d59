import ArgumentParser
import Consent
import Formats
import Foundation
import Insight
import Model

/// `kith lab train WHAT DATA`: makes the weights of a model; they are printed as the file that holds them.
struct LabTrain: ParsableCommand {
  /// The models that have weights.
  enum What: String, ExpressibleByArgument, CaseIterable { case signature, duplicates, kind, next }

  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Makes the weights of a model from the data folder and prints their file.")
  @Argument(help: "signature, duplicates, kind or next") var what: What
  @Argument(help: "The data folder; for duplicates a book of scripts/invent_contacts.py.") var data: String
  @Option(help: "The folder of our own labels.") var labels: String = "Tests/Labels"

  func run() throws {
    switch what {
    case .signature:
      let measure = SignatureMeasure(
        labels: try LabData.labels(labels, "signatures.tsv"), data: LabData.files(in: data), digest: LabData.digest)
      guard !measure.labelled.isEmpty, !measure.forge.isEmpty else {
        throw Trouble("enron-inboxes or forge-signatures is not in \(data)", "unpack both sets there")
      }
      try Console.out(LabTrain.file(measure.trained()))
    case .duplicates: try Console.out(try LabTrain.duplicates(data))
    case .kind:
      let measure = KindMeasure(
        labels: try LabData.labels(labels, "senders.tsv"), data: LabData.files(in: data), digest: LabData.digest)
      guard measure.isWhole else {
        throw Trouble("enron-inboxes or spamassassin is not in \(data)", "unpack both sets there")
      }
      try Console.out(measure.weightsFile())
    case .next: try Console.out(try LabTrain.next(data))
    }
  }

  /// Sources/Insight/Same/SameWeightsText.swift, from a book whose column `person` is the truth.
  private static func duplicates(_ path: String) throws -> String {
    let table = try LabTable(path)
    let truth = try table.column("person")
    let columns = try table.guessed(but: "person", "id")
    let text = SameWeights.start.trained(
      on: table.rows.map { columns.record($0) }, truth: table.rows.indices.map { table.cell($0, truth) })
    let lines = text.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    return """
      extension SameWeights {
        /// The weights in use, made by `scripts/invent_contacts.py BOOK --contacts 20000 --seed 12` and `kith lab train
        /// duplicates BOOK`; columns as in `startText`.
        static let text = \"\"\"
      \(lines)
          \"\"\"
      }
      """
  }

  /// Sources/Insight/Next/NextWeightsText.swift, from owners whose mailboxes are not scored.
  private static func next(_ data: String) throws -> String {
    let logs = NextCorpora.training(LabData.files(in: data))
    guard !logs.isEmpty else {
      throw Trouble("enron-inboxes is not in \(data)", "unpack the set there")
    }
    let lines = NextModel.trained(on: logs).text.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    return """
      extension NextModel {
        /// The weights in use, written by `kith lab train next DATA > Sources/Insight/Next/NextWeightsText.swift`.
        static let weightsText = \"""
      \(lines)
          \"""
      }
      """
  }

  /// Sources/Insight/SignatureWeights.swift.
  private static func file(_ chain: LineChain) -> String {
    let lines = chain.text.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    return """
      extension LineChain {
        /// The weights in use, written by `kith lab train signature DATA > Sources/Insight/SignatureWeights.swift`.
        public static let signatures = LineChain(text: signatureText)

        private static let signatureText = \"\"\"
      \(lines)
          \"\"\"
      }
      """
  }
}

/// The data folder and the labels, as the lab reads them.
enum LabData {
  static func labels(_ folder: String, _ name: String) throws -> String {
    guard let bytes = FileManager.default.contents(atPath: folder + "/" + name) else {
      throw Trouble("there are no labels at \(folder)/\(name)", "name their folder with --labels")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func files(in root: String) -> DataFiles {
    DataFiles(
      below: { name in
        var found: [String] = []
        try? LabInput(paths: [root + "/" + name]).forEachFile { found.append($0) }
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      }, bytes: { FileManager.default.contents(atPath: $0).map { Array($0) } ?? [] })
  }

  static func digest(_ bytes: [UInt8]) -> String {
    sha256(bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
