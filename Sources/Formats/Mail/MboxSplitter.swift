/// Splits a mailbox file into mails, chunk by chunk (RFC 4155, mboxrd, mboxo and the archives of pipermail).
///
/// A mail begins behind a line `From sender date` at the start or after an empty line; `>From ` in a mail stands for
/// `From `. Memory holds one mail and one chunk.
public struct MboxSplitter: Sendable {
  /// The longest mail that is kept; what is longer is cut there.
  public let largest: Int
  /// How many mails were longer than `largest`.
  public private(set) var cut = 0

  private var buffer: [UInt8] = []
  /// Where the mail at hand begins in `buffer`.
  private var start = 0
  /// Where the first line that was not looked at begins.
  private var at = 0
  /// A `From ` line was met, so there is a mail at hand.
  private var open = false
  private var afterBlank = true
  /// Where a `>` has to go, in `buffer`.
  private var quotes: [Int] = []
  private var overflow = false
  /// The line at hand is long beyond any `From ` line, and its beginning was looked at.
  private var inLongLine = false

  public init(largest: Int = 256 * 1024 * 1024) { self.largest = largest }

  /// Takes the next bytes of the file and gives the mails that they complete.
  public mutating func push(_ chunk: Span<UInt8>) -> [[UInt8]] {
    chunk.withUnsafeBufferPointer { buffer.append(contentsOf: $0) }
    return scan(last: false)
  }

  public mutating func push(_ chunk: [UInt8]) -> [[UInt8]] { push(chunk.span) }

  /// Ends the file: gives the last mail, if there is one.
  public mutating func finish() -> [[UInt8]] {
    var mails = scan(last: true)
    if open { mails.append(take(to: buffer.count)) }
    self = MboxSplitter(largest: largest)
    return mails
  }

  private mutating func scan(last: Bool) -> [[UInt8]] {
    var mails: [[UInt8]] = []
    while at < buffer.count {
      if inLongLine {
        let end = buffer.span.position(of: Byte.lf, from: at, to: buffer.count)
        inLongLine = end == buffer.count
        at = min(buffer.count, end + 1)
        continue
      }
      let line = MboxSplitter.line(buffer.span, at)
      if line.next == nil, !last {
        // A line longer than any `From ` line is text: go on behind what is there, so that nothing is read twice.
        if buffer.count - at <= 65_536 { break }
        if line.kind == .quoted, open { quotes.append(at) }
        inLongLine = true
        afterBlank = false
        continue
      }
      let next = line.next ?? buffer.count
      switch line.kind {
      case .separator where afterBlank || !open, .archived:
        if open { mails.append(take(to: at)) }
        open = true
        start = next
      case .quoted where open: quotes.append(at)
      default: break
      }
      afterBlank = line.kind == .blank
      at = next
    }
    drop()
    return mails
  }

  /// Lets go of bytes that no mail needs any more.
  private mutating func drop() {
    if open, at - start > largest {
      overflow = true
      buffer.removeSubrange(start + largest..<at)
      at = start + largest
      quotes.removeAll { $0 >= at }
    }
    let gone = open ? start : at
    guard gone > 0 else { return }
    buffer.removeSubrange(0..<gone)
    start = 0
    at -= gone
    for index in quotes.indices { quotes[index] -= gone }
  }

  /// The mail that ends before `end`, without the empty line that belongs to the separator, unquoted.
  private mutating func take(to end: Int) -> [UInt8] {
    var stop = end
    if stop > start, buffer[stop - 1] == Byte.lf, stop - 1 == start || buffer[stop - 2] == Byte.lf {
      stop -= 1
    } else if stop - start >= 4, buffer[stop - 1] == Byte.lf, buffer[stop - 2] == Byte.cr, buffer[stop - 3] == Byte.lf {
      stop -= 2
    }
    if overflow { cut += 1 }
    overflow = false
    var mail: [UInt8] = []
    mail.reserveCapacity(stop - start)
    var from = start
    for quote in quotes where quote < stop {
      mail += buffer[from..<quote]
      from = quote + 1
    }
    mail += buffer[from..<max(from, stop)]
    quotes.removeAll(keepingCapacity: true)
    return mail
  }

  /// `archived` is a separator that needs no empty line before it: it ends in a full date.
  enum Kind { case blank, separator, archived, quoted, other }

  /// The kind of the line at `at` and where the next begins; nil if its end is not there yet.
  static func line(_ bytes: Span<UInt8>, _ at: Int) -> (kind: Kind, next: Int?) {
    let end = bytes.position(of: Byte.lf, from: at, to: bytes.count)
    let next = end < bytes.count ? end + 1 : nil
    switch bytes[at] {
    case Byte.lf: return (.blank, next)
    case Byte.cr where end == at + 1: return (.blank, next)
    case 70: return (separator(bytes, at, end), next)
    case Byte.greater:
      var name = at
      while name < end, bytes[name] == Byte.greater { name += 1 }
      return (isFrom(bytes, name, end) ? .quoted : .other, next)
    default: return (.other, next)
    }
  }

  private static func isFrom(_ bytes: Span<UInt8>, _ at: Int, _ end: Int) -> Bool {
    bytes.matches([70, 114, 111, 109, 32], at: at, end: end)
  }

  /// `From ` with a time of day and a year: a sentence that begins with the word is none.
  private static func separator(_ bytes: Span<UInt8>, _ at: Int, _ end: Int) -> Kind {
    guard isFrom(bytes, at, end), end - at <= 1_024 else { return .other }
    var time = false
    var year = false
    var digits = 0
    for i in at + 5...end {
      let byte = i < end ? bytes[i] : Byte.lf
      if Byte.isDigit(byte) {
        digits += 1
        continue
      }
      if byte == Byte.colon, digits == 1 || digits == 2, i + 1 < end, Byte.isDigit(bytes[i + 1]) { time = true }
      if digits == 4 { year = true }
      digits = 0
    }
    guard time, year else { return .other }
    return endsInDate(bytes, at, end) ? .archived : .separator
  }

  /// Whether the line ends as `asctime` writes: `Www Mmm dd hh:mm:ss yyyy` (RFC 4155, appendix A).
  private static func endsInDate(_ bytes: Span<UInt8>, _ at: Int, _ end: Int) -> Bool {
    let line = bytes.trimmed(at..<end)
    let shape = "AAA AAA 00 00:00:00 0000".utf8
    guard line.count > shape.count else { return false }
    var index = line.upperBound - shape.count
    for sign in shape {
      let byte = bytes[index]
      let fits =
        switch sign {
        case 65: Byte.isLetter(byte)
        // A day below ten has a space before it.
        case 48: Byte.isDigit(byte) || byte == Byte.space
        default: byte == sign
        }
      if !fits { return false }
      index += 1
    }
    return true
  }
}

/// Reads a mailbox file that is in memory.
public enum MboxReader {
  /// All mails of the file, unquoted.
  public static func mails(in bytes: [UInt8]) -> [[UInt8]] {
    var splitter = MboxSplitter()
    return splitter.push(bytes) + splitter.finish()
  }

  /// Where the mails lie, as they are in the file: `>From ` stays quoted.
  public static func ranges(in bytes: Span<UInt8>) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = -1
    var afterBlank = true
    var at = 0
    while at < bytes.count {
      let line = MboxSplitter.line(bytes, at)
      let next = line.next ?? bytes.count
      if line.kind == .archived || (line.kind == .separator && (afterBlank || start < 0)) {
        if start >= 0 { ranges.append(start..<at) }
        start = next
      }
      afterBlank = line.kind == .blank
      at = next
    }
    if start >= 0 { ranges.append(start..<bytes.count) }
    return ranges
  }
}
