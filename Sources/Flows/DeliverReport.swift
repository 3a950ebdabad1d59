public import Model
public import Outlets
import Plans

/// What a delivery did, or would do.
public struct DeliverReport: Sendable, Equatable {
  /// One field that leaves, with what stands there and what shall.
  public struct Line: Sendable, Equatable, Encodable {
    public var destination: String
    public var person: String
    public var kind: String
    public var field: String
    public var old: [String]
    public var new: [String]
    /// Which task it is of, if it is of one that is held here.
    public var task: String?
  }

  public var destination: ID<Destination>
  public var dryRun: Bool
  /// Whether the owner's approval covers what would leave; without it every delivery is a dry run (P013).
  public var approved = false
  /// The digest of the rules: what `kith destination accept` takes once and for all.
  public var digest: String
  /// The digest of exactly what would leave, if that is beyond the brake and needs a yes of its own.
  public var planDigest: String?
  public var lines: [Line] = []
  public var created = 0
  public var updated = 0
  /// Persons of whom something came in that was changed there.
  public var received = 0
  public var unchanged = 0
  public var conflicts = 0
  public var failed = 0
  /// Who was left out, by the rule that did it.
  public var leftOut: [String: Int] = [:]
  /// What stands at the destination and is nobody's record.
  public var leftAlone: [RemoteRecords.LeftAlone] = []
  /// Interactions that were entered there.
  public var entered = 0
  /// Tasks that were made or changed there, and here.
  public var tasksSent = 0
  public var tasksReceived = 0
  /// What the owner is told of how things are kept there.
  public var told: [String] = []
  /// Calls that wrote, and the least that could have done it.
  public var calls = 0
  public var leastCalls = 0
  /// What went wrong with the changes that failed.
  public var troubles: [String] = []

  public init(destination: ID<Destination>, dryRun: Bool, digest: String) {
    self.destination = destination
    self.dryRun = dryRun
    self.digest = digest
  }

  /// False if something is left that the owner has to look at: the command ends with 4.
  public var isComplete: Bool { conflicts == 0 && failed == 0 }

  /// What to do if nothing was allowed to leave; nil if nothing is missing.
  public var remedy: String? {
    guard !approved else { return nil }
    if let planDigest {
      return "more would be overwritten than the brake allows: look at the lines, then run "
        + "'kith destination accept \(destination) \(planDigest)'"
    }
    return "nothing leaves before it was approved (P013): look at the lines, then run "
      + "'kith destination accept \(destination) \(digest)'"
  }

  /// What comes in: `old` is what is held here, `new` what shall be.
  static func lines(_ incoming: [CRMPlan.Intake], _ destination: ID<Destination>) -> [Line] {
    incoming.flatMap { intake in
      intake.fields.map { field in
        Line(
          destination: destination.description, person: intake.person.description, kind: "receive",
          field: field.field.name, old: field.old, new: field.new)
      }
    }
  }

  static func lines(_ changes: [CRMChange], _ destination: ID<Destination>) -> [Line] {
    changes.flatMap { change in
      change.fields.map { field in
        Line(
          destination: destination.description, person: change.person.description, kind: change.kind.rawValue,
          field: field.field.name, old: field.old, new: field.new)
      }
    }
  }
}
