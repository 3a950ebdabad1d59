import Consent
import Hummingbird
import Model

/// How errors are said on a page.
enum Words {
  /// As a sentence begins; the name of a host stays as it is.
  static func capital(_ text: String) -> String {
    let first = text.prefix { $0 != " " }
    if first == "localhost" || first.dropLast().contains(".") || first.contains(":") { return text }
    return text.prefix(1).uppercased() + text.dropFirst()
  }

  static func what(_ trouble: Trouble) -> String { told(trouble.what) }

  /// What was kept of a trouble, or is told of one, as sentences of a page.
  static func told(_ text: String) -> String {
    let plain = Remedies.onSite(text)
    // What happened is said in any case.
    let parts = (plain.isEmpty ? text : plain).replacing(#/: (?:NO|BAD|BYE) /#, with: ": ").split(separator: "; ")
    return parts.map { part in
      let bare = part.hasSuffix(".") ? String(part.dropLast()) : String(part)
      return capital(bare) + "."
    }.joined(separator: " ")
  }

  /// What helps, if anything does.
  static func remedy(_ trouble: Trouble) -> String? {
    switch trouble.remedy {
    case .wait(let until): "It is tried again at \(date(until))."
    case .askOwnerToSignIn: "Sign in there again."
    case .skip(let item): "Left out: \(item)."
    case .stop(let help): Remedies.onSite(help).isEmpty ? nil : told(help)
    }
  }

  static func sentence(_ trouble: Trouble) -> String {
    [what(trouble), remedy(trouble)].compactMap { $0 }.joined(separator: " ")
  }

  static func sentence(_ refusal: Refusal) -> String {
    told(refusal.text).dropLast() + " (\(promiseNumber(refusal.promise)))."
  }

  /// `28 Nov 2026, 04:20`, in UTC.
  static func date(_ at: Instant) -> String {
    day(at) + ", " + String(at.description.drop { $0 != "T" }.dropFirst().prefix(5))
  }

  /// `28 Nov 2026`, in UTC.
  static func day(_ at: Instant) -> String {
    let civil = at.civil
    return "\(civil.day) \(Words.months[(civil.month + 11) % 12].prefix(3)) \(civil.year)"
  }

  static func count(_ number: Int, _ one: String, _ many: String) -> String { "\(number) \(number == 1 ? one : many)" }
}

/// Paths of this site; nothing else is ever redirected to.
enum Links {
  /// The path if it is one of this site; empty otherwise.
  static func own(_ path: String) -> String {
    guard path.hasPrefix("/"), !path.hasPrefix("//"), !path.contains("\\"),
      path.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
    else { return "" }
    return path
  }
}

/// What a browser says of itself, in two words; nothing else is asked of a device (P061).
enum Device {
  static func words(_ request: Request) -> String {
    let text = request.headers[.userAgent] ?? ""
    let browsers = [
      ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
      ("curl/", "curl"),
    ]
    let systems = [
      ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
      ("Linux", "Linux"),
    ]
    let browser = browsers.first { text.contains($0.0) }?.1 ?? "an unknown browser"
    return browser + (systems.first { text.contains($0.0) }.map { " on " + $0.1 } ?? "")
  }
}
