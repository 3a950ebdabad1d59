import Flows
import Foundation
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

    init(_ said: PersonPage.Said) {
      self.init(said.seen.fact, value: said.value)
      isSealed = said.value == nil
    }

    /// What several sources say alike stands once, with all of them.
    static func united(_ all: [Said]) -> [Said] {
      var united: [Said] = []
      var places: [[String]: Int] = [:]
      for said in all {
        let key = [said.code, said.labelValue, fold(said.value)]
        guard !said.isSealed, let at = places[key] else {
          places[key] = united.count
          united.append(said)
          continue
        }
        if !united[at].from.components(separatedBy: "; ").contains(said.from) { united[at].from += "; " + said.from }
        united[at].isTyped = united[at].isTyped || said.isTyped
      }
      return united
    }

    private init(_ fact: Fact, value: String?) {
      let seen =
        fact.firstSeen.date == fact.lastSeen.date
        ? fact.lastSeen.date : "\(fact.firstSeen.date) to \(fact.lastSeen.date)"
      field = PersonEdits.names[fact.field] ?? fact.field.rawValue
      code = fact.field.rawValue
      label = fact.label.isEmpty ? nil : fact.label
      labelValue = fact.label
      self.value = value ?? ""
      isSealed = false
      from = "\(fact.origin), \(seen)" + (fact.count > 1 ? ", \(fact.count)×" : "")
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
    from = first.at.date
    to = last.at.date
    words =
      "From \(Int(first.value.rounded())) on \(from) to \(Int(last.value.rounded())) on \(to), "
      + "at most \(Int((points.map(\.value).max() ?? 0).rounded()))."
    rows = points.reversed().map { Row(date: $0.at.date, value: Words.figure($0.value)) }
  }

  static let template = """
    {{#body.chart}}
    <figure class="card">
    <svg class="chart" viewBox="0 0 600 138" role="img" aria-label="Strength of the tie over two years. {{words}}">
    <line class="axis" x1="0" y1="10" x2="600" y2="10"/><line class="axis" x1="0" y1="60" x2="600" y2="60"/><line class="axis" x1="0" y1="110" x2="600" y2="110"/>
    <polygon class="area" points="{{area}}"/><polyline class="line" points="{{line}}"/>
    <text x="0" y="132">{{from}}</text><text x="600" y="132" text-anchor="end">{{to}}</text><text x="600" y="28" text-anchor="end">100</text>
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
