import Consent
import Hummingbird
import Model

/// How errors are said on a page.
enum Words {
  private static func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  static func what(_ trouble: Trouble) -> String { capital(trouble.what) + "." }

  /// What helps, if anything does.
  static func remedy(_ trouble: Trouble) -> String? {
    switch trouble.remedy {
    case .wait(let until): "It is tried again at \(date(until))."
    case .askOwnerToSignIn: "Sign in there again."
    case .skip(let item): "Left out: \(item)."
    case .stop(let help): help.isEmpty ? nil : capital(help) + "."
    }
  }

  static func sentence(_ trouble: Trouble) -> String {
    [what(trouble), remedy(trouble)].compactMap { $0 }.joined(separator: " ")
  }

  static func sentence(_ refusal: Refusal) -> String {
    capital(refusal.text) + " (\(promiseNumber(refusal.promise)))."
  }

  /// `2026-11-28 04:20`, in UTC.
  static func date(_ at: Instant) -> String { String(at.description.replacing("T", with: " ").prefix(16)) }

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
