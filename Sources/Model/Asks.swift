/// What an author's own new words ask of the reader, or promise.
public struct Asks: OptionSet, Sendable, Hashable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// A question that wants an answer.
  public static let question = Asks(rawValue: 1)
  /// Something the reader is asked to do.
  public static let request = Asks(rawValue: 2)
  /// Something the author says they will do.
  public static let promise = Asks(rawValue: 4)
}
