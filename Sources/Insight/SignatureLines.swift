import Formats

/// The lines of a mail among which its signature is looked for: the last of the author's own, without what is below
/// every mail.
struct SignatureLines {
  /// How many of the last lines are looked at.
  static let most = 24

  /// Indices of the text's lines.
  let lines: [Int]
  let features: [FeatureSet]
  let words: [LineWords]

  init(_ split: QuoteSplit, own: [Int], author: AuthorSigns, habit: SignatureHabit? = nil) {
    let chosen = Array(own.suffix(SignatureLines.most))
    let signs = chosen.map { LineSigns($0, of: split, author: author) }
    var features = signs.map(\.features)
    SignatureLines.addPlaces(&features, chosen, split, own.count)
    SignatureLines.addNeighbours(&features)
    habit?.mark(&features, chosen, split.text)
    lines = chosen
    self.features = features
    words = signs.map(\.words)
  }

  private static func addPlaces(_ features: inout [FeatureSet], _ chosen: [Int], _ split: QuoteSplit, _ total: Int) {
    let text = split.text
    for index in chosen.indices {
      let line = chosen[index]
      switch chosen.count - index {
      case 1: features[index].insert(.last1)
      case 2: features[index].insert(.last2)
      case 3: features[index].insert(.last3)
      case 4...6: features[index].insert(.last4to6)
      case 7...10: features[index].insert(.last7to10)
      default: features[index].insert(.last11)
      }
      features[index].insert(.first, if: index == 0 && total == chosen.count)
      features[index].insert(.blankAbove, if: line > 0 && text.lines[line - 1].isBlank)
      features[index].insert(.blanksAbove, if: line > 1 && text.lines[line - 1].isBlank && text.lines[line - 2].isBlank)
      features[index].insert(.blankBelow, if: line + 1 >= text.lines.count || text.lines[line + 1].isBlank)
      switch total {
      case 1: features[index].insert(.total1)
      case 2...4: features[index].insert(.total2to4)
      case 5...12: features[index].insert(.total5to12)
      default: features[index].insert(.total13)
      }
    }
  }

  private static func addNeighbours(_ features: inout [FeatureSet]) {
    var contact = false
    var sentence = false
    var short = true
    var name = false
    for index in features.indices.reversed() {
      features[index].insert(.contactBelow, if: contact)
      features[index].insert(.sentenceBelow, if: sentence)
      features[index].insert(.nameBelow, if: name)
      let here = features[index]
      let isSentence = here.contains(.words10) || here.contains(.function2) && here.contains(.words6to9)
      if isSentence || here.contains(.veryLong) { short = false }
      features[index].insert(.shortToTheEnd, if: short)
      sentence = sentence || isSentence
      contact =
        contact
        || !isSentence && (here.contains(.phone) || here.contains(.mailAddress) || here.contains(.extensionAlone))
      name = name || here.contains(.authorNameAlone)
    }
    var closing = 99
    var named = 99
    for index in features.indices {
      features[index].insert(.closingNear, if: closing <= 3)
      features[index].insert(.nameNear, if: named <= 8)
      closing += 1
      named += 1
      if features[index].contains(.closing) || features[index].contains(.closingWithName) { closing = 1 }
      if features[index].contains(.authorNameAlone) || features[index].contains(.authorInitials) { named = 1 }
    }
  }
}
