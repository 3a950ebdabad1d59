import Model

/// A form with files as a browser sends it (RFC 7578), read piece by piece: a file of any size needs little memory.
public struct MultipartForm: Sendable {
  /// What a piece brought, in order.
  public enum Event: Sendable, Equatable {
    /// A field begins; `file` is the file's name if it is one, without any folder before it.
    case begin(name: String, file: String?)
    /// Some bytes of the field that began last.
    case bytes([UInt8])
    case end
  }

  /// More of the headers of a field than this is no form.
  static let longestHeaders = 8 << 10
  /// More fields than this are no form of ours.
  static let mostFields = 100

  private enum Place { case before, delimiter, headers, body, done }

  private let delimiter: [UInt8]
  private var place = Place.before
  private var rest: [UInt8] = [13, 10]
  private var fields = 0

  /// Nil if the type of the content is not that of such a form, or names no boundary of up to 70 characters.
  public init?(contentType: String) {
    let parts = MultipartForm.parameters(contentType)
    guard let first = parts.first, first.name.lowercased() == "multipart/form-data",
      let boundary = parts.first(where: { $0.name.lowercased() == "boundary" })?.value,
      (1...70).contains(boundary.utf8.count)
    else { return nil }
    delimiter = Array("\r\n--\(boundary)".utf8)
  }

  /// Whether the form came to its end.
  public var isWhole: Bool { place == .done }

  /// Takes the next piece; throws where it cannot be a form.
  ///
  /// What stands behind the end is left out.
  public mutating func take(_ piece: [UInt8]) throws -> [Event] {
    if place == .done { return [] }
    rest += piece
    var events: [Event] = []
    while try step(&events) {}
    return events
  }

  /// One step; false when more bytes are needed.
  private mutating func step(_ events: inout [Event]) throws -> Bool {
    switch place {
    case .before:
      guard let at = find(delimiter) else {
        rest.removeFirst(max(0, rest.count - delimiter.count + 1))
        return false
      }
      rest.removeFirst(at + delimiter.count)
      place = .delimiter
    case .delimiter:
      // A sender may put blanks behind a delimiter (RFC 2046 §5.1.1).
      let blanks = rest.prefix { $0 == 32 || $0 == 9 }.count
      guard rest.count >= blanks + 2 else {
        if blanks > MultipartForm.longestHeaders { throw MultipartForm.broken }
        return false
      }
      let end = [rest[blanks], rest[blanks + 1]]
      rest.removeFirst(blanks + 2)
      if end == [45, 45] {
        place = .done
        rest = []
        return false
      }
      guard end == [13, 10] else { throw MultipartForm.broken }
      place = .headers
    case .headers:
      guard let at = find([13, 10, 13, 10]) else {
        if rest.count > MultipartForm.longestHeaders { throw MultipartForm.broken }
        return false
      }
      fields += 1
      guard at <= MultipartForm.longestHeaders, fields <= MultipartForm.mostFields else { throw MultipartForm.broken }
      events.append(try MultipartForm.begin(rest[..<at]))
      rest.removeFirst(at + 4)
      place = .body
    case .body: return body(&events)
    case .done: return false
    }
    return true
  }

  private mutating func body(_ events: inout [Event]) -> Bool {
    guard let at = find(delimiter) else {
      let count = rest.count - delimiter.count + 1
      if count > 0 {
        events.append(.bytes(Array(rest[..<count])))
        rest.removeFirst(count)
      }
      return false
    }
    if at > 0 { events.append(.bytes(Array(rest[..<at]))) }
    events.append(.end)
    rest.removeFirst(at + delimiter.count)
    place = .delimiter
    return true
  }

  private func find(_ sought: [UInt8]) -> Int? {
    let (count, length) = (rest.count, sought.count)
    guard count >= length else { return nil }
    return rest.withUnsafeBufferPointer { bytes in
      sought.withUnsafeBufferPointer { sought in
        var at = 0
        while at <= count - length {
          if bytes[at] == sought[0] {
            var same = 1
            while same < length, bytes[at + same] == sought[same] { same += 1 }
            if same == length { return at }
          }
          at += 1
        }
        return nil
      }
    }
  }

  private static let broken = Trouble("what was sent is no form with a file", "send it again from the page")

  private static func begin(_ bytes: ArraySlice<UInt8>) throws -> Event {
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\r\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "content-disposition" else { continue }
      let found = parameters(String(parts[1]))
      guard found.first?.name.lowercased() == "form-data" else { break }
      func value(_ name: String) -> String? { found.dropFirst().first { $0.name.lowercased() == name }?.value }
      guard let name = value("name") else { break }
      // Some browsers send the path, and what is before the last stroke is nobody's business (RFC 7578 §4.2).
      let file = value("filename").map { String($0.split { $0 == "/" || $0 == "\\" }.last ?? "") }
      return .begin(name: name, file: file)
    }
    throw broken
  }

  /// `form-data; name="a"; filename="b"`: the parts between semicolons that stand in no quotes.
  private static func parameters(_ text: String) -> [(name: String, value: String)] {
    var (parts, isQuoted) = ([""], false)
    for character in text {
      if character == "\"" { isQuoted.toggle() }
      if character == ";", !isQuoted { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts.map { part in
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = trimmed(String(pair[0]))
      guard pair.count == 2 else { return (name, "") }
      // Quotes and line feeds in names come percent-encoded (WHATWG HTML, multipart/form-data encoding).
      let value = trimmed(String(pair[1])).filter { $0 != "\"" }
        .replacing("%22", with: "\"").replacing("%0D", with: " ").replacing("%0A", with: " ")
      return (name, value)
    }
  }
}
