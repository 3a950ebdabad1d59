/// A person as an address book or a CRM writes one: the shape that cards, CSV rows and CRM records share.
public struct Contact: Sendable, Equatable {
  /// A value with the label its source gives it (`work`, `home`); empty if none.
  public struct Labelled: Sendable, Hashable {
    public var label: String
    public var value: String

    public init(_ value: String, label: String = "") {
      self.label = label
      self.value = value
    }
  }

  /// A postal address by its parts (RFC 6350 §6.3.1); any may be empty.
  public struct Postal: Sendable, Hashable {
    public var label: String
    public var street: String
    public var city: String
    public var region: String
    public var postcode: String
    public var country: String

    public init(
      label: String = "", street: String = "", city: String = "", region: String = "", postcode: String = "",
      country: String = ""
    ) {
      self.label = label
      self.street = street
      self.city = city
      self.region = region
      self.postcode = postcode
      self.country = country
    }

    public var isEmpty: Bool { [street, city, region, postcode, country].allSatisfy(\.isEmpty) }
    /// One line for people: the parts that are there, with commas.
    public var line: String {
      [street, city, region, postcode, country].filter { !$0.isEmpty }.joined(separator: ", ")
    }
  }

  public enum Kind: String, Sendable { case individual, organisation, group }

  /// What the source calls it: a card's UID, a row's id column; empty if none.
  public var uid = ""
  public var kind = Kind.individual
  public var name = ""
  public var given = ""
  public var family = ""
  public var organisation = ""
  public var title = ""
  public var emails: [Labelled] = []
  public var phones: [Labelled] = []
  public var urls: [Labelled] = []
  public var addresses: [Postal] = []
  /// `1970-01-31`, or `--01-31` without a year (RFC 6350 §6.2.5).
  public var birthday = ""
  public var notes: [String] = []
  public var tags: [String] = []
  /// Columns and properties that have no field of their own, by name.
  public var custom: [Labelled] = []

  public init() {}
}
