public import Model

/// One field that is to change: what stands there now and what shall.
public struct FieldChange: Sendable, Equatable {
  public var field: FieldKey
  public var old: [String]
  public var new: [String]

  public init(field: FieldKey, old: [String], new: [String]) {
    self.field = field
    self.old = old
    self.new = new
  }

  /// True if something that stands there goes away, by replacing or by removing.
  public var overwrites: Bool {
    if old.isEmpty { return false }
    let kept = Set(new.map { comparable(field, $0) })
    return old.contains { !kept.contains(comparable(field, $0)) }
  }
}

/// A field whose two sides differ in a way that somebody has to know of.
public struct FieldConflict: Sendable, Equatable {
  /// Why it is listed.
  public enum Cause: Sendable, Equatable {
    /// Both sides changed it differently since the last delivery: nothing is overwritten.
    case bothChanged
    /// Somebody at the destination insists on a value that a rule overwrote before.
    case insisted
    /// The value cannot be held: ours there, or theirs here.
    case refused(String)
    /// The destination did not take it, in its own words.
    case notTaken(String)
    /// A rule decided for a side; the other value is kept in the entry.
    case ruled(Side)
  }

  public var field: FieldKey
  public var base: [String]
  public var ours: [String]
  public var theirs: [String]
  public var cause: Cause

  public init(
    field: FieldKey, base: [String], ours: [String], theirs: [String], cause: Cause = .bothChanged
  ) {
    self.field = field
    self.base = base
    self.ours = ours
    self.theirs = theirs
    self.cause = cause
  }

  /// Whose value the owner takes.
  public enum Side: String, Sendable { case ours, theirs }

  /// The base that makes the next plan follow the owner's choice, given the base of the record so far.
  ///
  /// Taking ours declares what stands there as known, so that ours goes out as a plain change; taking theirs declares
  /// ours as delivered, so that theirs survives as any edit at the destination does.
  public func settled(taking side: Side, in base: FieldValues) -> FieldValues {
    var base = base
    let values = side == .ours ? theirs : ours
    base[field] = values.isEmpty ? nil : values
    return base
  }
}
