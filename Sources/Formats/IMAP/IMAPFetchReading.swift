extension IMAPFetched {
  /// Reads what follows `* n FETCH`.
  static func read(_ sequence: Int64, _ cursor: inout IMAPCursor) throws(IMAPFault) -> IMAPFetched {
    var mail = IMAPFetched(sequence: sequence)
    try cursor.need(Byte.open)
    while try cursor.more() {
      let name = cursor.word().uppercased()
      if let section = try cursor.section() {
        var origin: Int64?
        if cursor.take(Byte.less) {
          origin = try cursor.number()
          try cursor.need(Byte.greater)
        }
        cursor.skipSpaces()
        let bytes = try cursor.string()
        if name == "BODY" { mail.sections.append(Section(name: section, origin: origin, bytes: bytes)) }
        continue
      }
      cursor.skipSpaces()
      try mail.item(name, &cursor)
    }
    return mail
  }

  private mutating func item(_ name: String, _ cursor: inout IMAPCursor) throws(IMAPFault) {
    switch name {
    case "UID": uid = try cursor.uid()
    case "FLAGS": flags = try cursor.flags()
    case "MODSEQ":
      let listed = cursor.take(Byte.open)
      modSeq = try cursor.number()
      if listed { try cursor.need(Byte.close) }
    case "INTERNALDATE":
      // RFC 3501 §9: `date-time`; one that makes no sense is none.
      internalDate = try cursor.string().flatMap { MailDate.parse($0.span) }
    case "RFC822.SIZE": size = try cursor.number()
    case "EMAILID", "X-GM-MSGID": emailID = try IMAPFetched.text(&cursor) ?? emailID
    case "THREADID", "X-GM-THRID": threadID = try IMAPFetched.text(&cursor) ?? threadID
    case "": throw cursor.bad
    default: try cursor.skipValue()
    }
  }

  private static func text(_ cursor: inout IMAPCursor) throws(IMAPFault) -> String? {
    try cursor.strings().first.map { String(decoding: $0, as: UTF8.self) }
  }
}

extension IMAPStatus {
  /// Reads what follows `OK`, `NO` and their like: free text, of which nothing is a fault.
  static func read(_ condition: Condition, _ cursor: inout IMAPCursor) -> IMAPStatus {
    cursor.skipSpaces()
    var code: IMAPCode?
    if cursor.at < cursor.line.count, cursor.line[cursor.at] == Byte.bracket,
      let close = cursor.line[cursor.at...].firstIndex(of: Byte.closeBracket)
    {
      code = IMAPCode.read(cursor.line[(cursor.at + 1)..<close])
      cursor.at = close + 1
      cursor.skipSpaces()
    }
    return IMAPStatus(condition, code: code, text: cursor.restText())
  }
}

extension IMAPCode {
  private static let plain: [String: IMAPCode] = [
    "ALERT": .alert, "AUTHENTICATIONFAILED": .authenticationFailed, "AUTHORIZATIONFAILED": .authorizationFailed,
    "EXPIRED": .expired, "PRIVACYREQUIRED": .privacyRequired, "UNAVAILABLE": .unavailable, "INUSE": .inUse,
    "NONEXISTENT": .nonexistent, "LIMIT": .limit, "OVERQUOTA": .overQuota, "CONTACTADMIN": .contactAdmin,
    "CLOSED": .closed, "READ-ONLY": .readOnly, "READ-WRITE": .readWrite, "TRYCREATE": .tryCreate,
    "NOPERM": .noPermission, "SERVERBUG": .serverBug, "CLIENTBUG": .clientBug, "CANNOT": .cannot,
    "EXPUNGEISSUED": .expungeIssued, "CORRUPTION": .corruption, "COMPRESSIONACTIVE": .compressionActive,
    "NOTSAVED": .notSaved, "NOMODSEQ": .noModSeq, "UIDNOTSTICKY": .uidNotSticky,
  ]

  /// Reads what is in the brackets; a known code that breaks its grammar is `other`.
  static func read(_ bytes: ArraySlice<UInt8>) -> IMAPCode {
    var cursor = IMAPCursor(bytes)
    let name = cursor.word().uppercased()
    if let plain = plain[name] { return plain }
    cursor.skipSpaces()
    do {
      return try argued(name, &cursor) ?? .other(name)
    } catch {
      return .other(name)
    }
  }

  private static func argued(_ name: String, _ cursor: inout IMAPCursor) throws(IMAPFault) -> IMAPCode? {
    switch name {
    case "UIDVALIDITY": .uidValidity(try cursor.number())
    case "UIDNEXT": .uidNext(try cursor.number())
    case "UNSEEN": .unseen(try cursor.number())
    case "HIGHESTMODSEQ": .highestModSeq(try cursor.number())
    case "PERMANENTFLAGS": .permanentFlags(try cursor.flags())
    case "CAPABILITY": .capability(IMAPCapabilities(cursor.words()))
    case "MAILBOXID": try cursor.strings().first.map { .mailboxID(String(decoding: $0, as: UTF8.self)) }
    case "WEBALERT": .webAlert(cursor.restText())
    default: nil
    }
  }
}
