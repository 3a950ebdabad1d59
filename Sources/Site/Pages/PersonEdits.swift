import Consent
import Flows
import Hummingbird
import Model

/// What the owner says of one person on their page: facts that stick, notes.
enum PersonEdits {
  /// The fields that are typed, with their names.
  static let fields: [(Fact.Field, String)] = [
    (.name, "Name"), (.given, "Given name"), (.family, "Family name"), (.email, "E-mail"), (.phone, "Telephone"),
    (.organisation, "Organisation"), (.title, "Title"), (.url, "Web"), (.address, "Address"), (.birthday, "Birthday"),
  ]

  static let names: [Fact.Field: String] = Dictionary(
    fields + [(.note, "Note on a card"), (.custom, "Field"), (.tag, "Tag")], uniquingKeysWith: { first, _ in first })

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.post("/people/:person/facts") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let id = ID<Person>(context.parameters.get("person") ?? ""),
        let field = Fact.Field(rawValue: form["field"]), let verb = verb(form["verb"], of: field)
      else { return Answer.nothing }
      do {
        if verb == .set, form["value"].isEmpty, !form.has("empty") {
          throw Trouble("there is nothing to keep", "type what is right")
        }
        let entry = try await EditPerson(store: hall.store, gate: hall.gate).edit(
          id, Edit(verb, field, form["value"], label: form["label"]), as: viewer)
        return Notice.redirect(to: "/people/\(id)", .edited, undo: entry.description)
      } catch let trouble as Trouble {
        return try await told(trouble, of: id, hall, viewer, context)
      }
    }
    router.post("/people/:person/notes") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let id = ID<Person>(context.parameters.get("person") ?? "") else { return Answer.nothing }
      do {
        let made = try await WriteNote(store: hall.store, gate: hall.gate).add(form["words"], about: id, as: viewer)
        return Notice.redirect(to: "/people/\(id)", .noted, undo: made.entry.description)
      } catch let trouble as Trouble {
        return try await told(trouble, of: id, hall, viewer, context)
      }
    }
    router.post("/notes/:note/remove") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let id = ID<Note>(context.parameters.get("note") ?? "") else { return Answer.nothing }
      let entry = try await WriteNote(store: hall.store, gate: hall.gate).remove(id, as: viewer)
      return Notice.redirect(to: form["next"], .edited, undo: entry.description)
    }
  }

  /// The person's page with what was wrong; of nobody there is none, whatever was asked.
  private static func told(
    _ trouble: Trouble, of id: ID<Person>, _ hall: Hall, _ viewer: Viewer, _ context: SiteContext
  ) async throws -> Response {
    var page = try await PersonPageView.read(id, hall, viewer)
    page.trouble = Words.sentence(trouble)
    return try await hall.page("person", page, title: page.name, at: .people, context, status: .unprocessableContent)
  }

  /// `put` sets what is one and adds to what are many.
  private static func verb(_ text: String, of field: Fact.Field) -> Edit.Verb? {
    text == "put" ? (field.isMulti ? .add : .set) : Edit.Verb(rawValue: text)
  }
}
