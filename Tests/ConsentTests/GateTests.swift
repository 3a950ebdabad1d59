import Consent
import Model
import Synchronization
import Testing

@Suite("The gate")
struct GateTests {
  @Test("a live grant gives a permit, and the ledger line is there first")
  func permit() async throws {
    let desk = try await Desk()
    #expect(try await desk.refusal(ReadMail.self, Desk.pull()) == nil)
    #expect(desk.lines.map(\.outcome) == ["permitted"])
    #expect(desk.lines.map(\.purpose) == ["read-mail"])
  }

  @Test("a ledger that cannot be written gives no permit")
  func brokenLedger() async throws {
    let desk = try await Desk()
    desk.change { $0.ledgerIsBroken = true }
    await #expect(throws: Trouble.self) { _ = try await desk.refusal(ReadMail.self, Desk.pull()) }
  }

  @Test("P021 a source without a grant for the purpose is not read")
  func noGrant() async throws {
    let desk = try await Desk()
    desk.change { $0.standing.grants[0].purposes = ["find-people"] }
    let refusal = try await desk.refusal(ReadMail.self, Desk.pull())
    #expect(refusal?.reason == .noGrant)
    #expect(refusal?.promise == 21)
    #expect(desk.lines.map(\.outcome) == ["no-grant"])
  }

  @Test("P016 a withdrawn grant gives no permit any more")
  func withdrawn() async throws {
    let desk = try await Desk()
    desk.change { $0.standing.grants[0].withdrawnAt = $0.now }
    #expect(try await desk.refusal(ReadMail.self, Desk.pull())?.promise == 16)
    desk.change { $0.standing.grants[1].withdrawnAt = $0.now }
    #expect(try await desk.refusal(SyncToCRM.self, Desk.deliver())?.promise == 16)
  }

  @Test("P005 a permit is decided by what holds now, not by what held before")
  func readAtUse() async throws {
    let desk = try await Desk()
    #expect(try await desk.refusal(SyncToCRM.self, Desk.deliver()) == nil)
    desk.change { $0.standing.grants[1].withdrawnAt = $0.now }
    #expect(try await desk.refusal(SyncToCRM.self, Desk.deliver())?.reason == .withdrawn)
  }

  @Test("P085 consent to one destination is consent to no other: the gate names who was refused, and keeps the words")
  func eachItsOwn() async throws {
    let desk = try await Desk()
    var other = Desk.deliver()
    other.destination = ID(55)
    desk.change {
      $0.standing.approvals.append(
        Approval(
          id: ID(10), kind: .standing, destination: ID(55), digest: Desk.rules, givenAt: Instant(seconds: 0)))
    }
    #expect(try await desk.refusal(SyncToCRM.self, other)?.reason == .noGrant)
    #expect(try await desk.refusal(SyncToCRM.self, Desk.deliver()) == nil)
    #expect(desk.lines.map(\.outcome) == ["no-grant", "permitted"])
    #expect(desk.lines[0].about != desk.lines[1].about && desk.lines.allSatisfy { $0.about != 0 })
    let grant = Desk.writing()
    #expect(grant.target == .destination(Desk.folder) && grant.words == GrantWords.writing(.folder))
    #expect(grant.policyVersion == PolicyVersion.current.version)
  }

  @Test("P039 a grant without the statement of the right reads nothing")
  func noWarranty() async throws {
    let desk = try await Desk()
    desk.change { $0.standing.grants[0].warranty = nil }
    #expect(try await desk.refusal(ReadMail.self, Desk.pull())?.promise == 39)
    desk.change { $0.standing.grants[0].warranty = hex(sha256([1])) }
    #expect(try await desk.refusal(ReadMail.self, Desk.pull())?.promise == 39)
  }

  @Test("P029 an account that accepted no policy does nothing")
  func noAcceptance() async throws {
    let desk = try await Desk()
    desk.change { $0.standing.acceptedPolicy = nil }
    #expect(try await desk.refusal(ReadMail.self, Desk.pull())?.promise == 29)
    #expect(try await desk.refusal(SyncToCRM.self, Desk.deliver())?.promise == 29)
  }

  @Test("P024 each job is tied to a policy version that was accepted; an unknown one does not count")
  func unknownPolicy() async throws {
    let desk = try await Desk()
    desk.change { $0.standing.acceptedPolicy = hex(sha256(Array("an older text".utf8))) }
    #expect(try await desk.refusal(FindPeople.self, Desk.pull()) != nil)
    #expect(try await desk.refusal(ReadMail.self, Desk.pull())?.reason == .policyNotAccepted)
    // What is the owner's right is not taken away by it.
    #expect(try await desk.refusal(ExportAccount.self, Desk.pull()) == nil)
  }

  @Test("P013 nothing is delivered before it was approved, and an edit of the rules voids the approval")
  func approval() async throws {
    let desk = try await Desk()
    #expect(try await desk.refusal(SyncToCRM.self, Desk.deliver(String(repeating: "b", count: 64)))?.promise == 13)
    desk.change { $0.standing.approvals = [] }
    #expect(try await desk.refusal(SyncToCRM.self, Desk.deliver())?.reason == .notApproved)
  }

  @Test("P015 a one-use approval that was used covers nothing")
  func oneUse() {
    var approval = Approval(
      id: ID(1), kind: .oneUse, destination: Desk.folder, digest: Desk.rules, givenAt: Instant(seconds: 0))
    #expect(approval.covers(Desk.rules))
    #expect(!approval.covers(Desk.rules + "0"))
    approval.usedAt = Instant(seconds: 1)
    #expect(!approval.covers(Desk.rules))
  }

  @Test("P013 a card at a source changes only by a grant of its own and a yes to just that; nothing standing will do")
  func writeBack() async throws {
    let desk = try await Desk()
    let request = Request(account: Desk.account, member: Desk.ada, sources: [Desk.mailbox], digest: Desk.rules)
    func yes(_ kind: Approval.Kind) -> Approval {
      Approval(id: ID(10), kind: kind, source: Desk.mailbox, digest: Desk.rules, givenAt: Instant(seconds: 0))
    }
    desk.change { $0.standing.approvals.append(yes(.oneUse)) }
    #expect(try await desk.refusal(WriteBack.self, request)?.reason == .noGrant)
    var grant = Desk.reading()
    grant.id = ID(11)
    grant.purposes = ["write-back"]
    // A grant to read allows no writing, whatever it names.
    desk.change { $0.standing.grants.append(grant) }
    #expect(try await desk.refusal(WriteBack.self, request)?.reason == .noGrant)
    desk.change { $0.standing.grants[2].scope = .write }
    #expect(try await desk.refusal(WriteBack.self, request) == nil)
    var other = request
    other.digest = String(repeating: "b", count: 64)
    #expect(try await desk.refusal(WriteBack.self, other)?.reason == .notApproved)
    desk.change { $0.standing.approvals = [yes(.standing)] }
    #expect(try await desk.refusal(WriteBack.self, request)?.reason == .notApproved)
    desk.change { $0.standing.approvals = [yes(.oneUse)] }
    desk.change { $0.standing.approvals[0].usedAt = $0.now }
    #expect(try await desk.refusal(WriteBack.self, request)?.reason == .notApproved)
    // And it lets nobody read.
    desk.change { $0.standing.grants.removeFirst() }
    #expect(try await desk.refusal(Connect.self, request)?.reason == .noGrant)
  }

  @Test("P007 who is no member gets nothing, and learns nothing")
  func stranger() async throws {
    let desk = try await Desk()
    var request = Desk.pull()
    request.viewer = ID(77)
    #expect(try await desk.refusal(ShowToOwner.self, request)?.promise == 7)
    await #expect(throws: Refusal.self) { try await desk.gate.viewer(Desk.account, ID(77)) }
  }

  @Test("P008 a colleague sees only what is shared, at the level it is shared")
  func sharing() async throws {
    let desk = try await Desk()
    var request = Desk.pull()
    request.viewer = Desk.cyd
    request.level = .content
    #expect(try await desk.refusal(ShowToOwner.self, request)?.reason == .notYours)
    desk.change { $0.standing.shared = .interactions }
    #expect(try await desk.refusal(ShowToOwner.self, request)?.reason == .notYours)
    desk.change { $0.standing.shared = .content }
    #expect(try await desk.refusal(ShowToOwner.self, request) == nil)
  }

  @Test("P030 an administrator's look at a member's data is in the ledger, or it does not happen")
  func administratorsLook() async throws {
    let desk = try await Desk()
    desk.change { $0.standing.shared = .content }
    var request = Desk.pull()
    request.viewer = Desk.cyd
    _ = try await desk.refusal(ShowToOwner.self, request)
    let line = try #require(desk.lines.last)
    #expect(line.by != line.owner)
    desk.change { $0.ledgerIsBroken = true }
    await #expect(throws: Trouble.self) { _ = try await desk.refusal(ShowToOwner.self, request) }
  }

  @Test("P121 a restricted person is not shown")
  func restricted() async throws {
    let desk = try await Desk()
    desk.change { $0.standing.restricted = true }
    #expect(try await desk.refusal(ShowToOwner.self, Desk.pull())?.promise == 121)
  }

  @Test("P107 a closed account is neither read nor delivered, but its owner's rights stay")
  func closed() async throws {
    let desk = try await Desk()
    desk.change { $0.standing.closedAt = $0.now }
    #expect(try await desk.refusal(ReadMail.self, Desk.pull())?.promise == 107)
    #expect(try await desk.refusal(ExportAccount.self, Desk.pull()) == nil)
  }

  @Test("P080 a process without the root of logins opens no login")
  func withoutLogins() async throws {
    let desk = try await Desk()
    let slot = Slot(Desk.account, "credential", "login", row: Desk.mailbox.rawValue)
    let sealed = try await desk.vault.sealLogin(
      Desk.account, Desk.ada, Desk.mailbox, Login(user: "ada", secret: "canary-secret"), slot: slot)
    #expect(!String(describing: sealed).contains("canary"))
    desk.change { $0.standing.grants[0].purposes.append("connect") }
    let permit = try await desk.gate.permit(Connect.self, for: Desk.pull())
    #expect(try await permit.login(sealed, in: slot).secret == "canary-secret")
    _ = permit.close()

    let web = Vault(operatorKey: desk.operatorKey.contentOnly, keyring: desk.keyring)
    let gate = Gate(
      vault: web, standing: { _ in desk.papers.withLock { $0.standing } },
      append: { _, _ in Receipt(sequence: 0) }, clock: { Instant(year: 2026, month: 11, day: 24) })
    let other = try await gate.permit(Connect.self, for: Desk.pull())
    var refused = false
    do { _ = try await other.login(sealed, in: slot) } catch let refusal as Refusal { refused = refusal.promise == 80 }
    #expect(refused)
    _ = other.close()
  }

  @Test("P080 a login keeps its kind, a changed password opens, and a user name cannot pass for more")
  func loginForms() async throws {
    let desk = try await Desk()
    let slot = Slot(Desk.account, "credential", "login", row: Desk.mailbox.rawValue)
    desk.change { $0.standing.grants[0].purposes.append("connect") }
    for login in [
      Login(user: "ada", secret: "first"), Login(user: "ada", secret: "second \u{0} half", kind: .token),
      Login(user: "", secret: ""),
    ] {
      let sealed = try await desk.vault.sealLogin(Desk.account, Desk.ada, Desk.mailbox, login, slot: slot)
      let permit = try await desk.gate.permit(Connect.self, for: Desk.pull())
      let opened = try await permit.login(sealed, in: slot)
      _ = permit.close()
      #expect(opened.user == login.user && opened.secret == login.secret && opened.kind == login.kind)
    }
    await #expect(throws: Trouble.self) {
      try await desk.vault.sealLogin(
        Desk.account, Desk.ada, Desk.mailbox, Login(user: "ada\u{0}x", secret: "s"), slot: slot)
    }
  }
}
