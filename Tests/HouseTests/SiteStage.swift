import Foundation
import Programs
import Stage
import Testing

/// `kith serve` on a port of its own.
final class StagedSite: Sendable {
  let port: Int
  /// The path that sets the house up, as the server told it; empty once that was done.
  let setup: String
  private let server: ChildProcess

  /// Starts the site on the data of a scratch folder; `clock` is when it is then, if not as for the command line.
  init(
    _ cli: CLI, _ words: [String] = ["--no-work"], clock: String? = nil, with extra: [String: String] = [:]
  ) throws {
    port = try StagedDovecot.freePort()
    server = try ChildProcess(
      ["/usr/bin/env", CLI.binary, "serve", "--listen", "127.0.0.1:\(port)"] + words,
      environment: cli.environment.merging(clock.map { ["KITH_CLOCK": $0] } ?? [:]) { $1 }.merging(extra) { $1 },
      errorsAmongOutput: true)
    let said = try server.firstLine()
    try #require(said.contains("Kith serves on"), "\(said)")
    setup = said.range(of: "/setup?code=").map { String(said[$0.lowerBound...]) } ?? ""
  }

  deinit { server.stop() }

  func stop() { server.stop() }
}

/// A browser without script: it keeps its cookies, sends forms of pages it saw, and follows nothing by itself.
final class Browser {
  /// What came back.
  struct Page: Sendable {
    var status: Int
    var headers: [String: [String]]
    var body: String

    func has(_ text: String) -> Bool { body.contains(text) }

    /// Where links of the page go that begin so, in their order.
    func links(_ prefix: String) -> [String] {
      body.split(separator: "href=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        .filter { $0.hasPrefix(prefix) }
    }
    var location: String { headers["location"]?.first ?? "" }

    /// The value of a hidden field.
    func hidden(_ name: String) -> String {
      guard let at = body.range(of: "name=\"\(name)\" value=\"") else { return "" }
      return String(body[at.upperBound...].prefix { $0 != "\"" }).replacing("&#x3D;", with: "=")
        .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
        .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
    }
  }

  let port: Int
  var cookie = ""
  /// What forms of this visit carry.
  var form = ""
  var agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

  init(_ site: StagedSite) { port = site.port }

  func get(_ path: String) throws -> Page {
    let page = try ask(path, [])
    if !page.hidden("form").isEmpty { form = page.hidden("form") }
    return page
  }

  /// Sends a form as a page of the site would.
  func send(
    _ path: String, _ fields: [String: String] = [:], persons: [String] = [], origin: String? = nil
  ) throws -> Page {
    var words = ["-X", "POST", "-H", "Origin: \(origin ?? "http://127.0.0.1:\(port)")"]
    for (name, value) in ["form": form].merging(fields, uniquingKeysWith: { $1 }) {
      words += ["--data-urlencode", "\(name)=\(value)"]
    }
    for person in persons { words += ["--data-urlencode", "person=\(person)"] }
    return try ask(path, words)
  }

  /// Sends a form with a file, as a drop on it would.
  func upload(_ path: String, file: String, as name: String? = nil, form: String? = nil) throws -> Page {
    try ask(
      path,
      [
        "-H", "Origin: http://127.0.0.1:\(port)", "-F", "form=\(form ?? self.form)", "-F",
        "file=@\(file)" + (name.map { ";filename=\($0)" } ?? ""),
      ])
  }

  /// Sends a form and keeps what comes back in a file.
  func download(_ path: String, _ fields: [String: String], to file: String) throws -> Page {
    var words = ["-X", "POST", "-H", "Origin: http://127.0.0.1:\(port)", "-o", file, "-D", "-"]
    for (name, value) in ["form": form].merging(fields, uniquingKeysWith: { $1 }) {
      words += ["--data-urlencode", "\(name)=\(value)"]
    }
    return try ask(path, words, headersAlone: true)
  }

  private func ask(_ path: String, _ words: [String], headersAlone: Bool = false) throws -> Page {
    var all =
      ["curl", "-s", "--max-time", "60", "-A", agent, "--http1.1", "-H", "Expect:"] + (headersAlone ? [] : ["-i"])
    if !cookie.isEmpty { all += ["-H", "Cookie: \(cookie)"] }
    let ended = try ChildProcess.run(["/usr/bin/env"] + all + words + ["http://127.0.0.1:\(port)\(path)"])
    try #require(ended.status == 0, "curl ended with \(ended.status)")
    let text = ended.out.replacing("\r\n", with: "\n")
    guard let end = text.range(of: "\n\n") else { return Page(status: 0, headers: [:], body: text) }
    let lines = text[..<end.lowerBound].split(separator: "\n")
    var headers: [String: [String]] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { headers[parts[0].lowercased(), default: []].append(trimmed(parts[1])) }
    }
    for set in headers["set-cookie"] ?? [] { cookie = String(set.prefix { $0 != ";" }) }
    return Page(
      status: lines.first.flatMap { Int($0.split(separator: " ")[1]) } ?? 0, headers: headers,
      body: String(text[end.upperBound...]))
  }

  private func trimmed(_ text: Substring) -> String { text.trimmingCharacters(in: .whitespaces) }

  /// Chooses a password by a link of the command line, and is signed in then.
  func enter(_ cli: CLI, _ password: String = "a long enough sentence", as member: String? = nil) throws {
    let link = try cli.run(["member", "link"] + (member.map { ["--as", $0] } ?? []))
    try #require(link.status == 0, "\(link.err)")
    let entered = try send(link.text("path"), ["password": password, "team": "yes"])
    try #require(entered.status == 303, "\(entered.status): \(entered.body)")
    _ = try get("/account")
  }
}

extension StagedSite {
  /// Ada's household with its site, and her browser.
  static func household(_ cli: CLI) throws -> (site: StagedSite, browser: Browser) {
    try cli.addSite()
    let site = try StagedSite(cli)
    let browser = Browser(site)
    try browser.enter(cli)
    return (site, browser)
  }
}

extension Browser {
  /// The id of a person by part of the name.
  func person(_ name: String) throws -> String {
    let page = try get("/people?q=\(name)")
    let path = try #require(page.links("/people/person_").first, "\(name)")
    return String(path.dropFirst("/people/".count))
  }

  /// Says a word about people and shows the page that follows.
  func act(_ verb: String, _ persons: [String], _ fields: [String: String] = [:]) throws -> Page {
    let done = try send("/people/act", ["do": verb, "next": "/"].merging(fields) { $1 }, persons: persons)
    try #require(done.status == 303, "\(verb): \(done.status)")
    return try get(done.location)
  }

  /// Takes back what a page says was done.
  func takeBack(_ page: Page) throws -> Page {
    let done = try send("/undo", ["undo": page.hidden("undo"), "next": page.hidden("next")])
    try #require(done.status == 303, "\(done.status)")
    return try get(done.location)
  }

  /// Makes a bucket; answers its id.
  func makeBucket(_ name: String, days: String) throws -> String {
    let made = try send("/buckets", ["name": name, "days": days])
    try #require(made.status == 303)
    let path = try #require(try get("/buckets").links("/buckets/bucket_").last)
    return String(path.dropFirst("/buckets/".count))
  }
}

extension CLI {
  /// Runs `kith --json WORDS…`.
  @discardableResult func run(_ words: [String]) throws -> Ran {
    try CLI.start([CLI.binary, "--json"] + words, environment)
  }

  /// A household whose operator is known.
  func addSite() throws {
    try addHousehold()
    try run("operator", "set", "--name", "Ada's agency", "--address", "1 Lane, Town", "--email", "office@example.test")
  }
}
