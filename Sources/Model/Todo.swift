/// Something that is to be done about a person: what, by which day, and whether it is done.
///
/// Named so in the code, since `Task` is Swift's; owners read "task".
public struct Todo: Identified, Sendable, Equatable {
  public static let prefix = "task"

  /// What is kept of it, each by itself.
  public enum Field: String, Sendable, CaseIterable { case title, due, done }

  public var id: ID<Todo>
  public var person: ID<Person>
  public var title: String
  /// Midnight UTC of the day; nil for no day.
  public var due: Instant?
  public var isDone: Bool
  public var changedAt: Instant

  public init(
    id: ID<Todo>, person: ID<Person>, title: String, due: Instant? = nil, isDone: Bool = false, changedAt: Instant
  ) {
    self.id = id
    self.person = person
    self.title = title
    self.due = due
    self.isDone = isDone
    self.changedAt = changedAt
  }
}

/// What one side says of a task.
public struct TodoState: Sendable, Equatable {
  /// A token of the title: equal for equal titles, and it tells nothing else.
  public var title: UInt64
  public var due: Instant?
  public var isDone: Bool

  public init(title: UInt64, due: Instant? = nil, isDone: Bool = false) {
    self.title = title
    self.due = due
    self.isDone = isDone
  }

  /// Takes one field over from another state.
  public mutating func take(_ field: Todo.Field, from other: TodoState) {
    switch field {
    case .title: title = other.title
    case .due: due = other.due
    case .done: isDone = other.isDone
    }
  }

  /// Whether both say the same of a field.
  public func agrees(_ other: TodoState, on field: Todo.Field) -> Bool {
    switch field {
    case .title: title == other.title
    case .due: due == other.due
    case .done: isDone == other.isDone
    }
  }
}
