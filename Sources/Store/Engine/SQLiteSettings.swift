/// How SQLite files are opened.
public struct SQLiteSettings: Sendable {
  /// The data folder; it is made if it is not there.
  public var folder: String
  /// How many account files stay open when nobody uses them.
  public var openAccounts: Int
  /// Page cache of a connection in KiB; small, since many accounts are open at once.
  public var cacheKiB: Int
  /// Part of a file that is read through the page cache of the system, in MiB; 0 for none.
  public var mapMiB: Int
  /// How long a connection waits for another process, in seconds.
  public var busySeconds: Double
  /// Connections for reading, per file.
  public var readers: Int

  public init(
    folder: String, openAccounts: Int = 512, cacheKiB: Int = 2048, mapMiB: Int = 0, busySeconds: Double = 10,
    readers: Int = 2
  ) {
    self.folder = folder
    self.openAccounts = openAccounts
    self.cacheKiB = cacheKiB
    self.mapMiB = mapMiB
    self.busySeconds = busySeconds
    self.readers = readers
  }

  /// For taking in a whole mailbox or a large import: few accounts, much memory.
  public static func bulk(folder: String) -> SQLiteSettings {
    SQLiteSettings(folder: folder, openAccounts: 16, cacheKiB: 16 * 1024)
  }
}
