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
    var sets: [String: (right: Int, all: Int)] = [:]
    var languages: [String: (right: Int, all: Int)] = [:]
    for path in folders.flatMap(data.below) {
      let bytes = data.bytes(path)
      guard let row = rows[digest(bytes)] else { continue }
      let isRight = holds(row, bytes, isMail: path.hasSuffix(".eml"), digest)
      let set =
        path.contains("crisp-")
        ? "crisp" : path.contains("zapier-") ? "zapier" : row[1] == "talon-html" ? "talon, HTML" : "talon"
      sets[set, default: (0, 0)].all += 1
      languages[String(row[2]), default: (0, 0)].all += 1
      if isRight {
        sets[set, default: (0, 0)].right += 1
        languages[String(row[2]), default: (0, 0)].right += 1
      }
    }
    func figures(_ counts: [String: (right: Int, all: Int)], _ bar: Double?, _ prefix: String) -> [Figure] {
      counts.sorted { $0.key < $1.key }.map { key, count in
        Figure(
          "quotes, cases right", on: prefix + key, Double(count.right) / Double(count.all), count: count.all, bar: bar)
      }
    }
    return figures(sets, 0.98, "") + figures(languages, nil, "language ")
  }

  private static func holds(_ row: [Substring], _ bytes: [UInt8], isMail: Bool, _ digest: ([UInt8]) -> String) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    if row[1] == "talon-html" {
      let split = QuoteSplit(html: text)
      let own = split.joined(split.ownLines).utf8.map { $0 &- 65 < 26 ? $0 | 32 : $0 }
      return digest(own.filter { $0 &- 48 < 10 || $0 &- 97 < 26 }) == row[5]
    }
    let plain = isMail ? MailParser().parse(bytes).text : text.replacing("\r\n", with: "\n")
    return Set(QuoteSplit(plain).quotedLines) == Set(row[3].split(separator: ",").compactMap { Int($0) })
  }
}
