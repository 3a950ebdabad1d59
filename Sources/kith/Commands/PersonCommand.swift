import ArgumentParser
import Flows
import Formats
import Foundation
import Insight
import Model
import Store

/// `kith person`: what is known of one person, and why.
struct PersonCommand: HouseCommand {
  static let configuration = CommandConfiguration(
    commandName: "person", abstract: "Shows a person: facts with their origin, strength with its parts.")
  @OptionGroup var global: GlobalOptions
  @OptionGroup var who: AccountOptions
  @Argument(help: "The person.") var person: ID<Person>
  @Flag(help: "Say what each part of the strength rests on, and what sources propose against what stands.") var why =
    false
  @Flag(help: "Say how to be in touch: what you owe them, when they answer and write, how often, whom they know.")
  var contact = false
  @Option(help: "The strength as of this instant; with --contact, what was known then.") var at: Instant?
  @Option(help: "The time zone of hours, as Europe/Berlin; default this machine's.") var zone: String?

  func validate() throws {
    if let zone, TimeZone(identifier: zone) == nil { throw ValidationError("'\(zone)' is no time zone") }
  }

  func run(in house: House, _ output: Output) async throws {
    let asker = try await house.asker(who)
    let viewer = try await house.viewer(asker)
    let page = try await Show(store: house.store, gate: house.gate).person(person, at: at, as: viewer)
    var value = PersonLines.json(page, why: why)
    var text = PersonLines.text(page, why: why)
    if contact, case .object(var pairs) = value {
      let clock = zone.flatMap { TimeZone(identifier: $0) } ?? TimeZone.current
      let advice = try await AdviseContact(store: house.store, gate: house.gate).advice(
        on: person, at: at,
        offset: { clock.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0.milliseconds) / 1000)) / 60 },
        as: viewer)
      pairs.append(.init(key: "contact", value: ContactLines.json(advice, zone: clock.identifier)))
      value = .object(pairs)
      text += "\n\n" + ContactLines.text(advice)
    }
    try output.value(value, text: text)
  }
}

/// A person's page as JSON and as text.
private enum PersonLines {
  static func json(_ page: PersonPage, why: Bool) -> JSON {
    guard case .object(var pairs) = Lines.person(page.person, of: page.owner, page.standing) else { return .null }
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
    if page.standing == .discovered { lines.append("discovered: you have no tie to them yet") }
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

/// How to be in touch with a person, as JSON and as text.
private enum ContactLines {
  static func json(_ advice: ContactAdvice, zone: String) -> JSON {
    [
      "owed": .list(
        advice.owed.map { ["kind": .text($0.kind.rawValue), "since": JSON($0.since), "why": .text($0.why)] }),
      "reply": advice.reply.map { reply -> JSON in
        ["hours": JSON(reply.hours), "chance": JSON(reply.chance), "why": .text(reply.why)]
      } ?? .null,
      "hour": advice.hour.map { hour -> JSON in
        ["hour": JSON(hour.hour), "day": .text(hour.dayName), "zone": .text(zone), "why": .text(hour.why)]
      } ?? .null,
      "rhythm": rhythm(advice),
      "knows": .list(
        advice.knows.map {
          ["id": JSON($0.person.id), "name": .text($0.person.name), "why": .text($0.acquaintance.why)]
        }),
    ]
  }

  private static func rhythm(_ advice: ContactAdvice) -> JSON {
    guard let rhythm = advice.rhythm, let bucket = advice.bucket else { return .null }
    return [
      "rhythm": JSON(rhythm.days), "bucket": .text(bucket.bucket.name), "days": JSON(bucket.bucket.days),
      "why": .text(bucket.why),
    ]
  }

  static func text(_ advice: ContactAdvice) -> String {
    var lines = advice.owed.map(\.why)
    lines += [advice.reply?.why, advice.hour?.why, advice.bucket?.why].compactMap(\.self)
    lines += advice.knows.map { known in
      let name = known.person.name.isEmpty ? known.person.id.description : known.person.name
      return "They know \(name): \(known.acquaintance.mails) of your mails show it."
    }
    return lines.isEmpty ? "How to be in touch with them is not known yet." : lines.joined(separator: "\n")
  }
}
