import Consent
import Flows
import Hummingbird
import Model
import Store

/// Connects a mailbox, address books or calendars: the address first, then what is read, in words, and the login.
struct ConnectPage: Sendable {
  struct Choice: Sendable {
    var value: String
    var words: String
    var isChosen: Bool
  }

  struct Other: Sendable {
    var href: String
    var words: String
  }

  var title: String
  var path: String
  var address: String
  var isMail: Bool
  var hasPeriod: Bool
  /// Whether an address was given already.
  var hasAddress: Bool
  var hasServer: Bool
  var host: String
  var port: String
  var url: String
  var user: String
  var securities: [Choice]
  var secrets: [Choice]
  var depths: [Choice]
  var since: String
  var folders: String
  var readsJunk: Bool
  var readsTrash: Bool
  var isToken: Bool
  /// Where the server is, in words.
  var place: String
  /// What was found beside it.
  var others: [Other] = []
  var hasOthers = false
  var note: String?
  var words: String
  var digest: String
  var scope: String
  var warranty = GrantWords.warranty
  var trouble: String?
  /// What was pasted is kept while the rest is mended.
  var authority = ""
  var asksAuthority = false
  var isWarranted = false
  /// The server or the terms are what is to be mended.
  var isOpen = false

  init(_ scope: ServerScope) {
    title = scope.what.title
    path = scope.what.path
    address = scope.address
    isMail = scope.what == .mailbox
    hasPeriod = scope.what != .contacts
    hasAddress = !scope.address.isEmpty
    hasServer = scope.hasServer
    host = scope.host
    port = "\(scope.port)"
    url = scope.url
    user = scope.user
    securities = [
      (MailServer.Security.implicit, "TLS from the start (usual)"), (.starttls, "TLS after STARTTLS"),
      (.none, "none: this machine only"),
    ].map { Choice(value: $0.rawValue, words: $1, isChosen: $0 == scope.security) }
    secrets = [(MailServer.Secret.password, "a password, or an app password"), (.token, "an OAuth token")]
      .map { Choice(value: $0.rawValue, words: $1, isChosen: $0 == scope.secret) }
    depths = ConnectPage.depths(scope.depth)
    since = scope.since?.date ?? ""
    folders = scope.folders.joined(separator: "\n")
    readsJunk = scope.readsJunk
    readsTrash = scope.readsTrash
    isToken = isMail && scope.secret == .token
    place = isMail ? "\(scope.host), port \(scope.port)" : scope.url
    words = scope.words
    digest = scope.digest
    self.scope = scope.query
  }

  /// How much of mails can be read, in words.
  static func depths(_ chosen: Depth) -> [Choice] {
    [
      (Depth.text, "Headers and text (usual)"),
      (.headers, "Headers alone, no text"),
      (.whole, "Everything, with attachments"),
    ].map { Choice(value: $0.rawValue, words: $1, isChosen: $0 == chosen) }
  }

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    for what in ServerScope.What.allCases {
      router.get(RouterPath(what.path)) { request, context in
        let viewer = try hall.proved(context).viewer
        guard let doors = hall.doors else { return try await hall.closed(context) }
        var scope = ServerScope(what, Form.query(of: request))
        var (others, note, trouble): ([Other], String?, String?) = ([], nil, nil)
        if !scope.hasServer, OpenAccount.isAddress(scope.address) {
          do {
            (others, note) = try await find(&scope, doors.discover)
          } catch let fault as Trouble {
            trouble = Words.sentence(fault)
          }
          if !scope.hasServer, trouble == nil {
            trouble = ConnectPage.unknown(scope.address)
          }
        }
        var page = ConnectPage(scope)
        (page.others, page.hasOthers, page.note, page.trouble) = (others, !others.isEmpty, note, trouble)
        page.isOpen = !page.hasServer
        if scope.address.isEmpty {
          page.address = try await hall.store.members(viewer.account).first { $0.id == viewer.member }?.email ?? ""
        }
        return try await hall.page("connect", page, title: what.title, at: .data, context)
      }
      router.post(RouterPath(what.path)) { request, context in
        let visit = try hall.proved(context, back: what.path)
        guard let doors = hall.doors else { return try await hall.closed(context) }
        let form = try await hall.form(request, context)
        let scope = ServerScope(what, Form(form["scope"]))
        var page = ConnectPage(scope)
        (page.authority, page.isWarranted) = (form["authority"], form.has("warrant"))
        do {
          try hall.attempts.note(["connect \(visit.viewer.member)"], at: hall.store.clock())
          var wish = try scope.wish(
            secret: form.exact("secret"), authority: form["authority"], isWarranted: form.has("warrant"))
          // What the browser was shown, not what is made of it now.
          wish.shown = form["words"]
          if let server = wish.server { try doors.server.check(server) }
          _ = try await AddSource(store: hall.store, gate: hall.gate, tryingAt: doors.server).run(
            visit.viewer.account, visit.viewer.member, wish)
          hall.attempts.forget(["connect \(visit.viewer.member)"])
          return Response.redirect(to: "/start", type: .normal)
        } catch let trouble as Trouble {
          page.trouble = Words.sentence(trouble)
          page.isOpen = trouble.what.hasPrefix("nothing answers") || trouble.what.contains("TLS")
          page.asksAuthority = trouble.what.contains("certificate")
        } catch let refusal as Refusal where refusal.promise == 39 || refusal.promise == 23 {
          page.trouble = Words.sentence(refusal)
        }
        page.asksAuthority = page.asksAuthority || !page.authority.isEmpty
        return try await hall.page(
          "connect", page, title: what.title, at: .data, context, status: .unprocessableContent)
      }
    }
  }

  /// What is told where no server is found: the domain, and what may have been meant by it.
  static func unknown(_ address: String) -> String {
    let domain = address.split(separator: "@").last.map(String.init) ?? address
    let meant =
      Domains.meant(by: domain).map { " Did you mean \(address.split(separator: "@").first ?? "")@\($0)?" } ?? ""
    return "No server is found for \(domain).\(meant) If it is typed right, name the server below, as your provider's "
      + "help pages say it."
  }

  /// Asks the name servers for the domain of the address; takes the likeliest, and lists the rest.
  private static func find(_ scope: inout ServerScope, _ discover: Discover) async throws -> ([Other], String?) {
    guard scope.what == .mailbox else {
      if let books = try await discover.books(of: scope.address).first(where: { $0.kind == scope.what.kind }) {
        scope.url = books.url
      }
      return ([], nil)
    }
    let found = try await discover.run(scope.address)
    guard let best = found.first else { return ([], nil) }
    let others = found.dropFirst().map { other in
      var there = scope
      there.take(other)
      return Other(
        href: scope.what.path + "?" + there.query, words: "\(other.server.host), port \(other.server.port)")
    }
    scope.take(best)
    return (others, best.note.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." })
  }
}
