/// How much of a server's talk is taken; what is beyond ends in an `IMAPFault`.
public struct IMAPLimits: Sendable, Equatable {
  /// Bytes of one response outside its literals.
  public var line = 64 << 10
  /// The same for responses that only list numbers (SEARCH, ESEARCH, VANISHED): servers send a folder on one line.
  public var numbers = 16 << 20
  /// Bytes of all literals of one response.
  public var literal = 64 << 20
  /// Literals of one response.
  public var literals = 64
  /// Lists in lists.
  public var depth = 32

  public init() {}
  public static let standard = IMAPLimits()
}

/// Why a server's talk cannot be followed; the connection is of no further use.
///
/// Nothing of what the server said is in here.
public enum IMAPFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// A line longer than the limit, which may never end.
  case lineTooLong(limit: Int)
  /// A literal announced as larger than the limit, or than any number.
  case literalTooLarge(limit: Int)
  /// A literal of a negative size.
  case literalSize
  case tooManyLiterals(limit: Int)
  /// Lists nested deeper than the limit.
  case tooDeep(limit: Int)
  /// A response of a known name (`FETCH`) that does not follow its grammar.
  case malformed(String)

  public var description: String {
    switch self {
    case .lineTooLong(let limit): "a line of more than \(limit) bytes"
    case .literalTooLarge(let limit): "a literal of more than \(limit) bytes"
    case .literalSize: "a literal of a negative size"
    case .tooManyLiterals(let limit): "more than \(limit) literals in one response"
    case .tooDeep(let limit): "lists nested more than \(limit) deep"
    case .malformed(let what): "a malformed \(what) response"
    }
  }
}
