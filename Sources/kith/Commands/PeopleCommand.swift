import ArgumentParser
import Flows
import Formats
import Insight
import Model
import Store

/// `kith people`: whom you know, the strongest tie first.
struct PeopleCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "people", abstract: "Lists people, the strongest tie first.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Option(help: "Part of a name, an address or a phone number.") var query: String = ""
  @Option(help: "person, organisation or machine.") var kind: Person.Kind?
  @Option(help: "How many at most.") var limit: Int = 100
  @Option(help: "The last person of the page before.") var after: ID<Person>?

  func validate() throws { if limit < 0 { throw ValidationError("--limit must not be negative") } }

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    let people = try await Show(store: house.store, gate: house.gate).people(
      PeopleQuery(text: query, kind: kind, limit: limit, after: after), as: viewer)
    try output.list(
      people.map(Lines.person),
      columns: ["id", "name", "kind", "emails", "organisation", "strength", "last_contacted", "interactions"],
      empty: "Nobody found.")
  }
}

/// `kith person`: what is known of one person, and why.
struct PersonCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "person", abstract: "Shows a person: facts with their origin, strength with its parts.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The person.") var person: ID<Person>
  @Flag(help: "Say what each part of the strength rests on, and what sources propose against what stands.") var why =
    false
  @Option(help: "The strength as of this instant.") var at: Instant?

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    let page = try await Show(store: house.store, gate: house.gate).person(person, at: at, as: viewer)
    let value = PersonLines.json(page, why: why)
    try output.value(value, text: PersonLines.text(page, why: why))
  }
}

/// A person's page as JSON and as text.
private enum PersonLines {
  static func json(_ page: PersonPage, why: Bool) -> JSON {
    guard case .object(var pairs) = Lines.person(page.person, of: page.owner) else { return .null }
    pairs.append(.init(key: "at", value: JSON(page.at)))
    pairs.append(
      .init(key: "parts", value: .object(page.strength.parts.map { .init(key: $0.name, value: JSON($0.value)) })))
    pairs.append(.init(key: "facts", value: .list(page.facts.map(fact))))
    guard why else { return .object(pairs) }
    pairs.append(
      .init(
        key: "why",
        value: .list(
          page.strength.parts.map {
            ["part": .text($0.name), "value": JSON($0.value), "words": .text($0.words)]
          })))
    pairs.append(
      .init(
        key: "proposals",
        value: .list(
          page.proposals.map {
            [
              "field": .text($0.field.rawValue), "value": .text($0.proposed), "origin": .text("\($0.proposedBy)"),
              "record": JSON($0.record),
            ]
          })))
    return .object(pairs)
  }

  private static func fact(_ said: PersonPage.Said) -> JSON {
    let fact = said.seen.fact
    return [
      "id": JSON(said.seen.id), "field": .text(fact.field.rawValue), "label": .text(fact.label),
      "value": JSON(said.value), "origin": .text("\(fact.origin)"), "record": JSON(fact.record),
      "record_kind": .text(said.seen.recordKind.rawValue), "source": JSON(said.seen.source),
      "first_seen": JSON(fact.firstSeen), "last_seen": JSON(fact.lastSeen), "seen": JSON(fact.count),
      "confidence": JSON(fact.confidence),
    ]
  }

  static func text(_ page: PersonPage, why: Bool) -> String {
    let person = page.person
    var lines = ["\(person.name.isEmpty ? "(no name)" : person.name)  \(person.id)"]
    lines.append(
      "strength \(JSON(person.strength).plain) as of \(page.at.date), \(person.interactions) interactions, "
        + (person.lastContacted.map { "last contact \($0.date)" } ?? "no contact yet"))
    for part in page.strength.parts {
      lines.append("  \(JSON(part.value).plain)  \(part.name)" + (why ? ": \(part.words)" : ""))
    }
    lines.append("")
    for said in page.facts {
      let fact = said.seen.fact
      let label = fact.label.isEmpty ? "" : " (\(fact.label))"
      lines.append(
        "\(fact.field.rawValue)\(label): \(said.value ?? "(sealed)")  — \(fact.origin), "
          + "\(fact.firstSeen.date) to \(fact.lastSeen.date), \(fact.count)×")
    }
    return lines.joined(separator: "\n")
  }
}
