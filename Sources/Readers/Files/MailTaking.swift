public import Consent
import Formats
public import Model

/// A mail of one content that the store has already.
public struct KnownMail: Sendable, Equatable {
  public var id: ID<Mail>
  /// Held as deep as the grant says, or erased: nothing is to be sealed again.
  public var isDone: Bool

  public init(id: ID<Mail>, isDone: Bool) {
    self.id = id
    self.isDone = isDone
  }
}

/// A mail that was read and sealed.
public struct TakenMail: Sendable {
  /// An attachment as a grant of less than the whole keeps it.
  public struct Attachment: Sendable {
    public let name: Sealed?
    public let type: String
    public let size: Int
    public let digest: [UInt8]
  }

  /// How it is to be stored.
  public enum Newness: Sendable {
    case new
    /// The store has it at another depth: content and subject are replaced.
    case deeper
    /// The store has it: only this place of it is new.
    case known
  }

  /// The number of its folder in `MailReader.folders`.
  public let folder: Int
  public let uid: Int64
  public let id: ID<Mail>
  public let newness: Newness
  public let digest: [UInt8]
  public let size: Int
  public let at: Instant
  public let key: KeyID
  public let subject: Sealed?
  public let content: Sealed?
  public let attachments: [Attachment]
  /// Somebody in it was erased: nothing of it is kept but that it was there (P120).
  public let isErased: Bool
}

/// What became of a batch.
public struct TakenMails: Sendable {
  public internal(set) var mails: [TakenMail] = []
  /// What is not kept, and by which rule.
  public internal(set) var leftOut: [(folder: Int, uid: Int64, rule: LeftOut)] = []
}

/// Reads, parses and seals the mails of a batch: what goes in as bytes comes out closed.
public struct MailTaking: Sendable {
  public var source: ID<Source>
  public var depth: Depth
  public var since: Instant?
  /// The owner's own addresses, folded.
  public var owners: Set<String>
  /// Whom the owner blocks.
  public var senders: SenderRules
  public var now: Instant
  public var newID: @Sendable () -> ID<Mail>
  /// What the store has of these digests.
  public var known: @Sendable ([[UInt8]]) async throws -> [[UInt8]: KnownMail]

  public init(
    source: ID<Source>, depth: Depth, since: Instant?, owners: Set<String>, senders: SenderRules, now: Instant,
    newID: @escaping @Sendable () -> ID<Mail>,
    known: @escaping @Sendable ([[UInt8]]) async throws -> [[UInt8]: KnownMail]
  ) {
    self.source = source
    self.depth = depth
    self.since = since
    self.owners = owners
    self.senders = senders
    self.now = now
    self.newID = newID
    self.known = known
  }

  /// A mail between reading and sealing.
  private struct Draft {
    var waiting: MailBatch.Waiting
    var digest: [UInt8]
    var size: Int
    var envelope: Envelope
    var subject: String
    var content: [UInt8]
    var attachments: [(name: String, type: String, size: Int, digest: [UInt8])]
  }

  public func take(_ batch: MailBatch, _ permit: borrowing Permit<ReadMail>) async throws -> TakenMails {
    var taken = TakenMails()
    let drafts = read(batch, &taken)
    let known = try await known(drafts.map(\.digest))
    let everybody = drafts.reduce(into: Set([Envelope.unknown])) { $0.formUnion($1.envelope.everybody) }
    let sealer = try await permit.sealer(for: everybody)
    taken.mails.reserveCapacity(drafts.count)
    for draft in drafts {
      taken.mails.append(try seal(draft, known[draft.digest], sealer, permit.account))
    }
    return taken
  }

  private func read(_ batch: MailBatch, _ taken: inout TakenMails) -> [Draft] {
    var drafts: [Draft] = []
    drafts.reserveCapacity(batch.count)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    for waiting in batch.mails {
      switch waiting.origin {
      case .bytes(let bytes, let digest):
        let rule = bytes.withUnsafeBufferPointer { draft(waiting, $0, digest, &drafts) }
        if let rule { taken.leftOut.append((waiting.folder, waiting.uid, rule)) }
      case .file(let path, _):
        do {
          let count = try LocalFile.read(path, into: &buffer, limit: MailReader.largestMail)
          let rule = buffer.withUnsafeBufferPointer {
            count == 0 ? .empty : draft(waiting, UnsafeBufferPointer(rebasing: $0[..<count]), nil, &drafts)
          }
          if let rule { taken.leftOut.append((waiting.folder, waiting.uid, rule)) }
        } catch {
          if error != .missing {
            taken.leftOut.append((waiting.folder, waiting.uid, error == .tooBig ? .tooBig : .unreadable))
          }
        }
      }
    }
    return drafts
  }

  /// Reads what is needed of one mail, and cuts it to the grant's depth; or the rule that leaves it out.
  private func draft(
    _ waiting: MailBatch.Waiting, _ bytes: UnsafeBufferPointer<UInt8>, _ digest: [UInt8]?, _ drafts: inout [Draft]
  ) -> LeftOut? {
    let parser = MailParser()
    let mail = parser.parseHeaders(bytes.span)
    // A mail whose date is not to be believed is never left out by its date.
    if let since, let date = Envelope.believed(mail.date, now: now), date < since { return .period }
    let envelope = Envelope(mail, owners: owners, now: now)
    if senders.leavesOut(from: envelope.from, to: envelope.to, owners: owners) { return .blocked }
    var content: [UInt8] = []
    var attachments: [(name: String, type: String, size: Int, digest: [UInt8])] = []
    if depth != .headers, MailTaking.mayHoldAttachments(mail) {
      content = parser.reduced(bytes.span, to: depth)
      for found in parser.parse(bytes.span).attachments {
        let digest = sha256(parser.decoded(found, in: bytes.span))
        attachments.append((found.name, MailTaking.plainType(found.type), found.size, digest))
      }
    } else {
      content = depth == .headers ? parser.reduced(bytes.span, to: depth) : Array(bytes)
    }
    drafts.append(
      Draft(
        waiting: waiting, digest: digest ?? MailTaking.digest(bytes), size: bytes.count,
        envelope: envelope, subject: mail.subject, content: content,
        attachments: attachments))
    return nil
  }

  /// Whether there can be anything but one text; most mails are one text, and need no walk through their parts.
  private static func mayHoldAttachments(_ mail: ParsedMail) -> Bool {
    if mail.header("content-disposition") != nil { return true }
    guard let type = mail.header("content-type") else { return false }
    return !fold(type.prefix(5)).hasPrefix("text/") || fold(type).contains("name")
  }

  /// A media type of the letters such names are made of (RFC 6838 §4.2); whoever writes prose there is not quoted.
  private static func plainType(_ type: String) -> String {
    let plain = type.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (48...57).contains(byte) || [43, 45, 46, 47, 95].contains(byte)
    }
    return plain && type.utf8.count <= 127 ? type : "application/octet-stream"
  }

  private static func digest(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var digesting = Digesting()
    digesting.add(UnsafeRawBufferPointer(bytes))
    return digesting.finish()
  }

  private func seal(
    _ draft: Draft, _ known: KnownMail?, _ sealer: Sealer, _ account: ID<Account>
  ) throws -> TakenMail {
    let id = known?.id ?? newID()
    let isErased = draft.envelope.everybody.contains(where: sealer.isErased)
    let isDone = known?.isDone ?? false
    var subject: Sealed?
    var content: Sealed?
    var attachments: [TakenMail.Attachment] = []
    if !isErased, !isDone {
      let author = draft.envelope.author
      if !draft.subject.isEmpty {
        subject = try sealer.seal(
          Array(draft.subject.utf8), by: author, in: Slot(account, "mail", "subject", row: id.rawValue))
      }
      content = try sealer.seal(draft.content, by: author, in: Slot(account, "mail", "content", row: id.rawValue))
      let slot = Slot(account, "attachment", "name", row: id.rawValue)
      attachments = try draft.attachments.map { found in
        TakenMail.Attachment(
          name: found.name.isEmpty ? nil : try sealer.seal(Array(found.name.utf8), by: author, in: slot),
          type: found.type, size: found.size, digest: found.digest)
      }
    }
    return TakenMail(
      folder: draft.waiting.folder, uid: draft.waiting.uid, id: id,
      newness: known == nil ? .new : isDone ? .known : .deeper, digest: draft.digest, size: draft.size,
      at: draft.envelope.at, key: isErased ? .none : sealer.keyID(draft.envelope.author) ?? .none, subject: subject,
      content: content, attachments: attachments, isErased: isErased)
  }
}
