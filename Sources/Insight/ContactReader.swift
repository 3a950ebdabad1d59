import Formats

/// Reads what in a line of a signature can be dialled, written to or opened.
struct ContactReader {
  let text: TextLines
  let author: AuthorSigns
  let region: String
  let confidence: Double

  private var bytes: [UInt8] { text.bytes }

  init(text: TextLines, author: AuthorSigns, region: String, confidence: Double) {
    self.text = text
    self.author = author
    self.region = region
    self.confidence = confidence
  }

  func read(_ line: Int, _ fields: inout SignatureFields, _ taken: inout [Range<Int>]) {
    let range = text.lines[line].trimmed
    guard range.count <= 400 else { return }
    var here: [Range<Int>] = []
    readMail(range, &fields, &here)
    readWeb(range, &fields, &here)
    for found in PhoneReader(text: text, line: range, region: region, skipping: here).numbers {
      here.append(found.range)
      guard fields.phones.count < 12 else { break }
      let value = SignatureFields.Value(
        text: text.text(found.range), range: found.range, confidence: confidence * (found.e164 == nil ? 0.6 : 0.97))
      if fields.phones.contains(where: {
        $0.e164 != nil && $0.e164 == found.e164 && $0.ext == found.ext && $0.kind == found.kind
      }) {
        continue
      }
      fields.phones.append(.init(value: value, kind: found.kind, e164: found.e164, ext: found.ext))
    }
    taken += here
  }

  private func value(_ range: Range<Int>, _ share: Double) -> SignatureFields.Value {
    SignatureFields.Value(text: text.text(range), range: range, confidence: confidence * share)
  }

  // MARK: addresses

  private static func isLocal(_ byte: UInt8) -> Bool {
    byte &- 48 < 10 || (byte | 32) &- 97 < 26 || byte >= 128 || byte == 46 || byte == 45 || byte == 95 || byte == 43
      || byte == 37 || byte == 39 || byte == 38
  }

  private static func isHost(_ byte: UInt8) -> Bool {
    byte &- 48 < 10 || (byte | 32) &- 97 < 26 || byte >= 128 || byte == 46 || byte == 45
  }

  private func readMail(_ range: Range<Int>, _ fields: inout SignatureFields, _ taken: inout [Range<Int>]) {
    for at in range where bytes[at] == UInt8(ascii: "@") && !taken.contains(where: { $0.contains(at) }) {
      var low = at
      while low > range.lowerBound, ContactReader.isLocal(bytes[low - 1]) { low -= 1 }
      var high = at + 1
      while high < range.upperBound, ContactReader.isHost(bytes[high]) { high += 1 }
      while high > at, bytes[high - 1] == 46 || bytes[high - 1] == 45 { high -= 1 }
      while low < at, bytes[low] == 46 || bytes[low] == 39 || bytes[low] == 45 { low += 1 }
      guard low < at, bytes[at + 1..<max(high, at + 1)].contains(46) else { continue }
      // A number that runs into the author's own address is none of it.
      let found = foldedASCII(text.text(low..<high))
      if !author.address.isEmpty, found != author.address, found.hasSuffix(author.address) {
        low = high - author.address.utf8.count
      }
      taken.append(low..<high)
      let new = value(low..<high, 0.98)
      let known = fields.emails.contains { foldedASCII($0.text) == foldedASCII(new.text) }
      if !known, fields.emails.count < 8 { fields.emails.append(new) }
    }
  }

  // MARK: pages

  private func readWeb(_ range: Range<Int>, _ fields: inout SignatureFields, _ taken: inout [Range<Int>]) {
    var at = range.lowerBound
    while at < range.upperBound {
      let before = at > range.lowerBound ? bytes[at - 1] : 32
      let starts =
        !(before &- 48 < 10 || (before | 32) &- 97 < 26 || before == 46 || before == 45
        || before == UInt8(ascii: "@"))
      if let skipped = taken.first(where: { $0.contains(at) }) {
        at = skipped.upperBound
      } else if starts, let end = web(at, range.upperBound) {
        note(at..<end, &fields)
        taken.append(at..<end)
        at = end
      } else {
        at += 1
      }
    }
  }

  /// Where a web address ends that begins here: `http://…`, `www.…`, `example.test` or `example.test/ada` as a word.
  private func web(_ start: Int, _ limit: Int) -> Int? {
    guard (bytes[start] | 32) &- 97 < 26 || bytes[start] &- 48 < 10 else { return nil }
    var end = start
    while end < limit, bytes[end] > 32, bytes[end] != UInt8(ascii: "<"), bytes[end] != UInt8(ascii: ">"),
      bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "|")
    { end += 1 }
    while end > start,
      [
        UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ")"), UInt8(ascii: ";"), UInt8(ascii: ":"),
        UInt8(ascii: "]"), UInt8(ascii: "*"),
      ].contains(bytes[end - 1])
    { end -= 1 }
    let isWhole =
      ContactShapes.begins(bytes, start, end, "http://") || ContactShapes.begins(bytes, start, end, "https://")
    if isWhole { return end - start > 10 ? end : nil }
    let word = bytes[start..<end]
    guard !word.contains(UInt8(ascii: "@")) else { return nil }
    if ContactShapes.begins(bytes, start, end, "www.") { return word.dropFirst(4).contains(46) ? end : nil }
    let host = word.prefix { $0 != UInt8(ascii: "/") }
    guard host.count >= 5, let dot = host.lastIndex(of: 46), host.allSatisfy({ ContactReader.isHost($0) }) else {
      return nil
    }
    let ending = foldedASCII(String(decoding: host[(dot + 1)...], as: UTF8.self))
    guard ContactReader.endings.contains(ending), host.first != 46, dot - start >= 3 else { return nil }
    return end
  }

  private static let endings: Set<String> = [
    "com", "org", "net", "edu", "gov", "io", "biz", "info", "de", "uk", "fr", "nl", "eu", "ch", "at", "ca", "dev",
    "app",
  ]

  private static let networks = [
    "linkedin.com": "linkedin", "twitter.com": "twitter", "x.com": "twitter", "facebook.com": "facebook",
    "fb.com": "facebook",
    "instagram.com": "instagram", "github.com": "github", "xing.com": "xing", "youtube.com": "youtube",
    "t.me": "telegram",
    "mastodon.social": "mastodon", "medium.com": "medium", "tiktok.com": "tiktok", "bsky.app": "bluesky",
    "threads.net": "threads",
  ]

  private func note(_ range: Range<Int>, _ fields: inout SignatureFields) {
    let found = value(range, 0.95)
    var host = foldedASCII(found.text)
    for start in ["https://", "http://", "www."] where host.hasPrefix(start) { host.removeFirst(start.count) }
    host = String(host.prefix { $0 != "/" && $0 != "?" })
    let own = host.split(separator: ".").suffix(2).joined(separator: ".")
    if let network = ContactReader.networks[host] ?? ContactReader.networks[own] {
      if fields.profiles.count < 8 { fields.profiles.append(.init(network: network, value: found)) }
    } else if fields.urls.count < 8, !fields.urls.contains(where: { $0.text == found.text }) {
      fields.urls.append(found)
    }
  }
}
