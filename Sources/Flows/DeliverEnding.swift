import Consent
import Model
import Plans
import Store

/// Ends a change: link, base, journal and outbox in the one transaction it is called in.
struct DeliverEnding: Sendable {
  let account: ID<Account>
  let sealer: Sealer
  /// Whose keys the images of a person lie under, the main one first.
  let handles: [ID<Person>: [Handle]]
  let details: DeliverDetails
  let now: Instant

  var closer: DetailCloser { DetailCloser(details: details, sealer: sealer, handles: handles) }

  /// Enters what arrived; what another run has entered already is left as it is.
  func end(_ landed: DeliverState.Landed, conflict: ID<Conflict>, in session: any Session) throws {
    let delivery = landed.delivery
    guard try Deliveries.finish(delivery, account, in: session) else { return }
    // Who was merged away or erased meanwhile has no link; of the erased nothing is kept at all.
    guard let known = handles[delivery.person], !known.contains(where: sealer.isErased) else { return }
    try Links.keep([closer.closed(landed.link)], delivery.destination, at: now, account, in: session)
    if let shadow = landed.shadow {
      try Readings.keep([closer.closed(shadow)], of: delivery.destination, delivery.member, account, in: session)
    }
    let entry = JournalEntry(
      id: ID(delivery.id.rawValue), member: delivery.member, run: delivery.run, verb: delivery.verb,
      person: delivery.person, destination: delivery.destination, at: now, undoes: delivery.undoes)
    let images = try JournalText.images(
      before: delivery.before, after: delivery.after, of: known, entry, account, by: sealer)
    try Journals.insert(entry, images: images, account, in: session)
    if let undone = delivery.undoes { _ = try Journals.markUndone(undone, at: now, account, in: session) }
    switch delivery.verb {
    case .delete:
      // The owner's own wish: the record is neither made again nor listed as missing.
      try Conflicts.insert(
        Conflict(
          id: conflict, member: delivery.member, destination: delivery.destination, person: delivery.person,
          matter: .deletedThere, resolvedAt: now, taken: "theirs"), at: now, account, in: session)
    case .create: try Conflicts.forgetDeletion(delivery.person, delivery.destination, account, in: session)
    case .update, .receive, .merge, .unmerge, .edit, .task, .bucket, .followUp, .note, .touch, .enter: break
    }
  }
}

/// Values as the lines of a journal image: field, place, value.
enum JournalText {
  /// One image for each handle that a value belongs to, so that erasing a handle closes its part (P120).
  static func images(
    before: FieldValues, after: FieldValues, of known: [Handle], _ entry: JournalEntry, _ account: ID<Account>,
    by sealer: Sealer
  ) throws -> [JournalImages] {
    guard let main = known.first else { return [] }
    let before = split(before, among: known)
    let after = split(after, among: known)
    return try known.filter { $0 == main || before[$0] != nil || after[$0] != nil }.map { handle in
      try JournalImages(
        before: before[handle] ?? "", after: after[handle] ?? "", of: handle, entry: entry, account, by: sealer)
    }
  }

  /// The lines of each handle: an address or a number goes to its own handle, all else to the first.
  static func split(_ values: FieldValues, among handles: [Handle]) -> [Handle: String] {
    guard let main = handles.first else { return [:] }
    var out: [Handle: String] = [:]
    for field in values.keys.sorted() {
      guard let all = values[field] else { continue }
      for (place, value) in all.enumerated() {
        let own: Handle? =
          switch field.field {
          case .email: Handle(.email, fold(value))
          case .phone: Handle(.phone, value)
          default: nil
          }
        let handle = own.flatMap { handles.contains($0) ? $0 : nil } ?? main
        out[handle, default: ""] += line(field, place, value)
      }
    }
    return out
  }

  /// The values of images put together again; a field that was empty is missing.
  static func join(_ texts: [String]) -> FieldValues {
    var found: [FieldKey: [(Int, String)]] = [:]
    for line in texts.flatMap({ $0.split(separator: "\n") }) {
      let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, let field = FieldKey(name: parts[0]) else { continue }
      found[field, default: []].append((Int(parts[1]) ?? 0, unescaped(parts[2])))
    }
    return found.mapValues { $0.sorted { $0.0 < $1.0 }.map(\.1) }
  }

  private static func line(_ field: FieldKey, _ place: Int, _ value: String) -> String {
    "\(field.name)\t\(place)\t\(escaped(value))\n"
  }

  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 92 || $0 == 10 || $0 == 13 }) else { return text }
    return text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n").replacing("\r", with: "\\r")
  }

  private static func unescaped(_ text: Substring) -> String {
    var out = ""
    var escaped = false
    for scalar in text.unicodeScalars {
      if escaped {
        out.unicodeScalars.append(scalar == "n" ? "\n" : scalar == "r" ? "\r" : scalar)
        escaped = false
      } else if scalar == "\\" {
        escaped = true
      } else {
        out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
