import ArgumentParser
import Consent
import Foundation
import Model

/// How a command ends: what is said, where, and with which exit code.
struct Ending {
  /// The exit codes of the contract.
  enum Code: Int32 {
    case done = 0
    case trouble = 1
    case usage = 2
    case refused = 3
    case incomplete = 4
  }

  var code: Code
  var message = ""

  static func of(_ error: any Error) -> Ending {
    switch error {
    case let refusal as Refusal: Ending(code: .refused, message: line(refusal.description))
    case let trouble as Trouble: Ending(code: .trouble, message: line("kith: \(trouble.description)"))
    case let incomplete as Incomplete: Ending(code: .incomplete, message: line("kith: \(incomplete.what)"))
    case is CancellationError:
      Ending(code: .trouble, message: "kith: stopped; what was done is kept, run it again to go on")
    case let error where Kith.exitCode(for: error) == .success:
      Ending(code: .done, message: Kith.fullMessage(for: error))
    case let error where Kith.exitCode(for: error) == .validationFailure:
      Ending(code: .usage, message: Kith.fullMessage(for: error))
    default:
      // Whatever a library throws: its kind is told, never its text, which may hold a name or a path of a mail.
      Ending(code: .trouble, message: "kith: an error of kind \(type(of: error)); run 'kith doctor'")
    }
  }

  func end() -> Never {
    if code == .done {
      try? Console.out(message)
    } else if !message.isEmpty {
      Console.error(message)
    }
    try? Console.flush()
    exit(code.rawValue)
  }

  /// One line, whatever a message holds.
  private static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }
}

/// Done, but a gap or a conflict is left; the output said which.
struct Incomplete: Error {
  var what: String

  init(_ what: String) { self.what = what }
}
