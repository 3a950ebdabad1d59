import Foundation
import Insight
import Model
import Testing

@Suite("foretelling whom the owner writes to")
struct NextModelTests {
  private static let files = DataFiles(below: { DataFolder.files($0) }, bytes: { DataFolder.bytes($0) })

  @Test("the shipped weights are read whole, and written as they were read")
  func weights() throws {
    let text = NextModel.shipped.text
    #expect(NextModel(text) == .shipped)
    #expect(NextModel("wrote60 1\n") == nil)
    #expect(NextModel(text + "unknown 1\n") == nil)
  }

  @Test("average precision counts where the right ones stand")
  func precision() {
    // The first right one stands first, the second third: 1 and 2/3, in the middle 5/6.
    let expected: Double = 5.0 / 6
    #expect(abs(NextMeasure.averagePrecision([true, false, true]) - expected) < 1e-12)
    #expect(NextMeasure.averagePrecision([false, false]) == 0)
  }

  @Test(
    "better than frequency, recency and Roth's rank on a whole mailbox, month by month",
    .enabled(if: DataFolder.holds("enron-mailboxes-full"), "skipped: enron-mailboxes-full not present"))
  func mailbox() throws {
    let log = try #require(NextCorpora.mailbox("delainey-d", Self.files))
    for quiet in [14, nil] {
      let measure = NextMeasure(log, quietDays: quiet)
      let gain = NextMeasure.gain([measure.cases])
      print(
        "next: quiet \(quiet ?? 0), \(measure.cases.count) months, gain \(gain);",
        NextMeasure.Ranking.allCases.map { "\($0.rawValue) \(measure.mean($0))" }.joined(separator: ", "))
      #expect(gain > 0)
    }
  }
}

/// Prints what training gives; for work on the model.
@Suite("training") struct NextTrainingDriver {
  @Test(
    "weights", .enabled(if: ProcessInfo.processInfo.environment["KITH_NEXT_TRAIN"] != nil, "skipped: no training asked")
  )
  func train() {
    let files = DataFiles(below: { DataFolder.files($0) }, bytes: { DataFolder.bytes($0) })
    let logs = NextCorpora.training(files)
    print("logs", logs.count, logs.map { $0.entries.count })
    print(NextModel.trained(on: logs).text)
  }
}
