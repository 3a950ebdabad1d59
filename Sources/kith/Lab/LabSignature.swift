import ArgumentParser
import Formats
import Foundation
import Insight
import Model

/// `kith lab signature`: the signature's lines and what they say of the author.
struct LabSignature: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signature", abstract: "Reads the signatures of mails.")
  @OptionGroup var global: GlobalOptions
  @Argument(help: "Files, folders or mboxes.") var paths: [String]
  @Option(help: "The author, `Ada Example <ada@example.test>`, where the mail does not tell.") var sender: String?
  @Option(help: "Where numbers without a country code belong, two letters.") var region: String?

  func run() throws {
    let author = sender.map { MailParser().parseHeaders(Array("From: \($0)\r\n\r\n".utf8)).from.first } ?? nil
    // The mails of an author vote on which lines are signed: all are looked at before the first is told.
    var habits = SignatureHabits()
    try LabInput(paths: paths.filter(LabSignature.canBeReadAgain)).forEach { item in
      guard case .mail(_, let bytes) = item else { return }
      if let author {
        habits.add(LabSignature.text(bytes), of: author.address)
      } else {
        habits.add(MailParser().parse(bytes))
      }
    }
    try eachMail(paths, Output(json: global.json)) { file, bytes in
      let reading: MailReading
      if let author {
        reading = MailReading(
          LabSignature.text(bytes), name: author.name, address: author.address, habit: habits.habit(of: author.address))
      } else {
        let mail = MailParser().parse(bytes)
        reading = MailReading(mail, habit: mail.from.first.flatMap { habits.habit(of: $0.address) })
      }
      return [
        "file": .text(file), "lines": .list(reading.signatureLines.map { JSON($0) }), "text": .text(reading.signature),
        "fields": LabSignature.json(reading.fields(region: region)), "confidence": JSON(reading.confidence),
      ]
    }
  }

  /// A text without headers is no mail: all of it is the body.
  private static func text(_ bytes: [UInt8]) -> QuoteSplit {
    let mail = MailParser().parse(bytes)
    let isMail = !mail.from.isEmpty || mail.date != nil || !mail.messageID.isEmpty
    return isMail ? QuoteSplit(mail) : QuoteSplit(String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n"))
  }

  /// A pipe gives its mails once.
  private static func canBeReadAgain(_ path: String) -> Bool {
    var about = stat()
    guard stat(path, &about) == 0 else { return true }
    return about.st_mode & S_IFMT == S_IFREG || about.st_mode & S_IFMT == S_IFDIR
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
