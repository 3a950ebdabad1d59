import Formats

/// What holds for every signature, whatever the weights say.
enum SignatureRules {
  static func apply(_ states: inout [Bool], _ candidates: SignatureLines) {
    let features = candidates.features
    // What a mail program marks, and what a device adds, is a signature for certain (RFC 3676 §4.3 for `-- `).
    for index in states.indices where features[index].contains(.markedByMail) || features[index].contains(.device) {
      states[index] = true
    }
    joinSeparators(&states, features)
    dropAboveClosing(&states, features)
    dropLoneClosings(&states, features)
  }

  /// A signature begins with its close: numbers and addresses right above one are told, not signed.
  private static func dropAboveClosing(_ states: inout [Bool], _ features: [FeatureSet]) {
    for close in states.indices where states[close] && features[close].contains(.closing) {
      var start = close
      while start > 0, states[start - 1] { start -= 1 }
      let isSigned = (start..<close).contains { index in
        let signs: [LineFeature] = [
          .authorName, .authorShortName, .authorInitials, .authorAddress, .closing, .closingWithName, .markedByMail,
          .device, .signatureDashes, .seenOften,
        ]
        return signs.contains { features[index].contains($0) }
      }
      if !isSigned { for index in start..<close { states[index] = false } }
    }
  }

  /// A rule between two lines of a signature, or right above one, belongs to it.
  private static func joinSeparators(_ states: inout [Bool], _ features: [FeatureSet]) {
    for index in states.indices.reversed() where features[index].contains(.separator) && !states[index] {
      guard index + 1 < states.count, states[index + 1] else { continue }
      if features[index].contains(.signatureDashes) || features[index + 1].contains(.device)
        || index > 0 && states[index - 1]
      {
        states[index] = true
      }
    }
  }

  /// A close with nothing below it is no signature, nor is a list of addresses.
  private static func dropLoneClosings(_ states: inout [Bool], _ features: [FeatureSet]) {
    var start = 0
    while start < states.count {
      guard states[start] else {
        start += 1
        continue
      }
      var end = start
      while end < states.count, states[end] { end += 1 }
      let says =
        (start..<end).contains { !features[$0].contains(.closing) && !features[$0].contains(.separator) }
        && (start..<end).contains { isSomebody(features[$0]) }
      if !says { for index in start..<end { states[index] = false } }
      start = end
    }
  }

  /// Whether a line names somebody, closes a letter, or was marked: numbers and addresses alone are no signature.
  private static func isSomebody(_ line: FeatureSet) -> Bool {
    let signs: [LineFeature] = [
      .closing, .closingWithName, .authorName, .authorShortName, .authorInitials, .authorAddress, .initials,
      .oneCapitalWord, .titleCase, .allCaps, .allLower, .device, .markedByMail, .signatureDashes, .startsDash,
    ]
    // `FYI`, `Sorry!`
    if line.contains(.remark) { return line.contains(.authorName) || line.contains(.authorInitials) }
    // A line that is an address or a number has small letters too.
    if line.contains(.addressAlone) || line.contains(.manyDigits) {
      return line.contains(.authorAddress) || line.contains(.authorName) || line.contains(.authorInitials)
    }
    return signs.contains { line.contains($0) }
  }
}
