import Dispatch
import Model
import Synchronization

/// Carries rows from a reading transaction to a writing one, in pieces, in bounded memory.
///
/// Both ends block: they run on the threads of their engines, never on the cooperative pool.
final class RowPipe: Sendable {
  struct Piece: Sendable {
    var table: ExportTable
    var rows: [[Value]]
  }

  private struct State {
    var pieces: [Piece] = []
    var ended = false
    var trouble: Trouble?
  }

  static let pieceCount = 1000

  private let state = Mutex(State())
  private let room = DispatchSemaphore(value: 8)
  private let filled = DispatchSemaphore(value: 0)

  /// Waits for room; throws once the other end has given up.
  func push(_ piece: Piece) throws {
    room.wait()
    let trouble = state.withLock { state in
      state.pieces.append(piece)
      return state.trouble
    }
    filled.signal()
    if let trouble { throw trouble }
  }

  /// The next piece; nil after the last.
  func pull() throws -> Piece? {
    filled.wait()
    let (piece, trouble) = state.withLock { state -> (Piece?, Trouble?) in
      if let trouble = state.trouble { return (nil, trouble) }
      return (state.pieces.isEmpty ? nil : state.pieces.removeFirst(), nil)
    }
    if let trouble { throw trouble }
    room.signal()
    return piece
  }

  func end() { filled.signal() }

  /// Lets the other end go with an error.
  func give(up error: any Error) {
    let trouble = error as? Trouble ?? Trouble("the copy was broken off", "try again")
    state.withLock { $0.trouble = $0.trouble ?? trouble }
    filled.signal()
    room.signal()
  }
}

extension Store {
  /// Reads rows of an account in one snapshot while `write` stores them in one transaction of another store.
  func pipe(
    _ account: ID<Account>, member: ID<Member>?, tables: [ExportTable] = ExportTable.all,
    into write: @escaping @Sendable (RowPipe) async throws -> Void
  ) async throws {
    let pipe = RowPipe()
    async let reading: Void = read(account) { session in
      do {
        for table in tables {
          var rows: [[Value]] = []
          var bytes = 0
          try forEachRow(of: table, account, member: member, in: session) { row in
            rows.append(row)
            for case .bytes(let content) in row { bytes += content.count }
            if rows.count >= RowPipe.pieceCount || bytes > 4 << 20 {
              try pipe.push(RowPipe.Piece(table: table, rows: rows))
              rows.removeAll(keepingCapacity: true)
              bytes = 0
            }
          }
          if !rows.isEmpty { try pipe.push(RowPipe.Piece(table: table, rows: rows)) }
        }
        pipe.end()
      } catch {
        pipe.give(up: error)
        throw error
      }
    }
    do {
      try await write(pipe)
    } catch {
      pipe.give(up: error)
      _ = try? await reading
      throw error
    }
    try await reading
  }
}
