/// What a member wrote down about a person, or the touch that was logged by hand.
public struct Note: Identified, Sendable, Equatable {
  public static let prefix = "note"

  public var id: ID<Note>
  public var person: ID<Person>
  /// Who wrote it.
  public var author: ID<Member>
  /// The touch it tells of; nil for a note alone.
  public var interaction: ID<Interaction>?
  /// Empty for a touch without words.
  public var words: String
  public var at: Instant

  /// The longest note, in characters.
  public static let longest = 10_000

  public init(
    id: ID<Note>, person: ID<Person>, author: ID<Member>, interaction: ID<Interaction>? = nil, words: String,
    at: Instant
  ) {
    self.id = id
    self.person = person
    self.author = author
    self.interaction = interaction
    self.words = words
    self.at = at
  }
}
