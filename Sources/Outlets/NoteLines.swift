import Model
import Plans

/// The free text of a record with lines at its end: values that the system has no place for, and whom the record is about.
struct NoteLines: Sendable, Equatable {
  /// What a line of a field begins with.
  private struct Mark: Sendable, Equatable {
    var field: FieldKey
    var text: String
  }

  /// What people wrote themselves.
  var text = ""
  /// What stands in lines.
  var values: FieldValues = [:]
  var person: ID<Person>?
  /// Whether it is about an organisation.
  var isOrganisation = false
  /// The fields of the mapping: what it has not is neither read off lines nor written into any.
  let mapped: Set<Fact.Field>
  private let marks: [Mark]

  private static let who = "kith: "
  private static let organisation = "kith organisation: "

  /// An empty one.
  ///
  /// `always` are lines whatever is mapped, `chosen` those of mapped fields; own fields have lines by the names that the
  /// mapping gives them.
  init(
    _ mapping: [StandingRules.Mapping], always: [(FieldKey, String)] = [], chosen: [(FieldKey, String)] = []
  ) {
    mapped = Set(mapping.map(\.field.field))
    var marks = always.map { Mark(field: $0, text: $1 + ": ") }
    for (field, name) in chosen where mapped.contains(field.field) {
      marks.append(Mark(field: field, text: name + ": "))
    }
    var taken = Set(marks.map(\.text)).union([NoteLines.who, NoteLines.organisation])
    for line in mapping where line.field.field == .custom {
      let name = oneLine(line.remote) + ": "
      // A second field of that name, or one that is called as a line of Kith's own, could not be told apart.
      if taken.insert(name).inserted { marks.append(Mark(field: line.field, text: name)) }
    }
    self.marks = marks
  }

  /// Whether values of a field stand in lines here.
  func holds(_ field: FieldKey) -> Bool { marks.contains { $0.field == field } }

  /// Takes on what stands in a record.
  mutating func read(_ note: String) {
    (text, values, person, isOrganisation) = ("", [:], nil, false)
    var own: [Substring] = []
    for line in note.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix(NoteLines.who) {
        person = ID(line.dropFirst(NoteLines.who.count))
      } else if line.hasPrefix(NoteLines.organisation) {
        person = ID(line.dropFirst(NoteLines.organisation.count))
        isOrganisation = true
      } else if let mark = mark(of: line), mark.field.isMulti || values[mark.field] == nil {
        values[mark.field, default: []].append(String(line.dropFirst(mark.text.count)))
      } else {
        own.append(line)
      }
    }
    while own.last?.isEmpty == true { own.removeLast() }
    text = own.joined(separator: "\n")
  }

  /// All of it as it stands in a record.
  var whole: String {
    var lines = text.isEmpty ? [] : [text]
    for mark in marks { lines += (values[mark.field] ?? []).map { mark.text + $0 } }
    if let person { lines.append(NoteLines.line(person, isOrganisation: isOrganisation)) }
    return lines.joined(separator: "\n")
  }

  /// By this line a second try finds what the first one made.
  static func line(_ person: ID<Person>, isOrganisation: Bool = false) -> String {
    (isOrganisation ? organisation : who) + person.description
  }

  /// Why values cannot stand here as they are; nil if they can.
  func fault(of change: FieldChange) -> String? {
    switch change.field.field {
    case .custom where !holds(change.field): "the mapping gives two fields the same name there, or one of Kith's own"
    case .note:
      change.new.contains(where: isMistakable) ? "a line of it begins as the lines of Kith's own do" : nil
    default: nil
    }
  }

  private func isMistakable(_ note: String) -> Bool {
    note.split(whereSeparator: \.isNewline).contains {
      $0.hasPrefix(NoteLines.who) || $0.hasPrefix(NoteLines.organisation) || mark(of: $0) != nil
    }
  }

  /// Of two marks the longer one, where both fit.
  private func mark(of line: Substring) -> Mark? {
    marks.filter { line.hasPrefix($0.text) }.max { $0.text.count < $1.text.count }
  }
}
