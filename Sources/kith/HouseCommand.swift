import ArgumentParser

/// A command that works in the house: it is opened before and closed after, whatever happens in between.
protocol HouseCommand: AsyncParsableCommand {
  var global: GlobalOptions { get }
  /// Whether large files come in, so that memory is given to the database.
  static var isBulk: Bool { get }
  func run(in house: House, _ output: Output) async throws
}

extension HouseCommand {
  static var isBulk: Bool { false }

  mutating func run() async throws {
    let house = try await House.open(try Settings(global), for: Self.isBulk ? .bulk : .command)
    do {
      try await run(in: house, Output(json: global.json))
    } catch {
      await house.close()
      throw error
    }
    await house.close()
  }
}
