import Flows
import Model
import Store

extension PersonPageView {
  /// One fact with where it comes from.
  struct Said: Sendable {
    var field: String
    var code: String
    var label: String?
    var labelValue: String
    var value: String
    var isSealed: Bool
    var from: String
    var isTag: Bool
    /// The owner took it away: it is kept so that no source brings it back, and not shown.
    var isAway: Bool
    var isTyped: Bool
    /// Can be taken away by itself.
    var isMany: Bool
    var origin: Fact.Origin
    var count: Int
    var first: Instant
    var last: Instant

    init(_ said: PersonPage.Said) {
      self.init(said.seen.fact, value: said.value)
      isSealed = said.value == nil
    }

    private init(_ fact: Fact, value: String?) {
      (first, last) = (fact.firstSeen, fact.lastSeen)
      field = PersonEdits.names[fact.field] ?? fact.field.rawValue
      code = fact.field.rawValue
      label = fact.label.isEmpty ? nil : fact.label
      labelValue = fact.label
      self.value = value ?? ""
      isSealed = false
      from = Said.place(fact.origin, fact.count) + ", " + Said.seen(first, last)
      (origin, count) = (fact.origin, fact.count)
      isTag = fact.field == .tag
      isTyped = fact.origin == .typed
      isAway = isTyped && fact.confidence == 0 && fact.field.isMulti
      isMany = fact.field.isMulti
    }
  }

  /// What a source says against what stands.
  struct Proposal: Sendable {
    var field: String
    var code: String
    var value: String
    var from: String

    init(_ dispute: PersonPage.Dispute) {
      field = PersonEdits.names[dispute.field] ?? dispute.field.rawValue
      code = dispute.field.rawValue
      value = dispute.value
      from = "\(dispute.from)"
    }
  }

  /// One part of the strength.
  struct Part: Sendable {
    var name: String
    var words: String
    var value: String
    /// Of a hundred, for the bar.
    var width: String
  }

  /// How the person is followed up.
  struct Follow: Sendable {
    var status: String?
    var why: String?
    var own: String
    var isMuted: Bool
    var isArchived: Bool
    var snoozed: String?
    var suggested: String?
    var days: String?

    init(_ shown: FollowUpShown?, _ found: IntervalSuggestion?) {
      status = shown.flatMap { $0.status == .none ? nil : $0.status.rawValue }
      why = shown?.why
      own = shown?.own.map { "\($0)" } ?? ""
      isMuted = shown?.isMuted ?? false
      isArchived = shown?.isArchived ?? false
      snoozed = shown?.snoozed.map(Words.day)
      suggested = found?.why
      days = found.flatMap { "\($0.days)" == own ? nil : "\($0.days)" }
    }
  }

  /// One note.
  struct Written: Sendable {
    var id: String
    var words: String
    var at: String
    var isTouch: Bool
    var canRemove: Bool

    init(_ note: Note, isOwn: Bool) {
      id = note.id.description
      words = note.words
      at = Words.date(note.at)
      isTouch = note.interaction != nil
      canRemove = isOwn && !isTouch
    }
  }

  /// One change of the journal.
  struct Change: Sendable {
    var id: String
    var at: String
    var words: String
    var undone: String?
    /// Taken back here at once.
    var canUndo: Bool
    /// Taken back on the page that shows what leaves.
    var isSent: Bool

    init(_ entry: JournalEntry) {
      id = entry.id.description
      at = Words.date(entry.at)
      undone = entry.undoneAt.map(Words.date)
      let isOpen = entry.undoneAt == nil && entry.undoes == nil && entry.verb != .unmerge
      let leaves = entry.destination != nil || entry.source != nil
      canUndo = isOpen && !leaves
      isSent = isOpen && leaves
      words =
        (entry.undoes == nil ? "" : "Taken back: ")
        + {
          switch entry.verb {
          case .create: "made in the CRM"
          case .update: "changed in the CRM"
          case .delete: "removed in the CRM"
          case .receive: "came in from the CRM"
          case .merge: "united with somebody"
          case .unmerge: "parted again"
          case .edit: "edited"
          case .task: "a task"
          case .bucket: "put into a bucket, or taken out"
          case .followUp: "how to follow up"
          case .note: "a note"
          case .touch: "a touch was logged"
          case .enter: "entered in the CRM"
          }
        }()
    }
  }
}

/// The strength over time as a picture, with a table for those who do not see it.
struct StrengthChart: Sendable {
  struct Row: Sendable {
    var date: String
    var value: String
  }

  var line: String
  var area: String
  var from: String
  var to: String
  var words: String
  var rows: [Row]

  /// Nil for fewer than two points, or when nothing ever was.
  init?(_ points: [Show.Point]) {
    guard points.count > 1, let first = points.first, let last = points.last, points.contains(where: { $0.value > 0 })
    else { return nil }
    let step = 600 / Double(points.count - 1)
    let places = points.enumerated().map { place, point in
      "\(Int((Double(place) * step).rounded())),\(Int((110 - max(0, min(100, point.value))).rounded()))"
    }
    line = places.joined(separator: " ")
    area = "0,110 " + line + " 600,110"
    from = Words.day(first.at)
    to = Words.day(last.at)
    words =
      "From \(Int(first.value.rounded())) on \(from) to \(Int(last.value.rounded())) on \(to), "
      + "at most \(Int((points.map(\.value).max() ?? 0).rounded()))."
    rows = points.reversed().map { Row(date: $0.at.date, value: Words.figure($0.value)) }
  }

  static let template = """
    {{#body.chart}}
    <figure class="card">
    <svg class="chart" viewBox="0 0 600 140" role="img" aria-label="Strength of the tie over two years. {{words}}">
    <line class="axis" x1="0" y1="10" x2="600" y2="10"/><line class="axis" x1="0" y1="60" x2="600" y2="60"/><line class="axis" x1="0" y1="110" x2="600" y2="110"/>
    <polygon class="area" points="{{area}}"/><polyline class="line" points="{{line}}"/>
    <text x="0" y="134">{{from}}</text><text x="600" y="134" text-anchor="end">{{to}}</text><text x="600" y="28" text-anchor="end">100</text>
    </svg>
    <figcaption><details><summary>The same as a table</summary>
    <table><thead><tr><th scope="col">Day</th><th scope="col" class="number">Strength</th></tr></thead><tbody>
    {{#rows}}
    <tr><td>{{date}}</td><td class="number">{{value}}</td></tr>
    {{/rows}}
    </tbody></table></details></figcaption>
    </figure>
    {{/body.chart}}

    """
}

extension PersonPageView.Said {
  /// Each value once, with all that say it.
  static func united(_ facts: [PersonPageView.Said]) -> [PersonPageView.Said] {
    var kept: [[PersonPageView.Said]] = []
    var places: [String: Int] = [:]
    for fact in facts {
      let name = fact.code + "\n" + fact.value
      if !fact.isSealed, let place = places[name] {
        kept[place].append(fact)
      } else {
        places[name] = kept.count
        kept.append([fact])
      }
    }
    return kept.compactMap { same in
      guard var one = same.first, same.count > 1 else { return same.first }
      // What the owner typed is what its button takes back.
      one = same.first { $0.isTyped } ?? same.first { $0.label != nil } ?? one
      let counts = Dictionary(same.map { ($0.origin, $0.count) }, uniquingKeysWith: +)
      let first = same.map(\.first).min() ?? one.first
      let last = same.map(\.last).max() ?? one.last
      one.from =
        counts.sorted { $0.key > $1.key }.map { place($0.key, $0.value) }.joined(separator: " and ")
        + ", " + seen(first, last)
      return one
    }
  }

  static func place(_ origin: Fact.Origin, _ count: Int) -> String {
    switch origin {
    case .typed: "typed by you"
    case .card: count == 1 ? "on a card" : "on \(count) cards"
    case .header: count == 1 ? "in a mail" : "in \(count) mails"
    case .destination: "in your CRM"
    case .inferred: count == 1 ? "in a signature" : "in \(count) signatures"
    }
  }

  static func seen(_ first: Instant, _ last: Instant) -> String {
    first.date == last.date ? Words.day(last) : "\(Words.day(first)) to \(Words.day(last))"
  }
}
