/// How SQLite files are opened.
public struct SQLiteSettings: Sendable {
  /// The data folder; it is made if it is not there.
  public var folder: String
  /// How many account files stay open when nobody uses them.
  public var openAccounts: Int
  /// Page cache of a connection in KiB; small, since many accounts are open at once.
  public var cacheKiB: Int
  /// The same for the one connection of a file that writes.
  public var writerCacheKiB: Int
  /// Part of a file that is read through the page cache of the system, in MiB; 0 for none.
  public var mapMiB: Int
  /// After how many pages the log is written back into the file; SQLite's own 1,000 rewrites hot pages often.
  public var logPages: Int
  /// How long a connection waits for another process, in seconds.
  public var busySeconds: Double
  /// Connections for reading, per file.
  public var readers: Int

  public init(
    folder: String, openAccounts: Int = 512, cacheKiB: Int = 2048, writerCacheKiB: Int = 2048, mapMiB: Int = 0,
    logPages: Int = 1000,
    busySeconds: Double = 10,
    readers: Int = 2
  ) {
    self.folder = folder
    self.openAccounts = openAccounts
    self.cacheKiB = cacheKiB
    self.writerCacheKiB = writerCacheKiB
    self.mapMiB = mapMiB
    self.logPages = logPages
    self.busySeconds = busySeconds
    self.readers = readers
  }

  /// For a server of pages: what is read lies in the system's page cache once, whoever reads it.
  public static func serving(folder: String) -> SQLiteSettings {
    SQLiteSettings(folder: folder, mapMiB: 1024, readers: 4)
  }

  /// For taking in a whole mailbox or a large import: few accounts, much memory.
  public static func bulk(folder: String) -> SQLiteSettings {
    SQLiteSettings(folder: folder, openAccounts: 16, writerCacheKiB: 16 * 1024, logPages: 8000)
  }
}
