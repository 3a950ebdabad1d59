import Consent
import Model
import Testing

@Suite("Sealed content")
struct SealedTests {
  static let bob = Handle(.email, "bob@example.test")
  static let dee = Handle(.email, "dee@example.test")
  static let slot = Slot(Desk.account, "mail", "content", row: 42)

  /// Seals a text of Bob's, and opens what `change` makes of it, as length.
  private func opened(
    _ text: [UInt8], in slot: Slot = slot, change: ([UInt8]) -> [UInt8] = { $0 }
  ) async throws -> Int {
    let desk = try await Desk()
    let reading = try await desk.gate.permit(ReadMail.self, for: Desk.pull())
    let sealer = try await reading.sealer(for: [SealedTests.bob])
    let sealed = try sealer.seal(text, by: SealedTests.bob, in: SealedTests.slot)
    #expect(sealed.contentCount == text.count)
    _ = reading.close()
    var request = Desk.pull()
    request.handles = [sealed.handleKey]
    let permit = try await desk.gate.permit(BuildIndex.self, for: request)
    guard let stored = Sealed(stored: change(sealed.bytes)) else { throw Refusal(.damaged, promise: 95, "") }
    let sum = try stored.open(in: slot, permit) { span in
      var sum: UInt64 = 0
      for at in span.indices { sum = sum &* 31 &+ UInt64(span[at]) }
      return [UInt64(span.count), sum]
    }
    _ = permit.close()
    let expected = text.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }
    #expect(sum[1] == expected)
    return Int(sum[0])
  }

  @Test("what was sealed opens the same", arguments: [0, 1, 15, 16, 1 << 20, (1 << 20) + 1, 3 << 20])
  func roundTrip(_ count: Int) async throws {
    #expect(try await opened((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }) == count)
  }

  @Test("P095 one flipped bit anywhere is found")
  func flipped() async throws {
    let text = Array("the keys lie under the mat".utf8)
    for bit in stride(from: 17 * 8, to: (24 + text.count + 16) * 8, by: 7) {
      await #expect(throws: Refusal.self, "bit \(bit)") {
        _ = try await opened(text) { bytes in
          var bytes = bytes
          bytes[bit / 8] ^= 1 << UInt8(bit % 8)
          return bytes
        }
      }
    }
  }

  @Test("a frame that is dropped, repeated or moved is found")
  func frames() async throws {
    let text = [UInt8](repeating: 9, count: 3 << 20)
    let frame = (1 << 20) + 16
    func changed(_ change: @escaping ([UInt8]) -> [UInt8]) async {
      await #expect(throws: Refusal.self) { _ = try await opened(text, change: change) }
    }
    await changed { Array($0.dropLast(frame)) }
    await changed { Array($0[..<24]) + Array($0[(24 + frame)...]) }
    await changed {
      Array($0[..<24]) + Array($0[(24 + frame)..<(24 + 2 * frame)]) + Array($0[24..<(24 + frame)])
        + Array($0[(24 + 2 * frame)...])
    }
    await changed { $0 + Array($0.suffix(frame)) }
  }

  @Test("content that was moved to another row, column, table or account does not open")
  func moved() async throws {
    let text = Array("swap me".utf8)
    for slot in [
      Slot(Desk.account, "mail", "content", row: 43), Slot(Desk.account, "mail", "subject", row: 42),
      Slot(Desk.account, "fact", "content", row: 42), Slot(ID(2), "mail", "content", row: 42),
    ] {
      await #expect(throws: Refusal.self) { _ = try await opened(text, in: slot) }
    }
  }

  @Test("a permit opens only what its sources and handles name")
  func notNamed() async throws {
    let desk = try await Desk()
    let reading = try await desk.gate.permit(ReadMail.self, for: Desk.pull())
    let sealer = try await reading.sealer(for: [SealedTests.bob, SealedTests.dee])
    let sealed = try sealer.seal([1, 2, 3], by: SealedTests.bob, in: SealedTests.slot)
    let dees = try #require(sealer.keyID(SealedTests.dee))
    _ = reading.close()
    for request in [
      Request(account: Desk.account, member: Desk.ada, sources: [Desk.mailbox], handles: [dees]),
      Request(account: Desk.account, member: Desk.ada, sources: [], handles: [sealed.handleKey]),
    ] {
      let permit = try await desk.gate.permit(FindPeopleOrIndex.self, for: request)
      #expect(throws: Refusal.self) { _ = try sealed.open(in: SealedTests.slot, permit) { _ in [1] } }
      _ = permit.close()
    }
  }

  typealias FindPeopleOrIndex = BuildIndex

  @Test("an error inside an open mail carries nothing out")
  func errorsAreReplaced() async throws {
    struct Smuggler: Error { let text: String }
    let desk = try await Desk()
    let reading = try await desk.gate.permit(ReadMail.self, for: Desk.pull())
    let sealed = try await reading.sealer(for: [SealedTests.bob]).seal(
      Array("canary".utf8), by: SealedTests.bob, in: SealedTests.slot)
    _ = reading.close()
    var request = Desk.pull()
    request.handles = [sealed.handleKey]
    let permit = try await desk.gate.permit(SearchMail.self, for: request)
    do {
      _ = try sealed.open(in: SealedTests.slot, permit) { span in
        var bytes: [UInt8] = []
        for at in span.indices { bytes.append(span[at]) }
        throw Smuggler(text: String(decoding: bytes, as: UTF8.self))
      }
      Issue.record("the closure's error was swallowed")
    } catch {
      #expect(!String(describing: error).contains("canary"))
    }
    _ = permit.close()
  }

  @Test("P120 an erased handle gets no key, seals nothing and opens nothing")
  func erased() async throws {
    let desk = try await Desk()
    let before = try await desk.gate.permit(ReadMail.self, for: Desk.pull())
    let sealer = try await before.sealer(for: [SealedTests.dee])
    let sealed = try sealer.seal([1], by: SealedTests.dee, in: SealedTests.slot)
    _ = before.close()
    desk.keyring.suppress(sealed.handleKey)

    let after = try await desk.gate.permit(ReadMail.self, for: Desk.pull())
    let late = try await after.sealer(for: [SealedTests.dee, SealedTests.bob])
    #expect(late.isErased(SealedTests.dee))
    #expect(!late.isErased(SealedTests.bob))
    #expect(throws: Refusal.self) { _ = try late.seal([1], by: SealedTests.dee, in: SealedTests.slot) }
    _ = after.close()
    var request = Desk.pull()
    request.handles = [sealed.handleKey]
    let permit = try await desk.gate.permit(BuildIndex.self, for: request)
    #expect(throws: Refusal.self) { _ = try sealed.open(in: SealedTests.slot, permit) { _ in [] } }
    _ = permit.close()
  }

  @Test("P010 what is made for one account is worth nothing in another: keys, tokens and names differ")
  func accountsDiffer() async throws {
    let one = try await Desk()
    let two = try await Desk()
    let a = try await one.gate.permit(BuildIndex.self, for: Desk.pull())
    let b = try await two.gate.permit(BuildIndex.self, for: Desk.pull())
    let word = Array("chimney".utf8)
    #expect(a.blind.token(word) != b.blind.token(word))
    #expect(a.blind.tokens([word]) == [a.blind.token(word)])
    #expect(try await a.keyIDs([SealedTests.bob]) != b.keyIDs([SealedTests.bob]))
    _ = a.close()
    _ = b.close()
  }

  @Test("sealed content prints as sealed and has no mirror")
  func printsAsSealed() async throws {
    let desk = try await Desk()
    let permit = try await desk.gate.permit(ReadMail.self, for: Desk.pull())
    let sealed = try await permit.sealer(for: [SealedTests.bob]).seal([1], by: SealedTests.bob, in: SealedTests.slot)
    #expect("\(sealed)" == "sealed")
    #expect(Mirror(reflecting: sealed).children.isEmpty)
    _ = permit.close()
  }

  @Test("the operator's key is changed without touching what lies below, and the old one opens nothing more")
  func rotation() async throws {
    let desk = try await Desk()
    let before = desk.keyring.all.filter { $0.kind == .source }
    let new = try #require(OperatorKey(bytes: [UInt8](repeating: 8, count: 32)))
    try await desk.vault.rewrap(Desk.account, by: new)
    #expect(desk.keyring.all.filter { $0.kind == .source } == before)
    try await Vault(operatorKey: new, keyring: desk.keyring).check(Desk.account)
    await #expect(throws: Trouble.self) {
      try await Vault(operatorKey: desk.operatorKey, keyring: desk.keyring).check(Desk.account)
    }
  }

  @Test("a member who leaves takes the keys along: content opens in the new account, and in the old no more")
  func moving() async throws {
    let desk = try await Desk()
    let reading = try await desk.gate.permit(ReadMail.self, for: Desk.pull())
    let sealed = try await reading.sealer(for: [SealedTests.bob]).seal(
      Array("mine".utf8), by: SealedTests.bob, in: SealedTests.slot)
    let word = reading.blind.token(Array("mine".utf8))
    _ = reading.close()
    let new = ID<Account>(500)
    try await desk.vault.create(new)
    try await desk.vault.move(Desk.ada, from: Desk.account, to: new)

    var request = Desk.pull()
    request.account = new
    request.handles = [sealed.handleKey]
    let permit = try await desk.gate.permit(BuildIndex.self, for: request)
    let slot = Slot(new, "mail", "content", row: 42)
    #expect(try sealed.open(in: slot, permit) { [UInt64($0.count)] } == [4])
    #expect(permit.blind.token(Array("mine".utf8)) == word)
    _ = permit.close()

    request.account = Desk.account
    let old = try await desk.gate.permit(BuildIndex.self, for: request)
    #expect(throws: Refusal.self) { _ = try sealed.open(in: SealedTests.slot, old) { _ in [] } }
    _ = old.close()
  }

  @Test("an archive opens with its passphrase alone, and a frame that is cut, moved or changed is found")
  func archive() async throws {
    let passphrase = Array("correct horse".utf8)
    let out = try await Archive(writing: passphrase)
    let first = try out.seal([1, 2, 3], number: 0, last: false)
    let last = try out.seal([4], number: 1, last: true)
    let back = try await Archive(reading: out.header, passphrase: passphrase)
    #expect(try back.open(first, number: 0, last: false) == [1, 2, 3])
    #expect(throws: Trouble.self) { _ = try back.open(first, number: 0, last: true) }
    #expect(throws: Trouble.self) { _ = try back.open(last, number: 0, last: true) }
    let other = try await Archive(reading: out.header, passphrase: Array("wrong horse".utf8))
    #expect(throws: Trouble.self) { _ = try other.open(first, number: 0, last: false) }
    await #expect(throws: Trouble.self) { _ = try await Archive(reading: [1, 2], passphrase: passphrase) }
  }
}
