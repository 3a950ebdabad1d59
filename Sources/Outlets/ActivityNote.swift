import Consent
import Model

/// An interaction as people read it in the free text of a system that has no kind for it; the last line is its key.
struct ActivityNote: Sendable {
  private let activity: ActivityWrite

  init(_ activity: ActivityWrite) { self.activity = activity }

  /// By this line a second try finds what the first one entered.
  static func line(_ key: String) -> String { "kith-key: " + key }

  static func digest(_ text: String) -> String { hex(sha256(Array(text.utf8))) }

  /// What kind it is, in a word.
  var title: String {
    switch activity.kind {
    case .mail: "E-mail"
    case .meeting: "Meeting"
    case .call: "Call"
    case .text: "Message"
    case .note: activity.isTask ? "Task" : "Note"
    }
  }

  /// Kind, way, when; then the text, as far as it was given.
  func text(withSubject: Bool) -> String {
    let way =
      switch activity.direction {
      case .outward: ", from us"
      case .inward: ", to us"
      case .between: ""
      }
    let end = activity.endsAt.map { " to \($0.description)" } ?? ""
    var lines = [title + way + ", " + activity.at.description + end]
    if withSubject, let subject = activity.subject { lines.append("Subject: " + oneLine(subject)) }
    if let text = activity.text { lines += ["", text.filter { $0 != "\0" }, ""] }
    return (lines + [ActivityNote.line(activity.key)]).joined(separator: "\n")
  }
}
