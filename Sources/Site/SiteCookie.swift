import Hummingbird

/// Every cookie that the site may set, with the reason that is shown; there is no other way to set one (P041).
enum SiteCookie: String, CaseIterable {
  case session = "__Host-kith"

  /// Why it is there, in the words of the page about cookies.
  var why: String {
    switch self {
    case .session: "keeps you signed in; strictly necessary, ends with your session, and is read by this server alone"
    }
  }

  func set(_ value: String, on response: inout Response, seconds: Int) {
    response.setCookie(
      Cookie(name: rawValue, value: value, maxAge: seconds, path: "/", secure: true, httpOnly: true, sameSite: .lax))
  }

  func clear(on response: inout Response) { set("", on: &response, seconds: 0) }

  func value(of request: Request) -> String? { request.cookies[rawValue]?.value }
}
