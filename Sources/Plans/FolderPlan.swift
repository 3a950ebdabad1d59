public import Model

/// A folder as a server lists it.
public struct ListedFolder: Sendable, Equatable {
  /// For people; two folders never have the same here.
  public var name: String
  /// What stands between two levels of a name; nil for a flat one.
  public var delimiter: Character?
  public var isJunk: Bool
  public var isTrash: Bool
  /// What is not sent yet lies in it: no contact with anybody.
  public var isDrafts: Bool
  /// Every mail of the others lies in it again (RFC 6154 `\All`), as at Gmail.
  public var holdsAll: Bool
  /// Nil for the owner's own.
  public var elsewhere: Elsewhere?

  /// A place where other folders than the owner's own lie (RFC 2342 §5).
  public struct Elsewhere: Sendable, Equatable {
    /// `others` or `shared`.
    public var rule: FolderPlan.Rule
    /// What the names of its folders begin with, for people.
    public var prefix: String

    public init(_ rule: FolderPlan.Rule, prefix: String) {
      self.rule = rule
      self.prefix = prefix
    }
  }

  public init(
    name: String, delimiter: Character? = "/", isJunk: Bool = false, isTrash: Bool = false, isDrafts: Bool = false,
    holdsAll: Bool = false, elsewhere: Elsewhere? = nil
  ) {
    self.name = name
    self.delimiter = delimiter
    self.isJunk = isJunk
    self.isTrash = isTrash
    self.isDrafts = isDrafts
    self.holdsAll = holdsAll
    self.elsewhere = elsewhere
  }
}

/// Which of a server's folders are read.
public enum FolderPlan {
  /// Why a folder is not read; its mails are counted under this rule.
  public enum Rule: String, Sendable {
    case junk, trash, drafts
    /// It is another user's, or shared by many; the owner did not name it.
    case others, shared
  }

  public enum Step: Sendable, Equatable {
    case read
    case leaveOut(Rule)
    /// The owner named other folders; this one is none of Kith's business.
    case ignore
  }

  /// A folder that the owner named is read, whatever it is for.
  public static func step(_ folder: ListedFolder, _ server: MailServer) -> Step {
    if server.folders.contains(folder.name) { return .read }
    guard server.folders.isEmpty || server.folders.contains(where: { matches($0, folder.name, folder.delimiter) })
    else { return .ignore }
    if let elsewhere = folder.elsewhere, !server.folders.contains(where: { names($0, elsewhere, folder) }) {
      return .leaveOut(elsewhere.rule)
    }
    if folder.isJunk, !server.readsJunk { return .leaveOut(.junk) }
    if folder.isTrash, !server.readsTrash { return .leaveOut(.trash) }
    if folder.isDrafts { return .leaveOut(.drafts) }
    return .read
  }

  /// Whether a pattern asks for a folder that is not the owner's own: a bare `*` does not, `Public/*` does.
  private static func names(
    _ pattern: String, _ place: ListedFolder.Elsewhere, _ folder: ListedFolder
  ) -> Bool {
    let plain = pattern.prefix { $0 != "*" && $0 != "%" }
    let top = place.prefix.last == folder.delimiter ? place.prefix.dropLast() : place.prefix[...]
    return !plain.isEmpty && plain.hasPrefix(top) && matches(pattern, folder.name, folder.delimiter)
  }

  /// Whether a name fits a pattern: `*` stands for anything, `%` for anything but the delimiter (RFC 3501 §6.3.8).
  static func matches(_ pattern: String, _ name: String, _ delimiter: Character?) -> Bool {
    let (pattern, name) = (Array(pattern), Array(name))
    // What can be reached of the pattern after each letter of the name; time is their product, for any pattern.
    var reached = closed([0], pattern)
    for letter in name {
      var next: Set<Int> = []
      for place in reached where place < pattern.count {
        switch pattern[place] {
        case "*": next.insert(place)
        case "%": if letter != delimiter { next.insert(place) }
        default: if pattern[place] == letter { next.insert(place + 1) }
        }
      }
      reached = closed(next, pattern)
      if reached.isEmpty { return false }
    }
    return reached.contains(pattern.count)
  }

  /// A `*` or `%` may also stand for nothing.
  private static func closed(_ places: Set<Int>, _ pattern: [Character]) -> Set<Int> {
    var out = places
    for place in places {
      var at = place
      while at < pattern.count, pattern[at] == "*" || pattern[at] == "%" {
        at += 1
        out.insert(at)
      }
    }
    return out
  }
}
