public import Consent
public import Model
public import Plans

/// A record as it stands at a destination.
public struct RemoteRecord: Sendable, Equatable {
  /// What the destination calls it.
  public var remote: String
  /// Who it is about, as the record itself says; nil for one that Kith did not make.
  public var person: ID<Person>?
  /// The key of the last change that was written into it.
  public var key: String?
  /// Equal only as long as nobody changes the record.
  public var digest: String
  public var values: FieldValues

  public init(remote: String, person: ID<Person>? = nil, key: String? = nil, digest: String, values: FieldValues) {
    self.remote = remote
    self.person = person
    self.key = key
    self.digest = digest
    self.values = values
  }
}

/// Everything that stands at a destination, and what of it is nobody's record.
public struct RemoteRecords: Sendable, Equatable {
  /// Something that is left alone, and why.
  public struct LeftAlone: Sendable, Equatable {
    public var remote: String
    public var why: String

    public init(_ remote: String, why: String) {
      self.remote = remote
      self.why = why
    }
  }

  public var records: [RemoteRecord]
  public var leftAlone: [LeftAlone]
  /// False if the place itself is not there: then nothing is known about records that are missing.
  public var isThere: Bool
  /// False if something that the destination derives from its records is to be made again (`CRM.tidy`).
  public var isTidy: Bool

  public init(records: [RemoteRecord], leftAlone: [LeftAlone] = [], isThere: Bool = true, isTidy: Bool = true) {
    self.records = records
    self.leftAlone = leftAlone
    self.isThere = isThere
    self.isTidy = isTidy
  }
}

/// One change as it leaves, with the key by which a second try is known for the first.
public struct CRMWrite: Sendable, Equatable {
  public var change: CRMChange
  public var key: String
  /// The digest of the record that the change starts from; nil for a new record.
  public var expected: String?

  public init(_ change: CRMChange, key: String, expected: String? = nil) {
    self.change = change
    self.key = key
    self.expected = expected
  }
}

/// What became of a change.
public enum CRMAnswer: Sendable, Equatable {
  /// It stands there now, by this try or by an earlier one with the same key.
  case written(remote: String, digest: String)
  /// The record is not the one that was read any more; nothing was written, and the change is to be planned anew.
  case changed
}

/// Asked right before each write: throws if the grant ended or the job is somebody else's by now (P005).
public typealias StandingCheck = @Sendable () async throws -> Void

/// A customer relationship system that the owner designated.
///
/// Every call that writes takes a permit that names it.
public protocol CRM: Sendable {
  /// Values in the form in which this system shows them after they were written, so that nothing seems changed there
  /// that only looks different.
  func shaped(_ values: FieldValues) -> FieldValues

  /// Everything that stands there; reading changes nothing.
  func records() async throws -> RemoteRecords

  /// Creates or updates one record. Never a second one of the same person, never over a change made there meanwhile.
  func apply(
    _ write: CRMWrite, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer

  /// Removes a record that still has the digest; one that is gone already counts as removed.
  func remove(
    _ remote: String, expecting digest: String, _ permit: borrowing Permit<SyncToCRM>, check: StandingCheck
  ) async throws -> CRMAnswer

  /// Makes again what the destination derives from its records.
  func tidy(_ permit: borrowing Permit<SyncToCRM>, check: StandingCheck) async throws
}
