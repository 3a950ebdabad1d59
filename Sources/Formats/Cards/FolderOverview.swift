public import Model

/// The generated `contacts.csv` of the folder: one line a person, safe to open in a spreadsheet.
public enum FolderOverview {
  public static let fileName = "contacts.csv"

  static let header = ["id", "name", "emails", "phones", "organisation", "title", "strength", "last_contact"]

  /// The whole file, in the order given.
  public static func render(_ people: [Person]) -> [UInt8] {
    people.reduce(into: CSVWriter.line(header)) { $0 += line($1) }
  }

  static func line(_ person: Person) -> [UInt8] {
    CSVWriter.line([
      person.id.description, person.name, person.emails.joined(separator: "; "), person.phones.joined(separator: "; "),
      person.organisation ?? "", person.title ?? "", strength(person.strength), person.lastContacted?.date ?? "",
    ])
  }

  /// Two digits behind the point, the same on every machine.
  static func strength(_ value: Double) -> String {
    guard value.isFinite else { return "" }
    let hundredths = Int((max(-1_000_000, min(1_000_000, value)) * 100).rounded())
    let whole = hundredths.magnitude / 100
    let rest = hundredths.magnitude % 100
    return (hundredths < 0 ? "-" : "") + "\(whole)." + (rest < 10 ? "0" : "") + "\(rest)"
  }
}
