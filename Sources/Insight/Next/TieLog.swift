public import Model

/// What passed between an owner and the people around, as far as foretelling looks at it.
public struct TieLog: Sendable {
  /// One mail, call or meeting; people are numbers, places in `addresses`.
  public struct Entry: Sendable, Equatable {
    public var at: Instant
    public var isOutward: Bool
    /// With whom it was contact: those the owner wrote to, or who wrote.
    public var people: [Int]
    /// Who stood beside the owner among the recipients of a mail received: no contact.
    public var beside: [Int]
    /// Who is named in what the mail quotes, and takes no part in it.
    public var named: [Int]
    public var recipients: Int
    /// Equal for mails on one subject; 0 if there is none.
    public var topic: UInt64
  }

  /// Folded addresses.
  public private(set) var addresses: [String] = []
  public private(set) var entries: [Entry] = []
  private var numbers: [String: Int] = [:]

  public init() {}

  private mutating func number(_ address: String) -> Int {
    if let known = numbers[address] { return known }
    numbers[address] = addresses.count
    addresses.append(address)
    return addresses.count - 1
  }

  /// Adds one mail of the owner's; `named` are addresses of people whom it quotes.
  ///
  /// What a machine or a bulk sender wrote is no contact, but whom it went to beside the owner says something.
  public mutating func add(
    _ mail: MailSightings, at: Instant, owners: Set<String>, named: Set<String> = [], topic: UInt64 = 0
  ) {
    let isOutward = mail.direction(owners: owners, delivered: true) == .outward
    var authors: Set<String> = []
    var receivers: Set<String> = []
    for sighting in mail.sightings where !owners.contains(sighting.address) {
      switch sighting.role {
      case .from: authors.insert(sighting.address)
      case .to, .cc, .bcc: receivers.insert(sighting.address)
      case .replyTo: break
      }
    }
    if isOutward {
      add(at: at, isOutward: true, people: receivers, named: named, recipients: mail.recipients, topic: topic)
    } else {
      add(
        at: at, isOutward: false, people: mail.author == .person && !mail.viaList ? authors : [],
        beside: receivers.subtracting(authors), named: named, recipients: mail.recipients, topic: topic)
    }
  }

  /// Adds one entry, with people by any name that is theirs alone.
  public mutating func add(
    at: Instant, isOutward: Bool, people: Set<String>, beside: Set<String> = [], named: Set<String> = [],
    recipients: Int = 1, topic: UInt64 = 0
  ) {
    // In the order of the alphabet, so that the same mails give the same numbers.
    let people = people.sorted().map { number($0) }
    let beside = isOutward ? [] : beside.sorted().map { number($0) }
    let taking = Set(people).union(beside)
    entries.append(
      Entry(
        at: at, isOutward: isOutward, people: people, beside: beside,
        named: named.sorted().map { number($0) }.filter { !taking.contains($0) }, recipients: max(1, recipients),
        topic: topic))
  }

  /// Forgets what is not before an instant.
  mutating func keep(before at: Instant) { entries.removeAll { $0.at >= at } }

  /// Puts entries in their order of time; equal times in the order of what they hold, however the mails were read.
  mutating func sort() {
    func key(_ entry: Entry) -> String { entry.people.map { addresses[$0] }.joined(separator: " ") }
    entries.sort { a, b in
      if a.at != b.at { return a.at < b.at }
      if a.isOutward != b.isOutward { return a.isOutward }
      if a.topic != b.topic { return a.topic < b.topic }
      return key(a) < key(b)
    }
  }

  /// Whom the owner writes to from an instant on, for so many days.
  public func writtenTo(from at: Instant, days: Double = 30) -> Set<Int> {
    let end = at.advanced(byDays: days)
    var found: Set<Int> = []
    for entry in entries where entry.isOutward && entry.at >= at && entry.at < end { found.formUnion(entry.people) }
    return found
  }
}
