import Consent
import Flows
import Hummingbird
import Model
import Store

/// A promise as the register has it.
struct Promise: Sendable {
  var number: Int
  var code: String
  var words: String
  var holds: String
  var tests: [String]
  var mutants: [String]
  /// About whoever runs the house, who is given a tool.
  var isOperators: Bool

  /// Whether there is anything that holds it.
  var isBuilt: Bool { !holds.hasPrefix("not yet") }

  /// The register, read once.
  static let all: [Promise] = PromiseRegister.table.split(separator: "\n").compactMap { line in
    let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    guard cells.count == 6, let number = Int(cells[0].drop { !$0.isNumber }) else { return nil }
    func listed(_ cell: String) -> [String] { cell == "not yet" ? [] : cell.split(separator: "<br>").map(String.init) }
    return Promise(
      number: number, code: "P" + cells[0].filter(\.isNumber), words: cells[2], holds: cells[3],
      tests: listed(cells[4]), mutants: listed(cells[5]), isOperators: cells[1] == "V")
  }
}

/// The 126 promises: each in words, how it is tested, and what can be seen of it in this very account.
struct PromisesPage: Sendable {
  struct Line: Sendable {
    var href: String
    var code: String
    var words: String
    var state: String
    var isTested: Bool
    var evidence: String?
  }

  var lines: [Line]
  var tested: String
  var seen: String

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/promises") { _, context in
      let visit = try context.signedIn()
      let evidence = try await Evidence(hall: hall, viewer: visit.viewer).all()
      let lines = Promise.all.map { promise in
        Line(
          href: "/promises/\(promise.code)", code: promise.code, words: promise.words,
          state: promise.tests.isEmpty
            ? (promise.isBuilt ? "by rule" : "not built yet") : Words.count(promise.tests.count, "test", "tests"),
          isTested: !promise.tests.isEmpty,
          evidence: evidence[promise.number] ?? (promise.tests.isEmpty && promise.isBuilt ? promise.holds : nil))
      }
      let page = PromisesPage(
        lines: lines, tested: "\(lines.count(where: \.isTested)) of \(lines.count)", seen: "\(evidence.count)")
      return try await hall.page("promises", page, title: "Our promises", at: .data, context)
    }
    router.get("/promises/:promise") { _, context in
      let visit = try context.signedIn()
      guard let promise = Promise.all.first(where: { $0.code == context.parameters.get("promise") }) else {
        return Answer.nothing
      }
      let evidence = try await Evidence(hall: hall, viewer: visit.viewer).all()
      return try await hall.page(
        "promise", PromisePage(promise, evidence[promise.number]), title: promise.code, at: .data, context)
    }
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/data">Your data</a></p>
    <h1>Our promises</h1>
    <p>The privacy policy makes 126 promises. {{body.tested}} have tests of their own, which run at each change of Kith; of
    {{body.seen}} you see below how they stand in your account at this moment. The others say what holds them by rule, or that nothing is
    built yet.</p>
    <ul class="list">
    {{#body.lines}}
    <li><span class="grow"><a href="{{href}}">{{code}}</a> {{words}}{{#evidence}}<br><small>{{evidence}}</small>{{/evidence}}</span>
    <span class="tag{{#isTested}} strong{{/isTested}}">{{state}}</span></li>
    {{/body.lines}}
    </ul>
    {{> foot}}
    """
}

/// One promise: its rule, its tests, the planted bugs that they find, and its evidence in this account.
struct PromisePage: Sendable {
  var code: String
  var words: String
  var holds: String
  var tests: [String]
  var hasTests: Bool
  var mutants: String
  var evidence: String?
  var isOperators: Bool

  init(_ promise: Promise, _ evidence: String?) {
    code = promise.code
    words = promise.words
    // Commands that show the same elsewhere are left out.
    holds = promise.holds.split(separator: "; ").filter { !Remedies.isCommand($0) }.joined(separator: "; ")
    tests = promise.tests
    hasTests = !promise.tests.isEmpty
    mutants = Words.count(promise.mutants.count, "planted bug is", "planted bugs are")
    self.evidence = evidence
    isOperators = promise.isOperators
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/promises">Our promises</a></p>
    <h1>{{body.code}}</h1>
    <p><strong>{{body.words}}.</strong></p>
    {{#body.isOperators}}<p class="notice">This promise is about whoever runs the server; Kith gives the tool.</p>{{/body.isOperators}}
    <h2>In your account, now</h2>
    {{#body.evidence}}<p class="card">{{body.evidence}}</p>{{/body.evidence}}
    {{^body.evidence}}<p class="empty">There is nothing to be seen of it here.</p>{{/body.evidence}}
    <h2>What holds it</h2>
    <p>{{body.holds}}</p>
    <h2>How it is tested</h2>
    {{#body.hasTests}}
    <ul class="list">
    {{#body.tests}}
    <li>{{.}}</li>
    {{/body.tests}}
    </ul>
    <p>{{body.mutants}} found by these tests.</p>
    {{/body.hasTests}}
    {{^body.hasTests}}<p class="empty">No test has its number; what holds it stands above.</p>{{/body.hasTests}}
    {{> foot}}
    """
}
