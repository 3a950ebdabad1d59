import Consent
import Formats
import Model
import Plans
import Store

extension DeliverActivities {
  /// The longest text of an interaction that leaves, in characters.
  private static let longest = 20_000

  /// Subjects, and at the level `full` texts, of the mails among `entries`: opened only if the grant says so (P012).
  ///
  /// What does not open any more, or is kept apart because of its size, is entered without.
  func texts(of entries: [ActivityPlan.Entry], _ digest: String) async throws -> [ID<Interaction>: ActivityText] {
    guard level >= .subject else { return [:] }
    let account = account
    let wanted = entries.map(\.candidate).filter { $0.kind == .mail }.map(\.interaction)
    let mails = try await store.read(account) { try Activities.mails(of: wanted, account, in: $0) }
    guard !mails.isEmpty else { return [:] }
    let request = Request(
      account: account, member: destination.member, sources: Array(Set(mails.map(\.source))).sorted(),
      handles: Array(Set(mails.map { KeyID(stored: $0.key) }).subtracting([.none])), destination: destination.id,
      digest: digest, count: mails.count)
    let permit = try await gate.permit(LogToCRM.self, for: request)
    let withText = level >= .full
    var texts: [ID<Interaction>: ActivityText] = [:]
    for mail in mails where texts[mail.interaction] == nil {
      do {
        if withText, let content = mail.content {
          texts[mail.interaction] = try content.open(in: mail.slot(account, "content"), permit) { bytes in
            let read = MailParser().parse(bytes)
            let text = read.text.isEmpty ? MailWords.visible(read.html) : read.text
            return ActivityText(subject: read.subject, text: String(text.prefix(DeliverActivities.longest)))
          }
        } else if let subject = mail.subject {
          texts[mail.interaction] = try subject.open(in: mail.slot(account, "subject"), permit) { bytes in
            ActivityText(
              subject: bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }, text: nil)
          }
        }
      } catch let refusal as Refusal where refusal.reason == .keyNotHeld {
        continue
      }
    }
    _ = permit.close()
    return texts
  }
}
