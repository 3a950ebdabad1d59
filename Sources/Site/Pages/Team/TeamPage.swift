import Consent
import Flows
import Hummingbird
import Model
import Store

/// The team: its members and who administrates, what each shows to whom, and by which rule (P008, P009, P030).
struct TeamPage: Sendable {
  struct Line: Sendable {
    var id: String
    var name: String
    var email: String
    var role: String
    var other: String
    var otherWords: String
    var since: String
    var isMe: Bool
    var hasCome: Bool
  }

  struct Rule: Sendable {
    var id: String
    var words: String
    var isMine: Bool
  }

  struct Choice: Sendable {
    var value: String
    var words: String
  }

  var members: [Line]
  var isTeam: Bool
  var administrates: Bool
  var rules: [Rule]
  var hasRules: Bool
  var colleagues: [Choice]
  var levels = TeamPage.levels.map { Choice(value: "\($0.0)", words: $0.1) }
  var done: String?
  var trouble: String?

  /// The ladder of sharing, in words.
  static let levels: [(ShareLevel, String)] = [
    (.directory, "names, addresses, organisations and how strong the tie is"),
    (.interactions, "the same, and when there was contact"),
    (.content, "everything: notes, subjects and texts of mails too"),
  ]

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/team") { request, context in
      let viewer = try context.signedIn().viewer
      var page = try await read(hall, viewer)
      page.done = said[Form.query(of: request)["done"]]
      return try await hall.page("team", page, title: "Your team", at: .account, context)
    }
    router.post("/team/invite") { request, context in
      let viewer = try hall.proved(context, back: "/team").viewer
      let form = try await hall.form(request, context)
      let invite = Invite(store: hall.store, gate: hall.gate)
      return try await answered(hall, viewer, context) {
        let token =
          if let member = ID<Member>(form["member"]) { try await invite.link(for: member, as: viewer) } else {
            try await invite.run(
              email: form["email"], name: form["name"], role: Member.Role(rawValue: form["role"]) ?? .member, as: viewer
            )
          }
        return try await hall.page(
          "invited", InvitedPage(path: "/welcome/\(token.text)"), title: "Invited", at: .account, context)
      }
    }
    router.post("/team/role") { request, context in
      let viewer = try hall.proved(context, back: "/team").viewer
      let form = try await hall.form(request, context)
      guard let member = ID<Member>(form["member"]), let role = Member.Role(rawValue: form["role"]) else {
        return Answer.nothing
      }
      return try await answered(hall, viewer, context) {
        try await Invite(store: hall.store, gate: hall.gate).set(role, of: member, as: viewer)
        return Response.redirect(to: "/team?done=role", type: .normal)
      }
    }
    router.post("/team/share") { request, context in
      let viewer = try hall.proved(context, back: "/team").viewer
      let form = try await hall.form(request, context)
      guard let level = ShareLevel(word: form["level"]) else { return Answer.nothing }
      _ = try await SharePeople(store: hall.store).share(
        nil, with: ID<Member>(form["with"]), at: level, as: viewer)
      return Response.redirect(to: "/team?done=shared", type: .normal)
    }
    router.post("/team/unshare") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let share = ID<Share>(form["share"]) else { return Answer.nothing }
      try await SharePeople(store: hall.store).unshare(share, as: viewer)
      return Response.redirect(to: "/team?done=unshared", type: .normal)
    }
  }

  private static let said = [
    "role": "The role was changed.", "shared": "It is shown from now on.",
    "unshared": "It is not shown any more, from this moment on.",
  ]

  /// What an act answers, or the page with what was wrong.
  private static func answered(
    _ hall: Hall, _ viewer: Viewer, _ context: SiteContext, _ act: () async throws -> Response
  ) async throws -> Response {
    do {
      return try await act()
    } catch let trouble as Trouble {
      var page = try await read(hall, viewer)
      page.trouble = Words.sentence(trouble)
      return try await hall.page(
        "team", page, title: "Your team", at: .account, context, status: .unprocessableContent)
    }
  }

  private static func read(_ hall: Hall, _ viewer: Viewer) async throws -> TeamPage {
    let members = try await hall.store.members(viewer.account)
    let shares = try await hall.store.shares(viewer)
    let names = Dictionary(members.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    let persons = try await hall.store.see(viewer) { session in
      var names: [ID<Person>: String] = [:]
      for person in Set(shares.compactMap(\.person)) {
        names[person] = try Seeing.person(person, in: session).map { PersonLine.name($0.person) }
      }
      return names
    }
    let rules = shares.map { share in
      let who = share.member == viewer.member ? "You show" : "\(names[share.member] ?? "A colleague") shows"
      let whom = share.with.map { $0 == viewer.member ? "you" : names[$0] ?? "a colleague" } ?? "every colleague"
      let what = share.person.map { persons[$0] ?? "one person" } ?? "all people"
      let level = levels.first { $0.0 == share.level }?.1 ?? ""
      return Rule(
        id: share.id.description, words: "\(who) \(whom) \(what): \(level).", isMine: share.member == viewer.member)
    }
    return TeamPage(
      members: try await lines(members, viewer, hall.store), isTeam: members.count > 1,
      administrates: viewer.role == .administrator, rules: rules, hasRules: !rules.isEmpty,
      colleagues: [Choice(value: "", words: "every colleague")]
        + members.filter { $0.id != viewer.member }.map { Choice(value: $0.id.description, words: $0.name) })
  }

  private static func lines(_ members: [Member], _ viewer: Viewer, _ store: Store) async throws -> [Line] {
    var lines: [Line] = []
    for member in members {
      let other = member.role == .administrator ? Member.Role.member : .administrator
      lines.append(
        Line(
          id: member.id.description, name: member.name, email: member.email, role: member.role.rawValue,
          other: other.rawValue, otherWords: other == .administrator ? "Make administrator" : "Make member",
          since: Words.date(member.joinedAt), isMe: member.id == viewer.member,
          hasCome: try await store.passwordHash(viewer.account, member.id) != nil))
    }
    return lines
  }
}

/// The link for whoever was invited, shown once.
struct InvitedPage: Sendable {
  var path: String

  static let template = """
    {{> head}}
    <h1>Send this link</h1>
    <p>It works once, for a day, and is not shown again. Whoever opens it is told who may see what before they are in.</p>
    <p class="card"><code>{{body.path}}</code></p>
    <p>Put the address of this server before it, as your browser shows it above this page.</p>
    <p><a class="button" href="/team">To the team</a></p>
    {{> foot}}
    """
}

extension TeamPage {
  static let template = """
    {{> head}}
    <p class="soft"><a href="/account">Account</a></p>
    <h1>Your team</h1>
    {{#body.done}}<p class="notice" role="status">{{body.done}}</p>{{/body.done}}
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    <section aria-labelledby="members">
    <h2 id="members">Who is in it</h2>
    <ul class="list">
    {{#body.members}}
    <li><span class="grow"><strong>{{name}}</strong>{{#isMe}} <span class="tag strong">you</span>{{/isMe}} <span class="tag">{{role}}</span><br>
    <small>{{email}}, since {{since}} (UTC){{^hasCome}}{{^isMe}}; has not come yet{{/isMe}}{{/hasCome}}</small></span>
    {{#body.administrates}}{{^isMe}}
    <form class="inline" method="post" action="/team/role">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="member" value="{{id}}">
    <button class="quiet" name="role" value="{{other}}" aria-label="{{otherWords}}: {{name}}">{{otherWords}}</button></form>
    {{^hasCome}}<form class="inline" method="post" action="/team/invite">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="member" value="{{id}}">
    <button class="quiet" aria-label="A new link for {{name}}">New link</button></form>{{/hasCome}}
    {{/isMe}}{{/body.administrates}}</li>
    {{/body.members}}
    </ul>
    </section>
    <section aria-labelledby="rules">
    <h2 id="rules">Who sees what, and by which rule</h2>
    <p>What nobody shares is seen by its owner alone, administrators included. Each look at a colleague's people stands in
    <a href="/data/ledger">the ledger</a>.</p>
    {{#body.hasRules}}
    <ul class="list">
    {{#body.rules}}
    <li><span class="grow">{{words}}</span>
    {{#isMine}}<form class="inline" method="post" action="/team/unshare">
    <input type="hidden" name="form" value="{{frame.form}}"><input type="hidden" name="share" value="{{id}}">
    <button class="quiet" aria-label="Take back: {{words}}">Take back</button></form>{{/isMine}}</li>
    {{/body.rules}}
    </ul>
    {{/body.hasRules}}
    {{^body.hasRules}}<p class="empty">Nothing is shared: everybody sees their own people alone.</p>{{/body.hasRules}}
    {{#body.isTeam}}
    <form class="stack" method="post" action="/team/share">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label>Show your people to <select name="with">{{#body.colleagues}}<option value="{{value}}">{{words}}</option>{{/body.colleagues}}</select></label>
    <label>What of them <select name="level">{{#body.levels}}<option value="{{value}}">{{words}}</option>{{/body.levels}}</select></label>
    <p><button class="quiet">Show them</button></p>
    </form>
    {{/body.isTeam}}
    </section>
    {{#body.administrates}}
    <section aria-labelledby="invite">
    <h2 id="invite">Invite somebody</h2>
    <form class="stack" method="post" action="/team/invite">
    <input type="hidden" name="form" value="{{frame.form}}">
    <label>E-mail address <input name="email" type="email" required autocomplete="off"></label>
    <label>Name <small>Optional.</small> <input name="name" autocomplete="off"></label>
    <label>Role <select name="role"><option value="member">member</option><option value="administrator">administrator</option></select></label>
    <p><button>Make a link</button></p>
    </form>
    </section>
    {{/body.administrates}}
    {{#body.isTeam}}{{^frame.isDemo}}<p><a class="button quiet" href="/team/leave">Leave the team …</a></p>{{/frame.isDemo}}{{/body.isTeam}}
    {{> foot}}
    """
}
