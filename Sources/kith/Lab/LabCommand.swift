import ArgumentParser

/// `kith lab …`: looks at files alone; it reads no store, writes nothing and needs no key.
struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab",
    abstract: "Looks at files without keeping anything: mime, reply, signature, kind, duplicates, next.",
    subcommands: [
      LabMime.self, LabReply.self, LabSignature.self, LabKind.self, LabDuplicates.self, LabNext.self, LabTrain.self,
      LabScorecard.self,
    ])
}
