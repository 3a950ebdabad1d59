import Foundation
import Model
import Stage
import Testing

@Suite("The command line: how to be in touch")
struct CLIContactTests {
  private static func letter(
    _ id: Int, _ from: Cast.Role, _ to: [Cast.Role], cc: [Cast.Role] = [], daysAgo: Double, _ subject: String,
    _ body: String
  ) -> Cast.Letter {
    var letter = Cast.letters[0]
    letter.id = id
    letter.from = from
    letter.to = to
    letter.cc = cc
    letter.sentAt = Cast.now.advanced(byDays: -daysAgo)
    letter.subject = subject
    letter.body = body
    letter.extra = []
    letter.answers = nil
    return letter
  }

  /// Half a year of letters about a roof, with Eli and Gus, of which the last asks and is not answered.
  private static func household() throws -> CLI {
    let cli = try CLI()
    try cli.addHousehold()
    var letters: [Cast.Letter] = []
    for month in 1...6 {
      let days = 30 * Double(month)
      letters.append(
        letter(
          1000 + month, Cast.ada, [Cast.bob, Cast.eli, Cast.gus], daysAgo: days, "Roof \(month)", "The roof holds."))
      letters.append(
        letter(1100 + month, Cast.bob, [Cast.ada], cc: [Cast.fay], daysAgo: days - 0.1, "Re: Roof \(month)", "Good."))
    }
    letters.append(letter(1200, Cast.bob, [Cast.ada], daysAgo: 2, "The roof tiles", "Which tiles shall I take?"))
    try Cast.writeMails(cli.files + "/roof", letters)
    let read = try cli.run("import", "--kind", "mails", cli.files + "/roof", "--warrant")
    try #require(read.status == 0, "\(read.err)")
    return cli
  }

  private static func person(_ role: Cast.Role, _ cli: CLI) throws -> String {
    let found = try cli.run("people", "--query", role.address).lines
    return try #require(found.first?["id"] as? String)
  }

  @Test("whom one owes an answer is told with a reason, until the method is switched off")
  func replies() throws {
    let cli = try Self.household()
    let bob = try Self.person(Cast.bob, cli)
    let owed = try cli.run("suggest", "replies")
    #expect(owed.status == 0)
    for line in owed.lines { #expect(Set(line.keys) == ["id", "name", "kind", "since", "mail", "why"]) }
    let tiles = try #require(owed.lines.last { $0["id"] as? String == bob })
    #expect(tiles["kind"] as? String == "answer")
    #expect(tiles["why"] as? String == "They asked you something 2 days ago, and you have not answered.")
    #expect((tiles["mail"] as? String)?.hasPrefix("mail_") == true)
    #expect(try cli.run("suggest", "replies", "--top", "1").lines.count == 1)
    #expect(try cli.say("suggest", "replies").out.contains("They asked you something 2 days ago"))
    #expect(try cli.run("suggest", "replies", "--at", "2020-01-01").out.isEmpty)
    #expect(try cli.run("analysis", "off", "replies-owed").status == 0)
    let off = try cli.say("suggest", "replies")
    #expect(off.status == 0 && off.out == "Nothing is owed.\n")
    #expect(try cli.run("suggest", "replies", "--top", "-1").status == 2)
  }

  @Test("a person's page says how to be in touch: what is owed, when they answer and write, how often, whom they know")
  func contact() throws {
    let cli = try Self.household()
    let bob = try Self.person(Cast.bob, cli)
    let page = try cli.run("person", bob, "--contact", "--zone", "Europe/Berlin")
    #expect(page.status == 0)
    let contact = try #require(page.first["contact"] as? [String: Any])
    #expect(Set(contact.keys) == ["owed", "reply", "hour", "rhythm", "knows"])
    for key in ["reply", "hour", "rhythm"] {
      let part = try #require(contact[key] as? [String: Any], "\(key)")
      #expect((part["why"] as? String)?.hasSuffix(".") == true || key == "rhythm", "\(key)")
    }
    #expect((contact["hour"] as? [String: Any])?["zone"] as? String == "Europe/Berlin")
    #expect((contact["owed"] as? [[String: Any]])?.isEmpty == false)
    let knows = (contact["knows"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
    #expect(Set(knows).isSuperset(of: [Cast.eli.name, Cast.fay.name, Cast.gus.name]))
    let text = try cli.say("person", bob, "--contact")
    #expect(text.out.contains("and you have not answered.") && text.out.contains("They know \(Cast.eli.name)"))
    #expect(try cli.run("person", bob).first["contact"] == nil)
    #expect(try cli.run("person", bob, "--contact", "--zone", "Nowhere/Land").status == 2)
    for method in ["replies-owed", "reply-times", "writing-hours", "rhythm", "introductions"] {
      #expect(try cli.run("analysis", "off", method).status == 0)
    }
    #expect(try cli.say("person", bob, "--contact").out.contains("How to be in touch with them is not known yet."))
  }

  @Test("buckets, introductions and missing recipients are suggested, each with its reason")
  func suggestions() throws {
    let cli = try Self.household()
    let people = try [Cast.bob, Cast.eli, Cast.fay, Cast.gus].map { try Self.person($0, cli) }
    let buckets = try cli.run("suggest", "buckets")
    #expect(buckets.status == 0)
    for line in buckets.lines { #expect(Set(line.keys) == ["id", "name", "bucket", "days", "rhythm", "why"]) }
    #expect(buckets.lines.contains { $0["id"] as? String == people[0] })

    let ways = try cli.run("suggest", "introductions", people[2])
    #expect(ways.status == 0 && ways.lines.contains { $0["id"] as? String == people[0] })
    for line in ways.lines { #expect(Set(line.keys) == ["id", "name", "score", "why"]) }
    let missing = try cli.run("suggest", "recipients", people[0], people[1])
    #expect(missing.status == 0 && missing.lines.contains { $0["id"] as? String == people[3] })
    for line in missing.lines { #expect(Set(line.keys) == ["id", "name", "share", "why"]) }

    let none = try cli.say("suggest", "recipients", people[0], people[1], "person_1")
    #expect(none.status == 3 && none.err.contains("P007") && none.isOneLine)
    #expect(try cli.run("suggest", "introductions", "person_1").status == 3)
    #expect(try cli.run("suggest", "introductions").status == 2)
    #expect(try cli.run("suggest", "recipients", people[0]).status == 2)
    #expect(try cli.run("analysis", "off", "introductions").status == 0)
    #expect(try cli.say("suggest", "introductions", people[2]).out == "Nobody you know leads to them.\n")
    #expect(try cli.say("suggest", "recipients", people[0], people[1]).out == "Nobody is missing.\n")
    #expect(try cli.run("analysis", "off", "rhythm").status == 0)
    #expect(try cli.run("suggest", "buckets").out.isEmpty)
    #expect(try cli.say("suggest", "--help").out.contains("introductions"))
  }

  @Test("people are marked as contacts or as merely discovered, and listed by that")
  func standing() throws {
    let cli = try CLI()
    try cli.addHousehold()
    let hello = Self.letter(1300, Cast.Role.stranger, [Cast.ada], daysAgo: 3, "An offer", "We have a house for you.")
    try Cast.writeMails(cli.files + "/stranger", [hello])
    #expect(try cli.run("import", "--kind", "mails", cli.files + "/stranger", "--warrant").status == 0)
    let all = try cli.run("people", "--limit", "1000").lines
    #expect(all.allSatisfy { ["contact", "discovered"].contains($0["standing"] as? String ?? "") })
    let contacts = try cli.run("people", "--standing", "contact", "--limit", "1000").lines
    let discovered = try cli.run("people", "--standing", "discovered", "--limit", "1000").lines
    #expect(contacts.count + discovered.count == all.count)
    #expect(contacts.contains { $0["name"] as? String == Cast.bob.name })
    let stranger = try #require(discovered.first { $0["name"] as? String == Cast.Role.stranger.name })
    #expect(try cli.say("people").out.contains("standing"))
    let id = try #require(stranger["id"] as? String)
    #expect(try cli.run("person", id).first["standing"] as? String == "discovered")
    #expect(try cli.say("person", id).out.contains("discovered"))
    #expect(try cli.run("people", "--standing", "friend").status == 2)
  }
}

extension Cast.Role {
  /// Somebody who writes to Ada out of the blue.
  fileprivate static let stranger: Cast.Role = {
    var role = Cast.jon
    role.name = "Sol Stranger"
    role.addresses = ["sol@example.org"]
    return role
  }()
}
