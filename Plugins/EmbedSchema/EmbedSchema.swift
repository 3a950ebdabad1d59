import Foundation
import PackagePlugin

/// Runs schema-embedder over `Schema/` of the target, and again whenever one of its files changes.
@main struct EmbedSchema: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let schema = target.directoryURL.appending(path: "Schema").resolvingSymlinksInPath()
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedSchema.swift")
    let files =
      FileManager.default.enumerator(at: schema, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "sql" } ?? []
    return [
      .buildCommand(
        displayName: "Embedding the schema and its labels",
        executable: try context.tool(named: "schema-embedder").url,
        arguments: [schema.path(), output.path()],
        inputFiles: files.sorted { $0.path() < $1.path() }, outputFiles: [output])
    ]
  }
}
