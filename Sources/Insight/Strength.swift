public import Model

/// One touch as the strength of a tie sees it: when, which way, among how many, by what.
public struct Touch: Sendable, Equatable {
  public var at: Instant
  public var direction: Interaction.Direction
  /// How many people it went to; a mail to forty says little about each.
  public var recipients: Int
  public var kind: Interaction.Kind
  public var viaList: Bool
  /// What kind of author wrote it; what a machine or a bulk sender wrote is no touch.
  public var author: MailSightings.Author

  public init(
    at: Instant, direction: Interaction.Direction, recipients: Int = 1, kind: Interaction.Kind = .mail,
    viaList: Bool = false, author: MailSightings.Author = .person
  ) {
    self.at = at
    self.direction = direction
    self.recipients = recipients
    self.kind = kind
    self.viaList = viaList
    self.author = author
  }
}

/// The strength of a tie at an instant, from 0 to 100, with parts that sum to it exactly.
///
/// **Rank.** Roth et al. 2010 ("Suggesting Friends Using the Implicit Social Graph"): a touch weighs ½^(age/λ), what
/// the owner wrote `outward` times as much; here divided by the square root of the number of recipients. The sum R
/// becomes 100 · R / (R + middle), so that a tie of rank `middle` stands at 50 and none reaches 100.
///
/// **Gate.** De Choudhury et al. 2010 ("Inferring Relevant Social Networks from Interpersonal Communication"): networks
/// whose ties hold 5–10 reciprocated mails a year predict best. Reciprocated is √(sent · received) in the year before
/// the instant; below `reciprocated` the value is damped in proportion, down to `floor`.
///
/// **Quality.** What is left to 100 is partly filled by how surely they answer, how much goes between the two alone, and
/// by how many ways they are in touch: each adds up to `quality` of value · (100 - value) / 100, drawn to nothing while
/// little is known. A tie of which nothing of this is known has none of these parts.
///
/// Values are whole 1024ths, so the parts add up to the value without rounding, in any order and on any machine.
public struct Strength: Sendable, Equatable {
  /// One part with its points and what it rests on; damping has negative points.
  public struct Part: Sendable, Equatable {
    public var name: String
    public var value: Double
    public var words: String

    public init(name: String, value: Double, words: String) {
      self.name = name
      self.value = value
      self.words = words
    }
  }

  public var value: Double
  public var parts: [Part]

  public static let none = Strength(value: 0, parts: [])

  public init(value: Double, parts: [Part]) {
    self.value = value
    self.parts = parts
  }

  /// The numbers of the formula; the defaults are what the product uses.
  public struct Formula: Sendable, Equatable {
    /// λ in days.
    public var halfLifeDays = 90
    /// What the owner's own writing weighs against a mail received.
    public var outward = 3.0
    /// A mail between others that the owner merely holds.
    public var between = 0.1
    /// Mail through a list is written to the list, not to the owner.
    public var list = 0.25
    public var meeting = 3.0
    public var call = 3.0
    public var text = 1.0
    /// The rank that stands at 50.
    public var middle = 12.0
    /// Reciprocated mails a year from which nothing is damped.
    public var reciprocated = 5.0
    /// What is left of a tie without any reciprocity.
    public var floor = 0.25
    /// What each of the three parts of quality adds at most, as a share of value · (100 - value) / 100.
    public var quality = 0.1

    public init() {}
  }

  /// The strength at `at`; touches after it are not looked at.
  public static func of(_ touches: [Touch], at: Instant, formula: Formula = Formula()) -> Strength {
    var ranks = Ranks()
    for touch in touches where touch.at <= at { ranks.add(touch, at: at, formula) }
    let strength = ranks.strength(formula)
    return strength.value > 0 ? strength.adding(TieQuality(touches, at: at), formula) : strength
  }
}

/// The running sums of one tie, in 2³⁰ths, with the counts of the last year for the gate.
private struct Ranks {
  private enum Source: Int, CaseIterable {
    case youWrote, theyWrote, spoke, around

    var name: String {
      switch self {
      case .youWrote: "you wrote"
      case .theyWrote: "they wrote"
      case .spoke: "met and called"
      case .around: "lists and copies"
      }
    }
  }

  private var sums = [Int64](repeating: 0, count: Source.allCases.count)
  private var counts = [Int](repeating: 0, count: Source.allCases.count)
  private var sentInYear = 0
  private var receivedInYear = 0

  mutating func add(_ touch: Touch, at: Instant, _ formula: Strength.Formula) {
    guard touch.author == .person, touch.kind != .note else { return }
    let (age, overflow) = at.milliseconds.subtractingReportingOverflow(touch.at.milliseconds)
    guard !overflow else { return }
    let (source, weight) = Ranks.weigh(touch, formula)
    let left = Decay.left(age: age, halfLifeDays: formula.halfLifeDays)
    let scaled = (Double(left) * weight / Double(max(1, touch.recipients)).squareRoot()).rounded()
    let (sum, tooMuch) = sums[source.rawValue].addingReportingOverflow(Int64(scaled))
    sums[source.rawValue] = tooMuch ? .max / 8 : min(sum, .max / 8)
    counts[source.rawValue] += 1
    guard age <= 365 * Instant.day, source != .around else { return }
    switch touch.direction {
    case .outward: sentInYear += 1
    case .inward: receivedInYear += 1
    case .between: break
    }
  }

  private static func weigh(_ touch: Touch, _ formula: Strength.Formula) -> (Source, Double) {
    let kind: Double
    switch touch.kind {
    case .mail: kind = 1
    case .text: kind = formula.text
    case .meeting: return touch.viaList ? (.around, formula.meeting * formula.list) : (.spoke, formula.meeting)
    case .call: return (.spoke, formula.call)
    case .note: return (.around, 0)
    }
    switch touch.direction {
    case .outward: return (.youWrote, kind * formula.outward)
    case .inward: return touch.viaList ? (.around, kind * formula.list) : (.theyWrote, kind)
    case .between: return (.around, kind * formula.between)
    }
  }

  func strength(_ formula: Strength.Formula) -> Strength {
    let total = sums.reduce(Int64(0), +)
    guard total > 0 else { return .none }
    let rank = Double(total) / Double(Decay.one)
    let whole = Int64((100 * 1024 * rank / (rank + formula.middle)).rounded(.down))
    var parts: [Strength.Part] = []
    var given: Int64 = 0
    for (source, points) in zip(Source.allCases, Ranks.share(whole, by: sums)) where counts[source.rawValue] > 0 {
      given += points
      let count = counts[source.rawValue]
      parts.append(
        .init(name: source.name, value: Double(points) / 1024, words: count == 1 ? "once" : "\(count) times"))
    }
    let reciprocated = (Double(sentInYear) * Double(receivedInYear)).squareRoot()
    // What was said face to face needs no answer by mail.
    let spoken = sums[Source.spoke.rawValue] * 2 >= total
    if reciprocated < formula.reciprocated, !spoken {
      let kept = formula.floor + (1 - formula.floor) * reciprocated / formula.reciprocated
      let damped = Int64((Double(whole) * kept).rounded(.down))
      parts.append(
        .init(
          name: "reciprocity", value: Double(damped - whole) / 1024,
          words: "\(sentInYear) sent and \(receivedInYear) received within a year"))
      given += damped - whole
    }
    return Strength(value: Double(given) / 1024, parts: parts)
  }

  /// Divides `whole` in the proportion of `sums`; what rounding leaves goes to the largest, so that nothing is lost.
  private static func share(_ whole: Int64, by sums: [Int64]) -> [Int64] {
    let total = Double(sums.reduce(0, +))
    var points = sums.map { Int64((Double(whole) * (Double($0) / total)).rounded(.down)) }
    if let largest = sums.indices.max(by: { sums[$0] < sums[$1] }) {
      points[largest] += whole - points.reduce(0, +)
    }
    return points
  }
}
