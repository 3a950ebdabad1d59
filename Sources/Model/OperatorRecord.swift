/// Who runs an installation: shown on every page of it, and asked for before anything is served (P026).
public struct OperatorRecord: Sendable, Equatable {
  public var name: String
  /// Where the operator is established: the postal address.
  public var address: String
  public var email: String

  public init(name: String, address: String, email: String) {
    self.name = name
    self.address = address
    self.email = email
  }
}
