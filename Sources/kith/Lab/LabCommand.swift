import ArgumentParser

/// `kith lab …`: looks at files alone; it reads no store, writes nothing and needs no key.
struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "Looks at files without keeping anything: mime, kind, next, duplicates.",
    subcommands: [LabMime.self, LabKind.self, LabNext.self, LabDuplicates.self])
}
