public import Consent
import Formats
public import Insight
public import Model
public import Store

/// What the owner owes somebody: an answer, or what was promised.
public struct OwedReply: Sendable, Equatable {
  public var person: Person
  public var owed: ReplyOwed
  /// The mail that asks or promises.
  public var mail: ID<Mail>?
}

/// Tells whom a member owes an answer, or what was promised.
///
/// Mails that may be owed for are opened under the permit to find people, which yields who stands in them and whether
/// they ask or promise: no word of them comes out, and nothing is kept.
public struct SuggestReplies: Sendable {
  /// What is owed, and how many mails stayed closed: the grant to read them was withdrawn, or they are damaged.
  public struct Found: Sendable, Equatable {
    public var owed: [OwedReply] = []
    public var closed = 0
  }

  /// So many mails are opened under one permit.
  static let batch = 400

  let store: Store
  let gate: Gate

  public init(store: Store, gate: Gate) {
    self.store = store
    self.gate = gate
  }

  /// What is open at an instant (nil: now), the oldest first; of one person, or of all.
  public func owed(_ viewer: Viewer, to person: ID<Person>? = nil, at: Instant? = nil) async throws -> Found {
    let now = store.clock()
    let at = min(at ?? now, now)
    let past = try await Correspondence.read(
      store, viewer, before: at, days: ReplyOwed.longestDays, for: [.repliesOwed])
    var letters = SuggestReplies.letters(past.exchanges)
    if let person { letters = letters.filter { $0.key == person } }
    let undecided = Set(letters.values.flatMap { ReplyOwed.undecided($0, at: at).compactMap(\.interaction) })
    var found = Found()
    let asks = try await read(undecided.sorted(), viewer, &found.closed)
    var open: [(person: ID<Person>, owed: ReplyOwed)] = []
    for (person, letters) in letters {
      let read = letters.map { letter in
        var letter = letter
        letter.asks = letter.interaction.flatMap { asks[$0]?.asks } ?? []
        return letter
      }
      open += ReplyOwed.open(read, at: at).map { (person: person, owed: $0) }
    }
    open.sort { $0.owed.since == $1.owed.since ? $0.person < $1.person : $0.owed.since < $1.owed.since }
    found.owed = try await store.see(viewer) { [open] session in
      try open.compactMap { person, owed in
        guard let seen = try Seeing.person(person, in: session) else { return nil }
        return OwedReply(person: seen.person, owed: owed, mail: owed.interaction.flatMap { asks[$0]?.mail })
      }
    }
    return found
  }

  /// The mails between the owner and each person; who got a copy of the owner's is owed nothing for it, but was written to.
  private static func letters(_ exchanges: [Exchange]) -> [ID<Person>: [Letter]] {
    var letters: [ID<Person>: [Letter]] = [:]
    for exchange in exchanges where exchange.kind == .mail && !exchange.viaList {
      let isOutward = exchange.direction == .outward
      guard isOutward || exchange.direction == .inward && exchange.author == .person else { continue }
      var people: [ID<Person>: Bool] = [:]
      for one in exchange.people {
        switch (one.role, isOutward) {
        case (.from, false), (.to, true): people[one.person] = true
        case (.cc, true), (.bcc, true): people[one.person] = people[one.person] ?? false
        default: continue
        }
      }
      for (person, isMeant) in people {
        letters[person, default: []].append(
          Letter(
            at: exchange.at, isOutward: isOutward, asks: [], recipients: exchange.recipients,
            thread: UInt64(bitPattern: exchange.shape), interaction: isMeant ? exchange.interaction : nil))
      }
    }
    return letters
  }

  // MARK: opening

  private typealias Read = (mail: ID<Mail>, asks: Asks)

  /// What mails ask or promise, opened source by source; one of a source that may not be read any more stays closed.
  private func read(
    _ interactions: [ID<Interaction>], _ viewer: Viewer, _ closed: inout Int
  ) async throws -> [ID<Interaction>: (mail: ID<Mail>, asks: Asks)] {
    if interactions.isEmpty { return [:] }
    let account = viewer.account
    let owners = try await store.owners(account, viewer.member)
    let held = try await store.read(account) { try Interactions.mails(of: interactions, account, in: $0) }
    var read: [ID<Interaction>: Read] = [:]
    for (source, mails) in Dictionary(grouping: held, by: \.source).sorted(by: { $0.key < $1.key }) {
      var rest = mails[...]
      while !rest.isEmpty {
        // Another copy of it was opened already.
        let batch = rest.prefix(SuggestReplies.batch).filter { read[$0.interaction] == nil }
        rest = rest.dropFirst(SuggestReplies.batch)
        if batch.isEmpty { continue }
        do {
          closed += try await open(batch, of: source, viewer, owners, &read)
        } catch let refusal as Refusal where refusal.reason == .withdrawn || refusal.reason == .noGrant {
          closed += batch.count
        }
      }
    }
    return read
  }

  /// Answers how many did not open.
  private func open(
    _ batch: [HeldText], of source: ID<Source>, _ viewer: Viewer, _ owners: Set<String>,
    _ read: inout [ID<Interaction>: Read]
  ) async throws -> Int {
    let account = viewer.account
    let request = Request(
      account: account, member: viewer.member, sources: [source],
      handles: Array(Set(batch.map(\.mail.key)).subtracting([.none])), count: batch.count)
    let permit = try await gate.permit(FindPeople.self, for: request)
    var closed = 0
    for held in batch {
      var content = held.mail.content
      if let blob = held.mail.blob { content = try await store.content(account, blob: blob) }
      guard let content else {
        closed += 1
        continue
      }
      do {
        let found = try content.open(in: Slot(account, "mail", "content", row: held.mail.id.rawValue), permit) {
          SuggestReplies.asked(in: $0, owners)
        }
        read[held.interaction] = (held.mail.id, found.asks)
      } catch let refusal as Refusal where refusal.reason == .keyNotHeld {
        // Its author was erased: nothing is owed any more.
        continue
      } catch let refusal as Refusal where refusal.reason == .damaged {
        closed += 1
      }
    }
    _ = permit.close()
    return closed
  }

  /// What a mail asks or promises; a copy asks the owner for nothing.
  private static func asked(in bytes: Span<UInt8>, _ owners: Set<String>) -> MailSightings {
    let mail = MailParser().parse(bytes)
    let split = QuoteSplit(mail)
    var found = sightings(in: mail, split: split)
    let isMeant = found.sightings.contains { owners.contains($0.address) && ($0.role == .to || $0.role == .from) }
    if isMeant { found.asks = Asks(MailReading(mail, split: split)) }
    return found
  }
}
