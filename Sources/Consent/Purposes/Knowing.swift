public import Model

/// Who wrote to whom, as headers say it: opened mail yields sightings, never its text.
public enum FindPeople: Purpose {
  public typealias Yield = MailSightings

  public static let declaration = Declaration(
    name: "find-people", use: "to strengthen and track your contacts: who knows whom", promise: 20, basis: .contract,
    opens: [.subject, .body], recipients: [.owner], ground: .sourceGrant)
}

/// Search over sealed text: opened mail yields keyed tokens of its words, which nobody can read back.
public enum BuildIndex: Purpose {
  public typealias Yield = [UInt64]

  public static let declaration = Declaration(
    name: "build-index", use: "to leverage your communications: to find a mail by its words", promise: 20,
    basis: .contract, opens: [.subject, .body], recipients: [.nobody], ground: .sourceGrant)
}

/// A phrase is checked in an opened mail: yes or no comes out.
public enum SearchMail: Purpose {
  public typealias Yield = Bool

  public static let declaration = Declaration(
    name: "search-mail", use: "to leverage your communications: to find a mail by a phrase", promise: 20,
    basis: .contract, opens: [.subject, .body], recipients: [.viewer], ground: .viewing)
}

/// Stored content is compared with its seal; corruption is found, nothing is read out (P095).
public enum CheckIntegrity: Purpose {
  public typealias Yield = Bool

  public static let declaration = Declaration(
    name: "check-integrity", use: "to maintain data accuracy", promise: 95, basis: .contract,
    opens: [.subject, .body, .note, .attachmentName, .detail, .journalImage], recipients: [.owner],
    ground: .ownersInstruction)
}
