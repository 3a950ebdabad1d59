extension SameScore {
  /// What speaks for the pair, in words, the strongest first.
  public var reasons: [String] {
    let given = parts.first { $0.label == "given" }?.step
    let family = parts.first { $0.label == "family" }?.step
    var reasons: [(bits: Int, words: String)] = []
    let isName = { (part: Part) in part.label == "given" || part.label == "family" }
    if let words = SameScore.name(given, family) {
      reasons.append((parts.filter(isName).reduce(0) { $0 + $1.millibits }, words))
    }
    for part in parts where part.millibits >= 1_000 && !isName(part) && part.label != "prior" {
      if let words = SameScore.words(part) { reasons.append((part.millibits, words)) }
    }
    return reasons.sorted { $0.bits == $1.bits ? $0.words < $1.words : $0.bits > $1.bits }.map(\.words)
  }

  private static func name(_ given: String?, _ family: String?) -> String? {
    switch (given, family) {
    case ("same", "same"): "the same name"
    case ("crossed", _), (_, "crossed"): "the same names in another order"
    case ("nickname", "same"), ("nickname", "close"): "a short form of the same name"
    case ("initial", "same"), ("initial", "close"): "the family name and an initial"
    case ("same", "close"), ("close", "same"), ("close", "close"), ("same", "alike"), ("alike", "same"),
      ("nickname", "alike"):
      "nearly the same name"
    case ("same", "part"), ("nickname", "part"), ("close", "part"): "the same given name and a part of the family name"
    case (nil, "same"): "the same family name"
    case ("same", nil): "the same given name"
    case ("same", _): "the same given name"
    case (_, "same"): "the same family name"
    default: nil
    }
  }

  private static func words(_ part: Part) -> String? {
    let what =
      switch part.label {
      case "email": "e-mail"
      case "street": "address"
      case "middle": "middle name"
      default: part.label
      }
    switch part.step {
    case "same": return "the same \(what)"
    case "domain": return "the same domain"
    case "local", "namesake": return "the same name in the e-mail"
    case "close", "number", "initial": return "nearly the same \(what)"
    case "within": return "one \(what) within the other"
    default: return "a like \(what)"
    }
  }
}
