import Consent
import Flows
import Hummingbird
import Model
import NIOCore
import Store

/// Files are sent, by a drop or a choice: mails, cards, tables and calendars.
struct FilesPage: Sendable {
  var trouble: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/connect/files") { _, context in
      _ = try hall.proved(context)
      guard hall.doors != nil else { return try await hall.closed(context) }
      return try await hall.page("files", FilesPage(), title: "Files", at: .data, context)
    }
    router.post("/connect/files") { request, context in
      let visit = try hall.proved(context, back: "/connect/files")
      guard let doors = hall.doors else { return try await hall.closed(context) }
      do {
        let held = try await doors.uploads.take(
          request.body.map { Array($0.readableBytesView) }, contentType: request.headers[.contentType] ?? "",
          of: visit.viewer
        ) { fields in
          guard fields["form"] == context.formToken else { throw Foreign() }
        }
        return Response.redirect(to: "/connect/files/\(held.id)", type: .normal)
      } catch let trouble as Trouble {
        return try await hall.page(
          "files", FilesPage(trouble: Words.sentence(trouble)), title: "Files", at: .data, context,
          status: .unprocessableContent)
      }
    }
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/start">First steps</a></p>
    <h1>Read a file</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    <p>Mails (mbox), cards (vCard), tables of contacts (CSV) or events (iCalendar). First you see what would be read; then
    you say whether it is. The file is removed from here as soon as it was read, or after an hour.</p>
    <form class="stack" method="post" action="/connect/files" enctype="multipart/form-data">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label class="drop">Drop a file here, or choose one
    <input type="file" name="file" required accept=".mbox,.mbx,.vcf,.vcard,.csv,.tsv,.txt,.ics,.ical"></label>
    <p><button>Look at it</button></p>
    </form>
    {{> foot}}
    """
}

/// What a file is, which columns a table has, and what will be kept of it; then the owner's yes.
struct FilePage: Sendable {
  var name: String
  var size: String
  var path: String
  var kind: String
  /// How many there are, with the first names; else how large it is.
  var what: String
  var canRead: Bool
  var isMail: Bool
  var hasPeriod: Bool
  var mapping: [String]
  var hasMapping: Bool
  /// Each column with what it may be read as; none if that cannot be changed.
  var columns: [Column]
  var hasColumns: Bool
  var depths: [ConnectPage.Choice]
  var since: String
  var words: String
  var digest: String
  var scope: String
  var warranty = GrantWords.warranty
  var trouble: String?

  /// A column of a table.
  struct Column: Sendable {
    var name: String
    var header: String
    var choices: [Choice]
  }

  /// Columns beyond these stay as they are found: a page has its weight.
  private static let mostColumns = 60

  init(_ held: Uploads.Held, _ form: Form) {
    let kind = held.kind ?? .csv
    let depth = Depth(rawValue: form["depth"]) ?? .text
    let since = kind.isMail || kind.isCalendar ? Instant(iso: form["since"]) : nil
    name = held.name
    size = held.size < 1 << 20 ? "\((held.size + 1023) >> 10) kB" : "\(held.size >> 20) MB"
    path = "/connect/files/\(held.id)"
    self.kind =
      switch kind {
      case .mbox: "mails"
      case .vcard: "cards"
      case .ics: "events"
      default: "a table of contacts"
      }
    if let count = held.count {
      let names = held.names.joined(separator: ", ")
      let end = count > held.names.count && !names.isEmpty ? " …" : "."
      what = Words.count(count, "card", "cards") + (names.isEmpty ? "" : ": ") + names + end
    } else {
      what = "\(size) of \(self.kind)."
    }
    canRead = held.kind != nil && held.trouble == nil
    isMail = kind.isMail
    hasPeriod = kind.isMail || kind.isCalendar
    mapping = held.mapping
    hasMapping = !held.mapping.isEmpty
    columns = held.columns.prefix(FilePage.mostColumns).enumerated().map { index, column in
      Column(
        name: "column\(index)", header: column.header.isEmpty ? "(without a name)" : column.header,
        choices: Uploads.choices.map { Choice(value: $0, words: $0, isChosen: $0 == column.choice) })
    }
    hasColumns = !columns.isEmpty
    depths = ConnectPage.depths(depth)
    self.since = since?.date ?? ""
    words = GrantWords.reading(kind, depth: kind.isMail ? depth : .text, since: since)
    digest = hex(sha256(Array(words.utf8)))
    scope = Form("").with([("depth", depth.rawValue), ("since", since?.date)])
    trouble = held.trouble
  }

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/connect/files/:file") { request, context in
      let visit = try hall.proved(context)
      guard let doors = hall.doors else { return try await hall.closed(context) }
      guard let held = find(context, doors, visit) else { return Answer.nothing }
      return try await hall.page(
        "file", FilePage(held, Form.query(of: request)), title: held.name, at: .data, context)
    }
    router.post("/connect/files/:file") { request, context in
      let visit = try hall.proved(context, back: "/connect/files")
      guard let doors = hall.doors else { return try await hall.closed(context) }
      let form = try await hall.form(request, context)
      guard let held = find(context, doors, visit) else { return Answer.nothing }
      if form.has("drop") {
        try doors.uploads.drop(held)
        return Response.redirect(to: "/connect/files", type: .normal)
      }
      if form.has("columns") { return try await rename(held, form, doors, hall, context) }
      let scope = Form(form["scope"])
      var page = FilePage(held, scope)
      guard page.canRead, let kind = held.kind else { return Answer.nothing }
      do {
        var wish = AddSource.Wish(
          kind, held.path, depth: kind.isMail ? Depth(rawValue: scope["depth"]) : nil,
          since: Instant(iso: scope["since"]),
          isWarranted: form.has("warrant"))
        wish.shown = form["words"]
        _ = try await AddSource(store: hall.store, gate: hall.gate).run(
          visit.viewer.account, visit.viewer.member, wish)
        return Response.redirect(to: "/start", type: .normal)
      } catch let trouble as Trouble {
        page.trouble = Words.sentence(trouble)
      } catch let refusal as Refusal where refusal.promise == 39 || refusal.promise == 23 {
        page.trouble = Words.sentence(refusal)
      }
      return try await hall.page("file", page, title: held.name, at: .data, context, status: .unprocessableContent)
    }
  }

  /// Reads the columns as the form says, and shows what that makes of them.
  private static func rename(
    _ held: Uploads.Held, _ form: Form, _ doors: Doors, _ hall: Hall, _ context: SiteContext
  ) async throws -> Response {
    do {
      let chosen = held.columns.indices.compactMap { index in
        form.has("column\(index)") ? (index, form["column\(index)"]) : nil
      }
      try doors.uploads.read(held, as: Dictionary(chosen, uniquingKeysWith: { first, _ in first }))
      return Response.redirect(to: "/connect/files/\(held.id)", type: .normal)
    } catch let trouble as Trouble {
      var page = FilePage(held, Form(""))
      page.trouble = Words.sentence(trouble)
      return try await hall.page("file", page, title: held.name, at: .data, context, status: .unprocessableContent)
    }
  }

  private static func find(_ context: SiteContext, _ doors: Doors, _ visit: SignIn.Visit) -> Uploads.Held? {
    doors.uploads.held(context.parameters.get("file") ?? "", of: visit.viewer)
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/connect/files">Another file</a></p>
    <h1>{{body.name}}</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    {{#body.canRead}}
    <p>{{body.what}}</p>
    {{#body.hasMapping}}
    <section aria-labelledby="columns">
    <h2 id="columns">What each column is read as</h2>
    <ul class="list">
    {{#body.mapping}}
    <li>{{.}}</li>
    {{/body.mapping}}
    </ul>
    </section>
    {{/body.hasMapping}}
    {{> file-columns}}
    <section aria-labelledby="what">
    <h2 id="what">What you allow</h2>
    <p class="card">{{body.words}}</p>
    <form class="stack" method="post" action="{{body.path}}">
    <input type="hidden" name="form" value="{{frame.form}}">
    <input type="hidden" name="scope" value="{{body.scope}}">
    <input type="hidden" name="words" value="{{body.digest}}">
    <label class="check"><input type="checkbox" name="warrant" value="yes" required>
    <span>{{body.warranty}}</span></label>
    <p><button>Read it</button></p>
    </form>
    </section>
    {{#body.hasPeriod}}
    <details><summary>Other terms</summary>
    <form class="stack" method="get" action="{{body.path}}">
    {{#body.isMail}}<label>How much is read <select name="depth">{{#body.depths}}<option value="{{value}}"{{#isChosen}} selected{{/isChosen}}>{{words}}</option>{{/body.depths}}</select></label>{{/body.isMail}}
    <label>From which day on <small>Empty: of all time.</small> <input name="since" type="date" value="{{body.since}}"></label>
    <p><button class="quiet">See what would be read</button></p>
    </form>
    </details>
    {{/body.hasPeriod}}
    {{/body.canRead}}
    {{^body.canRead}}{{> file-columns}}{{/body.canRead}}
    <form method="post" action="{{body.path}}">
    <input type="hidden" name="form" value="{{frame.form}}">
    <button class="quiet" name="drop" value="yes">Do not read it; remove it</button>
    </form>
    {{> foot}}
    """

  /// Where columns are read as something else.
  static let columns = """
    {{#body.hasColumns}}
    <details{{^body.canRead}} open{{/body.canRead}}><summary>Read a column as something else</summary>
    <form class="stack" method="post" action="{{body.path}}">
    <input type="hidden" name="form" value="{{frame.form}}">
    {{#body.columns}}
    <label>{{header}} <select name="{{name}}">{{#choices}}{{> option}}{{/choices}}</select></label>
    {{/body.columns}}
    <p><button class="quiet" name="columns" value="yes">Read the columns so</button></p>
    </form>
    </details>
    {{/body.hasColumns}}

    """
}
