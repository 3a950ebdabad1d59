import Consent
import Crypto
import Model
import Testing

@testable import struct Consent.LedgerSigner

@Suite("The ledger")
struct LedgerTests {
  static let account = ID<Account>(1)

  /// A ledger as a store would hold it: lines with their numbers and leaf hashes, and the signed head.
  struct Stored {
    var lines: [(line: LedgerLine, sequence: Int64, leaf: [UInt8])]
    var head: LedgerHead
  }

  static func line(_ n: Int64) -> LedgerLine {
    LedgerLine(
      account: account, at: Instant(seconds: n), purpose: n % 3 == 0 ? "read-mail" : "find-people", by: 7, owner: 7,
      about: UInt64(n % 5), outcome: "permitted", count: n)
  }

  static func signer(_ seed: UInt8 = 1) throws -> LedgerSigner {
    try LedgerSigner(seed: SymmetricKey(data: [UInt8](repeating: seed, count: 32)))
  }

  static func stored(_ lines: [LedgerLine], by signer: LedgerSigner) throws -> Stored {
    var tree = MerkleFrontier()
    var out: [(line: LedgerLine, sequence: Int64, leaf: [UInt8])] = []
    for line in lines {
      let leaf = line.leaf(tree.size)
      out.append((line, tree.size, leaf))
      tree.append(leaf)
    }
    return Stored(lines: out, head: try signer.head(account, size: tree.size, root: tree.root))
  }

  static func check(_ stored: Stored, kept: LedgerHead? = nil) throws {
    var check = LedgerCheck(head: stored.head, kept: kept)
    for item in stored.lines { try check.add(item.line, sequence: item.sequence, leaf: item.leaf) }
    try check.finish()
  }

  @Test("a whole ledger passes, with every head that was ever kept", arguments: [1, 2, 3, 7, 8, 9, 33])
  func whole(_ size: Int64) throws {
    let signer = try LedgerTests.signer()
    let all = try LedgerTests.stored((0..<size).map(LedgerTests.line), by: signer)
    for kept in 1...size {
      let head = try LedgerTests.stored((0..<kept).map(LedgerTests.line), by: signer).head
      try LedgerTests.check(all, kept: head)
    }
  }

  @Test("an altered, removed, re-ordered or cut line is found")
  func tampered() throws {
    let signer = try LedgerTests.signer()
    let whole = try LedgerTests.stored((0..<20).map(LedgerTests.line), by: signer)
    func found(_ change: (inout Stored) -> Void) {
      var changed = whole
      change(&changed)
      #expect(throws: Trouble.self) { try LedgerTests.check(changed) }
    }
    found { $0.lines[5].line.count += 1 }
    found {
      $0.lines[5].line.count += 1
      $0.lines[5].leaf = $0.lines[5].line.leaf(5)
    }
    found { $0.lines.remove(at: 5) }
    found { $0.lines.swapAt(5, 6) }
    found { stored in
      stored.lines.swapAt(5, 6)
      stored.lines[5].sequence = 5
      stored.lines[6].sequence = 6
    }
    found { $0.lines.removeLast() }
    found { $0.lines.removeAll() }
    found { $0.head.size -= 1 }
    found { $0.head.signature[3] ^= 1 }
  }

  @Test("a ledger that was cut, altered or re-ordered and signed again is found against a kept head")
  func signedAgain() throws {
    let signer = try LedgerTests.signer()
    let lines = (0..<20).map { LedgerTests.line(Int64($0)) }
    let kept = try LedgerTests.stored(Array(lines[..<12]), by: signer).head
    func found(_ lines: [LedgerLine], _ signer: LedgerSigner) throws {
      let forged = try LedgerTests.stored(lines, by: signer)
      try LedgerTests.check(forged)
      #expect(throws: Trouble.self) { try LedgerTests.check(forged, kept: kept) }
    }
    var altered = lines
    altered[4].outcome = "no-grant"
    try found(altered, signer)
    var reordered = lines
    reordered.swapAt(3, 4)
    try found(reordered, signer)
    try found(Array(lines[..<11]), signer)
    try found(lines.filter { $0 != lines[2] }, signer)
    try found(lines, try LedgerTests.signer(2))
    try LedgerTests.check(try LedgerTests.stored(lines, by: signer), kept: kept)
  }

  @Test("the tree hash is that of RFC 6962 §2.1")
  func treeHash() {
    let leaves = (0..<5).map { sha256([0, UInt8($0)]) }
    func node(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] { sha256([1] + a + b) }
    var tree = MerkleFrontier()
    #expect(tree.root == sha256([]))
    for leaf in leaves { tree.append(leaf) }
    let four = node(node(leaves[0], leaves[1]), node(leaves[2], leaves[3]))
    #expect(tree.root == node(four, leaves[4]))
    #expect(MerkleFrontier(size: tree.size, stored: tree.stored) == tree)
    #expect(MerkleFrontier(size: 4, stored: tree.stored) == nil)
  }

  @Test("a line holds pseudonyms alone: no name, no address, no content")
  func pseudonyms() async throws {
    let desk = try await Desk()
    _ = try await desk.refusal(ReadMail.self, Desk.pull())
    let line = try #require(desk.lines.last)
    #expect(line.by != UInt64(bitPattern: Desk.ada.rawValue))
    #expect(line.about != UInt64(bitPattern: Desk.mailbox.rawValue))
  }
}
