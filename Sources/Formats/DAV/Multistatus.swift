/// What a DAV server says about one or many resources (RFC 4918 §13).
public struct Multistatus: Sendable, Equatable {
  /// One resource; what it says of itself counts only where the server said that it found it.
  public struct Item: Sendable, Equatable {
    /// As the server wrote it.
    public var href = ""
    /// Of the resource as a whole; nil where there are properties.
    public var status: Int?
    public var properties = DAVProperties()
    /// Names of conditions that were not met, such as `number-of-matches-within-limits`.
    public var conditions: Set<String> = []

    public init() {}
  }

  public var items: [Item] = []
  /// What to ask for the changes from now on (RFC 6578 §6.4); any text, since some servers send no address.
  public var syncToken: String?

  public init() {}

  /// Reads the body of a 207 answer.
  public init(_ xml: [UInt8], limits: DAVLimits = .standard) throws(DAVFault) {
    let reading = try DAVReading(xml, limits: limits)
    guard reading.root == "multistatus" else { throw .notMultistatus }
    self = reading.result
  }

  /// The names of the conditions in the body of an error (RFC 4918 §16); none if it has no such body.
  public static func conditions(ofError xml: [UInt8]) -> Set<String> {
    var limits = DAVLimits.standard
    limits.bytes = 1 << 20
    guard let reading = try? DAVReading(xml, limits: limits), reading.root == "error" else { return [] }
    return reading.conditions
  }
}

/// The properties of a resource that are asked for; what the server does not have is nil or empty.
public struct DAVProperties: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case collection, principal
    case addressBook = "addressbook"
    case calendar
    /// Lent by somebody else, as servers of Apple's extension say it.
    case shared
  }

  public var kinds: Set<Kind> = []
  public var name: String?
  public var etag: String?
  /// A text that changes with every change of the collection.
  public var ctag: String?
  public var syncToken: String?
  public var principal: String?
  /// Whose the collection is: a principal (RFC 3744 §5.1).
  public var owner: String?
  public var addressHomes: [String] = []
  public var calendarHomes: [String] = []
  /// Names of the reports that the collection answers.
  public var reports: Set<String> = []
  /// A card or an event, with the line ends that XML leaves of it.
  public var content: [UInt8]?

  public init() {}

  mutating func merge(_ other: DAVProperties) {
    kinds.formUnion(other.kinds)
    name = other.name ?? name
    etag = other.etag ?? etag
    ctag = other.ctag ?? ctag
    syncToken = other.syncToken ?? syncToken
    principal = other.principal ?? principal
    owner = other.owner ?? owner
    addressHomes += other.addressHomes
    calendarHomes += other.calendarHomes
    reports.formUnion(other.reports)
    content = other.content ?? content
  }
}
