public import Consent
import Formats
public import Model
public import Store

/// Shows one mail to a viewer who may see it: as the page of its frame, and its attachments as files.
///
/// A look at a colleague's mail is in the ledger before anything is shown.
public struct ShowMail: Sendable {
  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  private static let nothing = Refusal(.notYours, promise: 7, "there is no such mail")

  /// The page of the frame; attachments are linked under `path`.
  public func page(_ id: ID<Mail>, attachmentsAt path: String, as viewer: Viewer) async throws -> String {
    try await open(id, viewer) { span in PageText(MailFrame.page(MailParser().parse(span), attachmentsAt: path)) }
  }

  /// An attachment by its place, to be saved; nil if there is none, or it is not held.
  public func attachment(
    _ place: Int, of id: ID<Mail>, as viewer: Viewer
  ) async throws -> (name: String, bytes: [UInt8])? {
    // A permit to show yields text alone, so the bytes come as text.
    let text = try await open(id, viewer) { span in
      guard let saved = SavedAttachment(place, of: MailParser().parse(span), in: span) else { return PageText("") }
      return PageText(hex(Array(saved.name.utf8)) + ":" + hex(saved.bytes))
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    return (String(decoding: ShowMail.bytes(parts[0]), as: UTF8.self), ShowMail.bytes(parts[1]))
  }

  /// The bytes that `hex` wrote.
  private static func bytes(_ text: Substring) -> [UInt8] {
    func digit(_ byte: UInt8) -> UInt8 { byte < 58 ? byte &- 48 : byte &- 87 }
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count / 2)
    var high: UInt8?
    for byte in text.utf8 {
      if let first = high {
        out.append(first << 4 | digit(byte))
        high = nil
      } else {
        high = digit(byte)
      }
    }
    return out
  }

  private func open(
    _ id: ID<Mail>, _ viewer: Viewer, _ body: @escaping @Sendable (Span<UInt8>) throws -> PageText
  ) async throws -> String {
    let (mail, people) = try await store.see(viewer) { session -> (SeenMail?, [ID<Person>]) in
      let mail = try Timeline.mail(id, in: session)
      guard let interaction = mail?.interaction else { return (mail, []) }
      return (mail, try Seeing.people(of: [interaction], in: session)[interaction] ?? [])
    }
    // Whose people are all restricted or gone is shown nowhere (P121).
    guard let mail, let first = people.first, let content = try await store.seenContent(id, viewer) else {
      throw ShowMail.nothing
    }
    var person = first
    if mail.owner != viewer.member {
      let shared = try await store.sharers(with: viewer, at: .content)[mail.owner] ?? []
      guard let through = shared.contains(ID(0)) ? first : people.first(where: shared.contains) else {
        throw ShowMail.nothing
      }
      person = through
    }
    let permit = try await gate.permit(
      ShowToOwner.self,
      for: Request(
        account: viewer.account, member: mail.owner, viewer: viewer.member, sources: [mail.source],
        handles: mail.key == .none ? [] : [mail.key], person: person, level: .content))
    let shown = try content.open(in: Slot(viewer.account, "mail", "content", row: id.rawValue), permit, body)
    _ = permit.close()
    return shown.text
  }
}
