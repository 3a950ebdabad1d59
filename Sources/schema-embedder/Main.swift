import Foundation

/// Turns `Schema/{House,Keyring,Account}/V….sql` into Swift: `schema-embedder <schema folder> <output file>`.
///
/// A column without a label, or with one that is not well formed, ends it with status 1, and so the build.
@main struct SchemaEmbedder {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { stop(["usage: schema-embedder <schema folder> <output file>"]) }
    var reading = SchemaReading()
    for store in StoreKind.allCases {
      for path in files(in: arguments[1], store) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
          stop(["\(path):1: error: the file cannot be read as UTF-8"])
        }
        reading.read(text, named: path, store: store)
      }
    }
    if !reading.faults.isEmpty { stop(reading.faults.map(\.description)) }
    do {
      try SwiftText.schema(reading).write(toFile: arguments[2], atomically: true, encoding: .utf8)
    } catch {
      stop(["\(arguments[2]):1: error: cannot be written: \(error)"])
    }
  }

  /// The files of one store in the order of their numbers; the folder may be missing.
  private static func files(in folder: String, _ store: StoreKind) -> [String] {
    let folder = folder + "/" + store.rawValue.capitalized
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".sql") }
      .sorted { ($0.count, $0) < ($1.count, $1) }
      .sorted { (SchemaReading.version(of: $0)?.0 ?? 0) < (SchemaReading.version(of: $1)?.0 ?? 0) }
      .map { folder + "/" + $0 }
  }

  private static func stop(_ lines: [String]) -> Never {
    FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    exit(1)
  }
}
