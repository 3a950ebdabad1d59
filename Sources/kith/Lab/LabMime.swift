import ArgumentParser
import Formats
import Insight

/// `kith lab mime`: what the parser makes of mails.
struct LabMime: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "mime", abstract: "Prints what stands in mails.")
  @OptionGroup var global: GlobalOptions
  @Argument(help: "Files, folders or mboxes.") var paths: [String]

  func run() throws {
    let parser = MailParser()
    try eachMail(paths, Output(json: global.json)) { file, bytes in
      let mail = parser.parse(bytes)
      return [
        "file": .text(file), "subject": .text(mail.subject), "from": LabMime.people(mail.from),
        "to": LabMime.people(mail.to), "cc": LabMime.people(mail.cc), "date": JSON(mail.date),
        "message_id": .text(mail.messageID), "in_reply_to": JSON(mail.inReplyTo), "references": JSON(mail.references),
        "text": .text(mail.text), "html": .text(mail.html),
        "attachments": .list(
          mail.attachments.map { ["name": .text($0.name), "type": .text($0.type), "size": JSON($0.size)] }),
        "trouble": JSON(mail.trouble),
      ]
    }
  }

  private static func people(_ addresses: [MailAddress]) -> JSON {
    .list(addresses.map { ["name": .text($0.name), "address": .text($0.address)] })
  }
}
