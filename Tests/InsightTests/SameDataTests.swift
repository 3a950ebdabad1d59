import Formats
import Insight
import Testing

/// Duplicates in public tables: figures alone are told.
@Suite("duplicates in public tables")
struct SameDataTests {
  @Test(
    "invented Australians and Londoners are found again",
    .enabled(if: DataFolder.holds("febrl") && DataFolder.holds("splink"), "skipped: febrl or splink not present"))
  func people() throws {
    for set in ["febrl 1", "fake_1000"] { try check(set) }
  }

  @Test(
    "sites of schools are found again in lists that write them differently",
    .enabled(if: DataFolder.holds("dedupe-examples"), "skipped: dedupe-examples not present"))
  func sites() throws { try check("csv_example") }

  private func check(_ set: String) throws {
    let table = try #require(DuplicateMeasure.Table.all.first { $0.set == set })
    let bytes = DataFolder.bytes((DataFolder.path ?? "") + "/" + table.file)
    let (records, truth) = try #require(DuplicateMeasure.read(table, bytes))
    let found = DuplicateMeasure.outcome(SameFinder(records), truth: truth)
    if let bar = table.pairBar { #expect(found.pairs.f1 >= bar, "\(set): pairs \(found.pairs.f1)") }
    if let bar = table.groupBar { #expect(found.groups.f1 >= bar, "\(set): groups \(found.groups.f1)") }
    #expect(found.automatic.precision >= 0.998, "\(set): automatic \(found.automatic.precision)")
  }
}
