import Consent
import Flows
import Hummingbird
import Model
import Store

/// What is held and how, from the labels of the schema; which methods work on it, each with its switch; and who else gets
/// anything (P022, P027, P087).
struct HeldPage: Sendable {
  struct Table: Sendable {
    var name: String
    var what: String
    var whose: String
    var how: String
    var exported: String
  }

  struct Method: Sendable {
    var name: String
    var words: String
    var isOn: Bool
  }

  struct Party: Sendable {
    var name: String
    var words: String
    var href: String
  }

  var tables: [Table]
  var methods: [Method]
  var parties: [Party]
  var hasParties: Bool
  var done: String?

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/data/held") { request, context in
      let visit = try context.signedIn()
      var page = try await read(hall, visit.viewer)
      page.done = Form.query(of: request)["done"] == "switched" ? "The method was switched." : nil
      return try await hall.page("held", page, title: "What we hold", at: .data, context)
    }
    router.post("/data/methods") { request, context in
      let visit = try context.signedIn()
      let form = try await hall.form(request, context)
      guard let method = Analysis(rawValue: form["method"]) else { return Answer.nothing }
      try await SwitchAnalysis(store: hall.store).turn(method, on: form["on"] == "yes", as: visit.viewer)
      return Response.redirect(to: "/data/held?done=switched", type: .normal)
    }
  }

  private static func read(_ hall: Hall, _ viewer: Viewer) async throws -> HeldPage {
    let off = try await hall.store.analysesOff(viewer.account, viewer.member)
    let sources = try await hall.store.sources(viewer.account, member: viewer.member).map(\.source)
      .filter { $0.revokedAt == nil && $0.server != nil }
    let destinations = try await hall.store.destinations(viewer.account, member: viewer.member)
      .filter { $0.revokedAt == nil }
    let parties =
      sources.map { Party(name: $0.location, words: "is read, and gets nothing", href: "/data/sources/\($0.id)") }
      + destinations.map {
        Party(name: "\($0.shownKind) \($0.shownName)", words: "your CRM: gets what you approved", href: "/crm/\($0.id)")
      }
    return HeldPage(
      tables: tables(),
      methods: Analysis.allCases.map {
        let declaration = $0.declaration
        return Method(
          name: $0.rawValue,
          words: "From \(declaration.inputs) it makes \(declaration.outputs). Without it \(declaration.without).",
          isOn: !off.contains($0))
      }, parties: parties, hasParties: !parties.isEmpty)
  }

  private static func tables() -> [Table] {
    let labels = Schema.embedded.labels.filter { $0.store != .keyring }
    return Dictionary(grouping: labels, by: \.table).sorted { $0.key < $1.key }.map { table, columns in
      func words(_ values: [String]) -> String { Set(values).sorted().joined(separator: ", ") }
      let told = columns.filter { $0.category != "id" }
      return Table(
        name: table.replacing("_", with: " "), what: words((told.isEmpty ? columns : told).map(\.category)),
        whose: words(columns.map(\.whose)), how: words(columns.map(\.cls.rawValue)),
        exported: columns.contains { $0.export != "skip" } ? "yes" : "no")
    }
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/data">Your data</a></p>
    <h1>What we hold</h1>
    {{#body.done}}<p class="notice" role="status">{{body.done}}</p>{{/body.done}}
    <section aria-labelledby="parties">
    <h2 id="parties">Who else</h2>
    {{#body.hasParties}}
    <ul class="list">
    {{#body.parties}}
    <li><span class="grow"><a href="{{href}}">{{name}}</a><br><small>{{words}}</small></span></li>
    {{/body.parties}}
    </ul>
    {{/body.hasParties}}
    <p class="empty">No other party gets anything: Kith uses none. One that it used would stand here with its name and its switch, off.</p>
    </section>
    <section aria-labelledby="methods">
    <h2 id="methods">What is worked out, and by which method</h2>
    <ul class="list">
    {{#body.methods}}
    <li><span class="grow"><strong>{{name}}</strong>{{^isOn}} <span class="tag weak">off</span>{{/isOn}}<br><small>{{words}}</small></span>
    <form class="inline" method="post" action="/data/methods">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="method" value="{{name}}">
    {{#isOn}}<button class="quiet" name="on" value="no" aria-label="Switch {{name}} off">Switch off</button>{{/isOn}}
    {{^isOn}}<button class="quiet" name="on" value="yes" aria-label="Switch {{name}} on">Switch on</button>{{/isOn}}</form></li>
    {{/body.methods}}
    </ul>
    </section>
    <section aria-labelledby="tables">
    <h2 id="tables">Every table</h2>
    <p>Sealed: encrypted, opened for the purposes you allowed alone. Blind: tokens by which words are found, which tell
    nothing. Open: what lists and sorting need. Key: what opens or proves.</p>
    <div class="wide" tabindex="0" role="region" aria-label="Tables">
    <table>
    <thead><tr><th scope="col">Table</th><th scope="col">What</th><th scope="col">Of whom</th><th scope="col">How it lies</th><th scope="col">In your export</th></tr></thead>
    <tbody>
    {{#body.tables}}
    <tr><th scope="row">{{name}}</th><td>{{what}}</td><td>{{whose}}</td><td>{{how}}</td><td>{{exported}}</td></tr>
    {{/body.tables}}
    </tbody>
    </table>
    </div>
    </section>
    {{> foot}}
    """
}
