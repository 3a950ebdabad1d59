public import Model

/// Who knows whom, from who stands together in the mails that the viewer holds: those left out of a list of recipients,
/// and ways to somebody through others.
///
/// Made from one viewer's own log, so it knows no tie that the viewer may not see.
public struct Introductions: Sendable {
  /// Half of what a mail says is left after so many days.
  static let halfLife = 180.0
  /// A mail to more than these says nothing of who knows whom.
  static let mostRecipients = 40

  private var names: [String] = []
  private var numbers: [String: Int] = [:]
  /// What the owner wrote to several: when, to whom.
  private var groups: [(weight: Double, people: Set<Int>)] = []
  /// How much passes between two others, as far as the owner saw it, by the lesser and the greater number.
  private var ties: [Pair: Tie] = [:]

  private struct Pair: Hashable {
    var a: Int
    var b: Int

    init(_ x: Int, _ y: Int) { (a, b) = (min(x, y), max(x, y)) }
  }

  private struct Tie {
    var weight = 0.0
    var mails = 0
  }

  /// What is known at an instant; later mails are not looked at.
  public init(_ log: TieLog, at: Instant) {
    names = log.addresses
    numbers = Dictionary(zip(names, names.indices), uniquingKeysWith: { first, _ in first })
    var log = log
    log.sort()
    for entry in log.entries where entry.at < at && entry.recipients <= Introductions.mostRecipients {
      let left = Bits.power(-at.days(since: entry.at) / Introductions.halfLife)
      if entry.isOutward {
        if entry.people.count > 1 { groups.append((left, Set(entry.people))) }
        // That the owner wrote to both shows less than that one of them wrote to the other.
        let share = left / Double(2 * max(1, entry.people.count - 1))
        for (place, one) in entry.people.enumerated() {
          for other in entry.people.dropFirst(place + 1) { note(one, other, share) }
        }
      } else {
        let share = left / Double(max(1, entry.beside.count)).squareRoot()
        for author in entry.people { for other in entry.beside { note(author, other, share) } }
      }
    }
  }

  private mutating func note(_ one: Int, _ other: Int, _ weight: Double) {
    ties[Pair(one, other), default: Tie()].weight += weight
    ties[Pair(one, other), default: Tie()].mails += 1
  }

  /// Somebody whom a person knows, as far as the viewer's mails show.
  public struct Acquaintance: Sendable, Equatable {
    public var address: String
    /// How many mails show it.
    public var mails: Int
    /// From 0 to 1, fading with age.
    public var weight: Double
    /// One sentence.
    public var why: String
  }

  /// Whom a person knows, the surest first; `top` 0 gives all.
  ///
  /// One mail alone shows nothing.
  public func acquaintances(of address: String, top: Int = 0) -> [Acquaintance] {
    guard let one = numbers[address] else { return [] }
    var found: [Acquaintance] = []
    for (pair, tie) in ties where (pair.a == one || pair.b == one) && tie.mails > 1 {
      found.append(
        Acquaintance(
          address: names[pair.a == one ? pair.b : pair.a], mails: tie.mails, weight: tie.weight / (tie.weight + 2),
          why: "They stand together in \(tie.mails) of the mails you have."))
    }
    found.sort { $0.weight == $1.weight ? $0.address < $1.address : $0.weight > $1.weight }
    return top > 0 ? Array(found.prefix(top)) : found
  }

  /// Somebody who is usually written to together with those who are named.
  public struct Forgotten: Sendable, Equatable {
    public var address: String
    /// How much of what went to these people also went to this one, from 0 to 1.
    public var share: Double
    /// One sentence.
    public var why: String
  }

  /// Who is missing among at least two recipients, the likeliest first.
  ///
  /// After "Don't forget Bob" (Roth and others, KDD 2010): a group counts by its age and by how many of the recipients are in it; below `least` nobody is named.
  public func forgotten(_ recipients: Set<String>, least: Double = 0.5, top: Int = 3) -> [Forgotten] {
    let seeds = Set(recipients.compactMap { numbers[$0] })
    guard seeds.count > 1 else { return [] }
    var whole = 0.0
    var sums: [Int: (weight: Double, mails: Int)] = [:]
    var mails = 0
    for group in groups {
      let common = group.people.intersection(seeds).count
      // One of them alone is no group.
      if common < 2 { continue }
      let weight = group.weight * Double(common) / Double(seeds.count)
      whole += weight
      mails += 1
      for person in group.people.subtracting(seeds) {
        sums[person, default: (0, 0)].weight += weight
        sums[person, default: (0, 0)].mails += 1
      }
    }
    guard mails > 1 else { return [] }
    var found: [Forgotten] = []
    for (person, sum) in sums where sum.mails > 1 && sum.weight >= least * whole {
      let why = "\(sum.mails) of your \(mails) mails to these people also went to them."
      found.append(Forgotten(address: names[person], share: sum.weight / whole, why: why))
    }
    found.sort { $0.share == $1.share ? $0.address < $1.address : $0.share > $1.share }
    return Array(found.prefix(top))
  }

  /// A way to somebody through one who knows both.
  public struct WarmPath: Sendable, Equatable {
    public var via: String
    /// From 0 to 1: as strong as the weaker of its two ties.
    public var score: Double
    /// One sentence.
    public var why: String
  }

  /// Ways to a person, the warmest first; `strength` is of the owner's own ties, from 0 to 100.
  public func paths(to target: String, strength: [String: Double], top: Int = 3) -> [WarmPath] {
    var found: [WarmPath] = []
    for known in acquaintances(of: target) {
      guard let own = strength[known.address], own > 0 else { continue }
      found.append(
        WarmPath(
          via: known.address, score: min(own / 100, known.weight),
          why:
            "Your tie to them stands at \(Int(own.rounded())) of 100, and the two stand together in \(known.mails) of "
            + "your mails."))
    }
    found.sort { $0.score == $1.score ? $0.via < $1.via : $0.score > $1.score }
    return Array(found.prefix(top))
  }
}
