import ArgumentParser
import Formats
import Insight

/// `kith lab reply`: the author's own new text, what is quoted, and the signature.
struct LabReply: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reply", abstract: "Parts mails into new text, quotes and signature.")
  @OptionGroup var global: GlobalOptions
  @Argument(help: "Files, folders or mboxes.") var paths: [String]

  func run() throws {
    let parser = MailParser()
    try eachMail(paths, Output(json: global.json)) { file, bytes in
      let reading = MailReading(parser.parse(bytes))
      return [
        "file": .text(file), "reply": .text(reading.reply), "quoted": .text(reading.quoted),
        "signature": .text(reading.signature),
      ]
    }
  }
}
