public import Model

/// Dates of mail (RFC 5322 §3.3, with the obsolete forms of §4.3 and common broken ones).
public enum MailDate {
  /// The instant; nil if the text makes no sense as a date.
  public static func parse(_ text: String) -> Instant? { parse(text.utf8.span) }

  public static func parse(_ bytes: Span<UInt8>) -> Instant? { parse(bytes, 0..<bytes.count) }

  static func parse(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Instant? {
    // No date needs more; what follows is comment or nonsense.
    var reader = MailDateReader()
    reader.read(bytes, range.lowerBound..<min(range.upperBound, range.lowerBound + 4_096))
    return reader.instant
  }
}

/// Collects what a date says, in whatever order it says it.
struct MailDateReader {
  private var numbers: [(value: Int, digits: Int)] = []
  private var month = 0
  /// How many numbers came before the month's name.
  private var monthAfter = 0
  private var hour = -1
  private var minute = 0
  private var second = 0
  private var offset = 0
  private var zoned = false
  private var bad = false

  mutating func read(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    var at = range.lowerBound
    let end = range.upperBound
    var depth = 0
    while at < end, !bad {
      let byte = bytes[at]
      if byte == Byte.open {
        depth += 1
      } else if depth > 0 {
        if byte == Byte.close { depth -= 1 }
        if byte == Byte.backslash { at += 1 }
      } else if Byte.isDigit(byte) {
        at = number(bytes, at, end)
        continue
      } else if Byte.isLetter(byte) {
        at = word(bytes, at, end)
        continue
      } else if (byte == 43 || byte == Byte.minus) && hour >= 0 && !zoned {
        at = zone(bytes, at, end)
        continue
      }
      at += 1
    }
    // A comment that never closes has swallowed the time.
    if depth > 0, hour < 0 { bad = true }
  }

  /// Reads digits from `at`; the value stops growing after nine of them.
  private func digits(_ bytes: Span<UInt8>, _ at: inout Int, _ end: Int) -> (value: Int, digits: Int) {
    var value = 0
    var count = 0
    while at < end, Byte.isDigit(bytes[at]) {
      if count < 9 { value = value * 10 + Int(bytes[at] &- 48) }
      count += 1
      at += 1
    }
    return (value, count)
  }

  private mutating func number(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    var at = start
    let first = digits(bytes, &at, end)
    guard hour < 0, at + 1 < end, first.digits <= 2, let colon = colon(bytes, at, end) else {
      if numbers.count >= 6 || first.digits > 8 { bad = true }
      numbers.append(first)
      return at
    }
    at = colon
    hour = first.value
    minute = digits(bytes, &at, end).value
    if at < end, let colon = self.colon(bytes, at, end) {
      at = colon
      second = digits(bytes, &at, end).value
      if at < end, bytes[at] == Byte.dot || bytes[at] == Byte.comma, at + 1 < end, Byte.isDigit(bytes[at + 1]) {
        at += 1
        _ = digits(bytes, &at, end)
      }
    }
    return at
  }

  /// Behind a colon (or the dot of `12.30.15`) with white space around it, if a digit follows.
  private func colon(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
    var at = start
    while at < end, Byte.isSpace(bytes[at]) { at += 1 }
    guard at < end, bytes[at] == Byte.colon else { return nil }
    at += 1
    while at < end, Byte.isSpace(bytes[at]) { at += 1 }
    return at < end && Byte.isDigit(bytes[at]) ? at : nil
  }

  /// `+0200`, `+02:00`, `+2`; a lone minus is nothing.
  private mutating func zone(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    var at = start + 1
    let first = digits(bytes, &at, end)
    guard first.digits > 0 else { return at }
    var hours = first.value
    var minutes = 0
    if first.digits >= 3 {
      hours = first.value / 100
      minutes = first.value % 100
    } else if at + 1 < end, bytes[at] == Byte.colon, Byte.isDigit(bytes[at + 1]) {
      at += 1
      minutes = digits(bytes, &at, end).value
    }
    zoned = true
    // RFC 5322 §3.3: minutes 00 to 59; no place on earth is further off than a day.
    guard first.digits <= 4, hours < 24, minutes < 60 else { return at }
    offset = (hours * 60 + minutes) * (bytes[start] == Byte.minus ? -1 : 1)
    return at
  }

  private mutating func word(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
    var at = start
    while at < end, Byte.isLetter(bytes[at]) { at += 1 }
    let length = at - start
    guard length <= 12 else { return at }
    let text = bytes.lowered(start..<at)
    if length >= 3, month == 0, let index = MailDateReader.months.firstIndex(of: String(text.prefix(3))) {
      month = index + 1
      monthAfter = numbers.count
    } else if text == "pm" || text == "am" {
      if hour == 12 { hour = 0 }
      if text == "pm", hour >= 0, hour < 12 { hour += 12 }
    } else if text == "t", !numbers.isEmpty, hour < 0 {
      return at
    } else if hour >= 0, !zoned, let minutes = MailDateReader.zones[text] {
      offset = minutes
      zoned = true
      // `GMT+0200`: the number says more.
      if minutes == 0, at < end, bytes[at] == 43 || bytes[at] == Byte.minus { zoned = false }
    }
    return at
  }

  /// The instant, if day, month and year are there and all fields are in their ranges.
  var instant: Instant? {
    guard !bad, let date = civil, date.year >= 1, date.year <= 9_999, date.month >= 1, date.month <= 12,
      date.day >= 1, date.day <= Instant.daysInMonth(year: date.year, month: date.month),
      hour < 24, minute < 60, second <= 60
    else { return nil }
    return Instant(
      year: date.year, month: date.month, day: date.day, hour: max(0, hour), minute: minute, second: second,
      offsetMinutes: offset)
  }

  private var civil: (year: Int, month: Int, day: Int)? {
    if month > 0 {
      guard numbers.count >= 2 else { return nil }
      let yearFirst = numbers[0].digits >= 3 && numbers[1].digits <= 2
      return yearFirst
        ? (MailDateReader.year(numbers[0]), month, numbers[1].value)
        : (MailDateReader.year(numbers[1]), month, numbers[0].value)
    }
    if let packed = numbers.first, packed.digits == 8 {
      return (packed.value / 10_000, packed.value / 100 % 100, packed.value % 100)
    }
    guard numbers.count >= 3 else { return nil }
    if numbers[0].digits >= 3 { return (numbers[0].value, numbers[1].value, numbers[2].value) }
    let year = MailDateReader.year(numbers[2])
    // `10/21/2001`: only where the day cannot be a month.
    if numbers[1].value > 12 { return (year, numbers[0].value, numbers[1].value) }
    return (year, numbers[1].value, numbers[0].value)
  }

  /// RFC 5322 §4.3: two digits from 00 to 49 are of this century, three are counted from 1900.
  ///
  /// Zeros in front, as in the year `0002` of some archives, change nothing.
  private static func year(_ number: (value: Int, digits: Int)) -> Int {
    switch number.value {
    case ..<50: 2000 + number.value
    case ..<1000: 1900 + number.value
    default: number.value
    }
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// RFC 5322 §4.3, and names that mailers of Europe and the Pacific write; others count as UTC.
  private static let zones: [String: Int] = [
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420,
    "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600, "ast": -240, "adt": -180,
    "bst": 60, "cet": 60, "met": 60, "mez": 60, "west": 60, "cest": 120, "mest": 120, "mesz": 120, "eet": 120,
    "sast": 120, "eest": 180, "msk": 180, "msd": 240, "sgt": 480, "hkt": 480, "awst": 480, "jst": 540, "kst": 540,
    "acst": 570, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780,
  ]
}
