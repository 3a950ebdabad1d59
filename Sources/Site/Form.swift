import Foundation
import Hummingbird
import Model

/// The fields of a form or a query, in order; a field may stand more than once.
struct Form: Sendable {
  private var fields: [(name: String, value: String)] = []

  /// A form longer than this is no form of ours.
  static let longest = 256 << 10

  /// Reads `application/x-www-form-urlencoded` (WHATWG URL §5.1).
  init(_ text: String) {
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      func plain(_ text: Substring) -> String {
        let spaced = String(text).replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? spaced
      }
      fields.append((plain(parts[0]), parts.count > 1 ? plain(parts[1]) : ""))
    }
  }

  static func body(of request: Request) async throws -> Form {
    let bytes = try await request.body.collect(upTo: longest)
    return Form(String(buffer: bytes))
  }

  static func query(of request: Request) -> Form { Form(request.uri.query ?? "") }

  /// The first value of a field without white space around it; empty if there is none.
  subscript(_ name: String) -> String {
    (fields.first { $0.name == name }?.value ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A value as it was given, for passwords.
  func exact(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }

  func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  func has(_ name: String) -> Bool { fields.contains { $0.name == name } }

  /// Throws unless the address was typed that somebody signs in with: what cannot be taken back is meant.
  func requireOwn(_ email: String) throws {
    guard fold(self["email"]) == fold(email) else {
      throw Trouble("this is not the address you sign in with", "type \(email) to say that you mean it")
    }
  }

  /// The query with some fields changed; nil takes one out.
  func with(_ changes: [(String, String?)]) -> String {
    let changed = Set(changes.map(\.0))
    let kept =
      fields.filter { !changed.contains($0.name) } + changes.compactMap { name, value in value.map { (name, $0) } }
    let safe = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
    func written(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: safe) ?? "" }
    return kept.map { written($0.name) + "=" + written($0.value) }.joined(separator: "&")
  }
}
