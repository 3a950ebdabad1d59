/// Where a link leads, written so that a browser goes where the reader is told it goes (P097).
///
/// Only `http`, `https`, `mailto` and `tel` lead anywhere. A name and password before a host are taken out, a host in
/// letters beyond ASCII stands in its `xn--` form, and a host that is not plain leads nowhere.
struct SafeLink: Equatable {
  let address: String
  /// What the reader is shown; nil for mail and telephone.
  let host: String?

  /// Nil if it leads nowhere.
  init?(_ given: String) {
    // Browsers drop tabs and line ends wherever they stand, and all controls at the edges (WHATWG URL §4.4).
    let bytes = given.utf8.filter { $0 != Byte.tab && $0 != Byte.lf && $0 != Byte.cr }
    let text = String(decoding: bytes.drop { $0 <= 32 }.prefix(4000), as: UTF8.self)
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let rest = String(text[text.index(after: colon)...])
    switch text[..<colon].lowercased() {
    case "mailto", "tel":
      guard !rest.isEmpty else { return nil }
      address = text[..<colon].lowercased() + ":" + SafeLink.plain(rest)
      host = nil
    case let scheme where scheme == "http" || scheme == "https":
      guard let (host, port, path) = SafeLink.parts(rest) else { return nil }
      address = scheme + "://" + host + port + SafeLink.plain(path)
      self.host = host
    default: return nil
    }
  }

  /// The tag that opens it: no referrer, no opener, a page of its own.
  var opening: String {
    "<a href=\"\(SafeHTML.escaped(address))\" target=\"_blank\" rel=\"noopener noreferrer\">"
  }

  /// The tag that closes it, and after it the host it leads to.
  var closing: String { "</a>" + (host.map { " <span class=\"to\">[\($0)]</span>" } ?? "") }

  /// What stands behind a host cannot change it, so it is kept, but for white space and controls.
  private static func plain(_ text: String) -> String {
    String(decoding: text.utf8.filter { $0 > 32 && $0 != 127 }, as: UTF8.self)
  }

  private static func parts(_ rest: String) -> (host: String, port: String, path: String)? {
    // Browsers take any number of slashes of either kind before a host.
    let behind = rest.drop { $0 == "/" || $0 == "\\" }
    let authority = behind.prefix { !"/\\?#".contains($0) }
    let path = String(behind.dropFirst(authority.count))
    var host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    var port = ""
    if let colon = host.lastIndex(of: ":") {
      let digits = host[host.index(after: colon)...]
      guard digits.count <= 5, digits.utf8.allSatisfy(Byte.isDigit), (Int(digits) ?? 0) <= 65_535 else { return nil }
      if !digits.isEmpty { port = ":" + digits }
      host = host[..<colon]
    }
    guard let plain = InternationalHost.ascii(host) else { return nil }
    return (plain, port, path.replacing("\\", with: "/"))
  }
}
