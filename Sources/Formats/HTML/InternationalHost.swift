/// The ASCII form of a host name, letters beyond ASCII by Punycode (RFC 3492, RFC 5890).
enum InternationalHost {
  /// Nil for what is no plain name: browsers read more, but then name another host than the one that was written.
  static func ascii(_ host: some StringProtocol) -> String? {
    var labels = host.lowercased().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    if labels.count > 1, labels.last == "" { labels.removeLast() }
    let written = labels.map(label)
    guard !written.isEmpty, written.allSatisfy({ $0 != nil }) else { return nil }
    let name = written.compactMap { $0 }.joined(separator: ".")
    guard name.utf8.count <= 253, isAddressOrName(written.compactMap { $0 }) else { return nil }
    return name
  }

  /// A name whose last label is a number is an address, and only four plain numbers are one that all read alike.
  private static func isAddressOrName(_ labels: [String]) -> Bool {
    guard let last = labels.last, let first = last.utf8.first, Byte.isDigit(first) else { return true }
    return labels.count == 4
      && labels.allSatisfy { label in Int(label).map { (0...255).contains($0) && "\($0)" == label } ?? false }
  }

  private static func label(_ text: String) -> String? {
    guard !text.isEmpty else { return nil }
    if text.utf8.allSatisfy({ Byte.isLetter($0) || Byte.isDigit($0) || $0 == Byte.minus || $0 == Byte.underscore }) {
      return text.utf8.count <= 63 ? text : nil
    }
    let scalars = Array(text.unicodeScalars)
    guard scalars.allSatisfy(isSettled), let code = punycode(scalars), code.utf8.count <= 59 else { return nil }
    return "xn--" + code
  }

  /// Letters that no rule turns into others, so that what we write is what a browser would (UTS 46).
  private static func isSettled(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x2D, 0x30...0x39, 0x61...0x7A: true
    case 0xDF...0xF6, 0xF8...0x131, 0x134...0x13E, 0x141...0x148, 0x14A...0x17E: true
    case 0x3AC...0x3CE, 0x430...0x45F, 0x561...0x586, 0x5D0...0x5EA, 0x620...0x64A: true
    case 0x904...0x939, 0xE01...0xE30, 0x3041...0x3096, 0x30A1...0x30FA, 0x4E00...0x9FFF, 0xAC00...0xD7A3: true
    default: false
    }
  }

  /// RFC 3492 §6.3.
  private static func punycode(_ scalars: [Unicode.Scalar]) -> String? {
    var out = scalars.filter(\.isASCII).map { Character($0) }
    let basic = out.count
    if basic > 0 { out.append("-") }
    var (code, delta, bias, done) = (UInt32(128), UInt32(0), UInt32(72), UInt32(basic))
    while done < scalars.count {
      guard let least = scalars.map(\.value).filter({ $0 >= code }).min() else { return nil }
      delta += (least - code) * (done + 1)
      code = least
      for scalar in scalars {
        if scalar.value < code { delta += 1 }
        guard scalar.value == code else { continue }
        var rest = delta
        var step: UInt32 = 36
        while true {
          let threshold = step <= bias ? 1 : min(step - bias, 26)
          if rest < threshold { break }
          out.append(digit(threshold + (rest - threshold) % (36 - threshold)))
          rest = (rest - threshold) / (36 - threshold)
          step += 36
        }
        out.append(digit(rest))
        bias = adapted(delta, done + 1, isFirst: done == UInt32(basic))
        delta = 0
        done += 1
      }
      delta += 1
      code += 1
    }
    return String(out)
  }

  private static func digit(_ value: UInt32) -> Character {
    Character(Unicode.Scalar(UInt8(value < 26 ? value + 97 : value + 22)))
  }

  /// RFC 3492 §6.1.
  private static func adapted(_ delta: UInt32, _ points: UInt32, isFirst: Bool) -> UInt32 {
    var rest = isFirst ? delta / 700 : delta / 2
    rest += rest / points
    var steps: UInt32 = 0
    while rest > 455 {
      rest /= 35
      steps += 36
    }
    return steps + 36 * rest / (rest + 38)
  }
}
