public import Model

/// How PostgreSQL is reached.
public struct PostgresSettings: Sendable {
  /// A connection string or URL as libpq takes it; the password may come from `~/.pgpass` or PGPASSWORD instead.
  public var connection: String
  /// Connections kept at most.
  public var connections: Int
  /// How long a statement may wait for a lock, in seconds.
  public var lockSeconds: Double
  /// How often a transaction is tried again after a deadlock or a serialisation failure.
  public var retries: Int
  /// A number from 0 to 1, to spread the tries.
  public var randomness: @Sendable () -> Double
  public var now: @Sendable () -> Instant

  public init(
    connection: String, connections: Int = 4, lockSeconds: Double = 10, retries: Int = 5,
    randomness: @escaping @Sendable () -> Double, now: @escaping @Sendable () -> Instant
  ) {
    self.connection = connection
    self.connections = connections
    self.lockSeconds = lockSeconds
    self.retries = retries
    self.randomness = randomness
    self.now = now
  }
}
