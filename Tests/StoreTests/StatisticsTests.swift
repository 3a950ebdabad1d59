import Model
import Stage
import Store
import Testing

@Suite("The class of statistics")
struct StatisticsTests {
  static let open = Schema.embedded.statisticsColumns

  @Test("P045 statistics may read counts and kinds alone: no name, no address, no instant, nothing sealed")
  func columns() {
    #expect(!StatisticsTests.open.isEmpty)
    for label in Schema.embedded.labels(of: .account) {
      guard StatisticsTests.open[label.table]?.contains(label.column) == true, label.column != "account_id" else {
        continue
      }
      #expect(label.cls == .open, "\(label.table).\(label.column)")
      #expect(["count", "enum", "flag"].contains(label.category), "\(label.table).\(label.column)")
      #expect(label.whose == "customer", "\(label.table).\(label.column)")
    }
  }

  @Test(
    "P001, P045, P056 whoever counts is refused every other column of every table by the database",
    arguments: StagedHouse.EngineKind.allCases)
  func refused(_ engine: StagedHouse.EngineKind) async throws {
    let house = try await StagedHouse(engine: engine)
    let account = house.account
    var allowed = 0
    for label in Schema.embedded.labels(of: .account) {
      let statement = "SELECT \(label.column) FROM \(label.table)"
      let isOpen = StatisticsTests.open[label.table]?.contains(label.column) == true
      do {
        _ = try await house.store.engine.read(.statistics(account)) { try $0.rows(statement) }
        #expect(isOpen, "\(label.table).\(label.column) was read")
        allowed += 1
      } catch {
        #expect(!isOpen, "\(label.table).\(label.column) was refused")
      }
    }
    #expect(allowed > 0)
    for view in ["seen_person", "seen_mail", "seen_fact"] {
      await #expect(throws: (any Error).self) {
        _ = try await house.store.engine.read(.statistics(account)) { try $0.rows("SELECT * FROM \(view)") }
      }
    }
  }
}
