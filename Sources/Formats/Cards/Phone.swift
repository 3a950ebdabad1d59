import CPhone

/// Telephone numbers, read by libphonenumber: only valid numbers count.
public enum Phone {
  /// A number and the extension that was written behind it; empty if none.
  public struct Number: Sendable, Hashable {
    public var e164: String
    public var ext: String
  }

  /// A number met in a text and where it stands, in UTF-8 bytes.
  public struct Hit: Sendable, Hashable {
    public var number: Number
    public var range: Range<Int>
  }

  /// Longer text is no number (the library itself stops at 250).
  static let longest = 250
  static let longestText = 1 << 20

  /// The number in E.164; nil unless it is a valid number.
  ///
  /// `region` (`US`) is where a number without a country code belongs; without it only numbers with `+` are read.
  public static func e164(_ text: String, region: String? = nil) -> String? { number(text, region: region)?.e164 }

  /// The number and its extension; nil unless it is a valid number.
  public static func number(_ text: String, region: String? = nil) -> Number? {
    guard text.utf8.count <= longest, text.utf8.count > 2, !isMasked(text) else { return nil }
    var hit = kith_phone_hit()
    let valid = withUTF8(text) { pointer, count in
      withRegion(region) { kith_phone_read(pointer, count, $0, &hit) }
    }
    return valid ? number(hit) : nil
  }

  /// A number in E.164 as people write it abroad, `+1 713-555-0100`; what is no number stays as it is.
  public static func display(_ e164: String) -> String {
    guard e164.utf8.count <= longest, e164.utf8.first == 43 else { return e164 }
    return write(e164, kith_phone_display) ?? e164
  }

  /// The two letters of a number's region; nil for numbers of no country.
  public static func region(_ e164: String) -> String? {
    guard e164.utf8.count <= longest, e164.utf8.first == 43 else { return nil }
    return write(e164) { kith_phone_region($0, $1, $2, $3) ? 2 : 0 }
  }

  /// Valid numbers in a text, at most `most`, whose digits are grouped the way their country does.
  public static func found(in text: String, region: String? = nil, most: Int = 32) -> [Hit] {
    guard text.utf8.count <= longestText, most > 0, text.utf8.contains(where: { (48...57).contains($0) }) else {
      return []
    }
    // The library counts in bytes, but gives up at a zero byte.
    var hits = [kith_phone_hit](repeating: kith_phone_hit(), count: min(most, 1_000))
    let count = withUTF8(text) { pointer, length in
      withRegion(region) { region in
        hits.withUnsafeMutableBufferPointer { hits -> Int in
          guard let base = hits.baseAddress else { return 0 }
          return kith_phone_find(pointer, length, region, base, hits.count)
        }
      }
    }
    return hits.prefix(count).map { hit in
      Hit(number: number(hit), range: Int(hit.start)..<Int(hit.start) + Int(hit.length))
    }
  }

  /// `713 853-xxxx`: letters that stand for digits nobody wrote; the library would read them as a vanity number.
  private static func isMasked(_ text: String) -> Bool {
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte | 0x20 == 120 && previous | 0x20 == 120 { return true }
      previous = byte
    }
    return false
  }

  // MARK: - Across the border

  private static func number(_ hit: kith_phone_hit) -> Number {
    Number(e164: string(hit.e164), ext: string(hit.extension))
  }

  /// A C array of characters up to its zero.
  private static func string<T>(_ field: T) -> String {
    withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static func withUTF8<R>(_ text: String, _ body: (UnsafePointer<CChar>, Int) -> R) -> R {
    let count = text.utf8.count
    return text.withCString { body($0, count) }
  }

  private static func withRegion<R>(_ region: String?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
    guard let region, region.utf8.count == 2 else { return body(nil) }
    return region.uppercased().withCString(body)
  }

  private static func write(
    _ text: String, _ body: (UnsafePointer<CChar>, Int, UnsafeMutablePointer<CChar>, Int) -> Int
  ) -> String? {
    var out = [CChar](repeating: 0, count: 64)
    let length = withUTF8(text) { pointer, count in
      out.withUnsafeMutableBufferPointer { buffer -> Int in
        guard let base = buffer.baseAddress else { return 0 }
        return body(pointer, count, base, buffer.count)
      }
    }
    return length > 0 ? String(decoding: out.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }
}
