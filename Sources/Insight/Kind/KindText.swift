import Formats

/// Reads the features of what an author wrote: of the own text alone, and of the tags of its HTML.
struct KindText {
  private(set) var features = KindFeatures()
  /// How many words the author's own text has, as far as it was looked at.
  private(set) var count = 0

  private var first = 0
  private var second = 0
  private var shouted = 0
  private var links = 0

  /// What is longer is looked at in its first and last bytes: an unsubscribe link stands at the end.
  private static let head = 6_000
  private static let tail = 2_000

  init(_ mail: ParsedMail, _ sender: KindSender, _ split: QuoteSplit) {
    let lines = split.ownLines
    let text = KindText.own(split, lines)
    features.insert(.quotes, if: split.parts.contains(.quoted))
    readWords(text)
    readPhrases(text)
    readSigns(text)
    readGreeting(split, lines)
    readSignature(split, lines, sender)
    readHTML(mail, text)
    readCounts()
  }

  /// The own lines as one text in which white space is one space.
  private static func own(_ split: QuoteSplit, _ lines: [Int]) -> [UInt8] {
    let bytes = split.text.bytes
    var text: [UInt8] = []
    func add(_ line: Int) {
      var gap = !text.isEmpty
      for at in split.text.lines[line].trimmed {
        let byte = bytes[at]
        if byte <= 32 {
          gap = true
          continue
        }
        if gap, !text.isEmpty { text.append(32) }
        gap = false
        text.append(byte)
      }
    }
    var next = 0
    while next < lines.count, text.count < head {
      add(lines[next])
      next += 1
    }
    var from = lines.count
    var size = 0
    while from > next, size < tail {
      from -= 1
      size += split.text.lines[lines[from]].trimmed.count + 1
    }
    for line in lines[from...] { add(line) }
    return text
  }

  // MARK: words

  private mutating func readWords(_ text: [UInt8]) {
    var at = 0
    let last = max(0, text.count - 300)
    while at < text.count {
      let start = at
      var upper = 0
      while at < text.count, KindText.isLetter(text[at]) {
        if text[at] &- 65 < 26 { upper += 1 }
        at += 1
      }
      let size = at - start
      if size == 0 {
        at += 1
        continue
      }
      count += 1
      if upper == size, size > 3 { shouted += 1 }
      guard size <= 10, KindWords.mayBeMarked(text[start..<at]) else { continue }
      let word = foldedASCII(String(decoding: text[start..<at], as: UTF8.self))
      guard let marks = KindWords.marks[word] else { continue }
      if marks.contains(.first) { first += 1 }
      if marks.contains(.second) { second += 1 }
      features.insert(.casual, if: marks.contains(.casual))
      features.insert(.attached, if: marks.contains(.attached))
      features.insert(.thanks, if: start >= last && marks.contains(.thanks))
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (byte | 32) &- 97 < 26 || byte == 39 || byte >= 128
  }

  private mutating func readPhrases(_ text: [UInt8]) {
    var counts = [Int](repeating: 0, count: KindWords.Class.allCases.count)
    KindWords.phrases.each(in: FoldedText(text, text.indices)) { counts[KindWords.classes[$0].rawValue] += 1 }
    func has(_ kind: KindWords.Class, _ least: Int) -> Bool { counts[kind.rawValue] >= least }
    features.insert(.unsubscribe, if: has(.unsubscribe, 1))
    features.insert(.noReply, if: has(.noReply, 1))
    features.insert(.account, if: has(.account, 1))
    features.insert(.accountOften, if: has(.account, 3))
    features.insert(.sales, if: has(.sales, 1))
    features.insert(.salesOften, if: has(.sales, 3))
    features.insert(.salesThroughout, if: has(.sales, 6))
    features.insert(.legal, if: has(.legal, 1))
    features.insert(.legalOften, if: has(.legal, 2))
    features.insert(.viewing, if: has(.viewing, 1))
    features.insert(.disclaimer, if: has(.disclaimer, 2))
  }

  // MARK: signs

  private mutating func readSigns(_ text: [UInt8]) {
    var exclaims = 0
    var money = 0
    var pictures = 0
    let end = text.count
    for at in text.indices {
      switch text[at] {
      case UInt8(ascii: "!"): exclaims += 1
      case UInt8(ascii: "?"): features.insert(.question)
      case UInt8(ascii: "$"):
        if at + 2 < end, text[at + 1] &- 48 < 10 || text[at + 1] == 32 && text[at + 2] &- 48 < 10 { money += 1 }
      case UInt8(ascii: "%"): if at > 0, text[at - 1] &- 48 < 10 { features.insert(.percent) }
      case UInt8(ascii: ":"): if KindText.isLink(text, at) { readLink(text, at + 3, &pictures) }
      case UInt8(ascii: "w"), UInt8(ascii: "W"):
        if KindText.holds("www.", text, at), at == 0 || text[at - 1] != UInt8(ascii: "/") { links += 1 }
      case UInt8(ascii: "["): if KindText.holds("[image", text, at) { pictures += 1 }
      case UInt8(ascii: "="), UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"),
        UInt8(ascii: "#"):
        if at + 12 <= end, at == 0 || text[at - 1] != text[at], text[at..<at + 12].allSatisfy({ $0 == text[at] }) {
          features.insert(.rules)
        }
      default: break
      }
    }
    features.insert(.exclaims, if: exclaims >= 3)
    features.insert(.money, if: money >= 2)
    features.insert(.image, if: pictures > 0)
    features.insert(.manyImages, if: pictures >= 4)
  }

  /// The `:` of `http://` and `https://`.
  private static func isLink(_ text: [UInt8], _ at: Int) -> Bool {
    guard at >= 4, at + 3 < text.count, text[at + 1] == 0x2F, text[at + 2] == 0x2F else { return false }
    return (text[at - 1] | 32) == UInt8(ascii: "p") || (text[at - 1] | 32) == UInt8(ascii: "s")
  }

  private mutating func readLink(_ text: [UInt8], _ start: Int, _ pictures: inout Int) {
    links += 1
    var end = start
    var dots = 0
    var digits = 0
    var isHost = true
    while end < text.count, text[end] > 32, text[end] != UInt8(ascii: ">"), text[end] != UInt8(ascii: "\"") {
      let byte = text[end]
      if byte == 0x2F { isHost = false }
      if isHost, byte == UInt8(ascii: ".") { dots += 1 }
      if isHost, byte &- 48 < 10 { digits += 1 }
      if byte == UInt8(ascii: "=") || byte == UInt8(ascii: "?") { features.insert(.trackingLink) }
      end += 1
    }
    let host = text[start..<end].prefix { $0 != 0x2F && $0 != UInt8(ascii: ":") }
    features.insert(.numberLink, if: !host.isEmpty && digits + dots == host.count && digits >= 4)
    features.insert(.trackingLink, if: end - start > 60)
    let ending = text[max(start, end - 4)..<end]
    if ending.elementsEqual(".gif".utf8) || ending.elementsEqual(".jpg".utf8) || ending.elementsEqual(".png".utf8) {
      pictures += 1
    }
  }

  private static func holds(_ word: StaticString, _ text: [UInt8], _ at: Int) -> Bool {
    guard at + word.utf8CodeUnitCount <= text.count else { return false }
    return word.withUTF8Buffer { word in word.indices.allSatisfy { text[at + $0] | 32 == word[$0] | 32 } }
  }

  // MARK: beginning and end

  private mutating func readGreeting(_ split: QuoteSplit, _ lines: [Int]) {
    guard let line = lines.first else { return }
    let text = split.text
    let range = text.lines[line].trimmed
    let words = LineWords(text, range).words.map(\.folded)
    guard let opener = words.first, let last = range.last else { return }
    if KindWords.greetings.contains(opener) || opener == "attention" || opener == "greetings" {
      if words.dropFirst().prefix(2).contains(where: { KindWords.nobody.contains($0) }) {
        features.insert(.dearNobody)
      } else {
        features.insert(.greeting, if: range.count < 50 && KindWords.greetings.contains(opener))
      }
      return
    }
    let sign = text.bytes[last]
    let ends = sign == UInt8(ascii: ",") || sign == UInt8(ascii: ":") || sign == UInt8(ascii: "-")
    features.insert(
      .greeting, if: ends && words.count <= 2 && range.count < 40 && text.bytes[range.lowerBound] &- 65 < 26)
  }

  private mutating func readSignature(_ split: QuoteSplit, _ lines: [Int], _ sender: KindSender) {
    for line in lines.suffix(8) {
      let range = split.text.lines[line].trimmed
      guard range.count <= 80 else { continue }
      let words = letterWords(split.text.text(line).lowercased(), and: "'")
      guard words.count <= 4 else { continue }
      let isName = words.contains { word in
        word.utf8.count > 1 && (sender.nameWords.contains(word) || sender.localNames.contains(word))
      }
      features.insert(.signedName, if: isName)
    }
    guard let last = lines.last else { return }
    let range = split.text.lines[last].trimmed
    guard range.count < 40, range.count(where: { (split.text.bytes[$0] | 32) &- 97 < 26 }) <= 3 else { return }
    let letters = split.text.text(last).filter { !$0.isPunctuation && !$0.isASpace }
    features.insert(.signedInitials, if: (1...3).contains(letters.count) && letters.allSatisfy(\.isALetter))
  }

  // MARK: HTML and sums

  private mutating func readHTML(_ mail: ParsedMail, _ text: [UInt8]) {
    // Tags that stand in plain text are tags all the same: so some programs send, and some archives keep.
    let tags = mail.html.isEmpty ? HTMLTags(text) : HTMLTags(Array(mail.html.utf8.prefix(TextLines.longest)))
    links = max(links, tags.links)
    features.insert(.image, if: tags.pictures > 0)
    features.insert(.manyImages, if: tags.pictures >= 4)
    features.insert(.table, if: tags.tables > 0)
    features.insert(.manyTables, if: tags.tables >= 4)
    features.insert(.fonts, if: tags.fonts >= 5)
  }

  private mutating func readCounts() {
    switch count {
    case 0: features.insert(.noWords)
    case 1...30: features.insert(.fewWords)
    case 31...100: features.insert(.someWords)
    case 101...300: features.insert(.manyWords)
    case 301...800: break
    default: features.insert(.endlessWords)
    }
    features.insert(.firstPerson, if: first > 0)
    features.insert(.firstPersonOften, if: first >= 2 && first * 30 >= count)
    features.insert(.secondPersonOften, if: second >= 3 && second * 20 >= count)
    features.insert(.capitals, if: shouted >= 5 && shouted * 10 >= count)
    features.insert(.noLinks, if: links == 0)
    features.insert(.manyLinks, if: links >= 5 && links < 15)
    features.insert(.linksThroughout, if: links >= 15)
  }
}

/// Counts the tags by which mail to many is laid out.
private struct HTMLTags {
  var links = 0
  var pictures = 0
  var tables = 0
  var fonts = 0

  init(_ bytes: [UInt8]) {
    var at = 0
    while at + 4 < bytes.count {
      if bytes[at] == UInt8(ascii: "<") {
        switch bytes[at + 1] | 32 {
        case UInt8(ascii: "a"): if bytes[at + 2] <= 32 { links += 1 }
        case UInt8(ascii: "i"):
          if bytes[at + 2] | 32 == UInt8(ascii: "m"), HTMLTags.isRemote(bytes, at) { pictures += 1 }
        case UInt8(ascii: "t"):
          if bytes[at + 2] | 32 == UInt8(ascii: "a"), bytes[at + 3] | 32 == UInt8(ascii: "b") { tables += 1 }
        case UInt8(ascii: "f"):
          if bytes[at + 2] | 32 == UInt8(ascii: "o"), bytes[at + 3] | 32 == UInt8(ascii: "n") { fonts += 1 }
        default: break
        }
      }
      at += 1
    }
  }

  /// Whether a picture comes from elsewhere: `src=http`, not a part of the mail (`cid:`).
  private static func isRemote(_ bytes: [UInt8], _ start: Int) -> Bool {
    var at = start
    let end = min(bytes.count, start + 400)
    while at + 3 < end, bytes[at] != UInt8(ascii: ">") {
      if bytes[at] == UInt8(ascii: ":"), bytes[at + 1] == 0x2F, bytes[at + 2] == 0x2F { return true }
      at += 1
    }
    return false
  }
}
