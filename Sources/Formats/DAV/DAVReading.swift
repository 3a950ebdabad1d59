/// Understands the XML of one answer, element by element, with a stack of its own.
struct DAVReading {
  private(set) var root = ""
  private(set) var result = Multistatus()
  /// Conditions outside any item.
  private(set) var conditions: Set<String> = []
  private let limits: DAVLimits

  private var path: [String] = []
  private var item = Multistatus.Item()
  private var properties = DAVProperties()
  private var status: Int?
  private var value: [UInt8]?

  init(_ xml: [UInt8], limits: DAVLimits) throws(DAVFault) {
    self.limits = limits
    var reader = try XMLReader(xml, limits: limits)
    while let event = try reader.next() {
      switch event {
      case .start(let name): try begin(DAVReading.known(name))
      case .text(let bytes): try add(bytes)
      case .end: end()
      }
    }
  }

  // MARK: elements

  private mutating func begin(_ name: String) throws(DAVFault) {
    let parent = path.last
    path.append(name)
    if path.count == 1 { root = name }
    value = DAVReading.values.contains(name) ? [] : nil
    switch (parent, name) {
    case ("multistatus", "response"):
      guard result.items.count < limits.items else { throw .tooManyItems }
      item = Multistatus.Item()
    case ("response", "propstat"): (properties, status) = (DAVProperties(), nil)
    case ("resourcetype", let kind):
      if let kind = DAVProperties.Kind(rawValue: kind) { properties.kinds.insert(kind) }
    case ("report", let report): properties.reports.insert(report)
    case ("error", let condition):
      if path.count == 2 { conditions.insert(condition) } else { item.conditions.insert(condition) }
    default: break
    }
  }

  private mutating func add(_ bytes: [UInt8]) throws(DAVFault) {
    guard let held = value?.count else { return }
    guard held + bytes.count <= limits.value || path.last == "address-data" || path.last == "calendar-data" else {
      throw .valueTooLong
    }
    value?.append(contentsOf: bytes)
  }

  private mutating func end() {
    guard let name = path.popLast() else { return }
    let bytes = value ?? []
    value = nil
    if name == "address-data" || name == "calendar-data" {
      if path.last == "prop" { properties.content = bytes }
      return
    }
    let text = DAVReading.trimmed(bytes)
    switch (path.last, name) {
    case ("multistatus", "response"): result.items.append(item)
    case ("multistatus", "sync-token"): result.syncToken = text.isEmpty ? nil : text
    case ("response", "href"): item.href = text
    case ("response", "status"): item.status = DAVReading.status(text)
    case ("propstat", "status"): status = DAVReading.status(text)
    case ("response", "propstat"): if (200..<300).contains(status ?? 200) { item.properties.merge(properties) }
    case ("prop", _): take(name, text)
    case ("current-user-principal", "href"): properties.principal = text
    case ("owner", "href"): properties.owner = text
    case ("addressbook-home-set", "href"): properties.addressHomes.append(text)
    case ("calendar-home-set", "href"): properties.calendarHomes.append(text)
    default: break
    }
  }

  private mutating func take(_ name: String, _ text: String) {
    guard !text.isEmpty else { return }
    switch name {
    case "displayname": properties.name = text
    case "getetag": properties.etag = text
    case "getctag": properties.ctag = text
    case "sync-token": properties.syncToken = text
    default: break
    }
  }

  // MARK: names

  /// Elements whose text counts.
  private static let values: Set<String> = [
    "href", "status", "displayname", "getetag", "getctag", "sync-token", "address-data", "calendar-data",
  ]

  private static let spaces: Set<String> = [
    "DAV:", "urn:ietf:params:xml:ns:carddav", "urn:ietf:params:xml:ns:caldav", "http://calendarserver.org/ns/",
  ]

  /// The local name; one of a space that is not known is marked, so that it is never taken for ours.
  private static func known(_ name: XMLReader.Name) -> String {
    spaces.contains(name.space) ? name.local : "?\(name.local)"
  }

  private static func trimmed(_ bytes: [UInt8]) -> String {
    var rest = bytes[...]
    while let first = rest.first, first <= 32 { rest.removeFirst() }
    while let last = rest.last, last <= 32 { rest.removeLast() }
    return String(decoding: rest, as: UTF8.self)
  }

  /// The number in `HTTP/1.1 200 OK`.
  private static func status(_ line: String) -> Int? {
    let words = line.split(separator: " ")
    guard words.count >= 2, words[0].hasPrefix("HTTP/"), words[1].utf8.count == 3 else { return nil }
    return Int(words[1]).flatMap { (100..<600).contains($0) ? $0 : nil }
  }
}
