import Consent
import Model
import Outlets
import Plans
import Store

extension DeliverTodos {
  /// Enters what was changed or made there: tasks, links, conflicts and journal in one transaction.
  ///
  /// Of somebody who was erased, or is restricted, nothing comes in.
  func enter(
    _ round: Round, _ sent: inout Sent, run: Int64, under permit: borrowing Permit<SyncToCRM>, _ lease: Lease?
  ) async throws {
    let persons =
      round.plan.receivings.compactMap { round.here[$0.id]?.person }
      + round.plan.found.compactMap { round.persons[$0.contact] }
      + round.plan.conflicts.compactMap { round.here[$0.id]?.person }
      + round.plan.settled.compactMap { round.here[$0.id]?.person }
    let desks = try await Desk.open(store, account, destination.member, Set(persons), under: permit)
    let ids: [ID<Todo>] = round.plan.found.map { _ in store.ids.next() }
    let (account, id, blind) = (account, destination.id, permit.blind)
    let (member, now) = (destination.member, store.clock())
    let received = try await store.write(under: permit, lease: lease) { session in
      var links = round.links
      for one in round.plan.settled {
        keep(one, round, &links)
        // What was posted, and stands there: an earlier try arrived, and nobody wrote that down yet.
        guard let posted = round.links[one.id], posted.state == .due, let held = round.here[one.id] else { continue }
        try desks[held.person]?.note(
          Entered(.todo(one.id, posted.base), one.remote), at: id, run: run, in: session)
      }
      var received = 0
      for one in round.plan.receivings {
        guard let held = round.here[one.id], let desk = desks[held.person], let there = round.there[one.remote],
          let now = try take(one, held, there, desk, blind, run, in: session)
        else { continue }
        for field in one.fields { links[one.id]?.base.take(field, from: now) }
        received += 1
      }
      for (todo, one) in zip(ids, round.plan.found) {
        guard let person = round.persons[one.contact], let desk = desks[person], let there = round.there[one.remote]
        else { continue }
        try make(todo, there, person, desk, blind, run, in: session)
        links[todo] = TodoLink(
          todo: todo, member: member, key: key(todo), state: .held, remote: one.remote, base: one.now)
        received += 1
      }
      for one in round.plan.conflicts {
        guard let held = round.here[one.id], let desk = desks[held.person] else { continue }
        let there = round.there[one.remote]
        links[one.id]?.there = there.map { DeliverTodos.state($0, blind) }
        guard one.field == .title, let there else { continue }
        links[one.id]?.theirTitle = try desk.seal(
          there.title, at: TodoLink.slot(account, one.id), desk.typedRecord(in: session), in: session)
      }
      let changed = links.values.filter { round.links[$0.todo] != $0 }.sorted { $0.todo < $1.todo }
      try TodoLinks.keep(changed, id, account, in: session)
      try Conflicts.settle(round.conflicts, id, ofTasks: true, at: now, account, in: session)
      return received
    }
    sent.received += received
    sent.conflicts += round.conflicts.count
  }

  private func keep(_ one: TodoPlan.Settled, _ round: Round, _ links: inout [ID<Todo>: TodoLink]) {
    var link =
      links[one.id]
      ?? TodoLink(todo: one.id, member: destination.member, key: key(one.id), state: .held, base: one.base)
    (link.state, link.remote, link.base, link.there, link.theirTitle) = (.held, one.remote, one.base, nil, nil)
    links[one.id] = link
  }

  /// Takes changed fields over; answers what is held then.
  private func take(
    _ one: TodoPlan.Receiving, _ held: StoredTodo, _ there: RemoteTodo, _ desk: Desk, _ blind: BlindKey, _ run: Int64,
    in session: any Session
  ) throws -> TodoState? {
    var todo = held
    let state = DeliverTodos.state(there, blind)
    let record = try desk.typedRecord(in: session)
    for field in one.fields { todo.state.take(field, from: state) }
    if one.fields.contains(.title) { todo.title = try desk.seal(there.title, of: held.id, record, in: session) }
    todo.changedAt = desk.know.now
    try Todos.keep([todo], account, in: session)
    _ = try desk.note(todo, before: held, record, from: destination.id, run: run, in: session)
    return todo.state
  }

  private func make(
    _ id: ID<Todo>, _ there: RemoteTodo, _ person: ID<Person>, _ desk: Desk, _ blind: BlindKey, _ run: Int64,
    in session: any Session
  ) throws {
    let record = try desk.typedRecord(in: session)
    let made = StoredTodo(
      id: id, member: destination.member, record: record.id, person: person,
      title: try desk.seal(there.title, of: id, record, in: session), state: DeliverTodos.state(there, blind),
      changedAt: desk.know.now)
    try Todos.keep([made], account, in: session)
    _ = try desk.note(made, before: nil, record, from: destination.id, run: run, in: session)
  }
}
