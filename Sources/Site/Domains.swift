/// What somebody may have meant who mistyped the domain of their address.
package enum Domains {
  /// Those under which most mailboxes are.
  private static let known = [
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com",
    "aol.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "posteo.de", "mailbox.org", "fastmail.com", "zoho.com",
    "proton.me", "yandex.com", "orange.fr",
  ]

  /// The domain nearest to what was typed, at most two letters away; nil if none is, or it is one of them.
  package static func meant(by typed: String) -> String? {
    let typed = typed.lowercased()
    guard !known.contains(typed), typed.utf8.count < 64 else { return nil }
    let near = known.map { (domain: $0, steps: steps(Array($0.utf8), Array(typed.utf8))) }.min { $0.steps < $1.steps }
    return near.flatMap { $0.steps <= 2 ? $0.domain : nil }
  }

  /// How many letters are to be put in, taken out, replaced or swapped with the next (optimal string alignment).
  private static func steps(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var rows = [Array(0...b.count)]
    for i in 1...max(1, a.count) where !a.isEmpty {
      var row = [i]
      for j in 1...max(1, b.count) where !b.isEmpty {
        var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, rows[i - 2][j - 2] + 1) }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count].last ?? a.count
  }
}
