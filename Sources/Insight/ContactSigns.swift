public import Model

/// What speaks for somebody being a contact of the owner's, and not merely discovered in what was read.
///
/// There is a tie once the owner did something for it: wrote to them, met or called them, has them in an address book or a
/// CRM, typed something about them, or keeps them by a rule. Mail that was never answered makes no tie, nor does a mail
/// or a meeting of a crowd, nor what others wrote to each other.
public struct ContactSigns: Sendable, Equatable {
  /// A card, a row of a list or a record of a CRM is about them, or the owner typed something.
  public var isRecorded: Bool
  /// The owner wrote to them, among few.
  public var isWrittenTo: Bool
  /// The owner met them among few, or called.
  public var isMet: Bool
  /// The owner keeps their address by a rule.
  public var isKept: Bool

  public init(isRecorded: Bool = false, isWrittenTo: Bool = false, isMet: Bool = false, isKept: Bool = false) {
    self.isRecorded = isRecorded
    self.isWrittenTo = isWrittenTo
    self.isMet = isMet
    self.isKept = isKept
  }

  /// A mail to more than these was written to nobody in person; a meeting of more others is an audience as well.
  public static let crowd = audience - 1

  public var standing: Person.Standing { isRecorded || isWrittenTo || isMet || isKept ? .contact : .discovered }
}
