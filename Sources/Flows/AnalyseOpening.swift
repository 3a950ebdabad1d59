import Consent
import Formats
import Insight
import Model
import Store

/// What came out of a batch of mails that were opened under two permits, both closed by now.
struct OpenedBatch: Sendable {
  /// What opening one mail came to.
  enum Look: Sendable {
    case found(MailSightings)
    /// Somebody in it was erased.
    case erased
    /// It does not open, or cannot be understood.
    case damaged
  }

  var mails: [WaitingMail]
  /// One for each mail.
  var looks: [Look]
  /// One for each mail: its words' tokens as the index keeps them; nil where none are kept.
  var tokens: [String?]
  /// The number of the key of each handle that was met.
  var keys: [Handle: KeyID]
  var stamps: [Grant.Stamp]
}

extension Analyse {
  /// Opens a batch twice, for who wrote to whom and for its words: each under its own permit, both at once.
  ///
  /// Where the index is switched off, nothing is opened for it.
  func open(_ mails: [WaitingMail], _ asked: Asked) async throws -> OpenedBatch {
    let contents = try await contents(of: mails, asked)
    let keys = Array(Set(mails.map(\.key)).subtracting([.none]))
    let request = Request(
      account: asked.account, member: asked.member, sources: [asked.source], handles: keys, count: mails.count)
    async let people = findPeople(mails, contents, request, asked)
    async let words = asked.off.contains(.searchWords) ? nil : buildIndex(mails, contents, request, asked.book)
    var (looks, handles, stamps) = try await people
    guard let (tokens, otherStamps) = try await words else {
      return OpenedBatch(
        mails: mails, looks: looks, tokens: mails.map { _ in nil }, keys: handles, stamps: stamps)
    }
    for index in looks.indices where tokens[index] == nil {
      if case .found = looks[index] { looks[index] = .damaged }
    }
    for stamp in otherStamps where !stamps.contains(stamp) { stamps.append(stamp) }
    return OpenedBatch(
      mails: mails, looks: looks, tokens: tokens, keys: handles, stamps: stamps)
  }

  /// The sealed content of each mail, taken from its row or from its blob; nil for the erased.
  private func contents(of mails: [WaitingMail], _ asked: Asked) async throws -> [Sealed?] {
    var contents: [Sealed?] = []
    contents.reserveCapacity(mails.count)
    for mail in mails {
      if let blob = mail.blob, !mail.isErased {
        contents.append(try await store.content(asked.account, blob: blob))
      } else {
        contents.append(mail.content)
      }
    }
    return contents
  }

  private func findPeople(
    _ mails: [WaitingMail], _ contents: [Sealed?], _ request: Request, _ asked: Asked
  ) async throws -> ([OpenedBatch.Look], [Handle: KeyID], [Grant.Stamp]) {
    let permit = try await gate.permit(FindPeople.self, for: request)
    let blind = permit.blind
    let (owners, reads) = (asked.owners, !asked.off.contains(.signatures))
    var looks: [OpenedBatch.Look] = []
    looks.reserveCapacity(mails.count)
    var handles: Set<Handle> = []
    for (mail, content) in zip(mails, contents) {
      guard let content, !mail.isErased else {
        looks.append(mail.isErased ? .erased : .damaged)
        continue
      }
      do {
        let found = try content.open(in: Slot(request.account, "mail", "content", row: mail.id.rawValue), permit) {
          Analyse.people(in: $0, blind, signaturesBut: reads ? owners : nil)
        }
        for sighting in found.sightings { handles.insert(Handle(.email, sighting.address)) }
        looks.append(.found(found))
      } catch let refusal as Refusal {
        // The key of its author was destroyed: the author was erased after the mail was stored.
        looks.append(refusal.reason == .keyNotHeld ? .erased : .damaged)
      }
    }
    let sealer = try await permit.sealer(for: handles)
    for index in looks.indices {
      guard case .found(let found) = looks[index] else { continue }
      if found.sightings.contains(where: { sealer.isErased(Handle(.email, $0.address)) }) { looks[index] = .erased }
    }
    var keys: [Handle: KeyID] = [:]
    for handle in handles { keys[handle] = sealer.keyID(handle) }
    let stamps = permit.stamps
    _ = permit.close()
    return (looks, keys, stamps)
  }

  /// Who stands in one mail, with the signs by which its author is judged; names and addresses within bounds.
  ///
  /// `signaturesBut` names those whose own signatures nobody needs; nil reads none.
  private static func people(
    in bytes: Span<UInt8>, _ blind: BlindKey, signaturesBut owners: Set<String>?
  ) -> MailSightings {
    let mail = MailParser().parse(bytes)
    // Who wrote it and what they say of themselves both look at the text as it is split.
    let split = owners == nil ? nil : QuoteSplit(mail)
    var found = sightings(in: mail, split: split) { blind.mac(sha256($0)) }
    found.answers = !mail.inReplyTo.isEmpty || !mail.references.isEmpty
    found.shape = blind.token(Array(subjectShape(mail.subject).utf8))
    found.sightings.removeAll { $0.address.utf8.count > longestAddress }
    for index in found.sightings.indices where found.sightings[index].name.count > longestName {
      found.sightings[index].name = String(found.sightings[index].name.prefix(longestName))
    }
    if let owners { found.said = said(in: mail, split, found, owners) }
    return found
  }

  /// What the author, if it is a person and not the owner, says below the mail; quoted signatures are nobody's.
  private static func said(
    in mail: ParsedMail, _ split: QuoteSplit?, _ found: MailSightings, _ owners: Set<String>
  ) -> [MailSightings.Said] {
    let authors = found.sightings.filter { $0.role == .from }
    guard found.author == .person, authors.count == 1, !owners.contains(authors[0].address) else { return [] }
    return MailReading(mail, split: split).proposals().prefix(12).compactMap { vote in
      // Web and postal addresses are kept sealed alone (decision 0003); they wait for a sealed place of their own.
      guard let field = Fact.Field(rawValue: vote.field.rawValue), field.isOpen else { return nil }
      return MailSightings.Said(field: field, label: vote.label, value: vote.value, confidence: vote.confidence)
    }
  }

  /// RFC 5321 §4.5.3.1: 64 octets before the `@` and 255 behind it.
  private static let longestAddress = 320
  private static let longestName = 200

  private func buildIndex(
    _ mails: [WaitingMail], _ contents: [Sealed?], _ request: Request, _ book: TokenBook
  ) async throws -> ([String?], [Grant.Stamp]) {
    let permit = try await gate.permit(BuildIndex.self, for: request)
    let blind = permit.blind
    var tokens: [String?] = []
    tokens.reserveCapacity(mails.count)
    for (mail, content) in zip(mails, contents) {
      guard let content, !mail.isErased else {
        tokens.append(nil)
        continue
      }
      let slot = Slot(request.account, "mail", "content", row: mail.id.rawValue)
      let made = try? content.open(in: slot, permit) {
        book.tokens(of: MailWords.texts(MailParser().parse($0)), by: blind)
      }
      // What does not open is found out by the other permit, which says why.
      tokens.append(made.map { Words.text($0) })
    }
    let stamps = permit.stamps
    _ = permit.close()
    return (tokens, stamps)
  }
}
