import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing
import Wire

/// Whose folders a server lists, and in which letters.
@Suite("folders of a server", .serialized) struct ServerNamesTests {
  @Test("folders that all users share are shown and left out, until the owner names them")
  func shared() async throws {
    let stage = try await ServerStage(.shared)
    let client = try stage.client()
    let place = "Public/" + String(stage.user.prefix { $0 != "@" })
    try client.run("CREATE \"\(place)\"")
    for number in 0..<6 { try client.append(ServerStage.mail(number), to: number < 4 ? "INBOX" : place) }
    var source = try await stage.add(stage.dovecot.server())
    try stage.dovecot.log(stage.user)
    let report = try await stage.pull(source)
    #expect(report.isWhole && report.stored == 4)
    let left = try #require(report.folders.first { $0.folder == place })
    #expect(left.leftOut == ["shared": 2] && left.held == 0)
    let said = try stage.dovecot.commands(stage.user)
    #expect(said.contains("NAMESPACE") && !said.contains { $0.hasPrefix("EXAMINE") && $0.contains("Public") })
    var server = stage.dovecot.server()
    server.folders = ["*"]
    source = try await stage.add(server)
    #expect(try await stage.pull(source).stored == 0)
    server.folders = ["*", place]
    source = try await stage.add(server)
    let asked = try await stage.pull(source)
    #expect(asked.isWhole && asked.stored == 2)
  }

  @Test("other users' folders are not opened, wherever the server's own prefixes put them")
  func others() async throws {
    for (namespace, folders, rules) in [
      (
        "((\"\" \"/\")) ((\"user/\" \"/\")) ((\"#news.\" \".\")(\"Public/\" \"/\"))",
        ["INBOX", "Work", "user/bob", "user/bob/Work", "Public/Team", "users"],
        ["user/bob": "others", "user/bob/Work": "others", "Public/Team": "shared"]
      ),
      // As Cyrus has it: all that is not below INBOX is shared.
      (
        "((\"INBOX/\" \"/\")) ((\"user/\" \"/\")) ((\"\" \"/\"))", ["INBOX", "INBOX/Work", "user/bob", "Team"],
        ["user/bob": "others", "Team": "shared"]
      ),
      ("NIL NIL NIL", ["INBOX", "user/bob"], [:]),
    ] {
      let way = try await WayIn()
      let offer = StagedIMAP.Offer(["NAMESPACE"], folders: folders, namespace: namespace)
      let server = try StagedIMAP(.none, mails: [ServerStage.mail(1)], offer: offer)
      let source = try await add(way, server)
      let report = try await way.pull(source.id, door: door(way))
      #expect(report.isWhole && report.stored == 1)
      for folder in report.folders {
        #expect(folder.leftOut == (rules[folder.folder].map { [$0: 1] } ?? [:]), "\(folder)")
      }
      #expect(Set(report.folders.map(\.folder)) == Set(folders))
    }
  }

  @Test("names in UTF-8 are asked for where they are offered; a folder keeps its name and its mails either way")
  func letters() async throws {
    let folders = ["INBOX", "ärger", "R&D", "日本語"]
    for capabilities in [["LITERAL+"], ["LITERAL+", "ENABLE", "UTF8=ACCEPT"], ["LITERAL+", "ENABLE", "UTF8=ONLY"]] {
      let way = try await WayIn()
      let server = try StagedIMAP(
        .none, mails: [ServerStage.mail(1)], offer: StagedIMAP.Offer(capabilities, folders: folders))
      let source = try await add(way, server)
      let report = try await way.pull(source.id, door: door(way))
      #expect(report.isWhole && report.trouble == nil && Set(report.folders.map(\.folder)) == Set(folders))
      #expect(report.folders.allSatisfy { $0.held == 1 })
      let said = try await way.store.transcript(way.account, source.id).map(\.line)
      #expect(said.contains { $0.contains("ENABLE UTF8=ACCEPT") } == (capabilities.count > 1))
      #expect(said.contains { $0.contains("EXAMINE") && $0.contains("ärger") } == (capabilities.count > 1))
    }
  }

  private func add(_ way: WayIn, _ server: StagedIMAP) async throws -> Source {
    try await AddSource(store: way.store, gate: way.house.gate).run(
      way.account, way.house.ada,
      AddSource.Wish(
        MailServer(host: "127.0.0.1", port: server.port, security: .none), Login(user: "ada", secret: "pw"),
        isWarranted: true)
    ).source
  }

  private func door(_ way: WayIn) -> ServerDoor {
    ServerDoor(store: way.store, gate: way.house.gate, rules: AddressRules(allowsThisMachine: true), quiet: 8)
  }
}
