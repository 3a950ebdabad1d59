import Consent
import Flows
import Hummingbird
import Model
import Store

/// The kinds of CRM that people can be kept in step with.
struct DesignateKindsPage: Sendable {
  struct Line: Sendable {
    var href: String
    var name: String
    var about: String
  }

  var kinds = CRMKind.all.map { Line(href: "/connect/crm/\($0.kind.rawValue)", name: $0.name, about: $0.about) }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/start">First steps</a></p>
    <h1>Choose your CRM</h1>
    <p>First you read what would leave, and nothing leaves before you approve. From then on Kith keeps the CRM in step by itself; it asks you again if other fields are to leave.</p>
    <ul class="list">
    {{#body.kinds}}
    <li><span class="grow"><a href="{{href}}"><strong>{{name}}</strong></a><br><small>{{about}}</small></span></li>
    {{/body.kinds}}
    </ul>
    {{> foot}}
    """
}

/// What a kind of CRM is called, and what its page asks for.
struct CRMKind: Sendable {
  struct Field: Sendable {
    var name: String
    var words: String
    var help: String?
    var type: String
    var isRequired: Bool
    var value = ""
  }

  var kind: Destination.Kind
  var name: String
  var about: String
  var fields: [Field]

  private static func field(
    _ name: String, _ words: String, _ help: String? = nil, type: String = "text", isRequired: Bool = true,
    value: String = ""
  ) -> Field { Field(name: name, words: words, help: help, type: type, isRequired: isRequired, value: value) }

  private static let url = field("url", "Its address", "https://…, as you open it in the browser", type: "url")
  private static let sealed = "Kept sealed, opened only to log in there."

  static let all: [CRMKind] = [
    CRMKind(
      kind: .hubspot, name: "HubSpot", about: "People as contacts, organisations as companies.",
      fields: [
        field("secret", "Token of a private app", sealed, type: "password"),
        field("owner", "Number of the user whose records new ones become", "Optional.", isRequired: false),
      ]),
    CRMKind(
      kind: .espo, name: "EspoCRM", about: "People as contacts, organisations as accounts.",
      fields: [
        url, field("secret", "Key of an API user", sealed, type: "password"),
        field(
          "owner", "Id of the user whose meetings and calls they become", "Optional; else they are posted as notes.",
          isRequired: false),
      ]),
    CRMKind(
      kind: .tryton, name: "Tryton", about: "Version 6.0 or later: people and organisations as parties.",
      fields: [
        url, field("database", "Name of its database", "Its sign-in page shows it."),
        field("user", "User in whose name Kith reads and writes"),
        field("secret", "Password of that user", sealed, type: "password"),
      ]),
    CRMKind(
      kind: .amagi, name: "amagi-crm", about: "Contacts, tasks and appointments.",
      fields: [url, field("secret", "Token of a user", sealed, type: "password")]),
    CRMKind(
      kind: .carddav, name: "An address book (CardDAV)", about: "Cards on a server such as Nextcloud.",
      fields: [
        url, field("user", "Name to log in by"), field("secret", "Password there", sealed, type: "password"),
      ]),
    CRMKind(
      kind: .webhook, name: "A webhook", about: "An address of yours that is told each change as a signed event.",
      fields: [
        url,
        field("secret", "Signing secret", "whsec_ and 24 to 64 random bytes in Base64. Kept sealed.", type: "password"),
      ]),
    CRMKind(
      kind: .folder, name: "A folder of vCards",
      about: "On the server Kith runs on, with a table of all people: to try it.",
      fields: [
        field(
          "folder", "Name of the folder",
          "Letters, digits and dashes. It is made on the server, in a place of your account's own.",
          value: "crm")
      ]),
  ]
}

/// Names a CRM of one kind: its address and login, and in words what is kept in step there.
struct DesignatePage: Sendable {
  struct Level: Sendable {
    var value: String
    var words: String
    var isChosen: Bool
  }

  var name: String
  var action: String
  var words: String
  var fields: [CRMKind.Field]
  var levels: [Level]
  var hasLevels: Bool
  var hasServer: Bool
  var trouble: String?

  init(_ crm: CRMKind, _ form: Form?) {
    name = crm.name
    action = "/connect/crm/\(crm.kind.rawValue)"
    words = GrantWords.writing(crm.kind, activities: AddDestination.Wish.takesActivities(crm.kind) ? nil : "off")
    // A secret is never sent back.
    fields = crm.fields.map { field in
      var field = field
      if field.type != "password", let form { field.value = form[field.name] }
      return field
    }
    hasLevels = AddDestination.Wish.takesActivities(crm.kind)
    let chosen = form?["activities"] ?? ""
    levels = ["off", "metadata", "subject", "full"].map {
      Level(
        value: $0, words: GrantWords.entering($0), isChosen: chosen.isEmpty ? $0 == "off" : $0 == chosen)
    }
    hasServer = crm.kind != .folder
  }

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.get("/connect/crm") { _, context in
      _ = try context.signedIn()
      guard hall.doors != nil else { return try await hall.closed(context) }
      return try await hall.page("designate-kinds", DesignateKindsPage(), title: "Choose your CRM", at: .crm, context)
    }
    router.get("/connect/crm/:kind") { _, context in
      _ = try hall.proved(context)
      guard hall.doors != nil else { return try await hall.closed(context) }
      guard let crm = kind(context) else { return Answer.nothing }
      return try await hall.page("designate", DesignatePage(crm, nil), title: crm.name, at: .crm, context)
    }
    router.post("/connect/crm/:kind") { request, context in
      guard let crm = kind(context) else { return Answer.nothing }
      let visit = try hall.proved(context, back: "/connect/crm/\(crm.kind.rawValue)")
      guard let doors = hall.doors, let deliver = hall.deliver else { return try await hall.closed(context) }
      let form = try await hall.form(request, context)
      do {
        let added = try await AddDestination(deliver).add(
          try wish(crm.kind, form, doors, visit.viewer), as: visit.viewer)
        return Response.redirect(to: "/crm/\(added.id)", type: .normal)
      } catch let trouble as Trouble {
        var page = DesignatePage(crm, form)
        page.trouble = Words.sentence(trouble)
        return try await hall.page(
          "designate", page, title: crm.name, at: .crm, context, status: .unprocessableContent)
      }
    }
  }

  private static func kind(_ context: SiteContext) -> CRMKind? {
    CRMKind.all.first { $0.kind.rawValue == context.parameters.get("kind") }
  }

  private static func wish(
    _ kind: Destination.Kind, _ form: Form, _ doors: Doors, _ viewer: Viewer
  ) throws -> AddDestination.Wish {
    var wish = AddDestination.Wish(kind)
    if kind == .folder {
      // Whoever is on the site names a folder, never a path: each account has a place of its own.
      let name = form["folder"]
      guard !name.isEmpty, name.utf8.count <= 60, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" }) else {
        throw Trouble(
          "this is no name of a folder: a name of letters, digits and dashes is enough, not a path",
          "Kith makes the folder in a place of your account's own")
      }
      wish.folder = "\(doors.crms)/\(viewer.account)/\(viewer.member)/\(name)"
      wish.apart = doors.apart
      wish.isOurs = true
      return wish
    }
    guard let place = form["url"].isEmpty ? AddDestination.Wish.usualPlace(kind) : WebAddress(form["url"]) else {
      throw Trouble("this is no address of a server", "write it as https://crm.example.org/")
    }
    wish.place = place
    wish.authority = form["authority"].isEmpty ? nil : form["authority"]
    wish.user = form["user"]
    wish.secret = form["secret"]
    wish.database = form["database"]
    wish.owner = form["owner"]
    wish.activities = form["activities"]
    return wish
  }

  static let template = """
    {{> head}}
    <p class="soft"><a href="/connect/crm">Choose your CRM</a></p>
    <h1>{{body.name}}</h1>
    {{#body.trouble}}<p class="notice bad" role="alert">{{body.trouble}}</p>{{/body.trouble}}
    <h2>What you allow</h2>
    <p class="card">{{body.words}}</p>
    <form class="stack" method="post" action="{{body.action}}">
    <input type="hidden" name="form" value="{{frame.form}}">
    {{#body.fields}}
    <label>{{words}} {{#help}}<small>{{help}}</small>{{/help}}
    <input name="{{name}}" type="{{type}}"{{#isRequired}} required{{/isRequired}} value="{{value}}" autocomplete="off"></label>
    {{/body.fields}}
    {{#body.hasLevels}}
    <fieldset><legend>That you were in touch</legend>
    {{#body.levels}}
    <label class="check"><input type="radio" name="activities" value="{{value}}"{{#isChosen}} checked{{/isChosen}}> <span>{{words}}</span></label>
    {{/body.levels}}
    </fieldset>
    {{/body.hasLevels}}
    {{#body.hasServer}}
    <details><summary>The server has a certificate of its own</summary>
    <label>Certificate <small>In PEM; trusted for this server instead of the system's.</small>
    <textarea name="authority" rows="4" autocomplete="off" spellcheck="false"></textarea></label></details>
    {{/body.hasServer}}
    <p><button>Read what would leave</button></p>
    </form>
    {{> foot}}
    """
}
