import Formats
import Model

/// `contacts.csv`: one line a card, made from the cards alone, so nothing leaves by it that does not stand in them.
struct FolderOverviewFile {
  static let name = "contacts.csv"

  private static let header = CSVWriter.line(["id", "name", "emails", "phones", "organisation", "title"])

  let bytes: [UInt8]
  let isEmpty: Bool

  init(_ records: [RemoteRecord]) {
    isEmpty = records.isEmpty
    bytes = records.sorted { $0.remote < $1.remote }.reduce(into: FolderOverviewFile.header) { out, record in
      func joined(_ field: FieldKey) -> String { (record.values[field] ?? []).joined(separator: "; ") }
      out += CSVWriter.line([
        record.person?.description ?? "", joined(.name), joined(.email), joined(.phone), joined(.organisation),
        joined(.title),
      ])
    }
  }

  /// Whether a file is one that Kith made: a table that somebody else put there is never written over.
  static func isOurs(_ held: [UInt8]) -> Bool { held.starts(with: header) }
}
