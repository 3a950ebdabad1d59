/// The style of one element: properties of colour, type and space, with plain values.
enum SafeStyle {
  private static let properties: Set<String> = [
    "background-color", "border", "border-bottom", "border-bottom-color", "border-bottom-style", "border-bottom-width",
    "border-collapse", "border-color", "border-left", "border-left-color", "border-left-style", "border-left-width",
    "border-radius", "border-right", "border-spacing", "border-style", "border-top", "border-width", "color",
    "direction", "font-family", "font-size", "font-style", "font-variant", "font-weight", "height", "letter-spacing",
    "line-height", "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top",
    "max-width", "min-width", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top",
    "table-layout",
    "text-align", "text-decoration", "text-indent", "text-transform", "vertical-align", "white-space", "width",
    "word-break", "word-spacing",
  ]
  private static let functions: Set<String> = ["rgb", "rgba", "hsl", "hsla"]

  /// What may stand of a style, without anything that could need escaping.
  static func written(_ style: String) -> String {
    var kept: [String] = []
    for part in style.prefix(4000).split(separator: ";").prefix(64) {
      guard let colon = part.firstIndex(of: ":") else { continue }
      let name = trimmed(part[..<colon]).lowercased()
      let value = trimmed(part[part.index(after: colon)...])
      if properties.contains(name), isPlain(value) { kept.append(name + ": " + value) }
      // What a mail hides stays hidden; nothing else of how things are laid out may change.
      if name == "display", value.lowercased() == "none" { kept.append("display: none") }
    }
    return kept.joined(separator: "; ")
  }

  private static func trimmed(_ text: Substring) -> String {
    String(String(text.drop { $0.isWhitespace }.reversed()).drop { $0.isWhitespace }.reversed())
  }

  /// Letters, numbers and a few signs; of functions those of colours alone.
  ///
  /// So no address can stand in it.
  private static func isPlain(_ value: String) -> Bool {
    guard !value.isEmpty, value.utf8.count <= 120,
      value.utf8.allSatisfy({ Byte.isLetter($0) || Byte.isDigit($0) || " #%.,()-+!".utf8.contains($0) })
    else { return false }
    var rest = value[...]
    while let open = rest.firstIndex(of: "(") {
      let name = rest[..<open].split { !$0.isLetter }.last.map { $0.lowercased() } ?? ""
      guard functions.contains(name) else { return false }
      rest = rest[rest.index(after: open)...]
    }
    return true
  }
}
