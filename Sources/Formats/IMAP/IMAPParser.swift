import Model

extension IMAPResponse {
  /// Reads a response; one of a known name that breaks its grammar is a fault, one of another name is `other`.
  public init(_ frame: IMAPFrame, limits: IMAPLimits = .standard) throws(IMAPFault) {
    var cursor = IMAPCursor(frame, depth: limits.depth)
    self = try IMAPResponse.read(&cursor)
  }

  private static func read(_ cursor: inout IMAPCursor) throws(IMAPFault) -> IMAPResponse {
    if cursor.take(43) {
      cursor.skipSpaces()
      return .continuation(cursor.restText())
    }
    if !cursor.take(Byte.star) {
      let tag = cursor.word()
      if tag.isEmpty { return .other("") }
      cursor.skipSpaces()
      guard let condition = IMAPStatus.Condition(rawValue: cursor.word().lowercased()),
        condition != .bye, condition != .preauth
      else { throw .malformed("tagged") }
      return .tagged(tag, IMAPStatus.read(condition, &cursor))
    }
    cursor.skipSpaces()
    guard let number = cursor.digits() else { return try named(cursor.word().uppercased(), &cursor) }
    cursor.skipSpaces()
    cursor.kind = "numbered"
    let name = cursor.word().uppercased()
    cursor.kind = name
    switch name {
    case "EXISTS": return .exists(try cursor.checked(number))
    case "RECENT": return .recent(try cursor.checked(number))
    case "EXPUNGE": return .expunge(try cursor.checked(number))
    case "FETCH": return .fetch(try IMAPFetched.read(try cursor.checked(number), &cursor))
    default: return .other(name)
    }
  }

  private static func named(_ name: String, _ cursor: inout IMAPCursor) throws(IMAPFault) -> IMAPResponse {
    if let condition = IMAPStatus.Condition(rawValue: name.lowercased()) {
      return .status(IMAPStatus.read(condition, &cursor))
    }
    cursor.kind = name
    cursor.skipSpaces()
    switch name {
    case "CAPABILITY": return .capability(IMAPCapabilities(cursor.words()))
    case "ENABLED": return .enabled(Set(cursor.words().map { $0.uppercased() }))
    case "FLAGS": return .flags(try cursor.flags())
    case "LIST": return .list(try IMAPListed.read(&cursor))
    case "STATUS": return .mailbox(try IMAPMailboxStatus.read(&cursor))
    case "SEARCH": return try search(&cursor)
    case "ESEARCH": return .extendedSearch(try IMAPExtendedSearch.read(&cursor))
    case "VANISHED": return try vanished(&cursor)
    case "NAMESPACE": return .namespace(try IMAPNamespaces.read(&cursor))
    case "ID": return .id(try id(&cursor))
    default: return .other(name)
    }
  }

  private static func search(_ cursor: inout IMAPCursor) throws(IMAPFault) -> IMAPResponse {
    var found: [UInt32] = []
    var modSeq: Int64?
    while !cursor.atEnd {
      if cursor.take(Byte.open) {
        guard cursor.word().uppercased() == "MODSEQ" else { throw cursor.bad }
        cursor.skipSpaces()
        modSeq = try cursor.number()
        try cursor.need(Byte.close)
      } else {
        found.append(try cursor.uid())
      }
      cursor.skipSpaces()
    }
    return .search(UIDSet(found), modSeq: modSeq)
  }

  private static func vanished(_ cursor: inout IMAPCursor) throws(IMAPFault) -> IMAPResponse {
    var earlier = false
    if cursor.take(Byte.open) {
      guard cursor.word().uppercased() == "EARLIER" else { throw cursor.bad }
      try cursor.need(Byte.close)
      cursor.skipSpaces()
      earlier = true
    }
    return .vanished(earlier: earlier, try cursor.set())
  }

  private static func id(_ cursor: inout IMAPCursor) throws(IMAPFault) -> [String: String] {
    var fields: [String: String] = [:]
    guard cursor.take(Byte.open) else { return fields }
    while try cursor.more() {
      let name = try cursor.string()
      cursor.skipSpaces()
      if let value = try cursor.string(), let name {
        fields[String(decoding: name, as: UTF8.self).lowercased()] = String(decoding: value, as: UTF8.self)
      }
    }
    return fields
  }
}

extension IMAPListed {
  fileprivate static func read(_ cursor: inout IMAPCursor) throws(IMAPFault) -> IMAPListed {
    let attributes = try cursor.flags()
    cursor.skipSpaces()
    let delimiter = try cursor.string()?.first
    cursor.skipSpaces()
    let name = IMAPName(raw: try cursor.name())
    var listed = IMAPListed(name: name, delimiter: delimiter, attributes: attributes)
    cursor.skipSpaces()
    guard cursor.take(Byte.open) else { return listed }
    while try cursor.more() {
      let item = try cursor.string() ?? []
      cursor.skipSpaces()
      switch String(decoding: item, as: UTF8.self).uppercased() {
      case "CHILDINFO": listed.childInfo = try cursor.strings().map { String(decoding: $0, as: UTF8.self) }
      case "OLDNAME": listed.oldName = try cursor.strings().first.map { IMAPName(raw: $0) }
      default: try cursor.skipValue()
      }
    }
    return listed
  }
}

extension IMAPMailboxStatus {
  fileprivate static func read(_ cursor: inout IMAPCursor) throws(IMAPFault) -> IMAPMailboxStatus {
    var status = IMAPMailboxStatus(name: IMAPName(raw: try cursor.name()))
    cursor.skipSpaces()
    try cursor.need(Byte.open)
    while try cursor.more() {
      let item = cursor.word().uppercased()
      cursor.skipSpaces()
      switch item {
      case "MESSAGES": status.messages = try cursor.number()
      case "UIDNEXT": status.uidNext = try cursor.number()
      case "UIDVALIDITY": status.uidValidity = try cursor.number()
      case "UNSEEN": status.unseen = try cursor.number()
      case "HIGHESTMODSEQ": status.highestModSeq = try cursor.number()
      case "SIZE": status.size = try cursor.number()
      case "MAILBOXID": status.mailboxID = try cursor.strings().first.map { String(decoding: $0, as: UTF8.self) }
      case "": throw cursor.bad
      default: try cursor.skipValue()
      }
    }
    return status
  }
}

extension IMAPExtendedSearch {
  fileprivate static func read(_ cursor: inout IMAPCursor) throws(IMAPFault) -> IMAPExtendedSearch {
    var found = IMAPExtendedSearch()
    if cursor.take(Byte.open) {
      guard cursor.word().uppercased() == "TAG" else { throw cursor.bad }
      cursor.skipSpaces()
      found.tag = try cursor.string().map { String(decoding: $0, as: UTF8.self) }
      try cursor.need(Byte.close)
      cursor.skipSpaces()
    }
    while !cursor.atEnd {
      let item = cursor.word().uppercased()
      cursor.skipSpaces()
      switch item {
      case "UID": found.uid = true
      case "ALL": found.all = try cursor.set()
      case "COUNT": found.count = try cursor.number()
      case "MIN": found.min = try cursor.number()
      case "MAX": found.max = try cursor.number()
      case "MODSEQ": found.modSeq = try cursor.number()
      case "": throw cursor.bad
      default: try cursor.skipValue()
      }
      cursor.skipSpaces()
    }
    return found
  }
}

extension IMAPNamespaces {
  fileprivate static func read(_ cursor: inout IMAPCursor) throws(IMAPFault) -> IMAPNamespaces {
    var all = IMAPNamespaces()
    all.personal = try places(&cursor)
    cursor.skipSpaces()
    all.others = try places(&cursor)
    cursor.skipSpaces()
    all.shared = try places(&cursor)
    return all
  }

  private static func places(_ cursor: inout IMAPCursor) throws(IMAPFault) -> [Place] {
    guard cursor.take(Byte.open) else {
      try cursor.skipValue()
      return []
    }
    var places: [Place] = []
    while try cursor.more() {
      try cursor.need(Byte.open)
      let prefix = try cursor.string() ?? []
      cursor.skipSpaces()
      places.append(Place(prefix: IMAPName(raw: prefix), delimiter: try cursor.string()?.first))
      // RFC 2342 §6: extensions follow.
      while try cursor.more() { try cursor.skipValue() }
    }
    return places
  }
}
