/// People are kept in step in the designated CRM.
///
/// Only the directory leaves: no content is opened (P012).
public enum SyncToCRM: Purpose {
  public typealias Yield = Never

  public static let declaration = Declaration(
    name: "sync-to-crm", use: "to sync that information to your designated CRM", promise: 79, basis: .contract,
    opens: [], recipients: [.designatedCRM], ground: .destinationGrant)
}

/// The login of the designated CRM is opened where the connection is made; what stands there may be read before
/// anything is approved, and nothing is written under this purpose (P080).
public enum ConnectToCRM: Purpose {
  public typealias Yield = Login

  public static let declaration = Declaration(
    name: "connect-to-crm", use: "to sync that information to your designated CRM with the login you gave", promise: 80,
    basis: .contract, opens: [.credential], recipients: [.designatedCRM], ground: .destinationLogin)
}

/// Mails with people who are kept in the designated CRM are entered there with their subject, or their text as well, if the
/// owner set it so and the grant says so: without that, nothing of a mail is opened for a CRM (P012).
public enum LogToCRM: Purpose {
  public typealias Yield = ActivityText

  public static let declaration = Declaration(
    name: "log-to-crm", use: "to sync that information to your designated CRM: mails as far as you set", promise: 12,
    basis: .consent, opens: [.subject, .body], recipients: [.designatedCRM], ground: .destinationGrant)
}

/// What of an interaction may leave for the designated CRM.
public struct ActivityText: Sendable, Equatable {
  public let subject: String
  public let text: String?

  public init(subject: String, text: String?) {
    self.subject = subject
    self.text = text
  }
}

/// Tasks about people who are kept in the designated CRM are kept in step there, if the owner switched it on and the grant says
/// so: their titles are opened for it, and nothing else (P012).
public enum TasksToCRM: Purpose {
  public typealias Yield = TaskTitle

  public static let declaration = Declaration(
    name: "tasks-to-crm", use: "to sync that information to your designated CRM: tasks, if you set it", promise: 12,
    basis: .consent, opens: [.note], recipients: [.designatedCRM], ground: .destinationGrant)
}

/// The words of a task on their way to the designated CRM.
public struct TaskTitle: Sendable, Equatable {
  public let text: String

  public init(_ text: String) { self.text = text }
}

/// What cards say of people besides the directory (postal addresses, birthdays, notes, web addresses, custom fields) is kept
/// in step in the designated CRM, field by field as the owner set it and the grant names it.
///
/// These values are opened to be compared with what stands there and to be shown before anything leaves; what leaves goes
/// by `SyncToCRM` and its approval (P012, P013).
public enum DetailsToCRM: Purpose {
  public typealias Yield = DetailText

  public static let declaration = Declaration(
    name: "details-to-crm",
    use: "to sync that information to your designated CRM: other fields of cards, as you set them",
    promise: 12, basis: .consent, opens: [.detail], recipients: [.designatedCRM], ground: .destinationLogin)
}

/// A value of a card on its way to the designated CRM.
public struct DetailText: Sendable, Equatable {
  public let text: String

  public init(_ text: String) { self.text = text }
}

/// A change is taken back: the image of what was before is opened.
public enum UndoChange: Purpose {
  public typealias Yield = JournalImage

  public static let declaration = Declaration(
    name: "undo-change", use: "you can edit and correct your information", promise: 119, basis: .contract,
    opens: [.journalImage], recipients: [.owner], ground: .ownersInstruction)
}

/// What stood before or after a change, as the journal keeps it: lines of a form the writer chose.
public struct JournalImage: Sendable, Equatable {
  public let lines: String

  public init(_ lines: String) { self.lines = lines }
}
