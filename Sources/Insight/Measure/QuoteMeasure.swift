import Formats

/// How often exactly the right lines of a mail are taken for quoted, on the cases of other parsers.
public enum QuoteMeasure {
  private static let folders = [
    "crisp-email-reply-parser/test/fixtures", "zapier-email-reply-parser/test/emails", "talon/tests/fixtures",
  ]

  /// Figures for each set and each language; `labels` is the text of the table of labels.
  public static func figures(labels: String, data: DataFiles, digest: ([UInt8]) -> String) -> [Figure] {
    var rows: [String: [Substring]] = [:]
    for line in labels.split(separator: "\n") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      if columns.count == 6 { rows[String(columns[0])] = columns }
    }
    var sets: [String: Count] = [:]
    var languages: [String: Count] = [:]
    for path in folders.flatMap(data.below) {
      let bytes = data.bytes(path)
      guard let row = rows[digest(bytes)] else { continue }
      let truth = QuoteTruth(row, bytes, isMail: path.hasSuffix(".eml"))
      let (isRight, isTrivial) = (truth.holds(digest), truth.holdsTrivially(digest))
      let set =
        path.contains("crisp-")
        ? "crisp" : path.contains("zapier-") ? "zapier" : row[1] == "talon-html" ? "talon, HTML" : "talon"
      sets[set, default: Count()].add(isRight, isTrivial)
      languages[String(row[2]), default: Count()].add(isRight, isTrivial)
    }
    func figures(_ counts: [String: Count], _ bar: Double?, _ prefix: String) -> [Figure] {
      counts.sorted { $0.key < $1.key }.map { key, count in
        Figure("quotes, cases right", on: prefix + key, count.share(count.right), count: count.all, bar: bar)
          .beside("trivial rule", count.share(count.trivial))
      }
    }
    return figures(sets, 0.98, "") + figures(languages, nil, "language ")
  }

  private struct Count {
    var right = 0
    var trivial = 0
    var all = 0

    mutating func add(_ isRight: Bool, _ isTrivial: Bool) {
      all += 1
      if isRight { right += 1 }
      if isTrivial { trivial += 1 }
    }

    func share(_ count: Int) -> Double { Double(count) / Double(max(1, all)) }
  }
}

/// A case with the lines that are quoted in it.
private struct QuoteTruth {
  let row: [Substring]
  let split: QuoteSplit
  private var isPage: Bool { row[1] == "talon-html" }

  init(_ row: [Substring], _ bytes: [UInt8], isMail: Bool) {
    self.row = row
    let text = String(decoding: bytes, as: UTF8.self)
    split =
      row[1] == "talon-html"
      ? QuoteSplit(html: text)
      : QuoteSplit(isMail ? MailParser().parse(bytes).text : text.replacing("\r\n", with: "\n"))
  }

  func holds(_ digest: ([UInt8]) -> String) -> Bool {
    isPage ? isOwn(split.ownLines, digest) : Set(split.quotedLines) == lines
  }

  /// By the simplest rule: lines with `>`, what leads to them, and all below `Original Message`.
  func holdsTrivially(_ digest: ([UInt8]) -> String) -> Bool {
    let text = split.text
    let spoken = text.lines.indices.filter { !text.lines[$0].isBlank }
    let rest = spoken.first { text.text($0).contains("Original Message") } ?? text.lines.count
    let quoted = Set(
      spoken.filter { $0 >= rest || text.text($0).hasPrefix(">") || text.text($0).hasSuffix("wrote:") })
    return isPage ? isOwn(spoken.filter { !quoted.contains($0) }, digest) : quoted == lines
  }

  private var lines: Set<Int> { Set(row[3].split(separator: ",").compactMap { Int($0) }) }

  private func isOwn(_ lines: [Int], _ digest: ([UInt8]) -> String) -> Bool {
    let own = split.joined(lines).utf8.map { $0 &- 65 < 26 ? $0 | 32 : $0 }
    return digest(own.filter { $0 &- 48 < 10 || $0 &- 97 < 26 }) == row[5]
  }
}
