public import Model

/// Writing to a card: one field changes, everything else stays byte for byte.
extension VCard {
  /// Writes the values of a field and of nothing else.
  ///
  /// A value that the card has already keeps its line with all its parameters; a value that takes the place of another
  /// with the same label keeps the parameters too.
  public mutating func set(_ field: Fact.Field, _ values: [Contact.Labelled]) {
    let values = values.filter { !trimmed($0.value).isEmpty }
    switch field {
    case .given: setPart(of: "N", at: 1, to: values.first?.value ?? "")
    case .family: setPart(of: "N", at: 0, to: values.first?.value ?? "")
    case .name, .title, .organisation, .birthday: setOne(field, values.first?.value)
    case .email, .phone, .url, .address, .note, .custom: setMany(field, values)
    case .tag: setTags(values.map(\.value))
    }
  }

  /// Tags stand side by side on a line (RFC 6350 §6.7.1): a line none of whose tags goes or comes stays as it is.
  mutating func setTags(_ tags: [String]) {
    var open: [String] = []
    for tag in tags.map(trimmed) where !tag.isEmpty && !open.contains(tag) { open.append(tag) }
    let wanted = Set(open)
    let places = places(.tag)
    for place in places { open.removeAll(where: Set(components(lines[place], at: Byte.comma)).contains) }
    var gone: [Int] = []
    for place in places {
      let raw = CardText.rawSplit(rawText(lines[place]), at: Byte.comma)
      let kept = raw.filter { wanted.contains(trimmed(CardText.unescape($0, version: version))) }
      let new = place == places.last ? open.map(escapedTag) : []
      let isBlank = raw.allSatisfy { trimmed($0).isEmpty }
      if kept.count == raw.count && new.isEmpty || isBlank && new.isEmpty { continue }
      if kept.isEmpty && new.isEmpty { gone.append(place); continue }
      lines[place] = line(
        "CATEGORIES", group: lines[place].group, parameters: keptParameters(lines[place]),
        value: (kept + new).joined(separator: ","))
    }
    if places.isEmpty, !open.isEmpty {
      insert(line("CATEGORIES", value: open.map(escapedTag).joined(separator: ",")), after: nil)
    }
    removeLines(gone)
  }

  /// A comma parts tags in every version.
  private func escapedTag(_ tag: String) -> String {
    let escaped = CardText.escape(tag, version: version)
    return version == "2.1" ? escaped.replacing(",", with: "\\,") : escaped
  }

  private mutating func setOne(_ field: Fact.Field, _ wanted: String?) {
    let places = places(field)
    let held = places.first.flatMap { value(lines[$0], field, [:])?.value } ?? ""
    guard let wanted else {
      // FN is the one property that every card must have (RFC 6350 §6.2.1): it cannot be emptied.
      if field != .name { removeLines(places) }
      return
    }
    guard trimmed(wanted) != held else { return }
    let made = newLine(field, .init(wanted), like: places.first.map { lines[$0] })
    if let place = places.first { lines[place] = made } else { insert(made, after: nil) }
  }

  private mutating func setPart(of name: String, at index: Int, to wanted: String) {
    let place = lines.firstIndex { $0.name == name }
    var raw = place.map { CardText.rawSplit(rawText(lines[$0]), at: Byte.semicolon) } ?? []
    while raw.count < 5 { raw.append("") }
    guard trimmed(CardText.unescape(raw[index], version: version)) != trimmed(wanted) else { return }
    raw[index] = CardText.escape(wanted, version: version)
    let old = place.map { lines[$0] }
    let made = line(
      name, group: old?.group ?? "", parameters: old.map(keptParameters) ?? [], value: raw.joined(separator: ";"))
    if let place { lines[place] = made } else { insert(made, after: lines.lastIndex { $0.name == "FN" }) }
  }

  // MARK: - Fields with several values

  private mutating func setMany(_ field: Fact.Field, _ wanted: [Contact.Labelled]) {
    let labels = groupLabels()
    var open = wanted
    var unmatched: [Int] = []
    var companions: [CardLine] = []
    // First what stays exactly, then what keeps its value but not its label, then what changes its value.
    for place in places(field) {
      let held = value(lines[place], field, labels) ?? .init("")
      if let index = open.firstIndex(where: { same(field, held, $0) && sameLabel(held.label, $0.label) }) {
        open.remove(at: index)
      } else {
        unmatched.append(place)
      }
    }
    unmatched = unmatched.filter { place in
      let held = value(lines[place], field, labels) ?? .init("")
      if let index = open.firstIndex(where: { same(field, held, $0) }) {
        let now = open.remove(at: index)
        if !now.label.isEmpty, let label = relabel(place, now) { companions.append(label) }
        return false
      }
      // The same value twice in a card is the card's own business.
      return !wanted.contains { same(field, held, $0) }
    }
    var gone: [Int] = []
    for place in unmatched {
      let held = value(lines[place], field, labels) ?? .init("")
      if let index = open.firstIndex(where: { sameLabel(held.label, $0.label) }) {
        let now = open.remove(at: index)
        lines[place] = newLine(field, .init(now.value), like: lines[place])
        // A line without a value had no label either; what stands in its parameters may read as one now.
        let label = value(lines[place], field, labels)?.label ?? now.label
        if !now.label.isEmpty, !sameLabel(label, now.label), let made = relabel(place, now) { companions.append(made) }
      } else {
        gone.append(place)
      }
    }
    add(open, field, removing: gone)
    for companion in companions {
      insert(companion, after: lines.lastIndex { $0.group == companion.group })
    }
  }

  private mutating func add(_ values: [Contact.Labelled], _ field: Fact.Field, removing gone: [Int]) {
    var after = places(field).last
    for value in values {
      let (made, companion) = labelledLine(field, value)
      insert(made, after: after)
      if let companion { insert(companion, after: lines.firstIndex(of: made)) }
      after = after.map { $0 + (companion == nil ? 1 : 2) }
    }
    removeLines(gone)
  }

  /// Removes lines, and the label lines whose group nothing else uses any more.
  private mutating func removeLines(_ places: [Int]) {
    let groups = Set(places.map { lines[$0].group }).subtracting([""])
    for place in places.sorted().reversed() { lines.remove(at: place) }
    let companions: Set<String> = ["X-ABLABEL", "X-ABADR"]
    for group in groups where !lines.contains(where: { $0.group == group && !companions.contains($0.name) }) {
      lines.removeAll { $0.group == group }
    }
  }

  /// Gives a line another label; the label line it needs for that, if any, is still to be inserted.
  private mutating func relabel(_ place: Int, _ now: Contact.Labelled) -> CardLine? {
    let old = lines[place]
    if let label = lines.firstIndex(where: { $0.name == "X-ABLABEL" && $0.group == old.group && !old.group.isEmpty }) {
      lines[label] = line("X-ABLabel", group: old.group, value: CardText.escape(now.label, version: version))
      return nil
    }
    let kept = old.parts().parameters.filter { $0.name == "TYPE" }.flatMap(\.values)
      .filter { VCard.manners.contains($0.lowercased()) }
    var parameters = keptParameters(old).filter { $0.name != "TYPE" }
    if let types = VCard.types(now.label) {
      parameters.insert(.init(name: "TYPE", values: types + kept), at: 0)
      lines[place] = line(old.name, group: old.group, parameters: parameters, value: writable(old))
      return nil
    }
    parameters.insert(.init(name: "TYPE", values: kept), at: 0)
    let group = old.group.isEmpty ? freeGroup() : old.group
    lines[place] = line(old.name, group: group, parameters: parameters, value: writable(old))
    return line("X-ABLabel", group: group, value: CardText.escape(now.label, version: version))
  }

  private func freeGroup() -> String {
    let used = Set(lines.map(\.group))
    return (1...(used.count + 1)).map { "ITEM\($0)" }.first { !used.contains($0) } ?? "ITEM0"
  }

  /// The value as the card holds it, ready to be written again without its transfer encoding.
  private func writable(_ line: CardLine) -> String {
    let text = rawText(line)
    return version == "2.1" ? text : text.replacing("\n", with: "\\n")
  }

  // MARK: - New lines

  /// A line for a value; an old line lends its group and its parameters, except those about its old value.
  private func newLine(_ field: Fact.Field, _ value: Contact.Labelled, like old: CardLine?) -> CardLine {
    var parameters = old.map(keptParameters) ?? []
    parameters.removeAll { ["SORT-AS", "X-APPLE-OMIT-YEAR", "ALTREP", "LABEL"].contains($0.name) && field != .custom }
    if field != .note { parameters.removeAll { $0.name == "VALUE" } }
    var text = CardText.escape(trimmed(value.value), version: version)
    switch field {
    case .birthday:
      let date = CardDate.property(trimmed(value.value), version: version)
      parameters += date.parameters
      text = date.value
    case .address: text = ";;" + text + ";;;;"
    case .url: text = String(value.value.unicodeScalars.filter { $0.value > 32 && $0.value != 127 }.map(Character.init))
    default: break
    }
    return line(VCard.property(field), group: old?.group ?? "", parameters: parameters, value: text)
  }

  /// A new line with its label: as types where they can say it, else as a label line of its group.
  func labelledLine(_ field: Fact.Field, _ value: Contact.Labelled) -> (CardLine, CardLine?) {
    let made = newLine(field, value, like: nil)
    guard !value.label.isEmpty, field != .note else { return (made, nil) }
    return withLabel(made, value.label, asParameter: field == .custom)
  }

  func withLabel(_ made: CardLine, _ label: String, asParameter: Bool = false) -> (CardLine, CardLine?) {
    let parts = made.parts()
    let value = writable(made)
    if asParameter {
      let parameters = parts.parameters + [CardLine.Parameter(name: "LABEL", values: [label])]
      return (line(made.name, parameters: parameters, value: value), nil)
    }
    if let types = VCard.types(label) {
      return (
        line(made.name, parameters: keptParameters(made) + [.init(name: "TYPE", values: types)], value: value), nil
      )
    }
    let group = freeGroup()
    let companion = line("X-ABLabel", group: group, value: CardText.escape(label, version: version))
    return (line(made.name, group: group, parameters: keptParameters(made), value: value), companion)
  }

  /// What still holds when the value is written anew: not its encoding and not its charset.
  private func keptParameters(_ line: CardLine) -> [CardLine.Parameter] {
    line.parts().parameters.filter { !["ENCODING", "CHARSET"].contains($0.name) }
  }

  private static let places: Set<String> = [
    "home", "work", "cell", "fax", "pager", "main", "other", "car", "isdn", "video",
  ]

  /// A label as types: known words, or one word of letters; nil if it needs a label line.
  private static func types(_ label: String) -> [String]? {
    let words = label.lowercased().split(separator: " ").map { canonical(String($0)) }
    if !words.isEmpty && words.allSatisfy({ places.contains($0) }) { return words }
    guard words.count == 1, words[0].utf8.count <= 20, words[0] == canonical(label) else { return nil }
    return words[0].utf8.allSatisfy { (97...122).contains($0) || $0 == 45 } ? words : nil
  }

  private static func canonical(_ word: String) -> String {
    switch word {
    case "mobile": "cell"
    case "business": "work"
    default: word
    }
  }

  // MARK: - Comparing

  private func sameLabel(_ a: String, _ b: String) -> Bool {
    a == b || VCard.canonical(a.lowercased()) == VCard.canonical(b.lowercased())
  }

  /// Whether two values say the same although they are written differently.
  private func same(_ field: Fact.Field, _ held: Contact.Labelled, _ wanted: Contact.Labelled) -> Bool {
    let value = trimmed(wanted.value)
    if held.value == value { return field != .custom || held.label == wanted.label }
    switch field {
    case .email: return fold(held.value) == fold(value)
    case .phone: return VCard.samePhone(held.value, value)
    default: return false
    }
  }

  /// The same digits, or one number with and the other without its country code.
  private static func samePhone(_ a: String, _ b: String) -> Bool {
    func digits(_ text: String) -> [UInt8] { text.utf8.filter { (48...57).contains($0) } }
    func lettered(_ text: String) -> Bool { text.unicodeScalars.contains { $0.properties.isAlphabetic } }
    let (da, db) = (digits(a), digits(b))
    guard !lettered(a), !lettered(b), !da.isEmpty, !db.isEmpty else { return false }
    let (plusA, plusB) = (a.hasPrefix("+"), b.hasPrefix("+"))
    if plusA == plusB { return da == db }
    let long = plusA ? da : db
    var short = (plusA ? db : da)[...]
    while short.first == 48 { short = short.dropFirst() }
    return short.count >= 8 && long.count - short.count <= 3 && long.count >= short.count
      && long.suffix(short.count).elementsEqual(short)
  }
}
