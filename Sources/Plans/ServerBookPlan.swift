/// What a book on a server says of itself before it is read.
public struct BookStatus: Sendable, Equatable {
  /// What names its present state, for asking what changed since (RFC 6578 §4).
  public var syncToken: String?
  /// A text that changes whenever the book does.
  public var ctag: String?
  /// Whether the server tells what changed since a token.
  public var tellsChanges: Bool

  public init(syncToken: String? = nil, ctag: String? = nil, tellsChanges: Bool = false) {
    self.syncToken = syncToken
    self.ctag = ctag
    self.tellsChanges = tellsChanges
  }
}

/// How far a book on a server was read.
public struct BookCursor: Sendable, Equatable {
  public var syncToken: String?
  public var ctag: String?
  /// Whether all of it is held or left out by rule; after a run that was cut short it is not.
  public var isWhole: Bool

  public init(syncToken: String? = nil, ctag: String? = nil, isWhole: Bool = true) {
    self.syncToken = syncToken
    self.ctag = ctag
    self.isWhole = isWhole
  }
}

/// What to do next with one book on a server: nothing here touches a server.
///
/// Progress is the set of resources that is held, each with its etag. Tokens only spare the comparison: a lost or wrong
/// one costs a listing, and replays nothing.
public enum ServerBookPlan: Sendable, Equatable {
  /// All that is there is held or left out by rule.
  case rest
  /// Ask what changed since a token.
  case changes(since: String)
  /// List every resource with its etag, and compare with what is held.
  case compare

  /// `isDue`: the whole was not compared for so long that it is done whatever the tokens say.
  public static func next(after cursor: BookCursor?, seeing status: BookStatus, isDue: Bool = false) -> ServerBookPlan {
    guard let cursor, cursor.isWhole, !isDue else { return .compare }
    if let token = cursor.syncToken {
      if token == status.syncToken { return .rest }
      // A server that forgot what tokens are may still be told by its ctag; one that has both is asked for changes.
      if status.tellsChanges { return .changes(since: token) }
    }
    if let ctag = cursor.ctag, ctag == status.ctag { return .rest }
    return .compare
  }
}

/// What a server's answer to "what changed?" means.
public enum ChangesAnswer: Sendable, Equatable {
  /// It tells.
  case told
  /// It does not know the token any more, or does not answer such questions: the whole is compared.
  case compare
  /// It cannot answer now, or not to this login.
  case trouble

  /// RFC 6578 §3.2 names `valid-sync-token` under 403, others say 409, 410, 412 or 507; old servers refuse the question.
  public init(status: Int) {
    switch status {
    case 207: self = .told
    case 400, 403, 405, 406, 409, 410, 412, 413, 415, 422, 501, 507: self = .compare
    default: self = .trouble
    }
  }
}

/// What a book on a server has against what is held of it, by resource and etag.
public struct BookDifference: Sendable, Equatable {
  /// New, changed, or without an etag to compare; in order.
  public var fetch: [String] = []
  /// Held, and no longer there; in order.
  public var gone: [String] = []

  /// What a listing shows.
  ///
  /// `held` and `seen` are etags by resource, empty where none is known; `isComplete` is false if some of the listing could
  /// not be read: then nothing is known to be gone.
  public init(held: [String: String], seen: [String: String], isComplete: Bool = true) {
    fetch = BookDifference.other(seen, held)
    if isComplete { gone = held.keys.filter { seen[$0] == nil }.sorted() }
  }

  /// What a listing would show, after the server told what changed since all of `held` was there.
  public static func listing(
    _ held: [String: String], changed: [String: String], removed: some Sequence<String>
  ) -> [String: String] {
    var seen = held
    for place in removed { seen[place] = nil }
    return seen.merging(changed) { $1 }
  }

  private static func other(_ seen: [String: String], _ held: [String: String]) -> [String] {
    seen.filter { key, etag in etag.isEmpty || held[key].map { strong($0) != strong(etag) } ?? true }.keys.sorted()
  }

  /// A proxy on the way may weaken an etag; the rest of it names the same content (RFC 9110 §8.8.3.2).
  private static func strong(_ etag: String) -> Substring { etag.hasPrefix("W/") ? etag.dropFirst(2) : etag[...] }
}
