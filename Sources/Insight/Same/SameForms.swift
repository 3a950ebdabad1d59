/// An address as matching compares it: folded, with the local part that counts.
struct EmailForm {
  var whole: [UInt8]
  /// The local part without `+tag`.
  var local: [UInt8]
  /// The letters of the local part, digits and separators dropped.
  var letters: [UInt8]

  /// Nil for what is no address.
  init?(_ text: String) {
    var bytes = Array(text.utf8.drop { $0 <= 32 })
    while let last = bytes.last, last <= 32 { bytes.removeLast() }
    if bytes.starts(with: "mailto:".utf8) { bytes.removeFirst(7) }
    for index in bytes.indices where bytes[index] >= 65 && bytes[index] <= 90 { bytes[index] |= 32 }
    guard let at = bytes.lastIndex(of: 64), at > 0, at + 1 < bytes.count, bytes.count <= 254,
      !bytes.contains(where: { $0 <= 32 })
    else { return nil }
    local = Array(bytes[..<at])
    if let plus = local.firstIndex(of: 43), plus > 0 { local = Array(local[..<plus]) }
    whole = local + bytes[at...]
    letters = local.filter { $0 >= 97 && $0 <= 122 || $0 >= 128 }
  }
}

/// A telephone number: its digits, and whether it was written with its country.
struct PhoneForm {
  var digits: [UInt8]
  var isWhole: Bool

  /// Nil for fewer than five digits or more than a number has (E.164: 15).
  init?(_ text: String) {
    let cut = text.prefix { $0 != "x" && $0 != "X" && $0 != ";" }
    digits = Array(PlainText.digits(cut).utf8)
    isWhole = text.utf8.first { $0 > 32 } == 43
    if !isWhole, digits.starts(with: [48, 48]) {
      digits.removeFirst(2)
      isWhole = true
    }
    guard (5...15).contains(digits.count) else { return nil }
  }
}

/// A day of birth; the year may be unknown.
struct BirthdayForm: Equatable {
  var year = 0
  var month = 0
  var day = 0

  /// Reads ISO 8601 with and without hyphens, `--MM-DD`, and day and month before the year.
  init?(_ text: String) {
    let bytes = text.utf8.filter { $0 != 32 }
    let numbers = bytes.prefix(10).split { $0 < 48 || $0 > 57 }.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    let digits = bytes.prefix { $0 >= 48 && $0 <= 57 }
    if digits.count == 8, let number = Int(String(decoding: digits, as: UTF8.self)) {
      (year, month, day) = (number / 10_000, number / 100 % 100, number % 100)
    } else if bytes.starts(with: [45, 45]), numbers.count == 2 {
      (month, day) = (numbers[0], numbers[1])
    } else if bytes.starts(with: [45, 45]), numbers.count == 1 {
      (month, day) = (numbers[0] / 100, numbers[0] % 100)
    } else if numbers.count == 3, numbers[0] > 31 {
      (year, month, day) = (numbers[0], numbers[1], numbers[2])
    } else if numbers.count == 3, numbers[2] > 31 {
      (year, month, day) = (numbers[2], numbers[1], numbers[0])
    } else {
      return nil
    }
    if month > 12, day <= 12 { swap(&month, &day) }
    guard (0...2_200).contains(year), (0...99).contains(month), (0...99).contains(day), month + day > 0 else {
      return nil
    }
  }

  /// Eight digits, the year `0000` if it is not known.
  var written: [UInt8] {
    func two(_ number: Int) -> [UInt8] { [UInt8(48 + number / 10 % 10), UInt8(48 + number % 10)] }
    return two(year / 100) + two(year % 100) + two(month) + two(day)
  }
}

/// A code: postcodes, numbers of members, what is compared letter by letter.
struct CodeForm {
  var bytes: [UInt8]

  init?(_ text: String) {
    bytes = Array(PlainText.of(text).utf8.filter { $0 != 32 })
    // A ZIP with its four digits more is the ZIP.
    if bytes.count == 9, text.utf8.contains(45), bytes.allSatisfy({ $0 >= 48 && $0 <= 57 }) { bytes.removeLast(4) }
    guard !bytes.isEmpty, bytes.count <= 40 else { return nil }
  }
}
