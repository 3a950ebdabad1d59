import Formats
import Foundation
import Insight
import Model
import Testing

@Suite("whom to be in touch with")
struct NextTouchTests {
  private let now = Instant(year: 2026, month: 3, day: 1)

  private func touch(_ daysAgo: Double, _ direction: Interaction.Direction) -> Touch {
    Touch(at: now.advanced(byDays: -daysAgo), direction: direction)
  }

  @Test("parts sum to the score, and the future is not looked at")
  func sums() {
    let touches = ["bob@example.test": (0..<20).map { touch(Double($0) * 4 - 10, $0 % 2 == 0 ? .inward : .outward) }]
    let ranked = NextTouch.ranked(touches, at: now)
    #expect(ranked.count == 1)
    for next in ranked {
      #expect(next.parts.reduce(0) { $0 + $1.value } == next.score && (0...100).contains(next.score))
      #expect(next.lastContact < now)
    }
    let past = touches.mapValues { $0.filter { $0.at < now } }
    #expect(NextTouch.ranked(past, at: now) == ranked)
  }

  @Test("who is due comes before who was written to yesterday, all else being alike")
  func due() {
    let weekly = (1..<20).map { touch(Double($0) * 7 + 1, $0 % 2 == 0 ? .inward : .outward) }
    let fresh = weekly.map { Touch(at: $0.at.advanced(byDays: 7), direction: $0.direction) }
    let parts = NextTouch.ranked(["due@example.test": weekly, "fresh@example.test": fresh], at: now)
    func rhythm(_ address: String) -> Double {
      parts.first { $0.address == address }?.parts.first { $0.name == "rhythm" }?.value ?? 0
    }
    #expect(rhythm("due@example.test") > rhythm("fresh@example.test"))
  }

  @Test("quiet leaves out who was in contact lately, and top bounds the list")
  func quiet() {
    let touches = [
      "a@example.test": [touch(2, .outward)], "b@example.test": [touch(40, .outward)],
      "c@example.test": [touch(50, .inward)],
      "d@example.test": [touch(50, .between)],
    ]
    #expect(
      Set(NextTouch.ranked(touches, at: now, quietDays: 30).map(\.address)) == ["b@example.test", "c@example.test"])
    #expect(NextTouch.ranked(touches, at: now, top: 1).count == 1)
    #expect(NextTouch.ranked(touches, at: now).count == 3)
  }

  @Test(
    "ranks whom the owner writes to within 90 days, from what was before",
    .enabled(if: DataFolder.holds("enron-mailboxes-full"), "skipped: enron-mailboxes-full not present"))
  func predicts() throws {
    let box = try Mailbox("enron-mailboxes-full/maildir/delainey-d")
    let at = Instant(year: 2000, month: 10, day: 15)
    let end = at.advanced(byDays: 90)
    let later = Set(
      box.touches.filter { $0.value.contains { $0.at >= at && $0.at < end && $0.direction == .outward } }.keys)
    let scores = NextTouch.ranked(box.touches, at: at).map { ($0.address, $0.score) }
    let recency = NextTouch.ranked(box.touches, at: at).map { ($0.address, Double($0.lastContact.milliseconds)) }
    let rank = box.touches.compactMap { address, touches in
      touches.contains { $0.at < at && $0.direction != .between }
        ? (address, Strength.of(touches.filter { $0.at < at }, at: at).value) : nil
    }
    let auc = area(scores, later)
    print(
      "next: \(box.mails) mails, \(scores.count) known, \(scores.count { later.contains($0.0) }) written to;",
      "area under the curve \(auc), by recency \(area(recency, later)), by strength \(area(rank, later))")
    #expect(auc >= 0.75)
  }

  /// The share of pairs (one of `right`, one not) that the score puts in the right order; equal scores count half.
  private func area(_ scores: [(String, Double)], _ right: Set<String>) -> Double {
    let positive = scores.filter { right.contains($0.0) }.map(\.1)
    let negative = scores.filter { !right.contains($0.0) }.map(\.1)
    var won = 0.0
    for p in positive { for n in negative { won += p > n ? 1 : p == n ? 0.5 : 0 } }
    return won / Double(max(1, positive.count * negative.count))
  }
}

/// A mailbox's touches by address, each mail once however many folders hold it; the owner is who wrote what was sent.
struct Mailbox {
  var touches: [String: [Touch]] = [:]
  var mails = 0

  init(_ folder: String) throws {
    var seen: Set<[UInt8]> = []
    var found: [(MailSightings, Instant)] = []
    var senders: [String: [String: Int]] = [:]
    let now = Instant(year: 2003, month: 1, day: 1)
    for file in DataFolder.files(folder) {
      let mail = MailParser().parse(DataFolder.bytes(file))
      let sighted = sightings(in: mail)
      let place = file.split(separator: "/").dropLast().last.map(String.init) ?? ""
      if place.contains("sent"), let author = sighted.sightings.first(where: { $0.role == .from }) {
        senders[place, default: [:]][author.address, default: 0] += 1
      }
      guard seen.insert(twinForm(of: mail)).inserted, let at = contactTime(date: mail.date, now: now).at else {
        continue
      }
      found.append((sighted, at))
    }
    // Who writes most in a folder of sent mail is the owner; an assistant writes there too, but less.
    let owners = Set(senders.values.compactMap { $0.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key })
    try #require(!owners.isEmpty)
    mails = found.count
    for (sighted, at) in found {
      let direction = sighted.direction(owners: owners, delivered: true)
      let people = sighted.sightings.filter {
        !owners.contains($0.address) && $0.role != .replyTo && (direction == .outward) == ($0.role != .from)
      }
      for address in Set(people.map(\.address)) {
        touches[address, default: []].append(
          Touch(
            at: at, direction: direction, recipients: sighted.recipients, viaList: sighted.viaList,
            author: sighted.author))
      }
    }
  }
}
