import Consent
import Flows
import Hummingbird
import Model
import Store

/// One word of the owner's about one person or many, from whichever page: logged, put off, sorted, out of the way.
enum ActOnPeople {
  /// What the value of a button names.
  enum Verb: String, CaseIterable, Sendable {
    case log, snooze, dismiss, mute, unmute, archive, unarchive, delete, interval, put, take, skip, tag, untag
  }

  /// More people than this at once are no choice from a list.
  private static let most = 500

  static func add(to router: Router<SiteContext>, _ hall: Hall) {
    router.post("/people/act") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let verb = Verb(rawValue: form["do"]) else {
        throw Trouble("this button is not known", "reload the page and try again")
      }
      let named = form.all("person")
      let persons = named.compactMap { ID<Person>($0) }
      guard persons.count == named.count else { return Answer.nothing }
      guard !persons.isEmpty else { throw Trouble("nobody was chosen", "tick somebody first, then choose what to do") }
      guard persons.count <= most else { throw Trouble("these are more than \(most) people", "choose fewer at once") }
      return try await run(verb, persons, form, hall, viewer)
    }
    router.post("/tasks/:task/done") { request, context in
      let viewer = try context.signedIn().viewer
      let form = try await hall.form(request, context)
      guard let task = ID<Todo>(context.parameters.get("task") ?? "") else { return Answer.nothing }
      let entry = try await EditTodo(store: hall.store, gate: hall.gate).change(
        task, EditTodo.Change(isDone: true), as: viewer)
      return Notice.redirect(to: form["next"], .done, undo: entry.description)
    }
  }

  private static func run(
    _ verb: Verb, _ persons: [ID<Person>], _ form: Form, _ hall: Hall, _ viewer: Viewer
  ) async throws -> Response {
    let (store, gate, next) = (hall.store, hall.gate, form["next"])
    switch verb {
    case .log:
      let kind = Interaction.Kind(rawValue: form["kind"]) ?? .call
      guard persons.count == 1, let person = persons.first else {
        throw Trouble("a touch is logged with one person at a time", "log it on their line")
      }
      let made = try await LogTouch(store: store, gate: gate).log(
        kind, with: person, direction: form["direction"] == "in" ? .inward : .outward,
        at: try when(form["on"], store.clock()),
        words: form["words"], as: viewer)
      return Notice.redirect(to: next, .logged, undo: made.entry.description)
    case .put, .take:
      let sort = SortPeople(store: store, gate: gate)
      guard let bucket = ID<Bucket>(form["bucket"]) else {
        throw Trouble("no bucket was chosen", "choose one from the list")
      }
      let kept =
        try await verb == .put
        ? sort.put(persons, into: bucket, as: viewer) : sort.take(persons, outOf: bucket, as: viewer)
      return Notice.redirect(to: next, verb == .put ? .put : .taken, kept)
    case .tag, .untag:
      let kept = try await TagPeople(store: store, gate: gate).tag(
        persons, form["tag"], isOn: verb == .tag, as: viewer)
      return Notice.redirect(to: next, verb == .tag ? .tagged : .untagged, kept)
    case .snooze, .dismiss, .mute, .unmute, .archive, .unarchive, .delete, .interval, .skip:
      let (word, said) = try await word(verb, form, hall, viewer)
      let kept = try await EditFollowUp(store: store, gate: gate).say(word, about: persons, as: viewer)
      // Whoever was deleted has no page any more.
      return Notice.redirect(
        to: said == .deleted && next.hasPrefix("/people/") ? "/people" : next, said, kept, until: word.until)
    }
  }

  private static func word(
    _ verb: Verb, _ form: Form, _ hall: Hall, _ viewer: Viewer
  ) async throws -> (EditFollowUp.Word, Said) {
    switch verb {
    case .snooze:
      let zone = try await SetDay(store: hall.store).rules(viewer).zone
      let days = form["days"].isEmpty ? 7 : Int(form["days"]) ?? 0
      guard (1...3650).contains(days) else {
        throw Trouble("this is no number of days", "give one from 1 to 3650")
      }
      return (.snooze(until: zone.day(hall.store.clock()) + days), .snoozed)
    case .dismiss: return (.dismiss, .dismissed)
    case .mute: return (.mute(true), .muted)
    case .unmute: return (.mute(false), .unmuted)
    case .archive: return (.archive(true), .archived)
    case .unarchive: return (.archive(false), .unarchived)
    case .delete: return (.delete, .deleted)
    case .skip: return (.skip(true), .skipped)
    case .interval, .log, .put, .take, .tag, .untag:
      if form["days"].isEmpty { return (.interval(nil), .interval) }
      guard let days = Int(form["days"]) else {
        throw Trouble("this is no number of days", "give whole days, or nothing to leave it to the buckets")
      }
      return (.interval(days), .interval)
    }
  }

  /// Noon UTC of the day that was given, if that has been; nil for now.
  private static func when(_ text: String, _ now: Instant) throws -> Instant? {
    if text.isEmpty { return nil }
    guard let day = Day(iso: text) else { throw Trouble("this is no day", "give one like 2026-11-30") }
    let noon = day.midnight.advanced(byDays: 0.5)
    return noon > now && noon.advanced(byDays: -1) < now ? now : noon
  }
}

extension EditFollowUp.Word {
  /// Until which day somebody is put off.
  fileprivate var until: Day? {
    guard case .snooze(let day) = self else { return nil }
    return day
  }
}
