/// What foretells whom the owner will write to: one number for each sign, higher for likelier.
///
/// Where subjects are known, each counts once (`FadingTopics`); a mail to n people weighs 1/⁴√n.
enum TieSign: Int, CaseIterable, Sendable {
  /// On how many subjects the owner wrote, fading by half in so many days.
  case wrote15, wrote60
  /// On how many subjects they wrote.
  case received30, received120
  /// Among the recipients of what the owner received.
  case beside30
  /// Named in what the owner's mail quotes.
  case named60

  /// The word in the file of weights.
  var name: String { String(describing: self) }

  /// The part it is shown in.
  var part: String {
    switch self {
    case .wrote15, .wrote60: "you wrote"
    case .received30, .received120: "they wrote"
    case .beside30: "beside you"
    case .named60: "named"
    }
  }

  static let parts = ["you wrote", "they wrote", "beside you", "named"]
}

/// A sum that fades by half in so many days.
struct Fading: Sendable {
  private var value = 0.0
  private var at: Int64 = 0

  func value(at now: Int64, days: Double) -> Double {
    value == 0 ? 0 : value * Bits.power(-max(0, Double(now) - Double(at)) / (days * 86_400_000))
  }

  mutating func add(_ weight: Double, at now: Int64, days: Double) {
    value = value(at: now, days: days) + weight
    at = now
  }
}

/// A sum over subjects that fades in several spans of days; each subject counts once.
///
/// It counts when it last came up, with the largest weight it had: a dozen mails about one dinner are one reason to
/// write, not twelve.
struct FadingTopics: Sendable {
  let spans: [Double]
  private var sums: [Fading]
  private var latest: [UInt64: (at: Int64, weight: Double)] = [:]

  init(_ spans: [Double]) {
    self.spans = spans
    sums = [Fading](repeating: Fading(), count: spans.count)
  }

  mutating func add(_ weight: Double, topic: UInt64, at now: Int64) {
    var weight = weight
    if topic != 0 {
      if let before = latest[topic] {
        for (index, span) in spans.enumerated() {
          var old = Fading()
          old.add(before.weight, at: before.at, days: span)
          sums[index].add(-old.value(at: now, days: span), at: now, days: span)
        }
        weight = max(weight, before.weight)
      }
      latest[topic] = (now, weight)
    }
    for (index, span) in spans.enumerated() { sums[index].add(weight, at: now, days: span) }
  }

  func value(_ index: Int, at now: Int64) -> Double { max(0, sums[index].value(at: now, days: spans[index])) }
}
