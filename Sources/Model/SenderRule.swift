/// Whom an owner never wants read, or always wants among the people: an address, or every address of a domain.
public struct SenderRule: Sendable, Equatable, Hashable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Mail with them is left out, and they are nobody among the people.
    case block
    /// They are a person, whatever the method takes them for.
    case keep
  }

  /// A folded address, or `@` and a folded domain.
  public var pattern: String
  public var kind: Kind

  /// Nil for what is neither an address nor a domain: `ada@example.test`, `@example.test` or `example.test`.
  public init?(_ written: String, _ kind: Kind) {
    let folded = fold(written.drop { $0 == " " })
    let parts = folded.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count <= 2, let domain = parts.last, SenderRule.isDomain(domain),
      !folded.unicodeScalars.contains(where: { $0.value <= 32 || $0.value == 127 })
    else { return nil }
    pattern = parts.count == 1 ? "@" + folded : folded
    self.kind = kind
  }

  private static func isDomain(_ text: Substring) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return labels.count > 1 && labels.allSatisfy { !$0.isEmpty }
  }
}

/// The rules of one owner, looked up by address: an address goes before its domain, a domain before the one above it.
public struct SenderRules: Sendable, Equatable {
  private var kinds: [String: SenderRule.Kind] = [:]

  public init(_ rules: [SenderRule] = []) {
    for rule in rules { kinds[rule.pattern] = rule.kind }
  }

  public var isEmpty: Bool { kinds.isEmpty }

  /// The kind of the rule that speaks of a folded address; nil if none does.
  public func kind(of address: String) -> SenderRule.Kind? {
    if kinds.isEmpty { return nil }
    if let kind = kinds[address] { return kind }
    guard let at = address.lastIndex(of: "@") else { return nil }
    var domain = address[address.index(after: at)...]
    while !domain.isEmpty {
      if let kind = kinds["@" + domain] { return kind }
      guard let dot = domain.firstIndex(of: ".") else { return nil }
      domain = domain[domain.index(after: dot)...]
    }
    return nil
  }

  /// Whether a mail is left out: a blocked author wrote it, or an owner to blocked people alone.
  ///
  /// - Parameters: folded addresses; `owners` are the owner's own, which no rule speaks of.
  public func leavesOut(from authors: [String], to recipients: [String], owners: Set<String>) -> Bool {
    if kinds.isEmpty { return false }
    if let author = authors.first, !owners.contains(author) { return kind(of: author) == .block }
    let others = recipients.filter { !owners.contains($0) }
    return !others.isEmpty && others.allSatisfy { kind(of: $0) == .block }
  }
}
