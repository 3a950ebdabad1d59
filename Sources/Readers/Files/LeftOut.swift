/// Why something that is at the source is not held, on purpose and counted (the completeness ledger).
public enum LeftOut: String, Sendable, CaseIterable {
  /// Older than the grant's period.
  case period
  case tooBig = "too-big"
  /// It is there and cannot be read: somebody must give the right to, or mend it.
  case unreadable
  /// A file of 0 bytes, a card that names nobody and has no valid address or number, or an event without a time.
  case empty
  /// From somebody whom the owner blocks, or to such people alone.
  case blocked
  /// Somebody who was erased; nothing of them comes back (P120).
  case erased
  /// A card or an event whose uid another one of the same book has.
  case doubled
  /// A card that is a list of others.
  case group
  /// A task, a journal or a time that is free or busy: no event.
  case todo
}
