/// What follows from an error: the loop has one `switch` over it.
public enum Remedy: Sendable, Equatable {
  case wait(until: Instant)
  case askOwnerToSignIn
  /// Leave this one item out, counted, and go on.
  case skip(String)
  /// Something outside must be put right first; the text says what.
  case stop(String)
}

/// Something went wrong that is nobody's refusal: it says what happened and what helps.
public struct Trouble: Error, Sendable, Equatable, CustomStringConvertible {
  /// One line for people: what happened; no names, subjects or bodies.
  public var what: String
  public var remedy: Remedy

  public init(_ what: String, remedy: Remedy) {
    self.what = what
    self.remedy = remedy
  }

  public init(_ what: String, _ help: String) { self.init(what, remedy: .stop(help)) }

  public var description: String {
    switch remedy {
    case .wait(let until): "\(what); it is tried again at \(until)"
    case .askOwnerToSignIn: "\(what); sign in again"
    case .skip(let item): "\(what); left out: \(item)"
    case .stop(let help): help.isEmpty ? what : "\(what); \(help)"
    }
  }
}
