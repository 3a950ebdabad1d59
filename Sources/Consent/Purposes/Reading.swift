/// Mail is taken off its source and sealed at once; nothing can be read under this purpose.
public enum ReadMail: Purpose {
  public typealias Yield = Never

  public static let declaration = Declaration(
    name: "read-mail", use: "to provide the service: to receive access to your content", promise: 21, basis: .contract,
    opens: [], recipients: [.nobody], ground: .sourceGrant)
}

/// Cards are taken from an address book; their notes are sealed at once.
public enum ReadAddressBook: Purpose {
  public typealias Yield = Never

  public static let declaration = Declaration(
    name: "read-address-book", use: "to provide the service: to receive access to your contacts", promise: 21,
    basis: .contract, opens: [], recipients: [.nobody], ground: .sourceGrant)
}

/// Events are taken from a calendar: when they took place and who was there, no title, no place and no text.
public enum ReadCalendar: Purpose {
  public typealias Yield = Never

  public static let declaration = Declaration(
    name: "read-calendar", use: "to provide the service: to receive access to your calendars", promise: 21,
    basis: .contract, opens: [], recipients: [.nobody], ground: .sourceGrant)
}

/// A login is opened where the connection is made, and nowhere else (P080).
public enum Connect: Purpose {
  public typealias Yield = Login

  public static let declaration = Declaration(
    name: "connect", use: "to access your sources with the login you gave", promise: 80, basis: .contract,
    opens: [.credential], recipients: [.source], ground: .sourceGrant)
}
