/// Something a person is reached or known by: an address, a phone number, a card.
///
/// Keys are made per handle, never per person, so that merging re-keys nothing.
public struct Handle: Identified, Sendable, Hashable {
  public static let prefix = "handle"

  public enum Kind: String, Sendable, CaseIterable { case email, phone, card }

  public var kind: Kind
  /// The comparable form: a folded address, a number in E.164, the identity of a card.
  public var value: String

  public init(_ kind: Kind, _ value: String) {
    self.kind = kind
    self.value = value
  }
}
