/// Case-folding for comparison, done in Swift so that both engines see the same text.
public func fold(_ text: String) -> String {
  text.utf8.contains { $0 >= 128 || ($0 >= 65 && $0 <= 90) } ? text.lowercased() : text
}

/// The same of a part of a text.
public func fold(_ text: some StringProtocol) -> String { fold(String(text)) }
