import ArgumentParser
import Flows
import Foundation
import Logging
import Model
import ServiceLifecycle
import Site

/// `kith serve`: the site, with the worker inside unless told otherwise.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "The site, with the worker inside.")
  @OptionGroup var global: GlobalOptions
  @Option(help: "Where to listen (KITH_LISTEN); default 127.0.0.1:8080.") var listen: Listen?
  @Flag(name: .customLong("no-work"), help: "Without the worker, and without the keys of logins.") var noWork = false

  func run() async throws {
    let settings = try Settings(global)
    let place = try listen ?? Listen.of(settings)
    let house = try await House.open(settings, keys: noWork ? .contentOnly : .all, for: .serving)
    let site = try house.site(at: place, reaches: !noWork)
    let services: [any Service] = noWork ? [] : house.services()
    do {
      let setup = try await site.setupPath()
      try await site.run(beside: services) {
        Console.error(
          "Kith serves on http://\(place)"
            + (setup.map { "; nobody has said yet who runs it, so set it up: http://\(place)\($0)" } ?? ""))
      }
    } catch {
      await house.close()
      throw error
    }
    await house.close()
  }
}

/// `kith work`: the worker alone.
struct WorkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "work", abstract: "The worker alone.")
  @OptionGroup var global: GlobalOptions

  func run() async throws {
    let house = try await House.open(try Settings(global))
    let services = house.services()
    let work = Task {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for service in services { group.addTask { try await service.run() } }
        try await group.waitForAll()
      }
    }
    let signals = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { work.cancel() }
      source.resume()
      return source
    }
    Console.error("Kith works; stop it with Ctrl-C")
    let result = await work.result
    for source in signals { source.cancel() }
    await house.close()
    if case .failure(let error) = result, !(error is CancellationError) { throw error }
  }
}

extension Listen {
  static func of(_ settings: Settings) throws -> Listen {
    guard let listen = Listen(settings.listen) else { throw ValidationError("KITH_LISTEN is not HOST:PORT") }
    return listen
  }
}

extension Logger {
  /// What the services have to say: only what needs somebody's eye, on standard error.
  static var kith: Logger {
    var logger = Logger(label: "kith") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .warning
    return logger
  }
}
