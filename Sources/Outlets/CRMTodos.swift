public import Model

/// A task as it stands at a destination.
public struct RemoteTodo: Sendable, Equatable {
  /// What the destination calls it.
  public var remote: String
  /// The record it is about.
  public var contact: String
  /// Further records it is about, where a system lets it be about several.
  public var others: [String]
  /// The key in it, if Kith made it.
  public var key: String?
  public var title: String
  /// Midnight UTC of the day; nil for no day.
  public var due: Instant?
  public var isDone: Bool

  public init(
    remote: String, contact: String, others: [String] = [], key: String? = nil, title: String, due: Instant? = nil,
    isDone: Bool = false
  ) {
    self.remote = remote
    self.contact = contact
    self.others = others
    self.key = key
    self.title = title
    self.due = due
    self.isDone = isDone
  }

  /// Whether the words, the day and whether it is done are the same, and the key.
  func isAs(_ other: RemoteTodo) -> Bool {
    (title, due, isDone, key) == (other.title, other.due, other.isDone, other.key)
  }
}

/// A task as it leaves: all of it for a new one, of one that stands there the fields that change.
public struct TodoWrite: Sendable, Equatable {
  public var key: String
  /// What it is called there; nil for a new one.
  public var remote: String?
  /// The record it is about.
  public var contact: String
  public var fields: Set<Todo.Field>
  public var title: String
  public var due: Instant?
  public var isDone: Bool
  /// How it stood when the change was planned; nil for a new one.
  public var expected: RemoteTodo?
  public var isRetry: Bool

  public init(
    key: String, remote: String? = nil, contact: String, fields: Set<Todo.Field> = Set(Todo.Field.allCases),
    title: String, due: Instant? = nil, isDone: Bool = false, expected: RemoteTodo? = nil, isRetry: Bool = false
  ) {
    self.key = key
    self.remote = remote
    self.contact = contact
    self.fields = fields
    self.title = title
    self.due = due
    self.isDone = isDone
    self.expected = expected
    self.isRetry = isRetry
  }

  /// Whether a task says already all that this would make it say.
  public func isMet(by todo: RemoteTodo) -> Bool {
    fields.allSatisfy { field in
      switch field {
      case .title: todo.title == title
      case .due: todo.due == due
      case .done: todo.isDone == isDone
      }
    }
  }

  /// By this line in its free text a task is known for one that Kith made.
  static func line(_ key: String) -> String { "kith-task: " + key }

  /// The key in the last line of a free text; nil if there is none.
  static func key(in text: String) -> String? {
    guard let last = text.split(whereSeparator: \.isNewline).last, last.hasPrefix(line("")) else { return nil }
    let key = last.dropFirst(line("").count)
    return key.isEmpty ? nil : String(key)
  }
}
