public import Model

/// What a server answered, whole.
public struct HTTPResponse: Sendable, Equatable {
  public var status: Int
  /// Names in lower case, in the order in which they came.
  public var fields: [Field]
  public var body: [UInt8]

  public struct Field: Sendable, Equatable {
    public var name: String
    public var value: String
  }

  /// The first value of a field.
  public func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Where a redirect leads, as the server wrote it; nothing follows it but who asked (RFC 9110 §15.4).
  public var redirect: String? { [301, 302, 303, 307, 308].contains(status) ? field("location") : nil }
}

/// How much of a response is taken; sizes in bytes.
public struct HTTPLimits: Sendable, Equatable {
  /// Status line and fields, and again the fields behind a chunked body.
  public var head: Int
  public var body: Int
  public var fields: Int
  /// Answers of the kind "go on" before the one that counts.
  public var interim: Int

  public init(head: Int = 64 << 10, body: Int = 64 << 20, fields: Int = 256, interim: Int = 8) {
    self.head = head
    self.body = body
    self.fields = fields
    self.interim = interim
  }
}

/// What is wrong with a response, or with what was asked.
///
/// Where the end of a message could be read in two ways, no way is taken (RFC 9112 §11.2).
public enum HTTPFault: String, Error, Sendable, CaseIterable {
  case target = "the address of a resource has characters that no address has"
  case notHTTP = "what answers is no HTTP server"
  case bareLineEnd = "a line ends without CR LF"
  case badField = "a field of the head cannot be read"
  case headTooLong = "the head is too long"
  case bodyTooLong = "the body is longer than allowed"
  case badLength = "the length of the body is no number"
  case twoLengths = "the length of the body is told twice"
  case badTransfer = "the body comes in a way that was not offered"
  case packed = "the body is packed, which was not offered"
  case badPacking = "the packed body is damaged"
  case badChunk = "a chunk of the body has no readable size"
  case tooManyInterim = "only interim answers come"
  case cutShort = "the server broke off in the middle of its answer"
  case unasked = "an answer comes that was not asked for"

  /// What is told to people.
  public var trouble: Trouble {
    Trouble("the server's answer cannot be followed: \(rawValue)", "look at the address and at the server")
  }
}
