/// How much of a DAV server's XML is taken.
public struct DAVLimits: Sendable, Equatable {
  public var bytes = 64 << 20
  /// Elements in elements.
  public var depth = 32
  /// Responses of one multistatus.
  public var items = 100_000
  /// Bytes of one value that is not a card or an event.
  public var value = 64 << 10

  public init() {}
  public static let standard = DAVLimits()
}

/// Why the XML of a server cannot be followed; nothing of what it says is in here.
public enum DAVFault: String, Error, Sendable, CaseIterable {
  case tooLong = "an answer longer than allowed"
  case tooDeep = "elements nested too deep"
  case tooManyItems = "too many items in one answer"
  case valueTooLong = "a value longer than allowed"
  /// Entities and outer files begin there; no DAV server needs it.
  case documentType = "a document type, which could name files and other servers"
  case encoding = "XML in another encoding than UTF-8"
  case malformed = "XML that is torn or not well-formed"
  case notMultistatus = "an answer that is no multistatus"
}
