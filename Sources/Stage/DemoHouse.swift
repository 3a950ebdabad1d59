import Foundation
import Model

/// The files of the demo: the cast's mailbox, address book and client list, in a folder made anew each time.
public struct DemoHouse: Sendable {
  public let folder: String

  public var data: String { folder + "/data" }
  public var maildir: String { folder + "/files/Maildir" }
  public var cards: String { folder + "/files/addresses.vcf" }
  public var clients: String { folder + "/files/clients.csv" }
  public var crm: String { folder + "/crm" }
  public var operatorKey: String { folder + "/key/operator.key" }

  /// Takes what an earlier demo left away, and writes the household's files.
  ///
  /// A folder that holds anything else is left alone.
  public init(at folder: String) throws {
    self.folder = folder
    let files = FileManager.default
    let mark = folder + "/.kith-demo"
    if files.fileExists(atPath: folder) {
      let held = (try? files.contentsOfDirectory(atPath: folder)) ?? []
      guard held.isEmpty || files.fileExists(atPath: mark) else {
        throw Trouble("the demo's folder \(folder) holds something else", "move it away, or name another by --data")
      }
      do {
        try files.removeItem(atPath: folder)
      } catch {
        throw Trouble("the folder of an earlier demo cannot be removed", "remove \(folder)")
      }
    }
    do {
      for part in ["", "/files", "/key", "/crm"] {
        try files.createDirectory(
          atPath: folder + part, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      }
      try Data().write(to: URL(fileURLWithPath: mark))
      try Cast.writeMaildir(maildir)
      try Cast.writeCards(cards)
      try Cast.writeCSV(clients)
    } catch {
      throw Trouble("the demo's files cannot be written in \(folder)", "name another folder by --data")
    }
  }
}
