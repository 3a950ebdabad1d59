import Testing

@testable import Formats

/// QR codes against what ISO/IEC 18004 says, and read back by a reader that shares nothing with the writer but the masks.
@Suite("QR codes")
struct QRCodeTests {
  @Test("the worked examples of the standard: corrections of 1-M, format of mask 101, version 7")
  func worked() {
    // Annex I: "01234567" in a symbol of version 1-M.
    let data: [UInt8] = [16, 32, 12, 86, 97, 128, 236, 17, 236, 17, 236, 17, 236, 17, 236, 17]
    #expect(QRCode.correction(of: data, 10) == [165, 36, 212, 193, 237, 54, 199, 135, 44, 85])
    // Annexes C.2 and D.2.
    #expect(QRCode.formatBits(0b101) == 0b100000011001110)
    #expect(QRCode.versionBits(7) == 0b000111110010010100)
  }

  @Test(
    "each version has the side, the room and the alignment patterns of the tables",
    arguments: [
      (1, 21, 26, 16, []), (2, 25, 44, 28, [6, 18]), (3, 29, 70, 44, [6, 22]), (4, 33, 100, 64, [6, 26]),
      (5, 37, 134, 86, [6, 30]), (6, 41, 172, 108, [6, 34]), (7, 45, 196, 124, [6, 22, 38]),
      (8, 49, 242, 154, [6, 24, 42]), (9, 53, 292, 182, [6, 26, 46]), (10, 57, 346, 216, [6, 28, 50]),
      (14, 73, 581, 365, [6, 26, 46, 66]), (15, 77, 655, 415, [6, 26, 48, 70]), (20, 97, 1085, 669, [6, 34, 62, 90]),
    ] as [(Int, Int, Int, Int, [Int])])
  func tables(version: Int, side: Int, words: Int, data: Int, centres: [Int]) {
    let code = QRCode(version: version)
    #expect(code.size == side && code.codewords == words && code.dataWords == data)
    #expect(QRCode.alignments(version) == centres)
  }

  @Test("the smallest version is taken: 14 bytes stand in 21 modules, 15 in 25, 666 in 97, and 667 in none")
  func smallest() {
    let sides = [0, 14, 15, 26, 27, 62, 180, 181, 213, 666].map { QRCode(String(repeating: "a", count: $0))?.size }
    #expect(sides == [21, 21, 25, 25, 29, 33, 53, 57, 57, 97])
    #expect(QRCode(String(repeating: "a", count: 667)) == nil)
  }

  @Test("what was written is read again, from every version and with every letter, and no block has a fault")
  func readAgain() throws {
    for length in stride(from: 1, through: 90, by: 4) {
      let text = String("otpauth://totp/Kith:ada%40example.test?secret=GEZDGNBVGY3TQOJQ äß字 ".prefix(length % 66))
      let all = String(repeating: text, count: 1 + length / 11)
      let code = try #require(QRCode(all))
      #expect(QRReading(code).text == all, "\(all.utf8.count)")
    }
  }

  @Test("the mask is the one that is least hard to read, and dark modules are as many as light ones by a tenth")
  func masks() throws {
    var taken: Set<Int> = []
    for number in 0..<60 {
      let code = try #require(QRCode("otpauth://totp/Kith:\(number)?secret=GEZDGNBVGY3TQOJQ\(number * 7)"))
      taken.insert(code.mask)
      let dark = (0..<code.size).map { row in (0..<code.size).count { code[$0, row] } }.reduce(0, +)
      #expect(abs(dark * 2 - code.size * code.size) * 10 < code.size * code.size * 2)
    }
    #expect(taken.count > 3)
  }

  @Test("the picture holds each dark module once, inside its margin")
  func picture() throws {
    let code = try #require(QRCode("Kith"))
    let path = code.path(margin: 4)
    #expect(path.hasPrefix("M4 4h7v1h-7z"))
    let dark = path.split(separator: "h").dropFirst().compactMap { Int($0.prefix { $0.isNumber }) }.reduce(0, +)
    let wanted = (0..<code.size).map { row in (0..<code.size).count { code[$0, row] } }.reduce(0, +)
    #expect(dark == wanted)
  }
}

/// Reads a code as a camera's program does: format, mask, words, blocks; a block with a fault is no text.
private struct QRReading {
  var text: String?

  init(_ code: QRCode) {
    let size = code.size
    let format = (0..<6).map { code[8, $0] } + [code[8, 7], code[8, 8], code[7, 8]] + (9..<15).map { code[14 - $0, 8] }
    let bits = format.enumerated().reduce(0) { $0 | ($1.element ? 1 << $1.offset : 0) } ^ 0b101_0100_0001_0010
    // Level M is 00.
    guard bits >> 13 == 0 else { return }
    let mask = bits >> 10 & 7
    var stream: [Bool] = []
    var column = size - 1
    var goesUp = true
    while column > 0 {
      if column == 6 { column -= 1 }
      for row in goesUp ? Array((0..<size).reversed()) : Array(0..<size) {
        for at in [column, column - 1] where !code.isFixed(at, row) {
          stream.append(code[at, row] != QRCode.flips(mask, at, row))
        }
      }
      goesUp.toggle()
      column -= 2
    }
    let words = stride(from: 0, through: stream.count - 8, by: 8).map { at in
      stream[at..<at + 8].reduce(UInt8(0)) { $0 * 2 + ($1 ? 1 : 0) }
    }
    guard let data = QRReading.data(words, code.version) else { return }
    let wide = code.version > 9
    let nibbles = data.flatMap { [Int($0 >> 4), Int($0 & 15)] }
    guard nibbles[0] == 4 else { return }
    let count = nibbles[1..<(wide ? 5 : 3)].reduce(0) { $0 * 16 + $1 }
    let from = wide ? 5 : 3
    let bytes = (0..<count).map { UInt8(nibbles[from + $0 * 2] << 4 | nibbles[from + $0 * 2 + 1]) }
    text = String(validating: bytes, as: UTF8.self)
  }

  /// The blocks unwoven; nil if one of them has a root that is none of its polynomial.
  private static func data(_ words: [UInt8], _ version: Int) -> [UInt8]? {
    let (count, correction) = (QRCode.blocks[version - 1], QRCode.corrections[version - 1])
    let long = words.count % count
    let short = words.count / count - correction
    var blocks = [[UInt8]](repeating: [], count: count)
    var at = 0
    for index in 0...short {
      for block in 0..<count where index < short || block >= count - long {
        blocks[block].append(words[at])
        at += 1
      }
    }
    var whole = blocks
    for _ in 0..<correction {
      for block in 0..<count {
        whole[block].append(words[at])
        at += 1
      }
    }
    for block in whole {
      var root: UInt8 = 1
      for _ in 0..<correction {
        guard block.reduce(UInt8(0), { times($0, root) ^ $1 }) == 0 else { return nil }
        root = times(root, 2)
      }
    }
    return blocks.flatMap { $0 }
  }

  private static func times(_ left: UInt8, _ right: UInt8) -> UInt8 {
    var (left, right, product) = (Int(left), Int(right), 0)
    while right > 0 {
      if right & 1 == 1 { product ^= left }
      left <<= 1
      if left > 255 { left ^= 0b1_0001_1101 }
      right >>= 1
    }
    return UInt8(product)
  }
}
