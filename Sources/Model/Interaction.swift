/// One touch between people: a mail, a meeting, a call, a text, a note.
public struct Interaction: Identified, Sendable, Equatable {
  public static let prefix = "interaction"

  public enum Kind: String, Sendable, CaseIterable { case mail, meeting, call, text, note }

  /// Seen from the owner: written by the owner, received by the owner, or neither (a mail that is merely there).
  public enum Direction: Int, Sendable, CaseIterable { case outward = 1, inward = 2, between = 3 }

  public enum Role: Int, Sendable, CaseIterable { case from = 1, to = 2, cc = 3, bcc = 4, replyTo = 5 }

  public var id: ID<Interaction>
  public var kind: Kind
  public var at: Instant
  public var direction: Direction

  public init(id: ID<Interaction>, kind: Kind, at: Instant, direction: Direction) {
    self.id = id
    self.kind = kind
    self.at = at
    self.direction = direction
  }
}

/// A stored mail: one for each content in one source; its places say in which folders it lies.
public enum Mail: Identified { public static let prefix = "mail" }
