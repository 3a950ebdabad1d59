import Foundation
import Testing

/// A route of the site, as the router has it: `GET /people/{person}`.
struct SiteRoute: Hashable, CustomStringConvertible {
  let description: String

  var method: String { String(description.prefix { $0 != " " }) }
  private var parts: [Substring] { description.drop { $0 != "/" }.split(separator: "/") }
  var takesIDs: Bool { parts.contains { SiteRoute.isHole($0) } }

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
  static let id = /[a-z]+_[0-9a-z]{6,}/
  var hasIDs: Bool { path.contains(SiteCall.id) || fields.values.contains { $0.contains(SiteCall.id) } }
  var hasIDsInPath: Bool { path.prefix { $0 != "?" }.contains(SiteCall.id) }
  var description: String { "\(method) \(path) \(fields.keys.sorted())" }

  /// What is the same for calls of one kind.
  var shape: String {
    method + " " + path.replacing(SiteCall.id, with: "*") + fields.keys.sorted().joined(separator: ",")
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
    let links = body.matches(of: /href="(\/[^"#]*)/).map { SiteCall(method: "GET", path: plain($0.1)) }
    let forms = body.split(separator: "<form").dropFirst().flatMap { text -> [SiteCall] in
      let form = text.prefix(upTo: text.range(of: "</form>")?.lowerBound ?? text.endIndex)
      guard let action = form.firstMatch(of: /action="(\/[^"]*)"/) else { return [] }
      let posts = form.prefix { $0 != ">" }.contains("method=\"post\"")
      var fields: [String: String] = [:]
      for tag in form.matches(of: /<(?:input|button|option)[^>]*>/) {
        guard let value = tag.output.firstMatch(of: /value="([^"]*)"/) else { continue }
        guard let name = tag.output.firstMatch(of: /name="([^"]*)"/) else { continue }
        fields[String(name.1)] = plain(value.1)
      }
      fields["form"] = nil
      if posts { return [SiteCall(method: "POST", path: plain(action.1), fields: fields)] }
      return [SiteCall(method: "GET", path: plain(action.1))]
    }
    return links + forms
  }

  private static func plain(_ text: Substring) -> String {
    text.replacing("&amp;", with: "&").replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
  }
}
