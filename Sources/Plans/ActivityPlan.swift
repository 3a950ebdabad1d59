public import Model

/// How much of an interaction may leave for a destination.
public enum ActivityLevel: String, Sendable, CaseIterable, Comparable {
  /// Nothing at all.
  case off
  /// When it was, of what kind, in which direction and with whom.
  case metadata
  /// Its subject as well.
  case subject
  /// Its text as well.
  case full

  private var rank: Int { ActivityLevel.allCases.firstIndex(of: self) ?? 0 }
  public static func < (a: ActivityLevel, b: ActivityLevel) -> Bool { a.rank < b.rank }

  /// The name of the option that sets it; nothing leaves under a word that is not understood.
  public static let option = "activities"
  public init(options: [String: String]) { self = ActivityLevel(rawValue: options[ActivityLevel.option] ?? "") ?? .off }
}

/// An interaction with people who are kept at a destination, and the records they are there.
public struct ActivityCandidate: Sendable, Equatable {
  public var interaction: ID<Interaction>
  public var kind: Interaction.Kind
  public var at: Instant
  public var endsAt: Instant?
  public var direction: Interaction.Direction
  public var remotes: [String]
  /// Whose record the first of them is.
  public var person: ID<Person>?
  /// The key of an earlier try whose answer did not come.
  public var tried: String?

  public init(
    interaction: ID<Interaction>, kind: Interaction.Kind, at: Instant, endsAt: Instant? = nil,
    direction: Interaction.Direction, remotes: [String], person: ID<Person>? = nil, tried: String? = nil
  ) {
    self.interaction = interaction
    self.kind = kind
    self.at = at
    self.endsAt = endsAt
    self.direction = direction
    self.remotes = remotes
    self.person = person
    self.tried = tried
  }
}

/// Which interactions are entered at a destination, as what.
public struct ActivityPlan: Sendable, Equatable {
  /// One that is to be entered; `kind` is what it becomes there.
  public struct Entry: Sendable, Equatable {
    public var candidate: ActivityCandidate
    public var kind: Interaction.Kind
  }

  /// Oldest first.
  public var entries: [Entry] = []
  /// How many of each kind become notes, since the system has no such kind: the owner is told.
  public var asNotes: [Interaction.Kind: Int] = [:]
  /// How many the system has no place for at all.
  public var leftOut: [Interaction.Kind: Int] = [:]

  /// `native` are the kinds that the system keeps as such; `hasNotes`, whether others can become notes.
  public init(
    _ candidates: [ActivityCandidate], level: ActivityLevel, native: Set<Interaction.Kind>, hasNotes: Bool
  ) {
    guard level > .off else { return }
    for candidate in candidates.sorted(by: { ($0.at, $0.interaction) < ($1.at, $1.interaction) })
    where !candidate.remotes.isEmpty {
      if native.contains(candidate.kind) {
        entries.append(Entry(candidate: candidate, kind: candidate.kind))
      } else if hasNotes {
        entries.append(Entry(candidate: candidate, kind: .note))
        if candidate.kind != .note { asNotes[candidate.kind, default: 0] += 1 }
      } else {
        leftOut[candidate.kind, default: 0] += 1
      }
    }
  }

  /// What the owner is told of it.
  public var told: [String] {
    let notes = asNotes.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      "\($0.value) of kind \($0.key.rawValue) entered as notes: this system has no such kind"
    }
    let left = leftOut.sorted { $0.key.rawValue < $1.key.rawValue }.map {
      "\($0.value) of kind \($0.key.rawValue) left out: this system has neither such a kind nor notes"
    }
    return notes + left
  }
}
