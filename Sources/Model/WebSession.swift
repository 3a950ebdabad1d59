/// A browser that is signed in: since when, from where, and when its user last gave the password (P042).
public struct WebSession: Identified, Sendable, Equatable {
  public static let prefix = "session"

  public var id: ID<WebSession>
  public var account: ID<Account>
  public var member: ID<Member>
  public var madeAt: Instant
  public var seenAt: Instant
  /// When the password was last given; what cannot be taken back asks for it again (P053).
  public var provedAt: Instant
  /// The network address it was made from.
  public var place: String
  /// Browser and system, in the words that are shown; never more than what the browser says of itself.
  public var device: String

  public init(
    id: ID<WebSession>, account: ID<Account>, member: ID<Member>, madeAt: Instant, seenAt: Instant, provedAt: Instant,
    place: String, device: String
  ) {
    self.id = id
    self.account = account
    self.member = member
    self.madeAt = madeAt
    self.seenAt = seenAt
    self.provedAt = provedAt
    self.place = place
    self.device = device
  }

  /// A session ends when it was not used for so long, and in any case after `longest`.
  public static let idle = 14 * Instant.day
  public static let longest = 60 * Instant.day

  public func isLive(at now: Instant) -> Bool {
    now.milliseconds - seenAt.milliseconds < WebSession.idle
      && now.milliseconds - madeAt.milliseconds < WebSession.longest
  }

  /// How long a given password counts as proof, in milliseconds.
  public static let proof: Int64 = 10 * 60_000

  public func isProved(at now: Instant) -> Bool { now.milliseconds - provedAt.milliseconds < WebSession.proof }
}
