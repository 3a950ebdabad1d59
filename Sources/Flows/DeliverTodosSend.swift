import Consent
import Model
import Outlets
import Plans
import Store

extension DeliverTodos {
  /// One task on its way: as a task, or as a note where there are none.
  private struct Leaving: Sendable {
    var id: ID<Todo>
    var write: TodoWrite
  }

  /// One that stands there now.
  private struct Arrived: Sendable {
    var one: Leaving
    var remote: String
    /// How it stands, of a note.
    var digest: String
  }

  /// Enters what comes in and sends what goes out, each with its key; what arrived is kept whatever happens next.
  func send(
    _ read: [RemoteTodo]?, under permit: borrowing Permit<SyncToCRM>, digest: String, lease: Lease?, run: Int64,
    pause: @Sendable (Instant) async throws -> Bool
  ) async throws -> Sent {
    var sent = Sent()
    guard isOn else { return sent }
    let round = try await round(permit.blind, read: read)
    try await enter(round, &sent, run: run, under: permit, lease)
    let all = try await leaving(round, under: permit, digest, lease)
    let size = max(1, crm.capabilities.batch)
    sent.leastCalls = (all.count + size - 1) / size
    for start in stride(from: 0, to: all.count, by: size) where sent.halted == nil {
      let batch = Array(all[start..<min(start + size, all.count)])
      let arrived = try await send(batch, &sent, under: permit, lease, pause)
      try await end(arrived, round, run, under: permit, lease)
    }
    if !round.asNotes.isEmpty {
      sent.told.append(
        "\(sent.sent) tasks entered as notes: this system has none, and is not told what becomes of them")
    }
    return sent
  }

  /// Posts what is about to leave, and opens the titles of it (P012: only under a grant that says so).
  private func leaving(
    _ round: Round, under permit: borrowing Permit<SyncToCRM>, _ digest: String, _ lease: Lease?
  ) async throws -> [Leaving] {
    let (account, id, member) = (account, destination.id, destination.member)
    let new = round.plan.sendings.filter { $0.remote == nil }.map(\.id) + round.asNotes
    let posted = new.compactMap { todo in
      round.here[todo].map {
        TodoLink(todo: todo, member: member, key: key(todo), state: .due, base: round.links[todo]?.base ?? $0.state)
      }
    }
    try await store.write(under: permit, lease: lease) { try TodoLinks.keep(posted, id, account, in: $0) }
    let named = round.plan.sendings.filter { $0.fields.contains(.title) }.map(\.id) + round.asNotes
    let titles = try await titles(named.compactMap { round.here[$0] }, digest)
    let contacts = Dictionary(round.persons.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
    func one(
      _ todo: ID<Todo>, _ remote: String?, _ contact: String, _ fields: Set<Todo.Field>, _ isRetry: Bool
    ) -> Leaving? {
      guard let held = round.here[todo], titles[todo] != nil || !fields.contains(.title) else { return nil }
      return Leaving(
        id: todo,
        write: TodoWrite(
          key: key(todo), remote: remote, contact: contact, fields: fields, title: titles[todo] ?? "",
          due: held.state.due, isDone: held.state.isDone, expected: remote.flatMap { round.there[$0] },
          isRetry: isRetry))
    }
    return round.plan.sendings.compactMap { one($0.id, $0.remote, $0.contact, $0.fields, $0.isRetry) }
      + round.asNotes.compactMap { todo in
        let contact = round.here[todo].flatMap { contacts[$0.person] } ?? ""
        return one(todo, nil, contact, Set(Todo.Field.allCases), round.links[todo] != nil)
      }
  }

  /// The titles of tasks that leave; one whose key is gone stays here.
  private func titles(_ todos: [StoredTodo], _ digest: String) async throws -> [ID<Todo>: String] {
    guard !todos.isEmpty else { return [:] }
    let permit = try await gate.permit(
      TasksToCRM.self,
      for: Request(
        account: account, member: destination.member,
        handles: Array(Set(todos.map(\.title.handleKey)).subtracting([.none])), destination: destination.id,
        digest: digest, count: todos.count))
    var titles: [ID<Todo>: String] = [:]
    for todo in todos {
      do {
        titles[todo.id] = try todo.title.open(in: StoredTodo.slot(account, todo.id), permit) { bytes in
          TaskTitle(bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
        }.text
      } catch let refusal as Refusal where refusal.reason == .keyNotHeld {
        continue
      }
    }
    _ = permit.close()
    return titles
  }

  /// Sends one batch until each of its tasks has an answer; answers what arrived, by what it is called there.
  private func send(
    _ batch: [Leaving], _ sent: inout Sent, under permit: borrowing Permit<SyncToCRM>, _ lease: Lease?,
    _ pause: (Instant) async throws -> Bool
  ) async throws -> [Arrived] {
    let check = store.standingCheck(permit, lease: lease)
    var waiting = batch
    var arrived: [Arrived] = []
    for tried in 1...DeliverRun.tries where !waiting.isEmpty {
      sent.calls += 1
      var answers: [CRMAnswer]
      do {
        answers = try await put(waiting.map(\.write), permit, check)
      } catch let trouble as Trouble where DeliverRun.goesOn(trouble) {
        answers = waiting.map { _ in .failed(trouble) }
      }
      var again: [Leaving] = []
      var until: Instant?
      for (place, var one) in waiting.enumerated() {
        switch place < answers.count ? answers[place] : .changed {
        case .written(let remote, let digest):
          arrived.append(Arrived(one: one, remote: remote, digest: digest))
          sent.sent += 1
        case .changed: sent.outrun += 1
        case .refused(_, let why): sent.troubles.append("a task was not taken there: \(why)")
        case .failed(let trouble):
          guard case .wait(let instant) = trouble.remedy, tried < DeliverRun.tries else {
            guard DeliverRun.goesOn(trouble) else { throw trouble }
            sent.troubles.append(trouble.description)
            continue
          }
          until = max(until ?? instant, instant)
          one.write.isRetry = true
          again.append(one)
        }
      }
      waiting = again
      if let until, try await !pause(until) {
        sent.halted = Trouble("the destination asked to wait", remedy: .wait(until: until))
        break
      }
    }
    return arrived
  }

  private func put(
    _ writes: [TodoWrite], _ permit: borrowing Permit<SyncToCRM>, _ check: StandingCheck
  ) async throws -> [CRMAnswer] {
    if crm.capabilities.hasTasks { return try await crm.write(writes, permit, check: check) }
    let now = store.clock()
    let notes = writes.map { write in
      ActivityWrite(
        .note, key: write.key, remotes: [write.contact], direction: .between, at: now, subject: write.title,
        text: DeliverTodos.note(write.title, due: write.due), isTask: true, isRetry: write.isRetry)
    }
    return try await crm.log(notes, permit, check: check)
  }

  /// Keeps what arrived, with the fields that were sent as agreed on, and writes the journal.
  private func end(
    _ arrived: [Arrived], _ round: Round, _ run: Int64,
    under permit: borrowing Permit<SyncToCRM>, _ lease: Lease?
  ) async throws {
    let (account, id) = (account, destination.id)
    let isTask = crm.capabilities.hasTasks
    let persons = Set(arrived.compactMap { round.here[$0.one.id]?.person })
    let desks = try await Desk.open(store, account, destination.member, persons, under: permit)
    try await store.write(under: permit, lease: lease) { session in
      var held = Dictionary(
        try TodoLinks.all(id, account, in: session).map { ($0.todo, $0) }, uniquingKeysWith: { first, _ in first })
      for arrived in arrived {
        let (one, remote) = (arrived.one, arrived.remote)
        guard let todo = round.here[one.id], var link = held[one.id] else { continue }
        if one.write.remote == nil { link.base = todo.state }
        for field in one.write.fields { link.base.take(field, from: todo.state) }
        (link.state, link.remote) = (isTask ? .held : .note, remote)
        held[one.id] = link
        try TodoLinks.keep([link], id, account, in: session)
        guard let desk = desks[todo.person] else { continue }
        if one.write.remote == nil {
          let what: Entered.What = isTask ? .todo(one.id, todo.state) : .note(one.id)
          try desk.note(Entered(what, remote, digest: arrived.digest), at: id, run: run, in: session)
        } else {
          try note(one, todo, desk, run, in: session)
        }
      }
    }
  }

  /// Writes a change down: what stood there before, and what does now.
  private func note(
    _ one: Leaving, _ todo: StoredTodo, _ desk: Desk, _ run: Int64, in session: any Session
  ) throws {
    guard let there = one.write.expected else { return }
    let record = try desk.typedRecord(in: session)
    let state = DeliverTodos.state(there, desk.know.blind)
    var before = todo
    for field in one.write.fields { before.state.take(field, from: state) }
    if one.write.fields.contains(.title) { before.title = try desk.seal(there.title, of: todo.id, record, in: session) }
    _ = try desk.note(todo, before: before, record, from: destination.id, run: run, in: session)
  }
}
