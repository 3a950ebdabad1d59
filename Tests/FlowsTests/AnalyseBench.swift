import Consent
import Foundation
import Model
import Stage
import Store
import Testing

@testable import Flows

/// How long understanding takes on real mail.
@Suite struct AnalyseBench {
  private static let data = ProcessInfo.processInfo.environment["KITH_TEST_DATA"].map { $0 + "/enron-inboxes/maildir" }
  private static let isAsked = ProcessInfo.processInfo.environment["KITH_BENCH"] != nil

  @Test(
    "all inboxes of the data folder are understood",
    .enabled(if: data != nil && isAsked, "skipped: KITH_TEST_DATA or KITH_BENCH is not set"))
  func inboxes() async throws {
    let data = try #require(AnalyseBench.data)
    let house = try await Office(bulk: true)
    let clock = ContinuousClock()
    var source: ID<Source>?
    let read = try await clock.measure { source = try await house.take(.mails, data, analysing: false) }
    var done = Understood()
    let looked = try await clock.measure { done = try await house.understand(try #require(source)) }
    let people = try await house.people().count
    print("read \(read), understood \(looked): \(done); \(people) of the first page")
    for table in ["mail", "interaction", "participant", "handle", "person", "fact"] {
      print("\(table) \(try await house.count(table))")
    }
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    print(status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? "")
  }
}
