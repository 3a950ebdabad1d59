import Consent
import Flows
import Foundation
import Model
import Stage
import Store
import Testing

/// Real mailboxes of the data folder: figures only.
@Suite(.enabled(if: DataFolder.path != nil, "skipped: KITH_TEST_DATA names no data folder"), .serialized)
struct PullDataTests {
  @Test("12,975 inbox mails are read without a gap, and again without a change")
  func inboxes() async throws {
    let folder = try #require(DataFolder.path) + "/enron-inboxes/maildir"
    let way = try await WayIn(.sqlite, bulk: true)
    let clock = ContinuousClock()
    let start = clock.now
    let report = try await way.take(.mails, folder)
    let taken = clock.now - start
    #expect(report.isWhole)
    #expect(report.folders.reduce(0) { $0 + $1.gap } == 0)
    #expect(report.folders.reduce(0) { $0 + $1.held } == 12_975)
    #expect(report.folders.allSatisfy { $0.leftOut.isEmpty })
    let again = clock.now
    #expect(try await way.take(.mails, folder).stored == 0)
    let second = clock.now - again
    Issue.figures("inboxes: \(report.folders.count) folders, read in \(taken), again in \(second)")
  }

  @Test("a whole mailbox with copies in several folders is read without a gap")
  func mailbox() async throws {
    let folder = try #require(DataFolder.path) + "/enron-mailboxes-full/maildir"
    let way = try await WayIn(.sqlite, bulk: true)
    let report = try await way.take(.mails, folder)
    #expect(report.isWhole)
    #expect(report.folders.reduce(0) { $0 + $1.held } == 7_554)
    Issue.figures("mailboxes: \(report.folders.count) folders, \(try await way.house.count("mail")) contents")
  }

  @Test("the mailbox files of a list are read without a gap, and again without a change")
  func list() async throws {
    let folder = try #require(DataFolder.path) + "/r-lists/r-sig-finance"
    let way = try await WayIn(.sqlite, bulk: true)
    let report = try await way.take(.mbox, folder)
    #expect(report.isWhole)
    #expect(report.folders.reduce(0) { $0 + $1.gap } == 0)
    let held = report.folders.reduce(0) { $0 + $1.held }
    #expect(held >= 15_300)
    #expect(try await way.take(.mbox, folder).stored == 0)
    Issue.figures("list: \(report.folders.count) files, \(held) mails")
  }

  @Test("address books that real programs exported become people")
  func cards() async throws {
    let root = try #require(DataFolder.path)
    var held = 0
    for folder in ["ez-vcard", "sabre-vobject"] {
      let way = try await WayIn()
      let report = try await way.take(.vcard, root + "/" + folder)
      #expect(report.folders.allSatisfy { $0.gap == 0 })
      held += report.folders.reduce(0) { $0 + $1.held }
    }
    #expect(held > 5)
    Issue.figures("cards: \(held)")
  }
}

/// Where the real data lie, if they are here.
enum DataFolder {
  static let path: String? = {
    guard let path = ProcessInfo.processInfo.environment["KITH_TEST_DATA"],
      FileManager.default.fileExists(atPath: path + "/enron-inboxes")
    else { return nil }
    return path
  }()
}

extension Issue {
  /// Shows figures in the log of a test run: counts and times, never what was read.
  static func figures(_ text: String) { FileHandle.standardError.write(Data(("figures: " + text + "\n").utf8)) }
}
