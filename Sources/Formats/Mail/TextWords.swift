/// Splits text into the words that search compares: runs of letters and digits, folded to lower case.
///
/// Marks on Latin letters are dropped (`é` is `e`); an underscore joins (UAX #29 WB13a), everything else separates,
/// apostrophe too. Words shorter than 2 or longer than 64 bytes are left out. Scripts without spaces give pairs of
/// neighbours, so that a search for two characters finds them anywhere.
public enum TextWords {
  public static let shortest = 2
  public static let longest = 64

  /// Calls `body` with each word in its order, repeats included; the bytes are UTF-8 and valid during the call only.
  public static func each(in text: String, _ body: (Span<UInt8>) -> Void) { each(in: text.utf8.span, body) }

  /// The same over bytes that are UTF-8; what is not separates.
  public static func each(in bytes: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longest + 8) { room in
      room.initialize(repeating: 0)
      var word = WordBuffer(room: room)
      var at = 0
      while at < bytes.count {
        let byte = bytes[at]
        if byte < 128 {
          at += 1
          let folded = foldedASCII[Int(byte)]
          if folded != 0 { word.append(folded, body) } else { word.end(body) }
        } else {
          let (scalar, length) = WideLetter.scalar(bytes, at)
          at += length
          wide(scalar, &word, body)
        }
      }
      word.end(body)
    }
  }

  /// Calls `body` once for each different word of the texts.
  public static func distinct(in texts: [String], _ body: (Span<UInt8>) -> Void) {
    var seen = WordSet()
    for text in texts {
      each(in: text) { word in
        if seen.insert(word) { body(word) }
      }
    }
  }

  private static func wide(_ scalar: UInt32, _ word: inout WordBuffer, _ body: (Span<UInt8>) -> Void) {
    if WideLetter.isIdeograph(scalar) {
      word.pair(scalar, body)
      return
    }
    if WideLetter.isMark(scalar) { return }
    if let base = WideLetter.base(scalar) {
      for byte in base.utf8 { word.append(byte, body) }
      return
    }
    guard let letter = Unicode.Scalar(scalar), letter.properties.isAlphabetic || letter.properties.numericType != nil
    else {
      word.end(body)
      return
    }
    for folded in letter.properties.lowercaseMapping.unicodeScalars where !WideLetter.isMark(folded.value) {
      for byte in UTF8.encode(folded) ?? .init() { word.append(byte, body) }
    }
  }

  /// The folded form of each ASCII letter, digit and underscore; 0 for what separates.
  private static let foldedASCII: [UInt8] = (0..<128).map { (byte: UInt8) in
    Byte.isDigit(byte) || Byte.isLetter(byte) || byte == Byte.underscore ? Byte.lower(byte) : 0
  }
}

/// The word at hand.
private struct WordBuffer {
  let room: UnsafeMutableBufferPointer<UInt8>
  private var count = 0
  private var tooLong = false
  /// The ideograph before this one; 0 if there is none.
  private var ideograph: UInt32 = 0
  private var paired = false

  init(room: UnsafeMutableBufferPointer<UInt8>) { self.room = room }

  @inline(__always) mutating func append(_ byte: UInt8, _ body: (Span<UInt8>) -> Void) {
    if ideograph != 0 { end(body) }
    if count < TextWords.longest {
      room[count] = byte
      count += 1
    } else {
      tooLong = true
    }
  }

  @inline(__always) mutating func end(_ body: (Span<UInt8>) -> Void) {
    if count == 0, ideograph == 0 { return }
    finish(body)
  }

  private mutating func finish(_ body: (Span<UInt8>) -> Void) {
    if ideograph != 0, !paired {
      count = 0
      encode(ideograph)
    }
    if count >= TextWords.shortest, !tooLong {
      body(UnsafeBufferPointer(rebasing: room[0..<count]).span)
    }
    count = 0
    tooLong = false
    ideograph = 0
    paired = false
  }

  /// Gives the pair of the ideograph before and this one.
  mutating func pair(_ scalar: UInt32, _ body: (Span<UInt8>) -> Void) {
    if count > 0, ideograph == 0 { finish(body) }
    let before = ideograph
    if before != 0 {
      count = 0
      encode(before)
      encode(scalar)
      body(UnsafeBufferPointer(rebasing: room[0..<count]).span)
      count = 0
      paired = true
    }
    ideograph = scalar
  }

  private mutating func encode(_ scalar: UInt32) {
    guard let letter = Unicode.Scalar(scalar), let bytes = UTF8.encode(letter) else { return }
    for byte in bytes where count < room.count {
      room[count] = byte
      count += 1
    }
  }
}

/// Words met so far: an open hash table over one run of bytes.
private struct WordSet {
  private var arena: [UInt8] = []
  private var ends: [(start: Int, end: Int)] = []
  private var slots = [Int32](repeating: -1, count: 1_024)

  /// Whether the word is new.
  mutating func insert(_ word: Span<UInt8>) -> Bool {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for i in 0..<word.count { hash = (hash ^ UInt64(word[i])) &* 0x100_0000_01b3 }
    if place(word, hash) == nil { return false }
    if ends.count * 2 > slots.count { grow() }
    return true
  }

  private mutating func place(_ word: Span<UInt8>, _ hash: UInt64) -> Int? {
    var slot = WordSet.slot(hash, slots.count)
    while slots[slot] >= 0 {
      let held = ends[Int(slots[slot])]
      if held.end - held.start == word.count {
        var same = true
        for i in 0..<word.count where arena[held.start + i] != word[i] {
          same = false
          break
        }
        if same { return nil }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(truncatingIfNeeded: ends.count)
    let start = arena.count
    word.withUnsafeBufferPointer { arena.append(contentsOf: $0) }
    ends.append((start, arena.count))
    return slot
  }

  private static func slot(_ hash: UInt64, _ count: Int) -> Int {
    Int(truncatingIfNeeded: (hash ^ hash >> 29) & UInt64(count - 1))
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 4)
    for (index, held) in ends.enumerated() {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in arena[held.start..<held.end] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      var slot = WordSet.slot(hash, slots.count)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(truncatingIfNeeded: index)
    }
  }
}
