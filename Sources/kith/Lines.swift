import Flows
import Formats
import Model
import Store

/// The lines that `sync`, `import` and `status` print.
enum Lines {
  /// A folder or a book of the completeness ledger.
  static func folder(_ folder: Completeness) -> JSON {
    [
      "source": JSON(folder.source), "folder": .text(folder.folder), "on_server": JSON(folder.onServer),
      "held": JSON(folder.held), "left_out": JSON(folder.leftOut), "gap": JSON(folder.gap),
    ]
  }

  static let folderColumns = ["source", "folder", "on_server", "held", "left_out", "gap"]

  /// What a delivery did, or would do.
  static func delivery(_ report: DeliverReport) -> JSON {
    func planned(_ kind: String) -> Int { Set(report.lines.filter { $0.kind == kind }.map(\.person)).count }
    let waits = report.dryRun || !report.approved
    return [
      "destination": JSON(report.destination),
      "created": JSON(waits ? planned("create") : report.created),
      "updated": JSON(waits ? planned("update") : report.updated),
      "received": JSON(waits ? planned("receive") : report.received), "entered": JSON(report.entered),
      "tasks_sent": JSON(report.tasksSent), "tasks_received": JSON(report.tasksReceived),
      "told": JSON(report.told), "calls": JSON(report.calls),
      "least_calls": JSON(report.leastCalls), "unchanged": JSON(report.unchanged), "conflicts": JSON(report.conflicts),
      "failed": JSON(report.failed),
      "left_out": JSON(report.leftOut), "dry_run": .bool(waits), "approved": .bool(report.approved),
      "digest": .text(report.planDigest ?? report.digest),
    ]
  }

  static let deliveryColumns = [
    "destination", "created", "updated", "received", "unchanged", "conflicts", "failed", "dry_run", "digest",
  ]

  /// One field that would leave.
  static func change(_ line: DeliverReport.Line) -> JSON {
    [
      "destination": .text(line.destination), "person": .text(line.person), "kind": .text(line.kind),
      "field": .text(line.field), "old": JSON(line.old), "new": JSON(line.new), "task": JSON(line.task),
    ]
  }

  static let changeColumns = ["person", "kind", "field", "old", "new"]

  static func person(_ seen: SeenPerson) -> JSON { person(seen.person, of: seen.owner) }

  static func person(_ person: Person, of owner: ID<Member>) -> JSON {
    [
      "id": JSON(person.id), "name": .text(person.name), "kind": .text(person.kind.rawValue),
      "emails": JSON(person.emails), "phones": JSON(person.phones), "organisation": JSON(person.organisation),
      "title": JSON(person.title), "strength": JSON(person.strength), "last_contacted": JSON(person.lastContacted),
      "interactions": JSON(person.interactions), "owner": JSON(owner),
    ]
  }

  /// Throws if something is missing in the folders of a run.
  static func requireWhole(_ folders: [Completeness]) throws {
    let missing = folders.filter { !$0.isWhole }
    guard !missing.isEmpty else { return }
    let gap = missing.reduce(0) { $0 + $1.gap }
    let unreadable = missing.reduce(0) { $0 + ($1.leftOut["unreadable"] ?? 0) }
    throw Incomplete(
      "\(missing.count) folders are not complete: gap \(gap), unreadable \(unreadable); "
        + "give the right to read what is there and run it again")
  }
}
