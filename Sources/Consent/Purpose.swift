/// What content is opened for.
///
/// A purpose is a type, so that a permit for one cannot serve another.
///
/// There is no purpose for marketing, and none can be slipped in: `Catalogue` lists them all, the policy's version
/// carries the catalogue's digest, and a test compares both (P001, P011, P064).
public protocol Purpose: Sendable {
  /// What may come out of opened content. `Never` cannot be made, so such a purpose seals and never reads.
  associatedtype Yield: Sendable

  static var declaration: Declaration { get }
}

/// What a purpose declares about itself; `Gate` refuses a purpose whose declaration is incomplete.
public struct Declaration: Sendable, Equatable {
  /// The four bases a purpose may rest on (P113).
  public enum Basis: String, Sendable, CaseIterable {
    case contract
    case consent
    case legalObligation = "legal-obligation"
    case legitimateInterest = "legitimate-interest"
  }

  /// The categories of sealed columns; those that a purpose does not name stay closed to it.
  public enum Category: String, Sendable, CaseIterable {
    case subject, body, note, attachmentName = "attachment-name", detail, credential, journalImage = "journal-image"
  }

  /// Who gets what the purpose yields.
  public enum Recipient: String, Sendable, CaseIterable {
    case nobody, owner, viewer, designatedCRM = "designated-crm", source
  }

  /// What a purpose needs before a permit is given.
  public enum Ground: Sendable, Equatable {
    /// A live grant, naming this purpose, for every source that the request names.
    case sourceGrant
    /// A live grant with scope write for the destination, and an approval.
    case destinationGrant
    /// A live grant with scope write for the destination: what opens its login, or is only compared with what stands there,
    /// which an approval is not needed for.
    case destinationLogin
    /// A live grant with scope write for the one source that the request names, and a one-use approval of exactly what
    /// leaves: nothing stands.
    case sourceWrite
    /// That the viewer may see what is asked for, by ownership or by a share.
    case viewing
    /// The owner's own instruction about the account; needs no grant, and none can take it away.
    case ownersInstruction
  }

  public var name: String
  /// The sentence of the policy that this purpose serves.
  public var use: String
  /// The promise that binds it most.
  public var promise: Int
  public var basis: Basis
  public var opens: [Category]
  public var recipients: [Recipient]
  public var ground: Ground

  public init(
    name: String, use: String, promise: Int, basis: Basis, opens: [Category], recipients: [Recipient], ground: Ground
  ) {
    self.name = name
    self.use = use
    self.promise = promise
    self.basis = basis
    self.opens = opens
    self.recipients = recipients
    self.ground = ground
  }

  /// Why the declaration will not do; nil if it is complete.
  public var fault: String? {
    if name.isEmpty { return "a purpose without a name" }
    if use.isEmpty { return "\(name): no use of the policy is named" }
    if !(1...126).contains(promise) { return "\(name): no promise is named" }
    if recipients.isEmpty { return "\(name): no recipient is named" }
    return nil
  }

  /// One line that does not change unless the purpose does; the catalogue's digest is over these.
  var canonical: String {
    [
      name, use, String(promise), basis.rawValue, opens.map(\.rawValue).joined(separator: ","),
      recipients.map(\.rawValue).joined(separator: ","), String(describing: ground),
    ].joined(separator: "|")
  }
}

/// All purposes there are.
///
/// A purpose that is missing here gets no permit.
public enum Catalogue {
  public static let all: [Declaration] = [
    ReadMail.declaration, ReadAddressBook.declaration, ReadCalendar.declaration, FindPeople.declaration,
    BuildIndex.declaration, SearchMail.declaration, ShowToOwner.declaration, SyncToCRM.declaration,
    Connect.declaration, ConnectToCRM.declaration, LogToCRM.declaration, UndoChange.declaration,
    ExportAccount.declaration, EraseData.declaration, CheckIntegrity.declaration, WriteBack.declaration,
    TasksToCRM.declaration, DetailsToCRM.declaration,
  ]

  /// The yields that hold free text; every other yield holds none, and a test keeps this list closed.
  public static let yieldsWithText = [
    "find-people", "show-to-owner", "undo-change", "connect", "connect-to-crm", "log-to-crm", "tasks-to-crm",
    "details-to-crm",
  ]

  /// SHA-256 over all declarations, as the policy's version carries it (P064).
  public static var digest: String { hex(sha256(Array(all.map(\.canonical).joined(separator: "\n").utf8))) }
}
