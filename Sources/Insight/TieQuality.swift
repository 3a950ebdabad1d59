import Model

/// What a tie is like beside how much passes: answers, privacy, ways.
struct TieQuality: Sendable {
  /// The owner's mails that got an answer within two weeks, and those that got none.
  private(set) var answered = 0
  private(set) var unanswered = 0
  /// Mails between the two alone, of all mails between them; none while only one of them writes.
  private(set) var alone = 0
  private(set) var mails = 0
  /// The ways in which they were in touch.
  private(set) var ways: Set<Interaction.Kind> = []

  /// Looks at what people wrote and at what was said up to an instant; lists and audiences are no tie.
  init(_ touches: [Touch], at: Instant) {
    var outward: [Int64] = []
    var inward: [Int64] = []
    for touch in touches where touch.at <= at && touch.author == .person && !touch.viaList && touch.kind != .note {
      let isWritten = touch.kind == .mail || touch.kind == .text
      if isWritten, touch.direction == .between { continue }
      ways.insert(touch.kind)
      guard isWritten else { continue }
      mails += 1
      if touch.recipients <= 1 { alone += 1 }
      if touch.direction == .inward {
        inward.append(touch.at.milliseconds)
      } else if touch.recipients <= 2 {
        outward.append(touch.at.milliseconds)
      }
    }
    if outward.isEmpty || inward.isEmpty { alone = 0 }
    count(outward.sorted(), inward.sorted(), at.milliseconds)
  }

  /// A mail is answered by any of theirs within two weeks after it; what is younger may still be.
  private mutating func count(_ outward: [Int64], _ inward: [Int64], _ now: Int64) {
    let longest = 14 * Instant.day
    var next = 0
    for mail in outward {
      while next < inward.count, inward[next] <= mail { next += 1 }
      if next < inward.count, inward[next].subtractingReportingOverflow(mail).partialValue <= longest {
        answered += 1
      } else if now.subtractingReportingOverflow(mail).partialValue > longest {
        unanswered += 1
      }
    }
  }

  /// The three parts with what fills them, from 0 to 1, and words; shares are drawn to nothing by four cases of none.
  var parts: [(name: String, fraction: Double, words: String)] {
    [
      (
        "answers", Double(answered) / Double(answered + unanswered + 4),
        "\(answered) of \(answered + unanswered) of your mails answered within two weeks"
      ),
      ("between you", Double(alone) / Double(mails + 4), "\(alone) of \(mails) mails between you alone"),
      ("ways", Double(max(0, ways.count - 1)) / 3, "in touch in \(ways.count) ways"),
    ]
  }
}

extension Strength {
  /// With the parts of quality that are not nothing; parts sum to the value as before.
  func adding(_ quality: TieQuality, _ formula: Formula) -> Strength {
    let room = value * (100 - value) / 100 * formula.quality
    var sum = self
    for part in quality.parts {
      let points = (room * part.fraction * 1024).rounded(.down) / 1024
      if points <= 0 { continue }
      sum.parts.append(Part(name: part.name, value: points, words: part.words))
      sum.value += points
    }
    return sum
  }
}
