public import Formats
public import Model

/// From so many others on a meeting is an audience: it is counted, and makes nobody met.
public let audience = 21

/// Who met whom in one occurrence of an event; nil where the owner met nobody.
///
/// Who declined was not there, and if that is the owner, nothing was. `isOwn` says that the calendar is the owner's: in
/// somebody else's the owner has to be named. The organiser stands in From, everybody else in To, the owner nowhere.
public func meeting(
  of guests: [EventGuest], owners: Set<String>, isOwn: Bool
) -> (found: MailSightings, direction: Interaction.Direction)? {
  var order: [String] = []
  var known: [String: EventGuest] = [:]
  for guest in guests {
    guard var held = known[guest.address] else {
      order.append(guest.address)
      known[guest.address] = guest
      continue
    }
    // The organiser stands there twice: once as such, once with an answer.
    held.isOrganizer = held.isOrganizer || guest.isOrganizer
    if held.name.isEmpty { held.name = guest.name }
    if held.answer == .open { held.answer = guest.answer }
    known[guest.address] = held
  }
  let all = order.compactMap { known[$0] }
  let own = all.filter { owners.contains($0.address) }
  guard isOwn || !own.isEmpty, !own.contains(where: { $0.answer == .declined }) else { return nil }
  let others = all.filter { !owners.contains($0.address) && $0.answer != .declined }
  if others.isEmpty { return nil }
  let found = MailSightings(
    sightings: others.map { .init(role: $0.isOrganizer ? .from : .to, address: $0.address, name: $0.name) },
    author: .person, viaList: others.count >= audience)
  let host = all.first(where: \.isOrganizer)
  return (found, host.map { owners.contains($0.address) } ?? true ? .outward : .inward)
}
