/// Who was seen in one mail, and in which part: all that comes out of a mail that is opened to find people.
public struct MailSightings: Sendable, Equatable {
  /// One address in one role of a mail.
  public struct Sighting: Sendable, Hashable {
    public var role: Interaction.Role
    /// The folded address.
    public var address: String
    /// The display name as written; empty if none.
    public var name: String

    public init(role: Interaction.Role, address: String, name: String) {
      self.role = role
      self.address = address
      self.name = name
    }
  }

  /// One thing that the author's own signature says of the author.
  public struct Said: Sendable, Equatable {
    public var field: Fact.Field
    /// What a number is for, which network a page is on; empty if that says nothing.
    public var label: String
    public var value: String
    /// From 0 to 1.
    public var confidence: Double

    public init(field: Fact.Field, label: String, value: String, confidence: Double) {
      self.field = field
      self.label = label
      self.value = value
      self.confidence = confidence
    }
  }

  /// What kind of author wrote a mail, judged by its headers and the shape of its text.
  public enum Author: Int, Sendable, CaseIterable { case person = 1, machine = 2, bulk = 3 }

  public var sightings: [Sighting]
  public var author: Author
  public var viaList: Bool
  /// Equal for the same mail under different ids: of sender, date, subject and text, white space folded.
  public var twin: [UInt8]
  /// The mail answers another one.
  public var answers = false
  /// A keyed hash of the subject's shape (`subjectShape`): equal for the mails of a script, and tells nothing else.
  public var shape: UInt64 = 0
  /// What the author's signature says, few and short.
  public var said: [Said] = []
  /// What the author's own new words ask or promise; nobody looks at it unless it is asked for.
  public var asks: Asks = []

  public init(sightings: [Sighting], author: Author, viaList: Bool, twin: [UInt8] = []) {
    self.sightings = sightings
    self.author = author
    self.viaList = viaList
    self.twin = twin
  }
}
