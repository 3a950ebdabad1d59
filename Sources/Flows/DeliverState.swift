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
  /// Changes of an earlier run that never arrived.
  var unsent: [Delivery] = []
  /// Records whose deletion at the destination the owner has accepted.
  var accepted: Set<ID<Person>> = []
  var openConflicts: [Conflict] = []
  private var byRemote: [String: RemoteRecord] = [:]
  private var byPerson: [ID<Person>: RemoteRecord] = [:]

  /// A change that arrived, with the link it leaves.
  struct Landed: Sendable {
    var delivery: Delivery
    var link: Link
  }

  /// Reads both sides; nothing is written.
  static func read(
    _ store: Store, _ crm: any CRM, _ destination: Destination, _ account: ID<Account>
  ) async throws -> DeliverState {
    let member = destination.member
    let id = destination.id
    let (people, links, open, conflicts) = try await store.read(account) { session in
      (
        try Links.people(account, member, in: session), try Links.all(account, id, in: session),
        try Deliveries.open(account, id, in: session), try Conflicts.all(account, id, in: session)
      )
    }
    let remote = try await crm.records()
    guard remote.isThere || links.isEmpty else {
      throw Trouble(
        "the CRM folder is gone, with \(links.count) records that were delivered there",
        "put it back or mount its disk, or revoke the destination")
    }
    var state = DeliverState(
      people: people, links: Dictionary(links.map { ($0.person, $0) }, uniquingKeysWith: { first, _ in first }),
      remote: remote)
    state.index()
    for delivery in open { state.sort(delivery) }
    state.openConflicts = conflicts.filter { $0.resolvedAt == nil }
    state.accepted = Set(conflicts.filter { $0.resolvedAt != nil && $0.matter == .deletedThere }.map(\.person))
    return state
  }

  private init(people: [DeliverablePerson], links: [ID<Person>: Link], remote: RemoteRecords) {
    self.people = people
    self.links = links
    self.remote = remote
  }

  private mutating func index() {
    for record in remote.records {
      byRemote[record.remote] = record
      guard let person = record.person else { continue }
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
    if let link = links[person], let record = byRemote[link.remote], record.person == nil || record.person == person {
      return record
    }
    return byPerson[person]
  }

  private mutating func sort(_ delivery: Delivery) {
    let person = delivery.person
    let record = record(of: person)
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

  func candidates(_ shaped: (FieldValues) -> FieldValues, fields: [FieldKey]) -> [CRMCandidate] {
    people.map { person in
      var link = CRMCandidate.Link.none
      let record = record(of: person.person)
      if let held = links[person.person] {
        link = .record(remote: record?.remote ?? held.remote, base: held.base, theirs: record?.values)
      } else if let record {
        link = .record(remote: record.remote, base: [:], theirs: record.values)
      }
      let ours = person.values.filter { fields.contains($0.key) }
      return CRMCandidate(
        person: person.person, kind: person.kind, restricted: person.restricted, interactions: person.interactions,
        hasCard: person.hasCard, ours: shaped(ours), link: link)
    }
  }

  /// Records that are nobody's yet; those that name a person, known here or not, are not up for adoption.
  var unlinked: [CRMRecord] {
    let taken = Set(links.values.map(\.remote))
    return remote.records.filter { $0.person == nil && !taken.contains($0.remote) }
      .map { CRMRecord(remote: $0.remote, values: $0.values) }
  }

  /// Persons whose record was deleted there, which nobody has decided on.
  var deletedThere: [ID<Person>] {
    people.filter { person in
      links[person.person] != nil && !person.restricted && record(of: person.person) == nil
        && !accepted.contains(person.person)
    }.map(\.person)
  }

  /// Persons of whom a deletion was accepted and whose record is there again.
  var restored: [ID<Person>] { accepted.filter { record(of: $0) != nil }.sorted() }
}
