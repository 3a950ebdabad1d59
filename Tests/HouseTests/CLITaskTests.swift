import Foundation
import Stage
import Testing

@Suite("The command line: tasks") struct CLITaskTests {
  /// A household, and a person of it.
  private func household() throws -> (cli: CLI, bob: String) {
    let cli = try CLI()
    try cli.addHousehold()
    let bob = try cli.run("people", "--query", Cast.bob.address).text("id")
    try #require(bob.hasPrefix("person_"))
    return (cli, bob)
  }

  private func titles(_ cli: CLI, _ words: String...) throws -> [String] {
    let ran = try CLI.start([CLI.binary, "--json", "task", "list"] + words, cli.environment)
    #expect(ran.status == 0, "\(ran.err)")
    return ran.lines.compactMap { $0["title"] as? String }
  }

  @Test("a task is added, listed, changed, done, taken away, and each of it is taken back")
  func life() throws {
    let (cli, bob) = try household()
    #expect(try cli.run("task", "list").out.isEmpty && cli.say("task").out.contains("No tasks."))
    let added = try cli.run("task", "add", bob, "Call", "about", "the", "offer", "--due", "2026-12-04")
    #expect(added.status == 0 && added.lines.count == 1, "\(added.err)")
    let task = added.text("id")
    #expect(task.hasPrefix("task_") && added.text("entry").hasPrefix("entry_"))
    let other = try cli.run("task", "add", bob, "Some day").text("id")
    let soon = try cli.run("task", "add", bob, "Soon", "--due", "2026-11-30").text("id")
    // Open ones first, by day, those without a day last.
    #expect(try titles(cli) == ["Soon", "Call about the offer", "Some day"])
    let listed = try cli.run("task", "list", "--person", bob)
    let line = try #require(listed.lines.first { $0["id"] as? String == task })
    #expect(Set(line.keys) == ["id", "person", "title", "due", "done", "changed_at"])
    #expect(line["person"] as? String == bob && line["due"] as? String == "2026-12-04")
    #expect(line["done"] as? Bool == false && (line["changed_at"] as? String)?.hasSuffix("Z") == true)
    #expect(listed.lines.first { $0["id"] as? String == other }?["due"] is NSNull)
    let text = try cli.say("task", "list")
    #expect(text.status == 0 && text.out.contains("Call about the offer") && text.out.contains("2026-12-04"))
    let set = try cli.run("task", "set", task, "--title", "Write instead", "--due", "none")
    #expect(set.status == 0 && set.text("id") == task)
    #expect(try titles(cli).first == "Soon" && Set(titles(cli)) == ["Soon", "Some day", "Write instead"])
    let undone = try cli.run("undo", set.text("entry"))
    #expect(undone.status == 0, "\(undone.err)")
    #expect(try titles(cli) == ["Soon", "Call about the offer", "Some day"])
    let done = try cli.run("task", "done", soon)
    #expect(done.status == 0 && done.first["done"] as? Bool == true)
    #expect(try titles(cli) == ["Call about the offer", "Some day", "Soon"])
    #expect(try cli.run("task", "done", soon, "--not").first["done"] as? Bool == false)
    #expect(try titles(cli).first == "Soon")
    let removed = try cli.run("task", "remove", soon)
    #expect(removed.status == 0)
    #expect(try titles(cli) == ["Call about the offer", "Some day"])
    #expect(try cli.run("undo", removed.text("entry")).status == 0)
    #expect(try titles(cli).count == 3)
    let journal = try cli.run("journal").lines.compactMap { $0["verb"] as? String }
    #expect(journal.count { $0 == "task" } == 9)
  }

  @Test("what is no task, no day, no person or no words ends with one line and the right code, and changes nothing")
  func badInput() throws {
    let (cli, bob) = try household()
    let task = try cli.run("task", "add", bob, "Call", "--due", "2026-12-04").text("id")
    let gone = try cli.run("task", "add", bob, "Gone").text("id")
    #expect(try cli.run("task", "remove", gone).status == 0)
    let before = try cli.run("task", "list").out
    let tries: [(status: Int32, words: [String])] = [
      (2, ["add", bob]), (2, ["add", "bob", "Call"]), (2, ["add", task, "Call"]),
      (2, ["add", bob, "Call", "--due", "tomorrow"]), (2, ["add", bob, "Call", "--due", "2026-02-30"]),
      (2, ["add", bob, "Call", "--due", "2026-12-04T10:00:00Z"]), (1, ["add", bob, " ", "\n"]),
      (1, ["add", bob, String(repeating: "canary ", count: 80)]), (3, ["add", "person_7", "Call"]),
      (2, ["set", task]), (2, ["set", task, "--due", "soon"]), (1, ["set", task, "--title", " "]),
      (2, ["set", "call", "--title", "x"]), (3, ["set", "task_7", "--title", "x"]), (3, ["set", gone, "--title", "x"]),
      (3, ["done", "task_7"]), (3, ["done", gone]), (2, ["done"]), (3, ["remove", gone]), (3, ["remove", "task_7"]),
      (2, ["remove", "nonsense"]), (2, ["list", "--person", "bob"]), (2, ["forget", task]),
    ]
    for one in tries {
      let ran = try CLI.start([CLI.binary, "--json", "task"] + one.words, cli.environment)
      let what = one.words.map { $0.prefix(12) }.joined(separator: " ")
      #expect(ran.status == one.status, "\(what): \(ran.status) \(ran.err)")
      #expect(ran.out.isEmpty && !ran.err.isEmpty && !ran.err.contains("canary"), "\(what): \(ran.out)")
      if one.status != 2 { #expect(ran.isOneLine, "\(what): \(ran.err)") }
    }
    #expect(try cli.run("task", "list").out == before)
    // Of somebody else's person, or of nobody, there are none.
    #expect(try cli.run("task", "list", "--person", "person_7").out.isEmpty)
  }

  @Test("tasks go along with an export into an empty folder, words and all, and nowhere lie in the clear")
  func export() throws {
    let (cli, bob) = try household()
    let task = try cli.run("task", "add", bob, "Canary of a task", "--due", "2026-12-04").text("id")
    let done = try cli.run("task", "add", bob, "Another canary").text("id")
    _ = try cli.run("task", "done", done)
    let secret = try cli.write(Array("correct horse battery".utf8), "passphrase")
    let file = cli.folder + "/kith.export"
    #expect(try cli.run("export", "--passphrase-file", secret, file).status == 0)
    let (list, digest) = (try cli.run("task", "list").out, try cli.digest)
    let elsewhere = ["KITH_DATA": cli.folder + "/other", "KITH_OPERATOR_KEY_FILE": cli.folder + "/key2/operator.key"]
    let restored = try cli.run("restore", "--passphrase-file", secret, file, with: elsewhere)
    #expect(restored.status == 0, "\(restored.err)")
    #expect(try cli.run("task", "list", with: elsewhere).out == list)
    #expect(try cli.run("digest", with: elsewhere).text("digest") == digest)
    #expect(try cli.run("task", "set", task, "--title", "Goes on", with: elsewhere).status == 0)
    let found = try cli.shell("grep -rla 'anary' $folder/data $folder/other $folder/kith.export | head -1")
    #expect(found.out.isEmpty)
  }

  @Test(
    "a dry run says the words of a task that would leave, as it says fields; undo takes the sent one away with a yes")
  func delivered() throws {
    let hub = try StagedHubSpot()
    let (cli, bob) = try household()
    let token = try cli.write(Array(StagedHubSpot.token.utf8), "token")
    let destination = try cli.run(
      "destination", "add", "hubspot", "--base-url", "http://127.0.0.1:\(hub.port)", "--token-file", token
    ).text("id")
    func accept() throws {
      let digest = try cli.run("sync", "--deliver", "--dry-run").lines.last?["digest"] as? String ?? ""
      #expect(try cli.run("destination", "accept", destination, digest).status == 0)
    }
    try accept()
    #expect([0, 4].contains(try cli.run("sync", "--deliver").status))
    let task = try cli.run("task", "add", bob, "Call about the offer", "--due", "2026-12-04").text("id")
    #expect(try cli.run("destination", "set", destination, "tasks=on").status == 0)
    let told = try cli.run("sync", "--deliver", "--dry-run").lines.filter { $0["kind"] as? String == "task" }
    #expect(told.map { $0["new"] as? [String] } == [["Call about the offer"], ["2026-12-04"]])
    #expect(told.allSatisfy { $0["task"] as? String == task && $0["person"] as? String == bob })
    #expect(hub.records(.tasks).isEmpty)
    try accept()
    #expect([0, 4].contains(try cli.run("sync", "--deliver").status))
    #expect(hub.records(.tasks).map { $0.properties["hs_task_subject"] } == ["Call about the offer"])
    let entry = try #require(try cli.run("journal").lines.first { $0["verb"] as? String == "enter" })
    let id = entry["id"] as? String ?? ""
    let look = try cli.run("undo", id)
    #expect(look.status == 4 && look.err.contains("--approve") && hub.records(.tasks).count == 1)
    #expect(try cli.run("undo", id, "--approve", look.text("digest")).status == 0)
    #expect(hub.records(.tasks).isEmpty)
    #expect(try cli.run("undo", id).status == 3)
    #expect([0, 4].contains(try cli.run("sync", "--deliver").status))
    #expect(try hub.records(.tasks).isEmpty && titles(cli) == ["Call about the offer"])
  }
}
