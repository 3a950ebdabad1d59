/// A few connections that transactions take turns on, in the order in which they asked.
actor PostgresPool {
  private let settings: PostgresSettings
  private var idle: [PostgresConnection] = []
  private var made = 0
  private var waiting: [CheckedContinuation<PostgresConnection, Never>] = []

  init(_ settings: PostgresSettings) { self.settings = settings }

  func take() async -> PostgresConnection {
    if let connection = idle.popLast() { return connection }
    if made < max(1, settings.connections) {
      made += 1
      return PostgresConnection(settings)
    }
    return await withCheckedContinuation { waiting.append($0) }
  }

  func giveBack(_ connection: PostgresConnection) {
    if waiting.isEmpty { idle.append(connection) } else { waiting.removeFirst().resume(returning: connection) }
  }

  func close() async {
    for connection in idle { await connection.close() }
  }
}
