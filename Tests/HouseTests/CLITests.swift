import Foundation
import Stage
import Testing

@Suite("The command line: the river from files to the CRM")
struct CLITests {
  @Test("P029 an account needs the acceptance of the policy in force, by its digest")
  func acceptance() throws {
    let cli = try CLI()
    let policy = try cli.run("policy")
    #expect(Set(policy.first.keys) == ["version", "digest", "text"])
    for words in [[], ["--accept-policy", "0000"]] {
      let refused = try CLI.start(
        [CLI.binary, "account", "add", "--email", Cast.ada.address] + words, cli.environment)
      #expect(refused.status == 3)
      #expect(refused.err.contains("P029") && refused.isOneLine)
    }
    #expect(try cli.run("account", "list").out.isEmpty)
    let id = try cli.addAccount()
    #expect(id.hasPrefix("account_"))
    #expect(try cli.run("account", "list").lines.map { $0["id"] as? String } == [id])
  }

  @Test("P039 nothing is read without the statement of the right to let it be read")
  func warranty() throws {
    let cli = try CLI()
    try cli.addAccount()
    try Cast.writeMaildir(cli.files + "/Maildir")
    let refused = try cli.run("import", "--kind", "maildir", cli.files + "/Maildir")
    #expect(refused.status == 3 && refused.err.contains("P039"))
    #expect(try cli.run("source", "list").out.isEmpty)
  }

  @Test("mails, cards and clients become people; reading them again changes nothing")
  func river() throws {
    let cli = try CLI()
    try cli.addHousehold()
    let status = try cli.run("status")
    #expect(status.status == 0)
    for line in status.lines {
      #expect(Set(line.keys).isSuperset(of: ["source", "folder", "on_server", "held", "left_out", "gap"]))
      #expect((line["gap"] as? NSNumber)?.intValue == 0)
    }
    let people = try cli.run("people", "--limit", "1000").lines
    let keys: Set = [
      "id", "name", "kind", "emails", "phones", "organisation", "title", "strength", "last_contacted", "interactions",
    ]
    #expect(people.allSatisfy { Set($0.keys).isSuperset(of: keys) })
    let bob = try #require(people.first { ($0["name"] as? String) == Cast.bob.name })
    #expect(Set(bob["emails"] as? [String] ?? []) == Set(Cast.bob.addresses))
    #expect(!people.contains { ($0["emails"] as? [String])?.contains(Cast.ada.address) ?? false })

    let before = try cli.run("digest", "--logical").text("digest")
    for (kind, path) in [("maildir", "Maildir"), ("vcard", "cards.vcf"), ("csv", "clients.csv")] {
      #expect(try cli.run("import", "--kind", kind, cli.files + "/" + path, "--warrant").status == 0)
    }
    #expect(try cli.run("sync").status == 0)
    #expect(try !before.isEmpty && cli.run("digest", "--logical").text("digest") == before)
    #expect(try cli.run("people", "--limit", "1000").lines.count == people.count)
  }

  @Test("the parts of a strength sum to it, at any instant")
  func parts() throws {
    let cli = try CLI()
    try cli.addHousehold()
    let person = try #require(try cli.run("people", "--limit", "1").first["id"] as? String)
    for at in ["2026-11-23T12:00:00Z", "2026-03-01", "2020-01-01"] {
      let page = try cli.run("person", person, "--at", at, "--why")
      #expect(page.status == 0)
      let strength = try #require(page.first["strength"] as? NSNumber).doubleValue
      let parts = try #require(page.first["parts"] as? [String: NSNumber])
      #expect(parts.values.reduce(0) { $0 + $1.doubleValue } == strength)
      #expect((page.first["facts"] as? [[String: Any]])?.isEmpty == false)
    }
  }

  @Test("P013 nothing reaches the CRM before its digest was accepted; then once, and a second run changes nothing")
  func delivery() throws {
    let cli = try CLI()
    try cli.addHousehold()
    let crm = cli.folder + "/crm"
    let destination = try cli.run("destination", "add", "folder", "--path", crm).text("id")
    #expect(destination.hasPrefix("destination_"))
    let held = try cli.run("sync", "--deliver")
    #expect(held.status == 4 && held.err.contains("P013"))
    func cards() -> [String] {
      let all = FileManager.default.enumerator(atPath: crm)?.compactMap { $0 as? String } ?? []
      return all.filter { $0.hasSuffix(".vcf") }
    }
    #expect(cards().isEmpty)
    let dry = try cli.run("sync", "--deliver", "--dry-run")
    let digest = try #require(dry.lines.last?["digest"] as? String)
    #expect(dry.lines.count > 1 && cards().isEmpty)
    #expect(try cli.run("destination", "accept", destination, String(digest.reversed())).status == 3)
    #expect(try cli.run("destination", "accept", destination, digest).status == 0)
    let sent = try cli.run("sync", "--deliver")
    #expect(sent.status == 0)
    let created = sent.int("created")
    #expect(created > 0 && cards().count == created)
    let again = try cli.run("sync", "--deliver")
    #expect(again.int("created") == 0 && again.int("updated") == 0 && again.int("unchanged") == created)

    let journal = try cli.run("journal").lines
    #expect(journal.count == created)
    #expect(try cli.run("destination", "revoke", destination).status == 0)
    let revoked = try cli.run("sync", "--deliver")
    #expect(revoked.status == 3 && revoked.err.contains("P016"))
  }

  @Test("P016 a grant that was withdrawn is not read under any more")
  func withdrawal() throws {
    let cli = try CLI()
    try cli.addAccount()
    try Cast.writeMbox(cli.files + "/mails.mbox")
    #expect(try cli.run("import", "--kind", "mbox", cli.files + "/mails.mbox", "--warrant").status == 0)
    let grants = try cli.run("grant", "list").lines
    let grant = try #require(grants.first?["id"] as? String)
    #expect((grants.first?["words"] as? String)?.isEmpty == false)
    #expect(try cli.run("grant", "withdraw", grant).status == 0)
    let refused = try cli.run("sync", "--pull")
    #expect(refused.status == 3 && refused.err.contains("P016"))
  }

  @Test("a merge and its undoing, search, the ledger and its kept head")
  func decisions() throws {
    let cli = try CLI()
    try cli.addHousehold()
    let people = try cli.run("people", "--kind", "person").lines.compactMap { $0["id"] as? String }
    try #require(people.count > 2)
    let merged = try cli.run("merge", people[0], people[1])
    #expect(merged.status == 0)
    #expect(try cli.run("people", "--kind", "person").lines.count == people.count - 1)
    #expect(try cli.run("undo", merged.text("entry")).status == 0)
    #expect(try cli.run("people", "--kind", "person").lines.count == people.count)

    let found = try cli.run("search", "garden")
    #expect(found.status == 0 && !found.lines.isEmpty)
    #expect(found.lines.allSatisfy { Set($0.keys).isSuperset(of: ["id", "at", "people"]) })

    let head = try cli.run("ledger", "--head")
    let kept = try cli.write(Array(head.out.utf8), "head.json")
    #expect(try cli.run("people").status == 0)
    #expect(try cli.run("ledger", "--verify", "--head", kept).status == 0)
    let forged = try cli.write(Array(head.out.replacing("\"size\":", with: "\"size\":1").utf8), "forged.json")
    #expect(try cli.run("ledger", "--verify", "--head", forged).status != 0)
  }

  @Test("an export is restored into an empty folder with an equal digest")
  func export() throws {
    let cli = try CLI()
    try cli.addHousehold()
    let secret = try cli.write(Array("a long enough passphrase\n".utf8), "passphrase")
    let file = cli.folder + "/kith.export"
    let taken = try cli.run("export", "--passphrase-file", secret, file)
    #expect(taken.status == 0)
    let elsewhere = [
      "KITH_DATA": cli.folder + "/other", "KITH_OPERATOR_KEY_FILE": cli.folder + "/otherkey/operator.key",
    ]
    let restored = try cli.run("restore", "--passphrase-file", secret, file, with: elsewhere)
    #expect(restored.status == 0)
    #expect(try cli.run("digest", with: elsewhere).text("digest") == taken.text("digest"))
    let wrong = try cli.write(Array("another passphrase\n".utf8), "wrong")
    let refused = try cli.run(
      "restore", "--passphrase-file", wrong, file,
      with: [
        "KITH_DATA": cli.folder + "/third",
        "KITH_OPERATOR_KEY_FILE": cli.folder + "/thirdkey/operator.key",
      ])
    #expect(refused.status == 1 && refused.isOneLine)
  }

  @Test("P007 P030 a team: private is the default, and whoever joins knows what administrators may see")
  func team() throws {
    let cli = try CLI()
    try cli.addHousehold()
    let refused = try cli.run("member", "add", "--email", Cast.cyd.address)
    #expect(refused.status == 3 && refused.err.contains("P030"))
    #expect(
      try cli.run("member", "add", "--email", Cast.cyd.address, "--role", "administrator", "--acknowledge").status == 0)
    #expect(try cli.run("people", "--as", Cast.cyd.address).out.isEmpty)
    #expect(try cli.run("search", "garden", "--as", Cast.cyd.address).out.isEmpty)
    let share = try cli.run("share", "add", "--with", Cast.cyd.address, "--level", "directory")
    #expect(try !cli.run("people", "--as", Cast.cyd.address).out.isEmpty)
    #expect(try cli.run("share", "remove", share.text("id")).status == 0)
    #expect(try cli.run("people", "--as", Cast.cyd.address).out.isEmpty)
  }

  @Test("global options stand before the command or after it; what is not understood ends with 2")
  func usage() throws {
    let cli = try CLI()
    let before = try CLI.start([CLI.binary, "--json", "--data", cli.data, "account", "list"], cli.environment)
    let after = try CLI.start([CLI.binary, "account", "list", "--data=\(cli.data)", "--json"], cli.environment)
    #expect(before.status == 0 && after.status == 0 && before.out == after.out)
    let wrong = [
      ["people", "--no-such"], ["no-such-command"], ["import"], ["import", "--kind", "fax", "x"],
      ["person", "account_1"],
      ["person", "person_"], ["sync", "--pull", "--deliver"], ["account", "add", "--email", "nobody"],
      ["--data", "a", "--database", "postgres://b", "people"], ["erase"], ["serve", "--listen", "nowhere"],
      ["demo", "--listen", "0.0.0.0:8080"],
    ]
    for words in wrong {
      let ran = try CLI.start([CLI.binary] + words, cli.environment)
      #expect(ran.status == 2, "\(words): \(ran.status) \(ran.err)")
      #expect(!ran.err.isEmpty && ran.out.isEmpty)
    }
    #expect(try cli.say("--help").status == 0)
    #expect(try cli.say("import", "--help").out.contains("maildir"))
  }

  @Test("text for people has no escapes in a pipe, and a reader that stops early is no crash")
  func text() throws {
    let cli = try CLI()
    try cli.addHousehold()
    let people = try cli.say("people")
    #expect(people.out.contains("name") && !people.out.contains("\u{1b}") && people.err.isEmpty)
    let cut = try cli.shell("$kith people | head -1; echo ${PIPESTATUS[0]}")
    #expect(cut.out.hasSuffix("0\n") && cut.err.isEmpty)
  }

  @Test("a failed look at things is told apart: doctor ends with 0 on a sound house")
  func doctor() throws {
    let cli = try CLI()
    #expect(try cli.run("doctor").status == 0)
    try cli.addHousehold()
    let sound = try cli.run("doctor")
    #expect(sound.status == 0, "\(sound.out)")
    try FileManager.default.removeItem(atPath: cli.files + "/cards.vcf")
    let missing = try cli.run("doctor")
    #expect(
      missing.status == 1 && missing.lines.contains { $0["check"] as? String == "source" && $0["ok"] as? Bool == false }
    )
  }

  @Test("P080 the operator key is changed without touching what lies below it")
  func rotation() throws {
    let cli = try CLI()
    try cli.addHousehold()
    let before = try cli.digest
    let new = cli.folder + "/newkey/operator.key"
    #expect(try cli.run("key", "rotate", "--new-file", new).status == 0)
    let old = try cli.run("people")
    #expect(old.status == 1 && old.err.contains("KITH_OPERATOR_KEY_FILE"))
    #expect(try cli.run("digest", with: ["KITH_OPERATOR_KEY_FILE": new]).text("digest") == before)
  }
}
