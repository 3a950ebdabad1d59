/// Header text with encoded words (RFC 2047), read leniently.
public enum EncodedWord {
  /// Decodes an unstructured header value: line folds become one space, encoded words become text.
  public static func text(_ text: String) -> String { self.text(text.utf8.span, 0..<text.utf8.count) }

  static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    let part = bytes.trimmed(range)
    let high = part.upperBound
    let folded = bytes.position(of: Byte.lf, from: part.lowerBound, to: high) < high
    if !folded, !mayHoldWord(bytes, part) { return Charset.guess(bytes.extracting(part)) }
    let flat = folded ? unfolded(bytes, part) : bytes.copy(part)
    return decode(flat.span)
  }

  static func mayHoldWord(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var at = range.lowerBound
    while at < range.upperBound {
      let hit = bytes.position(of: Byte.question, from: at, to: range.upperBound)
      if hit > range.lowerBound, hit < range.upperBound, bytes[hit - 1] == Byte.equals { return true }
      at = hit + 1
    }
    return false
  }

  /// A line end and the white space around it become one space (RFC 5322 §2.2.3, tabs of old mailers included).
  static func unfolded(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(range.count)
    var at = range.lowerBound
    while at < range.upperBound {
      let byte = bytes[at]
      at += 1
      guard byte == Byte.lf || (byte == Byte.cr && at < range.upperBound && bytes[at] == Byte.lf) else {
        out.append(byte)
        continue
      }
      while at < range.upperBound, Byte.isSpace(bytes[at]) { at += 1 }
      while let last = out.last, last == Byte.space || last == Byte.tab { out.removeLast() }
      out.append(Byte.space)
    }
    return out
  }

  /// Decodes the encoded words of bytes without line folds; words that touch are joined before the charset is applied,
  /// since mailers cut characters in two.
  static func decode(_ bytes: Span<UInt8>) -> String {
    var out = ""
    var plain = 0
    var at = 0
    var pending: [UInt8] = []
    var charset = ""
    var afterWord = false
    var endless = false
    while at < bytes.count {
      let mark = bytes.position(of: Byte.equals, from: at, to: bytes.count)
      guard mark < bytes.count, !endless else { break }
      guard let word = Word(bytes, at: mark, &endless) else {
        at = mark + 1
        continue
      }
      let between = plain..<mark
      let touches = afterWord && bytes.trimmed(between).isEmpty
      if !touches || charset != word.charset {
        flush(&pending, charset, &out)
        charset = word.charset
      }
      if !touches, !between.isEmpty { out += Charset.guess(bytes.extracting(between)) }
      word.append(to: &pending, bytes)
      // An empty word still swallows the white space beside it.
      afterWord = true
      plain = word.end
      at = word.end
    }
    flush(&pending, charset, &out)
    if plain < bytes.count { out += Charset.guess(bytes.extracting(plain..<bytes.count)) }
    return out
  }

  private static func flush(_ pending: inout [UInt8], _ charset: String, _ out: inout String) {
    if pending.isEmpty { return }
    out += Charset.decode(pending.span, as: charset).text
    pending.removeAll(keepingCapacity: true)
  }

  /// One `=?charset?encoding?text?=` by its places.
  struct Word {
    var charset: String
    var isBase64: Bool
    var text: Range<Int>
    var end: Int

    /// Reads a word that begins at `at`; `endless` is set once no `?=` is left, so that no later word looks for it.
    init?(_ bytes: Span<UInt8>, at: Int, _ endless: inout Bool) {
      let count = bytes.count
      guard at + 8 <= count, bytes[at] == Byte.equals, bytes[at + 1] == Byte.question else { return nil }
      let name = at + 2
      let first = bytes.position(of: Byte.question, from: name, to: min(count, name + 64))
      guard first > name, first + 2 < count, bytes[first] == Byte.question, bytes[first + 2] == Byte.question else {
        return nil
      }
      for i in name..<first where bytes[i] <= 32 || bytes[i] >= 127 { return nil }
      switch bytes[first + 1] | 0x20 {
      case 0x62: isBase64 = true
      case 0x71: isBase64 = false
      default: return nil
      }
      var close = first + 3
      while true {
        close = bytes.position(of: Byte.question, from: close, to: count)
        if close + 1 >= count {
          endless = true
          return nil
        }
        if bytes[close + 1] == Byte.equals { break }
        close += 1
      }
      charset = bytes.lowered(name..<first)
      text = first + 3..<close
      end = close + 2
    }

    func append(to out: inout [UInt8], _ bytes: Span<UInt8>) {
      if isBase64 {
        out += TransferEncoding.base64.decode(bytes.extracting(text))
        return
      }
      var at = text.lowerBound
      while at < text.upperBound {
        let byte = bytes[at]
        at += 1
        if byte == Byte.underscore {
          out.append(Byte.space)
        } else if byte == Byte.equals, at + 1 < text.upperBound, let high = Byte.hex(bytes[at]),
          let low = Byte.hex(bytes[at + 1])
        {
          out.append(high << 4 | low)
          at += 2
        } else {
          out.append(byte)
        }
      }
    }
  }
}
