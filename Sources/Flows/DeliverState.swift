import Consent
import Model
import Outlets
import Plans
import Store

/// Both sides of a delivery as they stand now: what is held here, what stands there, and what is on its way.
struct DeliverState: Sendable {
  var people: [DeliverablePerson]
  /// By person; a change that landed before a crash counts as delivered already.
  var links: [ID<Person>: Link]
  var remote: RemoteRecords
  /// Changes of an earlier run that stand at the destination and were not entered here.
  var landed: [Landed] = []
  /// Changes of an earlier run that never arrived, or of which it is not known.
  var unsent: [Delivery] = []
  /// Records whose deletion at the destination the owner has accepted.
  var accepted: Set<ID<Person>> = []
  /// Open conflicts, and those that were decided.
  var openConflicts: [Conflict] = []
  /// What the open ones say, beside the entries as they are kept.
  var keptConflicts: [(words: [String], kept: Conflict)] = []
  var decided: [Conflict] = []
  /// What came in of each person before.
  var taken: [ID<Person>: FieldValues] = [:]
  /// Links of persons who were merged into somebody who had none: they are that person's now.
  var inherited: [Inheritance] = []
  /// What is sealed here and compared all the same.
  let details: DeliverDetails
  private var byRemote: [String: RemoteRecord] = [:]
  private var byPerson: [ID<Person>: RemoteRecord] = [:]
  private var byKey: [String: RemoteRecord] = [:]
  private var known: Set<ID<Person>> = []

  /// A change that arrived, with the link it leaves.
  struct Landed: Sendable {
    var delivery: Delivery
    var link: Link
    /// How the record stands now, where that is kept.
    var shadow: Shadow?
  }

  /// Reads this side; `remote` is what stands there.
  static func read(
    _ store: Store, _ remote: RemoteRecords, _ destination: Destination, _ account: ID<Account>,
    _ details: DeliverDetails
  ) async throws -> DeliverState {
    let member = destination.member
    let id = destination.id
    var (people, links, open, kept, taken, heirs) = try await store.read(account) { session in
      (
        try Links.people(account, member, in: session), try Links.all(account, id, in: session),
        try Deliveries.open(account, id, in: session),
        try Conflicts.all(account, id, in: session).filter { !$0.matter.isOfTask },
        try Links.received(account, id, in: session), try Links.heirs(account, id, in: session)
      )
    }
    guard remote.isThere || links.isEmpty else {
      throw Trouble(
        "the CRM folder is gone, with \(links.count) records that were delivered there",
        "put it back or mount its disk, or revoke the destination")
    }
    if !details.isEmpty {
      for place in people.indices {
        people[place].values = details.complete(people[place].values, of: people[place].person)
        let person = people[place].person
        let received = (taken[person] ?? [:]).filter { !details.fields.contains($0.key) }
        taken[person] = received.merging(details.received(of: person)) { $1 }
      }
      for place in links.indices { links[place].base = details.shown(links[place].base) }
      for place in open.indices {
        for side in [\Delivery.before, \.after, \.base] {
          open[place][keyPath: side] = details.shown(open[place][keyPath: side])
        }
      }
    }
    let conflicts = kept.map(details.shown)
    var state = DeliverState(
      people: people, links: Dictionary(links.map { ($0.person, $0) }, uniquingKeysWith: { first, _ in first }),
      remote: remote, details: details)
    state.inherit(heirs)
    state.index()
    for delivery in open { state.sort(delivery) }
    state.openConflicts = conflicts.filter { $0.resolvedAt == nil }
    state.keptConflicts = zip(conflicts, kept).filter { $0.0.resolvedAt == nil }.map { ($0.0.words, $0.1) }
    state.decided = conflicts.filter { $0.resolvedAt != nil }
    state.accepted = Set(
      state.decided.filter { [.deletedThere, .mergedThere].contains($0.matter) }.map(\.person))
    state.taken = taken
    return state
  }

  private init(
    people: [DeliverablePerson], links: [ID<Person>: Link], remote: RemoteRecords, details: DeliverDetails
  ) {
    self.details = details
    self.people = people
    self.links = links
    self.remote = remote
  }

  /// Gives links of persons who were merged away to those they were merged into.
  private mutating func inherit(_ heirs: [ID<Person>: ID<Person>]) {
    let there = Set(people.map(\.person))
    for (gone, link) in links.sorted(by: { $0.key < $1.key }) where !there.contains(gone) {
      guard let heir = heirs[gone], there.contains(heir), links[heir] == nil else { continue }
      var link = link
      link.person = heir
      links[heir] = link
      links[gone] = nil
      inherited.append(Inheritance(from: gone, link: link))
    }
  }

  private mutating func index() {
    known = Set(people.map(\.person)).union(links.keys)
    for record in remote.records {
      byRemote[record.remote] = record
      if let key = record.key, !key.isEmpty { byKey[key] = record }
      // A stamp that is nobody's here is another account's: the record may be somebody's here as well.
      guard let person = record.person, known.contains(person) else { continue }
      if let first = byPerson[person] {
        // Copied by hand: the one we know stays ours, else the first; the other is left alone.
        let ours = links[person]?.remote == record.remote
        byPerson[person] = ours ? record : first
        remote.leftAlone.append(.init(ours ? first.remote : record.remote, why: "a second file of one person"))
      } else {
        byPerson[person] = record
      }
    }
  }

  /// The record of a person at the destination, also if it was renamed there.
  func record(of person: ID<Person>) -> RemoteRecord? {
    if let link = links[person], let record = byRemote[link.remote],
      record.person.map({ $0 == person || !known.contains($0) }) ?? true
    {
      return record
    }
    return byPerson[person]
  }

  func record(named remote: String) -> RemoteRecord? { byRemote[remote] }

  private mutating func sort(_ delivery: Delivery) {
    let person = delivery.person
    let record = byKey[delivery.key] ?? record(of: person)
    if delivery.verb == .delete {
      if record == nil, var link = links[person] {
        link.key = delivery.key
        links[person] = link
        landed.append(Landed(delivery: delivery, link: link))
        return
      }
    } else if let record, record.key == delivery.key {
      // If it was edited by hand since, it is not what we wrote any more.
      let untouched = delivery.after.allSatisfy { (record.values[$0.key] ?? []) == $0.value }
      let link = Link(
        person: person, member: delivery.member, remote: record.remote, key: delivery.key,
        remoteDigest: untouched ? record.digest : "", base: delivery.base)
      links[person] = link
      landed.append(Landed(delivery: delivery, link: link))
      return
    }
    unsent.append(delivery)
  }

  // MARK: for the plan

  func candidates(
    _ shaped: (FieldValues, Person.Kind) -> FieldValues, fields: [FieldKey], history: DeliverHistory
  ) -> [CRMCandidate] {
    let fields = Set(fields)
    var decided: [ID<Person>: [Conflict]] = [:]
    for conflict in self.decided { decided[conflict.person, default: []].append(conflict) }
    let pending = Set(unsent.map(\.person))
    var open: [ID<Person>: [Conflict]] = [:]
    for conflict in openConflicts { open[conflict.person, default: []].append(conflict) }
    return people.map { person in
      let id = person.person
      var link = CRMCandidate.Link.none
      let record = record(of: id)
      if let held = links[id] {
        link = .record(remote: record?.remote ?? held.remote, base: held.base, theirs: record?.values)
      } else if let record {
        link = .record(remote: record.remote, base: [:], theirs: record.values)
      }
      let ours = shaped(person.values.filter { fields.contains($0.key) }, person.kind)
      let mine = decided[id] ?? []
      var context = MergeContext(
        taken: taken[id] ?? [:], changedHere: history.changes[id]?.mapValues(\.at) ?? [:],
        changedThere: record?.changedAt)
      for conflict in mine { conflict.remember(ours, isPending: pending.contains(id), in: &context) }
      for conflict in open[id] ?? [] { conflict.remember(&context) }
      return CRMCandidate(
        person: id, kind: person.kind, restricted: person.restricted, interactions: person.interactions,
        hasCard: person.hasCard, ours: ours, link: link, context: context,
        isNew: mine.contains { $0.matter == .match && $0.taken == "ours" })
    }
  }

  /// Records that are nobody's yet; those that name a person who is known here are not up for adoption.
  var unlinked: [CRMRecord] {
    let taken = Set(links.values.map(\.remote))
    return remote.records.filter { record in
      !taken.contains(record.remote) && record.person.map { !known.contains($0) } ?? true
    }.map(DeliverState.plain)
  }

  /// Records that are somebody's.
  var linked: [CRMRecord] {
    let taken = Set(links.values.map(\.remote))
    return remote.records.filter { taken.contains($0.remote) }.map(DeliverState.plain)
  }

  private static func plain(_ record: RemoteRecord) -> CRMRecord {
    CRMRecord(remote: record.remote, kind: record.kind, values: record.values, absorbed: record.absorbed)
  }

  /// Persons of whom a deletion was accepted and whose record is there again.
  var restored: [ID<Person>] { accepted.filter { record(of: $0) != nil }.sorted() }
}

extension Conflict {
  /// Values as lines, and back.
  static func text(_ values: [String]) -> String {
    values.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }.joined(separator: "\n")
  }

  static func values(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

  /// How a cause begins that is in the destination's own words.
  static let notTaken = "not taken there: "

  /// How a cause begins that does not say which value stands in the way, or that was found before anything left.
  static let refused = "refused: "

  /// The cause of an entry that says what stands there again because the owner undid a change.
  static let undone = "undone"

  /// What the destination did not take and nobody has decided on.
  fileprivate func remember(_ context: inout MergeContext) {
    guard case .field(let key) = matter, cause.hasPrefix(Conflict.notTaken) else { return }
    context.notTaken[key] = .init(Conflict.values(ours), why: String(cause.dropFirst(Conflict.notTaken.count)))
  }

  /// What a rule or the owner decided before about values that stand as they did; what a rule decided and nobody sent yet
  /// has overruled nobody.
  fileprivate func remember(_ ours: FieldValues, isPending: Bool, in context: inout MergeContext) {
    guard case .field(let key) = matter, Conflict.text(ours[key] ?? []) == self.ours else { return }
    if cause == "ruled-ours", !isPending { context.overwrote[key, default: []].append(Conflict.values(theirs)) }
    if taken == "theirs", ["insisted", Conflict.undone].contains(cause) {
      context.conceded[key, default: []].append(Conflict.values(theirs))
    }
  }
}
