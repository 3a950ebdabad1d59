import Consent
import Model
import Outlets
import Plans
import Store

extension DeliverTodos {
  /// Both sides as they stand, with the words of what would change, for the owner's eyes: nothing leaves, so nothing needs to
  /// be approved yet.
  func shown() async throws -> Round {
    let (account, member) = (account, destination.member)
    let all = try await store.read(account) { try Todos.all(of: member, account, in: $0) }
    let handles = Set(all.filter { $0.goneAt == nil }.map(\.title.handleKey)).subtracting([.none])
    let permit = try await gate.permit(
      ShowToOwner.self,
      for: Request(
        account: account, member: member, viewer: member, handles: Array(handles), level: .content, count: all.count))
    var round = try await round(permit.blind)
    for id in round.plan.sendings.map(\.id) + round.asNotes + round.plan.receivings.map(\.id) {
      guard let held = round.here[id] else { continue }
      do {
        round.words[id] = try held.title.open(in: StoredTodo.slot(account, id), permit) { span in
          PageText(span.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
        }.text
      } catch let refusal as Refusal where refusal.reason == .keyNotHeld {
        // Nobody can read it any more: it does not leave.
        continue
      }
    }
    _ = permit.close()
    return round
  }

  /// What a run would do, a line for each field of a task: with its words where they were opened, else with its id.
  func lines(_ round: Round) -> [DeliverReport.Line] {
    func line(
      _ kind: String, _ todo: ID<Todo>?, _ person: ID<Person>?, _ field: String, _ old: [String], _ new: [String]
    ) -> DeliverReport.Line {
      DeliverReport.Line(
        destination: destination.id.description, person: person?.description ?? "", kind: kind, field: field, old: old,
        new: new, task: todo?.description)
    }
    func ours(_ field: Todo.Field, _ todo: ID<Todo>) -> [String] {
      guard let held = round.here[todo] else { return [] }
      return switch field {
      case .title: [round.words[todo] ?? todo.description]
      case .due: held.state.due.map { [$0.date] } ?? []
      case .done: [String(held.state.isDone)]
      }
    }
    var lines: [DeliverReport.Line] = []
    for one in round.plan.sendings {
      let (held, there) = (round.here[one.id], one.remote.flatMap { round.there[$0] })
      for field in Todo.Field.allCases where one.fields.contains(field) {
        let (old, new) = (DeliverTodos.theirs(field, there), ours(field, one.id))
        // Of a new one only what it has is said.
        if one.remote == nil, field == .due && new.isEmpty || field == .done && held?.state.isDone != true { continue }
        lines.append(line(one.remote == nil ? "task" : "change-task", one.id, held?.person, field.rawValue, old, new))
      }
    }
    for todo in round.asNotes {
      guard let held = round.here[todo] else { continue }
      let words = DeliverTodos.note(round.words[todo] ?? todo.description, due: held.state.due)
      lines.append(line("task", todo, held.person, "note", [], [words]))
    }
    for one in round.plan.receivings {
      for field in Todo.Field.allCases where one.fields.contains(field) {
        let new = DeliverTodos.theirs(field, round.there[one.remote])
        lines.append(
          line("receive-task", one.id, round.here[one.id]?.person, field.rawValue, ours(field, one.id), new))
      }
    }
    for one in round.plan.found {
      guard let there = round.there[one.remote] else { continue }
      for field in [Todo.Field.title, .due] {
        let new = DeliverTodos.theirs(field, there)
        guard !new.isEmpty else { continue }
        lines.append(line("receive-task", nil, round.persons[one.contact], field.rawValue, [], new))
      }
    }
    return lines
  }

  private static func theirs(_ field: Todo.Field, _ todo: RemoteTodo?) -> [String] {
    guard let todo else { return [] }
    return switch field {
    case .title: [todo.title]
    case .due: todo.due.map { [$0.date] } ?? []
    case .done: [String(todo.isDone)]
    }
  }

  /// A task as a note says it.
  static func note(_ title: String, due: Instant?) -> String {
    "To do: " + title + (due.map { ", due \($0.date)" } ?? "")
  }
}
