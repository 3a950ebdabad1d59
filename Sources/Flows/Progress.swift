/// How far a long step has come, for a bar on a terminal and for pages.
public struct Progress: Sendable, Equatable {
  /// The step in a few words for people.
  public var step: String
  public var done: Int
  /// Nil while nobody knows how much there is.
  public var total: Int?

  public init(step: String, done: Int, total: Int? = nil) {
    self.step = step
    self.done = done
    self.total = total
  }
}
