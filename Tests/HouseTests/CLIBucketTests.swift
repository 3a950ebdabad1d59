import Foundation
import Stage
import Testing

@Suite("The command line: buckets and the list of the day")
struct CLIBucketTests {
  private func items(_ ran: CLI.Ran) -> [[String: Any]] { ran.first["items"] as? [[String: Any]] ?? [] }

  private func person(_ cli: CLI, _ name: String) throws -> String {
    let people = try cli.run("people", "--query", name).lines
    return try #require(people.first { ($0["name"] as? String) == name }?["id"] as? String)
  }

  @Test("buckets are made and filled, the day's list says whom to be in touch with and why, and logging settles it")
  func day() throws {
    let cli = try CLI()
    try cli.addHousehold()
    let (bob, eli) = (try person(cli, Cast.bob.name), try person(cli, Cast.eli.name))
    let made = try cli.run("bucket", "add", "Clients", "--days", "1", "--goal", "Keep them")
    #expect(made.status == 0 && made.text("id").hasPrefix("bucket_") && made.int("days") == 1)
    #expect(try cli.run("bucket", "add", "clients").status == 1)
    #expect(try cli.run("bucket", "add", "Far", "--days", "0").status == 1)
    #expect(try cli.run("bucket", "put", "Clients", bob, eli).int("changed") == 2)
    let listed = try cli.run("bucket").lines
    #expect(listed.count == 1 && (listed[0]["people"] as? NSNumber)?.intValue == 2)
    #expect((listed[0]["statuses"] as? [String: Any])?.count == 4)

    #expect(
      try cli.run("today", "set", "--zone", "Europe/Berlin", "--cap", "5", "--goal", "3").text("zone")
        == "Europe/Berlin")
    #expect(try cli.run("today", "set", "--zone", "Mars/Olympus").status == 1)
    let soon = ["KITH_CLOCK": "2026-12-23T12:00:00Z"]
    let today = try cli.run("today", with: soon)
    #expect(today.status == 0 && today.text("day") == "2026-12-23" && today.int("cap") == 5)
    #expect(Set(items(today).compactMap { $0["person"] as? String }) == [bob, eli])
    #expect(items(today).allSatisfy { ($0["why"] as? String)?.contains("Clients is every day") == true })
    #expect(try cli.say("today", with: soon).out.contains("0 of 2 done; this week 0 of 3 people"))

    let logged = try cli.run("log", bob, "call", "About", "the", "roof", with: soon)
    #expect(logged.status == 0)
    let after = try cli.run("today", with: soon)
    #expect(items(after).map { $0["person"] as? String } == [eli] && after.int("settled") == 1)
    #expect(try cli.run("note", "list", bob, with: soon).text("words") == "About the roof")
    #expect(try cli.run("undo", logged.text("entry"), with: soon).status == 0)
    #expect(items(try cli.run("today", with: soon)).count == 2)

    for words in [["snooze", bob, "--days", "3"], ["dismiss", eli]] {
      let ran = try CLI.start([CLI.binary, "--json"] + words, cli.environment.merging(soon) { $1 })
      #expect(ran.status == 0 && ran.int("changed") == 1)
    }
    #expect(items(try cli.run("today", with: soon)).isEmpty)
    #expect(try cli.run("mute", bob, eli).int("changed") == 2)
    #expect(items(try cli.run("today", with: ["KITH_CLOCK": "2027-03-01T12:00:00Z"])).isEmpty)
    #expect(try cli.run("mute", bob, eli, "--off").int("changed") == 2)
    #expect(items(try cli.run("today", with: ["KITH_CLOCK": "2027-03-01T12:00:00Z"])).count == 2)
    #expect(try cli.run("interval", bob, "--days", "365").int("changed") == 1)
    #expect(items(try cli.run("today", with: ["KITH_CLOCK": "2027-03-01T12:00:00Z"])).count == 1)
    let removed = try cli.run("bucket", "remove", "Clients")
    #expect(removed.int("changed") == 2 && !removed.text("run").isEmpty)
    #expect(try cli.run("undo", "--run", removed.text("run")).status == 0)
    #expect(try cli.run("bucket", "list").lines.count == 1)
  }

  @Test("notes, archiving and deleting from the command line; wrong words end with the code for usage")
  func notes() throws {
    let cli = try CLI()
    try cli.addHousehold()
    let bob = try person(cli, Cast.bob.name)
    let note = try cli.run("note", bob, "Wants", "a", "garden")
    #expect(note.status == 0 && note.text("id").hasPrefix("note_"))
    #expect(try cli.run("note", "set", note.text("id"), "Wants a pool").status == 0)
    #expect(try cli.run("note", "list", bob).text("words") == "Wants a pool")
    #expect(try cli.run("note", "remove", note.text("id")).status == 0)
    #expect(try cli.run("note", "list", bob).lines.isEmpty)
    #expect(try cli.run("bucket", "game", "--size", "3").lines.count == 3)
    #expect(try cli.run("archive", bob).status == 0)
    #expect(try !cli.run("bucket", "game").lines.contains { ($0["id"] as? String) == bob })
    let deleted = try cli.run("delete", bob)
    #expect(deleted.status == 0)
    #expect(try cli.run("person", bob).status == 3)
    #expect(try cli.run("bucket", "add", "Clients").status == 0)
    let entry = try #require((deleted.first["entries"] as? [String])?.first)
    #expect(try cli.run("undo", entry).status == 0)
    #expect(try cli.run("person", bob).status == 0)
    for words in [
      ["bucket", "set", "Clients"], ["bucket", "set", "Clients", "--days", "often"],
      ["snooze", bob, "--until", "soon"],
      ["snooze", bob, "--days", "0"], ["interval", bob, "--days", "x"], ["log", bob, "dance"], ["mute"],
      ["today", "set", "--goal", "many"], ["note"],
    ] {
      #expect(try CLI.start([CLI.binary] + words, cli.environment).status == 2, "\(words)")
    }
    for words in [["bucket", "put", "Nowhere", bob], ["snooze", "person_1"], ["note", "list", "person_1"]] {
      let ran = try CLI.start([CLI.binary] + words, cli.environment)
      #expect([1, 3].contains(ran.status) && ran.isOneLine, "\(words)")
    }
  }
}
