import Insight
import Model
import Store

/// What the touches of one person come to: each interaction once, in the part that says most.
struct Tie: Sendable {
  /// Dated touches, as strength looks at them.
  private(set) var touches: [Touch] = []
  /// Interactions in which the person wrote, or was written to by the owner.
  private(set) var interactions = 0
  private(set) var lastContacted: Instant?

  /// Looks at touches up to `now`; one that is not dated is counted and nothing else.
  init(_ all: [HandleTouch], now: Instant) {
    // A person takes part by two addresses, or stands in To and in Cc: the part that says most speaks.
    let sorted = all.sorted {
      $0.interaction == $1.interaction
        ? TiePart($0.kind, $0.role, $0.direction, viaList: $0.viaList)
          < TiePart($1.kind, $1.role, $1.direction, viaList: $1.viaList) : $0.interaction < $1.interaction
    }
    var last: ID<Interaction>?
    for touch in sorted where touch.interaction != last {
      last = touch.interaction
      let part = TiePart(touch.kind, touch.role, touch.direction, viaList: touch.viaList)
      guard part != .none else { continue }
      let isFuture = touch.isDated && touch.at > now
      if part != .around, !isFuture { interactions += 1 }
      guard touch.isDated, !isFuture else { continue }
      touches.append(
        Touch(
          at: touch.at, direction: part.direction, recipients: touch.recipients, kind: touch.kind,
          viaList: touch.viaList, author: touch.author))
      // What a program sent in somebody's name is no contact with them.
      if part != .around, touch.author != .machine { lastContacted = max(lastContacted ?? touch.at, touch.at) }
    }
  }
}

/// What part somebody had in an interaction, the weightiest first.
enum TiePart: Int, Comparable {
  case met, theyWrote, writtenTo, around, none

  init(_ kind: Interaction.Kind, _ role: Interaction.Role, _ direction: Interaction.Direction, viaList: Bool) {
    if kind == .meeting {
      // Whoever sat in one audience has not met.
      self = viaList ? .around : .met
      return
    }
    switch (role, direction) {
    case (.from, .inward): self = .theyWrote
    case (.from, .between): self = .around
    case (.from, .outward): self = .none
    case (.to, .outward), (.cc, .outward), (.bcc, .outward): self = .writtenTo
    case (.to, _), (.cc, _), (.bcc, _): self = .around
    case (.replyTo, _): self = .none
    }
  }

  var direction: Interaction.Direction {
    switch self {
    case .theyWrote: .inward
    case .writtenTo: .outward
    // A meeting is neither sent nor received.
    case .met, .around, .none: .between
    }
  }

  static func < (a: TiePart, b: TiePart) -> Bool { a.rawValue < b.rawValue }
}

extension HandleStatistics {
  /// What the stored touches and names of one address show.
  init(_ address: String, touches: [HandleTouch], names: [SeenName], onCard: Bool) {
    self.init(address: address)
    self.onCard = onCard
    var shapes: Set<Int64> = []
    for touch in touches {
      if touch.kind == .meeting {
        to += 1
        if touch.direction == .outward { written += 1 }
        continue
      }
      switch touch.role {
      case .from:
        from += 1
        if touch.author == .machine { machineMails += 1 }
        if touch.author == .bulk { bulkMails += 1 }
        if touch.answers { answering += 1 }
        if touch.viaList { listMails += 1 }
        shapes.insert(touch.shape)
      case .to, .cc, .bcc:
        to += 1
        if touch.direction == .outward { written += 1 }
      case .replyTo: break
      }
    }
    subjectShapes = shapes.count
    for name in names {
      let clean = PersonName.clean(name.name)
      if !clean.isEmpty { self.names[clean, default: 0] += name.count }
    }
  }
}
