import Model
import Store

/// One of the values that may be chosen.
struct Choice: PageLeaf, Sendable {
  var value: String
  var words: String
  var isChosen: Bool

  func child(named name: String) -> Any? {
    switch name {
    case "value": value
    case "words": words
    case "isChosen": isChosen
    default: nil
    }
  }

  /// As an option of a list.
  static let template = """
    <option value="{{value}}"{{#isChosen}} selected{{/isChosen}}>{{words}}</option>
    """
}

/// What the query of the list asks for; what makes no sense asks for nothing.
struct PeopleAsked: Sendable {
  var query: PeopleQuery
  var standing: Person.Standing?
  var status: TieStatus?
  /// Whether anything is left out.
  var isFiltered: Bool
  /// Whether more than the search is asked for.
  var isOpen: Bool

  init(_ form: Form, now: Instant) {
    query = PeopleQuery(
      text: String(form["q"].prefix(200)), kind: Person.Kind(rawValue: form["kind"]),
      sort: PeopleQuery.Sort(rawValue: form["sort"]) ?? .strength, after: ID<Person>(form["after"]))
    query.place = form["bucket"] == "none" ? PeopleQuery.Place.unsorted : ID<Bucket>(form["bucket"]).map { .bucket($0) }
    query.tag = form["tag"].isEmpty ? nil : String(form["tag"].prefix(200))
    query.contact = PeopleAsked.contact(form["last"], now)
    query.strength = PeopleAsked.levels[form["strength"]]
    query.owner = ID<Member>(form["owner"])
    query.archived = PeopleQuery.Archived(rawValue: form["archived"]) ?? .hidden
    standing = Person.Standing(rawValue: form["standing"])
    status = TieStatus(rawValue: form["status"])
    isOpen =
      query.kind != nil || query.place != nil || query.tag != nil || query.contact != nil || query.strength != nil
      || query.owner != nil || query.archived != .hidden || standing != nil || status != nil
    isFiltered = isOpen || !query.text.isEmpty
  }

  private static let levels: [String: ClosedRange<Double>] = ["high": 60...100, "middle": 30...60, "low": 0...30]

  /// `in-30`: in touch within so many days; `not-90`: not since.
  private static func contact(_ text: String, _ now: Instant) -> PeopleQuery.Contact? {
    if text == "never" { return .never }
    let parts = text.split(separator: "-")
    guard parts.count == 2, let days = Int(parts[1]), (1...3650).contains(days) else { return nil }
    let at = now.advanced(byDays: -Double(days))
    return parts[0] == "in" ? .since(at) : parts[0] == "not" ? .before(at) : nil
  }
}

/// What may be chosen in the filters, with what is.
struct PeopleChoices: Sendable {
  var sort: [Choice]
  var kind: [Choice]
  var bucket: [Choice]
  var status: [Choice]
  var last: [Choice]
  var strength: [Choice]
  var standing: [Choice]
  var owner: [Choice]
  var hasOwners: Bool
  var archived: [Choice]
  var isArchive: Bool

  init(_ form: Form, buckets: [Bucket], members: [(id: String, name: String)]) {
    func list(_ field: String, _ all: [(String, String)]) -> [Choice] {
      all.map { Choice(value: $0.0, words: $0.1, isChosen: form[field] == $0.0) }
    }
    sort = list(
      "sort",
      [("strength", "Strongest tie"), ("name", "Name"), ("contact", "Last contact"), ("added", "Known last")])
    kind = list(
      "kind",
      [("", "Everybody"), ("person", "People"), ("organisation", "Organisations"), ("machine", "Machines")])
    bucket = list(
      "bucket", [("", "Any or none"), ("none", "In no bucket")] + buckets.map { ($0.id.description, $0.name) })
    status = list(
      "status",
      [("", "Any"), ("strong", "Strong"), ("fading", "Fading"), ("weak", "Weak"), ("none", "Without an interval")])
    last = list(
      "last",
      [
        ("", "Any time"), ("in-7", "Within 7 days"), ("in-30", "Within 30 days"), ("not-30", "Not for 30 days"),
        ("not-90", "Not for 90 days"), ("not-365", "Not for a year"), ("never", "Never"),
      ])
    strength = list("strength", [("", "Any"), ("high", "60 and more"), ("middle", "30 to 60"), ("low", "Under 30")])
    standing = list("standing", [("", "All"), ("contact", "Contacts"), ("discovered", "Merely seen")])
    owner = list("owner", [("", "All that you see")] + members.map { ($0.id, $0.name) })
    hasOwners = members.count > 1
    archived = list("archived", [("hidden", "Not shown"), ("only", "Alone"), ("shown", "With all others")])
    isArchive = form["archived"] == "only"
  }
}
