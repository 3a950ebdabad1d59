public import Consent
import Insight
public import Model
public import Store

/// How often to be in touch, as the real rhythm with people shows it.
public struct IntervalSuggestion: Sendable, Equatable {
  public var days: Int
  /// The owner's bucket that fits; nil if none has such an interval.
  public var bucket: ID<Bucket>?
  /// One sentence.
  public var why: String
}

/// Proposes an interval for a person or for those in a bucket, from the viewer's own touches with them.
public struct SuggestInterval: Sendable {
  let store: Store

  /// So many of a bucket are looked at.
  private static let most = 200

  public init(store: Store) { self.store = store }

  /// For one person; nil without a rhythm, or where the method is switched off.
  public func of(_ person: ID<Person>, as viewer: Viewer) async throws -> IntervalSuggestion? {
    guard let rhythm = try await rhythms([person], viewer).first else { return nil }
    return SuggestInterval.suggestion(by: rhythm, among: try await store.see(viewer) { try SeenBuckets.all(in: $0) })
  }

  /// For one's own person of whom a page is being made, among one's buckets.
  public static func of(_ page: PersonPage, among buckets: [Bucket]) -> IntervalSuggestion? {
    if page.off.contains(.rhythm) { return nil }
    return Rhythm(page.past.touches(until: page.at), at: page.at).flatMap { suggestion(by: $0, among: buckets) }
  }

  private static func suggestion(by rhythm: Rhythm, among buckets: [Bucket]) -> IntervalSuggestion? {
    let own = buckets.compactMap { bucket in bucket.days.map { Rhythm.Choice(bucket.name, $0) } }
    let usual = rhythm.suggestion()
    guard let found = own.isEmpty ? usual : rhythm.suggestion(among: own) else { return nil }
    return IntervalSuggestion(
      days: own.isEmpty ? found.bucket.days : usual?.bucket.days ?? found.bucket.days,
      bucket: buckets.first { $0.name == found.bucket.name && $0.days == found.bucket.days }?.id, why: found.why)
  }

  /// For a bucket: the middle of the rhythms with those who are in it.
  public func of(_ bucket: ID<Bucket>, as viewer: Viewer) async throws -> IntervalSuggestion? {
    let persons = try await store.see(viewer) {
      try SeenBuckets.people(in: bucket, limit: SuggestInterval.most, in: $0)
    }
    let days = try await rhythms(persons, viewer).map { max(1, $0.days) }.sorted()
    guard !days.isEmpty else { return nil }
    let middle = days[days.count / 2]
    let usual = Rhythm.usual.map(\.days).min { SuggestInterval.ratio($0, middle) < SuggestInterval.ratio($1, middle) }
    guard let usual else { return nil }
    let people = days.count == 1 ? "one person" : "\(days.count) people"
    return IntervalSuggestion(
      days: usual, bucket: nil,
      why:
        "With \(people) in it you have been in touch about every \(Int(middle.rounded())) days, so \(usual) days fit.")
  }

  private static func ratio(_ days: Int, _ other: Double) -> Double {
    max(Double(days), other) / max(1, min(Double(days), other))
  }

  private func rhythms(_ persons: [ID<Person>], _ viewer: Viewer) async throws -> [Rhythm] {
    let now = store.clock()
    if try await store.analysesOff(viewer.account, viewer.member).contains(.rhythm) { return [] }
    return try await store.see(viewer) { session in
      try persons.compactMap { Rhythm(Tie(try Touches.seen(of: $0, in: session), now: now).touches, at: now) }
    }
  }
}
