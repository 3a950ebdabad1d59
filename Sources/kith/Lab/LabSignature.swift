import ArgumentParser
import Formats
import Insight

/// `kith lab signature`: the signature's lines and what they say of the author.
struct LabSignature: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signature", abstract: "Reads the signatures of mails.")
  @OptionGroup var global: GlobalOptions
  @Argument(help: "Files, folders or mboxes.") var paths: [String]
  @Option(help: "The author, `Ada Example <ada@example.test>`, where the mail does not tell.") var sender: String?
  @Option(help: "Where numbers without a country code belong, two letters.") var region: String?

  func run() throws {
    let parser = MailParser()
    let author = sender.map { parser.parseHeaders(Array("From: \($0)\r\n\r\n".utf8)).from.first } ?? nil
    try eachMail(paths, Output(json: global.json)) { file, bytes in
      let mail = parser.parse(bytes)
      let reading: MailReading
      if let author {
        // A text without headers is no mail: all of it is the body.
        let isMail = !mail.from.isEmpty || mail.date != nil || !mail.messageID.isEmpty
        let text =
          isMail ? QuoteSplit(mail) : QuoteSplit(String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n"))
        reading = MailReading(text, name: author.name, address: author.address)
      } else {
        reading = MailReading(mail)
      }
      return [
        "file": .text(file), "lines": .list(reading.signatureLines.map { JSON($0) }), "text": .text(reading.signature),
        "fields": LabSignature.json(reading.fields(region: region)), "confidence": JSON(reading.confidence),
      ]
    }
  }

  private static func json(_ fields: SignatureFields) -> JSON {
    [
      "name": JSON(fields.name?.text), "title": JSON(fields.title?.text),
      "organisation": JSON(fields.organisation?.text),
      "phones": .list(
        fields.phones.map {
          [
            "number": JSON($0.e164), "text": .text($0.value.text), "kind": .text($0.kind.rawValue),
            "extension": .text($0.ext),
          ]
        }),
      "emails": .list(fields.emails.map { .text($0.text) }), "urls": .list(fields.urls.map { .text($0.text) }),
      "profiles": .list(fields.profiles.map { ["network": .text($0.network), "url": .text($0.value.text)] }),
      "address": JSON(fields.address?.text),
    ]
  }
}
