public import Model

/// One mail between the owner and one person, as far as something may be owed for it.
public struct Letter: Sendable, Equatable {
  public var at: Instant
  public var isOutward: Bool
  /// What its author's own new words ask or promise.
  public var asks: Asks
  /// How many it went to; what is asked of many is asked of nobody.
  public var recipients: Int
  /// Equal for the mails of one exchange; nil if it is not known.
  public var thread: UInt64?
  /// Which one it is; nil if nothing in it can be owed, as for who merely got a copy.
  public var interaction: ID<Interaction>?

  public init(
    at: Instant, isOutward: Bool, asks: Asks, recipients: Int = 1, thread: UInt64? = nil,
    interaction: ID<Interaction>? = nil
  ) {
    self.at = at
    self.isOutward = isOutward
    self.asks = asks
    self.recipients = recipients
    self.thread = thread
    self.interaction = interaction
  }
}

/// What the owner owes a person: an answer, or what was promised.
public struct ReplyOwed: Sendable, Equatable {
  /// Why something is owed.
  public enum Kind: String, Sendable { case answer, promise }

  public var kind: Kind
  public var since: Instant
  /// The mail that asks or promises, if it is known which one it is.
  public var interaction: ID<Interaction>?
  /// One sentence.
  public var why: String

  /// More recipients than these, and nobody is asked in person.
  public static let fewest = 3
  /// What has been open for longer is past answering.
  public static let longestDays = 60.0

  /// The letters that may be owed for at an instant, whatever they say: nothing else has to be opened to know.
  public static func undecided(_ letters: [Letter], at: Instant) -> [Letter] {
    let before = letters.filter { $0.at < at }
    return before.filter { $0.interaction != nil && $0.recipients <= fewest && isOpen($0, among: before, at: at) }
  }

  /// What is open at an instant, the oldest first; later mails are not looked at.
  ///
  /// An answer is owed for their last mail that asks, until the owner writes in the same exchange (to the person at all,
  /// if exchanges are not known). A promise is owed until the owner writes there again.
  public static func open(_ letters: [Letter], at: Instant) -> [ReplyOwed] {
    let before = letters.filter { $0.at < at }
    var last: [Key: Letter] = [:]
    for letter in before where asksSomething(letter) {
      let key = Key(isOutward: letter.isOutward, thread: letter.thread)
      if let known = last[key], known.at >= letter.at { continue }
      last[key] = letter
    }
    let open = last.values.filter { isOpen($0, among: before, at: at) }
    return open.map { letter in
      let days = Int(at.days(since: letter.at))
      let ago = days == 0 ? "today" : days == 1 ? "yesterday" : "\(days) days ago"
      if letter.isOutward {
        return ReplyOwed(
          kind: .promise, since: letter.at, interaction: letter.interaction,
          why: "You promised something \(ago), and have not written since.")
      }
      let what = letter.asks.contains(.question) ? "They asked you something" : "They asked you for something"
      return ReplyOwed(
        kind: .answer, since: letter.at, interaction: letter.interaction,
        why: "\(what) \(ago), and you have not answered.")
    }.sorted { $0.since == $1.since ? $0.kind.rawValue < $1.kind.rawValue : $0.since < $1.since }
  }

  /// Whether a letter is young enough, and the owner has not written there since.
  private static func isOpen(_ asked: Letter, among letters: [Letter], at: Instant) -> Bool {
    at.days(since: asked.at) <= longestDays
      && !letters.contains { $0.isOutward && $0.at > asked.at && isSame($0.thread, asked.thread) }
  }

  private struct Key: Hashable {
    var isOutward: Bool
    var thread: UInt64?
  }

  private static func asksSomething(_ letter: Letter) -> Bool {
    guard letter.recipients <= fewest else { return false }
    return letter.isOutward
      ? letter.asks.contains(.promise) : !letter.asks.isDisjoint(with: [.question, .request])
  }

  private static func isSame(_ a: UInt64?, _ b: UInt64?) -> Bool { a == nil || b == nil || a == b }
}
