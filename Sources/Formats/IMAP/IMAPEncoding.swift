import Model

extension IMAPCommand {
  /// The tag of the command with this number, unlike any word of a server.
  public static func tag(_ number: Int) -> String { "K\(max(0, number))" }

  /// The command in bytes.
  ///
  /// `initialResponse`: the server takes a login's message with the command (SASL-IR).
  public func encoded(
    tag number: Int, literals: IMAPLiterals = .waiting, initialResponse: Bool = false
  ) throws(IMAPUnsayable) -> IMAPParts {
    var writer = IMAPWriter(literals: literals)
    if self != .done { writer.text(IMAPCommand.tag(number) + " ") }
    try write(to: &writer, initialResponse: initialResponse)
    writer.text("\r\n")
    return IMAPParts(parts: writer.parts)
  }

  private func write(to writer: inout IMAPWriter, initialResponse: Bool) throws(IMAPUnsayable) {
    switch self {
    case .capability: writer.text("CAPABILITY")
    case .noop: writer.text("NOOP")
    case .startTLS: writer.text("STARTTLS")
    case .namespace: writer.text("NAMESPACE")
    case .idle: writer.text("IDLE")
    case .done: writer.text("DONE")
    case .compress: writer.text("COMPRESS DEFLATE")
    case .unselect: writer.text("UNSELECT")
    case .logout: writer.text("LOGOUT")
    case .id(let fields): try writer.id(fields)
    case .login(let user, let password):
      writer.text("LOGIN ")
      try writer.string(Array(user.utf8), "the user")
      writer.text(" ")
      try writer.string(password, "the password")
    case .authenticate(let login):
      let message = try login.message()
      writer.text("AUTHENTICATE \(login.mechanism)")
      if initialResponse { writer.text(" ") } else { writer.wait() }
      writer.bytes(message)
    case .enable(let extensions):
      if extensions.isEmpty { throw .empty("ENABLE") }
      writer.text("ENABLE " + extensions.map(\.rawValue).joined(separator: " "))
    case .list(let folders, let returning): try writer.list(folders, returning)
    case .status(let name, let items):
      writer.text("STATUS ")
      try writer.string(name.raw, "the folder's name")
      try writer.text(" " + IMAPCommand.items(items))
    case .examine(let name, let opening): try writer.examine(name, opening)
    case .uidSearch(let within, let returning): try writer.search(within, returning)
    case .uidFetch(let uids, let items, let since, let vanished): try writer.fetch(uids, items, since, vanished)
    }
  }

  fileprivate static func items(_ items: [IMAPStatusItem]) throws(IMAPUnsayable) -> String {
    if items.isEmpty { throw .empty("STATUS") }
    return "(" + items.map(\.rawValue).joined(separator: " ") + ")"
  }
}

extension IMAPCommand: CustomStringConvertible, CustomReflectable {
  /// The command as a transcript may show it: without secrets and lengths of secrets.
  public var description: String {
    switch self {
    case .login: return "LOGIN …"
    case .authenticate(let login): return "AUTHENTICATE \(login)"
    default:
      var writer = IMAPWriter(literals: .anySize)
      guard (try? write(to: &writer, initialResponse: true)) != nil else { return "a command that cannot be sent" }
      return String(decoding: writer.parts.joined(), as: UTF8.self)
    }
  }

  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Collects a command's bytes.
private struct IMAPWriter {
  var parts: [[UInt8]] = [[]]
  let literals: IMAPLiterals

  init(literals: IMAPLiterals) { self.literals = literals }

  mutating func text(_ text: String) { parts[parts.count - 1].append(contentsOf: text.utf8) }

  mutating func bytes(_ bytes: [UInt8]) { parts[parts.count - 1].append(contentsOf: bytes) }

  /// What follows is for the server's `+`.
  mutating func wait() {
    text("\r\n")
    parts.append([])
  }

  /// Any string from outside: quoted where its letters allow, else as a literal, so that none of it can be a command.
  mutating func string(_ value: [UInt8], _ what: String) throws(IMAPUnsayable) {
    if value.contains(0) { throw .letter(what) }
    if value.count <= 1_000, value.allSatisfy({ $0 >= 32 && $0 < 127 }) {
      text("\"")
      for byte in value {
        if byte == Byte.quote || byte == Byte.backslash { text("\\") }
        parts[parts.count - 1].append(byte)
      }
      text("\"")
      return
    }
    let waits =
      switch literals {
      case .waiting: true
      case .small: value.count > 4_096
      case .anySize: false
      }
    text(waits ? "{\(value.count)}" : "{\(value.count)+}\r\n")
    if waits { wait() }
    bytes(value)
  }

  mutating func id(_ fields: [String: String]) throws(IMAPUnsayable) {
    if fields.isEmpty { return text("ID NIL") }
    text("ID (")
    for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { text(" ") }
      try string(Array(field.key.utf8), "ID")
      text(" ")
      try string(Array(field.value.utf8), "ID")
    }
    text(")")
  }

  mutating func list(_ folders: IMAPFolders, _ returning: [IMAPListOption]) throws(IMAPUnsayable) {
    text("LIST \"\" ")
    switch folders {
    case .all: text("\"*\"")
    case .under(let name): try string(name.raw + [Byte.star], "the folder's name")
    }
    if returning.isEmpty { return }
    text(" RETURN (")
    for (index, option) in returning.enumerated() {
      if index > 0 { text(" ") }
      switch option {
      case .specialUse: text("SPECIAL-USE")
      case .children: text("CHILDREN")
      case .subscribed: text("SUBSCRIBED")
      case .status(let items): try text("STATUS " + IMAPCommand.items(items))
      }
    }
    text(")")
  }

  mutating func examine(_ name: IMAPName, _ opening: IMAPOpening) throws(IMAPUnsayable) {
    text("EXAMINE ")
    try string(name.raw, "the folder's name")
    switch opening {
    case .plain: return
    case .condstore: text(" (CONDSTORE)")
    case .qresync(let validity, let modSeq, let known):
      // RFC 7162 §7: both are at least 1.
      if validity < 1 || modSeq < 1 { throw .empty("QRESYNC") }
      text(" (QRESYNC (\(validity) \(modSeq)")
      if let known, !known.isEmpty { text(" \(known)") }
      text("))")
    }
  }

  mutating func search(_ within: UIDSet?, _ returning: [IMAPSearchReturn]?) throws(IMAPUnsayable) {
    if within?.isEmpty == true { throw .empty("SEARCH") }
    text("UID SEARCH ")
    if let returning { text("RETURN (" + returning.map(\.rawValue).joined(separator: " ") + ") ") }
    text(within.map { "UID \($0)" } ?? "ALL")
  }

  mutating func fetch(
    _ uids: UIDSet, _ items: [IMAPFetchItem], _ since: Int64?, _ vanished: Bool
  ) throws(IMAPUnsayable) {
    if uids.isEmpty || items.isEmpty { throw .empty("FETCH") }
    text("UID FETCH \(uids) (" + items.map(IMAPWriter.name).joined(separator: " ") + ")")
    guard let since else {
      // RFC 7162 §3.2.6: VANISHED means nothing without CHANGEDSINCE.
      if vanished { throw .empty("VANISHED") }
      return
    }
    if since < 0 { throw .empty("CHANGEDSINCE") }
    text(" (CHANGEDSINCE \(since)" + (vanished ? " VANISHED)" : ")"))
  }

  private static func name(_ item: IMAPFetchItem) -> String {
    switch item {
    case .uid: "UID"
    case .flags: "FLAGS"
    case .internalDate: "INTERNALDATE"
    case .size: "RFC822.SIZE"
    case .modSeq: "MODSEQ"
    case .emailID: "EMAILID"
    case .threadID: "THREADID"
    case .gmailIDs: "X-GM-MSGID X-GM-THRID"
    case .whole: "BODY.PEEK[]"
    // RFC 3501 §9: a part of no bytes cannot be asked for.
    case .part(let from, let count): "BODY.PEEK[]<\(from).\(max(1, count))>"
    case .header: "BODY.PEEK[HEADER]"
    }
  }
}
