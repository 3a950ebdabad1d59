import Model

extension NextModel {
  /// One person with what speaks for them.
  struct Ranked: Sendable {
    var person: Int
    /// Log-odds in bits against a tie of which nothing is known; a sum of whole 1024ths.
    var bits: Double
    /// In the order of `TieSign.parts`.
    var parts: [Double]
    var last: Instant
    var tally: TieTally
  }

  /// All who were ever in contact before an instant, best first; `quietDays` leaves out who was within so many days.
  func ranked(_ log: TieLog, at: Instant, quietDays: Int? = nil) -> [Ranked] {
    var log = log
    log.sort()
    var walk = TieWalk(log)
    walk.advance(to: at)
    let view = walk.view(at: at, quietDays: quietDays)
    let places = TieSign.allCases.map { TieSign.parts.firstIndex(of: $0.part) ?? 0 }
    var found: [Ranked] = []
    for (index, row) in view.rows.enumerated() {
      var parts = [Double](repeating: 0, count: TieSign.parts.count)
      for sign in row.indices { parts[places[sign]] += row[sign] * weights[sign] }
      // In whole 1024ths, so that parts add up exactly.
      parts = parts.map { ($0 * 1024).rounded() / 1024 }
      found.append(
        Ranked(
          person: view.people[index], bits: parts.reduce(0, +), parts: parts, last: view.last[index],
          tally: view.tallies[index]))
    }
    return found.sorted {
      $0.bits == $1.bits ? log.addresses[$0.person] < log.addresses[$1.person] : $0.bits > $1.bits
    }
  }
}
