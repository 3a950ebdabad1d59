import ArgumentParser
import Formats
import Insight
import Model

/// `kith lab kind`: who wrote mails, a human, a program or a sender of bulk mail.
///
/// The kind is the author's: what the mails at hand show of an author's behaviour together decides where a single mail
/// leaves it open.
struct LabKind: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "kind", abstract: "Judges the authors of mails.")
  @OptionGroup var global: GlobalOptions
  @Argument(help: "Files, folders or mboxes.") var paths: [String]

  func run() throws {
    let parser = MailParser()
    var authors = AuthorBehaviour()
    var numbers: [Int] = []
    try LabInput(paths: paths).forEach { item in
      guard case .mail(_, let bytes) = item else { return }
      numbers.append(authors.add(parser.parse(bytes)))
    }
    var next = 0
    try eachMail(paths, Output(json: global.json)) { file, _ in
      let verdict = authors.verdict(next < numbers.count ? numbers[next] : -1)
      next += 1
      return [
        "file": .text(file), "kind": .text("\(verdict.kind)"), "via_list": .bool(verdict.viaList),
        "why": .text(verdict.why),
      ]
    }
  }
}
