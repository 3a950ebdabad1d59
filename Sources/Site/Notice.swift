import Flows
import Hummingbird
import Model
import Store

/// What an action just did, said on the page that follows, with the way to take it back.
struct Notice: Sendable {
  var words: String
  /// The entry or the run by which it is taken back; nil if there is nothing to take back.
  var undo: String?
  /// The page to go on with.
  var next: String

  /// What a page is told in its query; everything else of it is ignored.
  private static let fields = ["said", "n", "undo", "until"]

  /// Reads what the query of a page tells; nil if it tells nothing that is known.
  init?(_ request: Request) {
    let query = Form.query(of: request)
    guard let said = Said(rawValue: query["said"]) else { return nil }
    let count = min(max(Int(query["n"]) ?? 1, 0), 1_000_000)
    words = said.words(count, until: Day(iso: query["until"]))
    let given = query["undo"]
    undo = Notice.scope(given) == nil ? nil : given
    next = Notice.plain(request.uri.description)
  }

  /// Which change is meant by `entry_…` or the number of a run.
  static func scope(_ text: String) -> UndoHere.Scope? {
    if let entry = ID<JournalEntry>(text) { return .entry(entry) }
    return Int64(text).flatMap { $0 > 0 ? .run($0) : nil }
  }

  /// A path of this site without what it was told before.
  static func plain(_ path: String) -> String {
    let own = Links.own(path)
    let parts = own.split(separator: "?", maxSplits: 1)
    guard let first = parts.first else { return "/" }
    let query = Form(parts.count > 1 ? String(parts[1]) : "").with(fields.map { ($0, nil) })
    return String(first) + (query.isEmpty ? "" : "?" + query)
  }

  /// Sends the reader on to a page that says what was done.
  static func redirect(
    to path: String, _ said: Said, count: Int = 1, undo: String? = nil, until: Day? = nil
  ) -> Response {
    let plain = Notice.plain(path)
    let told = Form("").with([
      ("said", said.rawValue), ("n", "\(count)"), ("undo", undo), ("until", until?.description),
    ])
    return Response.redirect(to: plain + (plain.contains("?") ? "&" : "?") + told, type: .normal)
  }

  static func redirect(to path: String, _ said: Said, _ kept: KeptRun, until: Day? = nil) -> Response {
    let undo = kept.run != 0 ? "\(kept.run)" : kept.entries.first?.description
    guard !kept.entries.isEmpty else { return redirect(to: path, .nothing) }
    return redirect(to: path, said, count: kept.entries.count, undo: undo, until: until)
  }

  static let template = """
    {{#frame.notice}}
    <form class="notice told" method="post" action="/undo" role="status">
    <span>{{words}}</span>
    {{#undo}}<input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="undo" value="{{undo}}"><input type="hidden" name="next" value="{{next}}">
    <button class="quiet" data-key="u">Take it back</button>{{/undo}}
    </form>
    {{/frame.notice}}

    """
}

/// What was done, as it is told.
enum Said: String, Sendable, CaseIterable {
  case logged, snoozed, dismissed, muted, unmuted, archived, unarchived, deleted, interval, put, taken, tagged, untagged
  case skipped, done, noted, edited, merged, apart, made, changed, removed, rules, undone, some, nothing

  func words(_ count: Int, until: Day? = nil) -> String {
    let people = count == 1 ? "" : " for \(count) people"
    return switch self {
    case .logged: "Logged: the clock starts anew."
    case .snoozed: "Put off\(people)" + (until.map { " until " + Words.day($0.midnight) } ?? "") + "."
    case .dismissed: "Not this time\(people): the reminder comes again an interval later."
    case .muted: "Muted\(people): no reminder any more."
    case .unmuted: "Reminders are on again\(people)."
    case .archived: count == 1 ? "Archived." : "\(count) people were archived."
    case .unarchived: count == 1 ? "Back from the archive." : "\(count) people are back from the archive."
    case .deleted: count == 1 ? "Deleted: no sync brings them back." : "\(count) people were deleted."
    case .interval: "The interval was set\(people)."
    case .put: count == 1 ? "Put into the bucket." : "\(count) people were put into the bucket."
    case .taken: count == 1 ? "Taken out of the bucket." : "\(count) people were taken out of the bucket."
    case .tagged: count == 1 ? "Tagged." : "\(count) people were tagged."
    case .untagged: count == 1 ? "The tag was taken off." : "The tag was taken off \(count) people."
    case .skipped: "Skipped: they come again when all others are sorted."
    case .done: "Done."
    case .noted: "Noted."
    case .edited: "Changed: your word outranks every source."
    case .merged: "United."
    case .apart: "Told apart: they are not proposed again."
    case .made: "The bucket was made."
    case .changed: "The bucket was changed."
    case .removed: "The bucket was taken away."
    case .rules: "The rules of your day were set."
    case .undone: count == 1 ? "Taken back." : "\(count) changes were taken back."
    case .some: "Taken back in part: what changed since is left as it is."
    case .nothing: "Nothing changed: it was so already."
    }
  }
}

/// The way to take back what was done here.
enum UndoHerePage {
  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.post("/undo") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let scope = Notice.scope(form["undo"]) else { return Answer.nothing }
      let report = try await UndoHere(store: hall.store, gate: hall.gate).run(scope, as: viewer)
      guard report.left.isEmpty else { return Notice.redirect(to: form["next"], .some) }
      return Notice.redirect(to: form["next"], .undone, count: report.undone)
    }
  }
}
