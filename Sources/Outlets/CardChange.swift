import Formats
import Model
import Plans

extension CRMChange {
  /// What the change makes of the fields of a card; custom fields with other labels than its own stay.
  func lines(over card: [UInt8]) -> [Fact.Field: [Contact.Labelled]] {
    var lines: [Fact.Field: [Contact.Labelled]] = [:]
    for change in fields where change.field.field != .custom {
      lines[change.field.field] = change.new.map { Contact.Labelled($0) }
    }
    let custom = fields.filter { $0.field.field == .custom }
    guard !custom.isEmpty else { return lines }
    let labels = Set(custom.map(\.field.label))
    lines[.custom] =
      FolderRecord.values(.custom, in: card).filter { !labels.contains($0.label) }
      + custom.flatMap { field in field.new.map { Contact.Labelled($0, label: field.field.label) } }
    return lines
  }
}
