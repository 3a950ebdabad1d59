import Model
import Testing

@Suite struct SenderRuleTests {
  @Test(
    "an address or a domain makes a rule, whatever case it is written in",
    arguments: [
      ("Bob@Example.test", "bob@example.test"), ("@Example.test", "@example.test"), ("example.test", "@example.test"),
      ("news.example.test", "@news.example.test"),
    ])
  func patterns(_ written: String, _ pattern: String) {
    #expect(SenderRule(written, .block)?.pattern == pattern)
  }

  @Test(
    "what is neither makes none",
    arguments: [
      "", "@", "bob", "bob@", "bob@host", "a@b@example.test", "bob@example..test", "bob smith@example.test", "@.test",
    ])
  func nonsense(_ written: String) { #expect(SenderRule(written, .keep) == nil) }

  private let rules = SenderRules(
    [
      ("@example.test", .block), ("bob@example.test", .keep), ("@friends.example.test", .keep),
      ("eve@other.test", .block),
    ]
    .compactMap { SenderRule($0, $1) })

  @Test("an address goes before its domain, and a domain before the one above it")
  func exact() {
    #expect(rules.kind(of: "ann@example.test") == .block)
    #expect(rules.kind(of: "ann@mail.example.test") == .block)
    #expect(rules.kind(of: "bob@example.test") == .keep)
    #expect(rules.kind(of: "ann@friends.example.test") == .keep)
    #expect(rules.kind(of: "ann@anexample.test") == nil)
    #expect(rules.kind(of: "ann@test") == nil)
    #expect(rules.kind(of: "no address") == nil)
  }

  @Test("a blocked author's mail is left out, and the owner's to blocked people alone; no rule speaks of the owner")
  func left() {
    let owners: Set = ["ada@example.test"]
    func leaves(_ from: String, _ to: String...) -> Bool { rules.leavesOut(from: [from], to: to, owners: owners) }
    #expect(leaves("ann@example.test", "ada@example.test"))
    #expect(!leaves("bob@example.test", "ada@example.test"))
    #expect(!leaves("cyd@other.test", "ada@example.test", "eve@other.test"))
    #expect(leaves("ada@example.test", "eve@other.test"))
    #expect(leaves("ada@example.test", "eve@other.test", "ada@example.test"))
    #expect(!leaves("ada@example.test", "eve@other.test", "cyd@other.test"))
    #expect(!leaves("ada@example.test"))
    #expect(!leaves("ada@example.test", "ada@example.test"))
    #expect(!rules.leavesOut(from: [], to: ["ada@example.test"], owners: owners))
    #expect(!SenderRules().leavesOut(from: ["eve@other.test"], to: [], owners: []))
  }
}
