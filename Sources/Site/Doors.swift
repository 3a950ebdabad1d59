public import Flows

/// What the site reaches beyond its store; a process without the keys of logins, and the demo, have none.
public struct Doors: Sendable {
  public var server: ServerDoor
  public var discover: Discover
  /// Where CRMs of files lie that are named on the site; each account has a folder of its own in it.
  public var crms: String
  /// Folders of Kith itself, in which no CRM lies.
  public var apart: [String]

  /// Files that were sent to the site and wait to be read.
  public var uploads: Uploads

  public init(server: ServerDoor, discover: Discover, crms: String, apart: [String], uploads: Uploads) {
    self.server = server
    self.discover = discover
    self.crms = crms
    self.apart = apart
    self.uploads = uploads
  }
}
