public import Model

/// Whom the owner should be in touch with at an instant, from what was before it alone.
///
/// The score is what `NextModel` foretells, in bits of log-odds: one more doubles the odds that the owner writes to this
/// person within thirty days and not to another. Its parts sum to it: `you wrote`, `they wrote`, `beside you` (among the
/// recipients of mail you got), `named` (in what your mail quotes).
public struct NextTouch: Sendable, Equatable {
  public var address: String
  public var score: Double
  public var parts: [Strength.Part]
  public var lastContact: Instant
  /// One sentence: what speaks most for it.
  public var why: String

  /// All who were in contact before the instant, best first; ties in order of address.
  ///
  /// The model is the shipped one as the owner's own past before the instant teaches it. `quiet` leaves out who was in
  /// contact within so many days; `top` 0 gives all.
  public static func ranked(
    _ log: TieLog, at: Instant, top: Int = 0, quietDays: Int? = nil, model: NextModel = .shipped
  ) -> [NextTouch] {
    var past = log
    past.keep(before: at)
    let ranked = model.adapted(to: past, before: at, quietDays: quietDays).ranked(past, at: at, quietDays: quietDays)
    return (top > 0 ? ranked.prefix(top) : ranked[...]).map { found in
      let words = [
        times(found.tally.wrote), times(found.tally.received), found.tally.isAround ? "lately" : "not lately",
        found.tally.isNamed ? "lately" : "not lately",
      ]
      let parts = zip(zip(TieSign.parts, found.parts), words).map {
        Strength.Part(name: $0.0, value: $0.1, words: $1)
      }
      return NextTouch(
        address: past.addresses[found.person], score: found.bits, parts: parts, lastContact: found.last,
        why: found.tally.sentence)
    }
  }

  private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }
}

/// What a tie has come to, in counts that words are made of.
struct TieTally: Sendable, Equatable {
  var wrote = 0
  var received = 0
  /// Days since the last contact.
  var silence = 0.0
  /// The usual number of days between two of contact; nil with fewer than three.
  var usual: Double?
  /// Days since a word of theirs that stands unanswered.
  var waiting: Double?
  var isAround = false
  var isNamed = false

  var sentence: String {
    if let waiting, waiting <= 60, wrote > 0 { return "They wrote \(Int(waiting)) days ago and have no answer yet." }
    if let usual, silence > usual {
      return "You are usually in touch every \(Int(usual.rounded())) days, and it has been \(Int(silence))."
    }
    if isAround || isNamed, silence >= 14 {
      return "They stand in mails around you, and you last were in touch \(Int(silence)) days ago."
    }
    if wrote > received { return "You wrote to them \(wrote) times, last contact \(Int(silence)) days ago." }
    return "You were in touch \(wrote + received) times, last \(Int(silence)) days ago."
  }
}
