public import Model

/// The bodies of the questions that are put to a DAV server.
public enum DAVQuestion {
  /// What is asked of a collection or of its members.
  public enum Property: Sendable, CaseIterable {
    case principal, addressHomes, calendarHomes, kind, name, etag, ctag, syncToken, reports, owner, addressData,
      calendarData

    var element: String {
      switch self {
      case .principal: "<d:current-user-principal/>"
      case .addressHomes: "<a:addressbook-home-set/>"
      case .calendarHomes: "<c:calendar-home-set/>"
      case .kind: "<d:resourcetype/>"
      case .name: "<d:displayname/>"
      case .etag: "<d:getetag/>"
      case .ctag: "<s:getctag/>"
      case .syncToken: "<d:sync-token/>"
      case .reports: "<d:supported-report-set/>"
      case .owner: "<d:owner/>"
      case .addressData: "<a:address-data/>"
      case .calendarData: "<c:calendar-data/>"
      }
    }
  }

  private static let names =
    #"xmlns:d="DAV:" xmlns:a="urn:ietf:params:xml:ns:carddav" xmlns:c="urn:ietf:params:xml:ns:caldav" "#
    + #"xmlns:s="http://calendarserver.org/ns/""#

  /// PROPFIND (RFC 4918 §9.1).
  public static func properties(_ wanted: [Property]) -> [UInt8] {
    document("d:propfind", property(wanted))
  }

  /// REPORT sync-collection: what changed since the token; without one, everything (RFC 6578 §3.2).
  public static func changes(since token: String?) -> [UInt8] {
    document(
      "d:sync-collection",
      "<d:sync-token>\(escaped(token ?? ""))</d:sync-token><d:sync-level>1</d:sync-level>" + property([.etag]))
  }

  /// REPORT addressbook-multiget (RFC 6352 §8.7).
  public static func cards(_ hrefs: [DAVHref]) -> [UInt8] {
    document("a:addressbook-multiget", property([.etag, .addressData]) + list(hrefs))
  }

  /// REPORT calendar-multiget (RFC 4791 §7.9).
  public static func events(_ hrefs: [DAVHref]) -> [UInt8] {
    document("c:calendar-multiget", property([.etag, .calendarData]) + list(hrefs))
  }

  /// REPORT calendar-query: the etags of events that touch a time (RFC 4791 §7.8, §9.9).
  public static func events(from start: Instant, to end: Instant?) -> [UInt8] {
    let range = #"start="\#(stamp(start))""# + (end.map { #" end="\#(stamp($0))""# } ?? "")
    return document(
      "c:calendar-query",
      property([.etag])
        + #"<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range \#(range)/>"#
        + "</c:comp-filter></c:comp-filter></c:filter>")
  }

  private static func document(_ root: String, _ inner: String) -> [UInt8] {
    Array(#"<?xml version="1.0" encoding="utf-8"?><\#(root) \#(names)>\#(inner)</\#(root)>"#.utf8)
  }

  private static func property(_ wanted: [Property]) -> String {
    "<d:prop>" + wanted.map(\.element).joined() + "</d:prop>"
  }

  private static func list(_ hrefs: [DAVHref]) -> String {
    hrefs.map { "<d:href>\(escaped($0.path))</d:href>" }.joined()
  }

  /// A token comes from the server and goes back as it came; what XML 1.0 cannot hold is left away.
  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "\t", "\n", "\r": out += "&#\(scalar.value);"
      default:
        if scalar.value >= 32, scalar.value != 0xfffe, scalar.value != 0xffff { out.unicodeScalars.append(scalar) }
      }
    }
    return out
  }

  /// RFC 5545 §3.3.5, in UTC.
  private static func stamp(_ instant: Instant) -> String {
    String(instant.description.prefix(19)).filter { $0 != "-" && $0 != ":" } + "Z"
  }
}
