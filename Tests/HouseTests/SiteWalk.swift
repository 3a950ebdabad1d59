import Foundation
import Testing

/// A route of the site, as the router has it: `GET /people/{person}`.
struct SiteRoute: Hashable, CustomStringConvertible {
  let description: String

  var method: String { String(description.prefix { $0 != " " }) }
  private var parts: [Substring] { description.drop { $0 != "/" }.split(separator: "/") }
  var takesIDs: Bool { parts.contains { SiteRoute.isHole($0) } }

  /// What stands in its holes is no id: a word of a link, a kind, a promise; files that wait are tried by their own test.
  var namesNoRow: Bool { ["{token}", "{kind}", "{promise}", "{file}"].contains { description.contains($0) } }

  private static func isHole(_ part: Substring) -> Bool { part.hasPrefix(":") || part.hasPrefix("{") }

  /// Whether a request goes by this route; one without holes goes before one with.
  func matches(_ call: SiteCall) -> Bool {
    let asked = call.path.prefix { $0 != "?" }.split(separator: "/")
    return method == call.method && asked.count == parts.count
      && zip(parts, asked).allSatisfy { SiteRoute.isHole($0) || $0 == $1 }
  }
}

/// A request that some page offers: a link, or a form with the fields that stand in it.
struct SiteCall: Hashable, CustomStringConvertible {
  var method: String
  var path: String
  var fields: [String: String] = [:]

  /// Ids as the site prints them.
  static var id: Regex<Substring> { /[a-z]+_[0-9a-z]{6,}/ }
  var hasIDs: Bool { path.contains(SiteCall.id) || fields.values.contains { $0.contains(SiteCall.id) } }
  var hasIDsInPath: Bool { path.prefix { $0 != "?" }.contains(SiteCall.id) }
  var description: String { "\(method) \(path) \(fields.keys.sorted())" }

  /// What is the same for calls of one kind.
  var shape: String {
    let words = fields.sorted { $0.key < $1.key }.map { $0.key + "=" + $0.value.replacing(SiteCall.id, with: "*") }
    return method + " " + path.replacing(SiteCall.id, with: "*") + words.joined(separator: ",")
  }

  /// The same request about what never was.
  var ofNothing: SiteCall {
    func other(_ text: String) -> String {
      text.replacing(SiteCall.id) { found in
        let end = found.output.last == "9" ? "8" : "9"
        return String(found.output.dropLast(2)) + end + end
      }
    }
    return SiteCall(method: method, path: other(path), fields: fields.mapValues(other))
  }

  func made(by browser: Browser) throws -> Browser.Page {
    method == "GET" ? try browser.get(path) : try browser.send(path, fields)
  }
}

/// All that the pages of one visit offer, found by following every link; of each shape a few.
struct SiteWalk {
  private(set) var calls: [SiteCall] = []
  private var counts: [String: Int] = [:]
  private static let most = 3

  init(_ browser: Browser, from starts: [String] = ["/"]) throws {
    var waiting = starts.map { SiteCall(method: "GET", path: $0) }
    waiting.forEach { _ = keep($0) }
    while !waiting.isEmpty {
      let page = try waiting.removeFirst().made(by: browser)
      for call in SiteWalk.offers(page.body) where keep(call) && call.method == "GET" { waiting.append(call) }
    }
  }

  /// False if it is known already, or enough of its kind are.
  private mutating func keep(_ call: SiteCall) -> Bool {
    guard !calls.contains(call), counts[call.shape, default: 0] < SiteWalk.most else { return false }
    counts[call.shape, default: 0] += 1
    calls.append(call)
    return true
  }

  static func offers(_ body: String) -> [SiteCall] {
    let links = body.matches(of: /(?:href|src)="(\/[^"#]*)/).map { SiteCall(method: "GET", path: plain($0.1)) }
    return links + body.split(separator: "<form").dropFirst().flatMap(form)
  }

  /// A form with each of its buttons.
  private static func form(_ text: Substring) -> [SiteCall] {
    let form = text.prefix(upTo: text.range(of: "</form>")?.lowerBound ?? text.endIndex)
    guard let action = form.firstMatch(of: /action="(\/[^"]*)"/) else { return [] }
    let path = plain(action.1)
    guard form.prefix(while: { $0 != ">" }).contains("method=\"post\"") else {
      return [SiteCall(method: "GET", path: path)]
    }
    var fields: [String: String] = [:]
    for tag in form.matches(of: /<input[^>]*>/) {
      if let (name, value) = named(tag.output) { fields[name] = value }
    }
    for select in form.matches(of: /<select[^>]*name="([^"]*)"[\s\S]*?<option value="([^"]*)"/) {
      fields[String(select.1)] = plain(select.2)
    }
    fields["form"] = nil
    let buttons = form.matches(of: /<button[^>]*>/).compactMap { named($0.output) }
    let call = SiteCall(method: "POST", path: path, fields: fields)
    if buttons.isEmpty { return [call] }
    return buttons.map { name, value in
      SiteCall(method: "POST", path: path, fields: fields.merging([name: value]) { $1 })
    }
  }

  private static func named(_ tag: Substring) -> (name: String, value: String)? {
    guard let value = tag.firstMatch(of: /[ ]value="([^"]*)"/), let name = tag.firstMatch(of: /[ ]name="([^"]*)"/)
    else {
      return nil
    }
    return (String(name.1), plain(value.1))
  }

  private static func plain(_ text: Substring) -> String {
    String(text).replacing("&amp;", with: "&").replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
  }
}
