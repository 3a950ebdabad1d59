/// A QR code of a text: a square of light and dark modules (ISO/IEC 18004:2015; model 2, bytes, error correction M).
public struct QRCode: Sendable, Equatable {
  /// How many modules a side has, without the light margin of four that has to be around it (§5.3.8).
  public let size: Int
  let version: Int
  private(set) var mask = 0
  private var dark: [Bool]
  /// What is no data: finders, timing, alignment, format and version.
  private var fixed: [Bool]

  /// Enough for 666 bytes; a code with more modules is hard to read from a screen.
  static let largest = 20
  /// Codewords of error correction in each block, and blocks, of level M by version (table 9).
  static let corrections = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26]
  static let blocks = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16]

  /// The smallest code that holds the text in UTF-8, with the mask that suits it best; nil for more than 666 bytes.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    for version in 1...QRCode.largest {
      var code = QRCode(version: version)
      guard let words = code.words(of: bytes) else { continue }
      code.place(code.woven(words))
      let masked = (0..<8).map { code.masked($0) }
      guard let best = masked.min(by: { $0.penalty < $1.penalty }) else { return nil }
      self = best
      return
    }
    return nil
  }

  init(version: Int) {
    self.version = version
    size = 17 + 4 * version
    dark = Array(repeating: false, count: size * size)
    fixed = dark
    drawFixed()
  }

  /// Whether a module is dark; the first column is the left one, the first row the upper one.
  public subscript(column: Int, row: Int) -> Bool { dark[row * size + column] }

  func isFixed(_ column: Int, _ row: Int) -> Bool { fixed[row * size + column] }

  /// The dark modules as the path of an SVG whose view box is a side and twice the margin wide.
  public func path(margin: Int = 4) -> String {
    var path = ""
    for row in 0..<size {
      var column = 0
      while column < size {
        guard self[column, row] else {
          column += 1
          continue
        }
        let start = column
        while column < size, self[column, row] { column += 1 }
        path += "M\(start + margin) \(row + margin)h\(column - start)v1h-\(column - start)z"
      }
    }
    return path
  }

  // MARK: - Words

  /// How many codewords there are, those of error correction among them.
  var codewords: Int { fixed.count { !$0 } / 8 }
  /// How many of them carry data.
  var dataWords: Int { codewords - QRCode.corrections[version - 1] * QRCode.blocks[version - 1] }

  /// The data with its header, ended and filled up (§7.4.5, §7.4.10); nil if it is too much.
  private func words(of bytes: [UInt8]) -> [UInt8]? {
    let room = dataWords
    let lengthBits = version < 10 ? 8 : 16
    guard 4 + lengthBits + bytes.count * 8 <= room * 8 else { return nil }
    var bits: [Bool] = []
    func add(_ value: Int, _ count: Int) {
      for at in (0..<count).reversed() { bits.append(value >> at & 1 == 1) }
    }
    add(0b0100, 4)
    add(bytes.count, lengthBits)
    for byte in bytes { add(Int(byte), 8) }
    add(0, min(4, room * 8 - bits.count))
    add(0, (8 - bits.count % 8) % 8)
    var words = stride(from: 0, to: bits.count, by: 8).map { at in
      bits[at..<at + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
    }
    for filler in 0..<(room - words.count) { words.append(filler % 2 == 0 ? 0xEC : 0x11) }
    return words
  }

  /// The words in blocks with their corrections, woven into one another (§7.6).
  private func woven(_ words: [UInt8]) -> [UInt8] {
    let (count, correction) = (QRCode.blocks[version - 1], QRCode.corrections[version - 1])
    let short = words.count / count
    var parts: [ArraySlice<UInt8>] = []
    var at = 0
    for block in 0..<count {
      let length = short + (block < count - words.count % count ? 0 : 1)
      parts.append(words[at..<at + length])
      at += length
    }
    let corrections = parts.map { QRCode.correction(of: $0, correction) }
    var all: [UInt8] = []
    for at in 0...short {
      for part in parts where at < part.count { all.append(part[part.startIndex + at]) }
    }
    for at in 0..<correction { for part in corrections { all.append(part[at]) } }
    return all
  }

  /// The remainder of words by the generator of a degree, over GF(256) modulo x⁸+x⁴+x³+x²+1 (§7.5.2).
  static func correction(of words: some Sequence<UInt8>, _ degree: Int) -> [UInt8] {
    var generator = [UInt8](repeating: 0, count: degree)
    generator[degree - 1] = 1
    var root: UInt8 = 1
    for _ in 0..<degree {
      for at in 0..<degree {
        generator[at] = product(generator[at], root) ^ (at + 1 < degree ? generator[at + 1] : 0)
      }
      root = product(root, 2)
    }
    var rest = [UInt8](repeating: 0, count: degree)
    for word in words {
      let factor = word ^ rest.removeFirst()
      rest.append(0)
      for at in 0..<degree { rest[at] ^= product(generator[at], factor) }
    }
    return rest
  }

  static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
    var product = 0
    for bit in (0..<8).reversed() {
      product = product << 1 ^ (product >> 7) * 0x11D
      if right >> bit & 1 == 1 { product ^= Int(left) }
    }
    return UInt8(product)
  }

  // MARK: - Drawing

  private mutating func set(_ column: Int, _ row: Int, _ isDark: Bool) {
    dark[row * size + column] = isDark
    fixed[row * size + column] = true
  }

  private mutating func drawFixed() {
    for at in 0..<size {
      set(6, at, at % 2 == 0)
      set(at, 6, at % 2 == 0)
    }
    for (column, row) in [(3, 3), (size - 4, 3), (3, size - 4)] { drawSquares(column, row, 4) { $0 != 2 && $0 != 4 } }
    let centres = QRCode.alignments(version)
    for column in centres {
      for row in centres where !(column == 6 && row == 6 || column + row == size - 1 && (column == 6 || row == 6)) {
        drawSquares(column, row, 2) { $0 != 1 }
      }
    }
    drawFormat(0)
    guard version >= 7 else { return }
    let bits = QRCode.versionBits(version)
    for at in 0..<18 {
      let (far, near) = (size - 11 + at % 3, at / 3)
      set(far, near, bits >> at & 1 == 1)
      set(near, far, bits >> at & 1 == 1)
    }
  }

  /// Squares around a centre, as far as they lie in the code, dark by their distance.
  private mutating func drawSquares(_ column: Int, _ row: Int, _ reach: Int, _ isDark: (Int) -> Bool) {
    for down in -reach...reach {
      for right in -reach...reach where (0..<size).contains(column + right) && (0..<size).contains(row + down) {
        set(column + right, row + down, isDark(max(abs(right), abs(down))))
      }
    }
  }

  /// Level and mask, twice, and the module that is always dark (§7.9).
  private mutating func drawFormat(_ mask: Int) {
    let bits = QRCode.formatBits(mask)
    func bit(_ at: Int) -> Bool { bits >> at & 1 == 1 }
    for at in 0..<6 { set(8, at, bit(at)) }
    set(8, 7, bit(6))
    set(8, 8, bit(7))
    set(7, 8, bit(8))
    for at in 9..<15 { set(14 - at, 8, bit(at)) }
    for at in 0..<8 { set(size - 1 - at, 8, bit(at)) }
    for at in 8..<15 { set(8, size - 15 + at, bit(at)) }
    set(8, size - 8, true)
  }

  /// Fifteen bits of level M and a mask (annex C).
  static func formatBits(_ mask: Int) -> Int {
    var rest = mask
    for _ in 0..<10 { rest = rest << 1 ^ (rest >> 9) * 0x537 }
    return (mask << 10 | rest) ^ 0x5412
  }

  /// Eighteen bits of a version (annex D).
  static func versionBits(_ version: Int) -> Int {
    var rest = version
    for _ in 0..<12 { rest = rest << 1 ^ (rest >> 11) * 0x1F25 }
    return version << 12 | rest
  }

  /// Where the centres of alignment patterns lie, in columns and rows (annex E).
  static func alignments(_ version: Int) -> [Int] {
    guard version > 1 else { return [] }
    let count = version / 7 + 2
    let step = (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2
    return [6] + (0..<count - 1).reversed().map { version * 4 + 10 - $0 * step }
  }

  /// Places words in pairs of columns, from the lower right, up and down (§7.7.3).
  private mutating func place(_ words: [UInt8]) {
    var at = 0
    for right in stride(from: size - 1, through: 1, by: -2).map({ $0 <= 6 ? $0 - 1 : $0 }) {
      for step in 0..<size {
        let row = (right + 1) & 2 == 0 ? size - 1 - step : step
        for column in [right, right - 1] where !isFixed(column, row) && at < words.count * 8 {
          dark[row * size + column] = words[at / 8] >> (7 - at % 8) & 1 == 1
          at += 1
        }
      }
    }
  }

  static func flips(_ mask: Int, _ x: Int, _ y: Int) -> Bool {
    switch mask {
    case 0: (x + y) % 2 == 0
    case 1: y % 2 == 0
    case 2: x % 3 == 0
    case 3: (x + y) % 3 == 0
    case 4: (x / 3 + y / 2) % 2 == 0
    case 5: x * y % 2 + x * y % 3 == 0
    case 6: (x * y % 2 + x * y % 3) % 2 == 0
    default: ((x + y) % 2 + x * y % 3) % 2 == 0
    }
  }

  private func masked(_ mask: Int) -> QRCode {
    var code = self
    code.mask = mask
    code.drawFormat(mask)
    for row in 0..<size {
      for column in 0..<size where !isFixed(column, row) && QRCode.flips(mask, column, row) {
        code.dark[row * size + column].toggle()
      }
    }
    return code
  }

  /// How hard the code is to read: runs, blocks, what looks like a finder, imbalance (§7.8.3).
  var penalty: Int {
    var sum = 0
    let finder: [[Bool]] = ["10111010000", "00001011101"].map { $0.map { $0 == "1" } }
    for line in 0..<size {
      for cells in [(0..<size).map { self[$0, line] }, (0..<size).map { self[line, $0] }] {
        var run = 0
        for at in 0..<size {
          run = at > 0 && cells[at] == cells[at - 1] ? run + 1 : 1
          if run >= 5 { sum += run == 5 ? 3 : 1 }
          if at >= 10, finder.contains(where: { $0[...] == cells[at - 10...at] }) { sum += 40 }
        }
      }
    }
    for row in 1..<size {
      for column in 1..<size {
        let here = self[column, row]
        if here == self[column - 1, row], here == self[column, row - 1], here == self[column - 1, row - 1] { sum += 3 }
      }
    }
    let share = dark.count { $0 } * 20 - size * size * 10
    return sum + abs(share) / (size * size) * 10
  }
}
