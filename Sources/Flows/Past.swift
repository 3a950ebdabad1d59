import Consent
import Insight
import Model
public import Store

/// What passed with one person, as one viewer sees it, in memory for as long as a page is made.
public struct Past: Sendable, Equatable {
  /// The newest first, each interaction once.
  let marks: [Timeline.Mark]
  private let all: Tie
  /// When the tie was looked at; later touches are not in it.
  private let now: Instant
  private let touches: [HandleTouch]

  init(_ touches: [HandleTouch], now: Instant) {
    self.touches = touches
    self.now = now
    all = Tie(touches, now: now)
    var marks: [Timeline.Mark] = []
    for touch in touches.sorted(by: { $0.at == $1.at ? $0.interaction > $1.interaction : $0.at > $1.at })
    where marks.last?.id != touch.interaction {
      marks.append(Timeline.Mark(at: touch.at, id: touch.interaction))
    }
    self.marks = marks
  }

  static func read(_ person: ID<Person>, _ store: Store, _ viewer: Viewer) async throws -> Past {
    let now = store.clock()
    return Past(try await store.see(viewer) { try Touches.seen(of: person, in: $0) }, now: now)
  }

  public static func == (a: Past, b: Past) -> Bool { a.now == b.now && a.touches == b.touches }

  var isEmpty: Bool { touches.isEmpty }
  var count: Int { touches.count }

  func tie(until at: Instant) -> Tie {
    let isSame = at == now || at > now && !touches.contains { $0.isDated && $0.at > now }
    return isSame ? all : Tie(touches, now: at)
  }

  /// The dated touches up to an instant.
  func touches(until at: Instant) -> [Touch] {
    at < now ? all.touches.filter { $0.at <= at } : tie(until: at).touches
  }
}

/// Keeps long pasts in memory, since reading thousands of touches takes longer than all else of a page.
///
/// Only of the viewer's own people, and only while nothing passed and the owner changed nothing since; what else changed
/// is seen within a minute. Whether somebody is to be seen at all is asked each time.
public actor PastBoard {
  private struct Basis: Equatable {
    var entry: ID<JournalEntry>?
    var touch: Instant?
  }

  private struct Kept {
    var basis: Basis
    var at: Instant
    var past: Past
  }

  private struct Key: Hashable {
    var member: ID<Member>
    var person: ID<Person>
  }

  /// Shorter ones are read as quickly.
  private static let least = 300
  private static let most = 100
  private static let longest: Int64 = 60_000

  private let store: Store
  private var kept: [Key: Kept] = [:]

  public init(store: Store) { self.store = store }

  /// Nil where none is kept.
  func held(of person: ID<Person>, _ viewer: Viewer) async throws -> Past? {
    let key = Key(member: viewer.member, person: person)
    guard let held = kept[key] else { return nil }
    let now = store.clock()
    let basis = try await basis(viewer, now)
    if held.basis == basis, now.milliseconds - held.at.milliseconds < PastBoard.longest { return held.past }
    kept[key] = nil
    return nil
  }

  /// Keeps the past with one of the viewer's own people, if it is a long one.
  func keep(_ past: Past, of person: ID<Person>, _ viewer: Viewer) async throws {
    guard past.count >= PastBoard.least else { return }
    // What it depends on is looked at before it is read: a change in between makes it old, never the other way round.
    let now = store.clock()
    let basis = try await basis(viewer, now)
    let past = try await Past.read(person, store, viewer)
    if kept.count >= PastBoard.most, let oldest = kept.min(by: { $0.value.at < $1.value.at })?.key {
      kept[oldest] = nil
    }
    kept[Key(member: viewer.member, person: person)] = Kept(basis: basis, at: now, past: past)
  }

  private func basis(_ viewer: Viewer, _ now: Instant) async throws -> Basis {
    let last = try await store.lastChange(of: viewer.member, before: now, viewer.account)
    return Basis(entry: last.entry, touch: last.touch)
  }
}
