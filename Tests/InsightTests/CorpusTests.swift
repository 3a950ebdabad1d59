import Formats
import Insight
import Model
import Testing

@Suite("what a company's mail shows of its addresses")
struct CorpusTests {
  @Test(
    "placeholders and scripts are found by behaviour in 12,975 mails",
    .enabled(if: DataFolder.holds("enron-inboxes"), "skipped: enron-inboxes not present"))
  func natures() {
    var seen: [String: HandleStatistics] = [:]
    var shapes: [String: Set<String>] = [:]
    var mails = 0
    for file in DataFolder.files("enron-inboxes/maildir") {
      let mail = MailParser().parseHeaders(DataFolder.bytes(file))
      let found = sightings(in: mail)
      mails += 1
      for sighting in found.sightings where sighting.role != .replyTo {
        var statistics = seen[sighting.address] ?? HandleStatistics(address: sighting.address)
        if sighting.role == .from {
          statistics.from += 1
          statistics.machineMails += found.author == .machine ? 1 : 0
          statistics.bulkMails += found.author == .bulk ? 1 : 0
          statistics.answering += subjectIsAnswer(mail.subject) ? 1 : 0
          let shape = subjectShape(mail.subject)
          shapes[sighting.address, default: []].insert(shape.isEmpty ? "\(mails)" : shape)
        } else {
          statistics.to += 1
        }
        let name = PersonName.clean(sighting.name)
        if !name.isEmpty { statistics.names[name, default: 0] += 1 }
        seen[sighting.address] = statistics
      }
    }
    var count: [HandleNature: Int] = [:]
    var busy: [HandleNature: Int] = [:]
    for (address, var statistics) in seen {
      statistics.subjectShapes = shapes[address]?.count ?? 0
      let nature = HandleNature.of(statistics).nature
      count[nature, default: 0] += 1
      if statistics.from >= 50 { busy[nature, default: 0] += 1 }
    }
    func line(_ counts: [HandleNature: Int]) -> String {
      HandleNature.allCases.map { "\($0) \(counts[$0] ?? 0)" }.joined(separator: ", ")
    }
    print("enron-inboxes: \(mails) mails, \(seen.count) addresses: \(line(count)); of 50 mails and more: \(line(busy))")
    #expect((busy[.placeholder] ?? 0) >= 2 && (busy[.machine] ?? 0) >= 2)
    #expect((count[.person] ?? 0) > seen.count * 8 / 10)
  }

  private func subjectIsAnswer(_ subject: String) -> Bool { subject.lowercased().hasPrefix("re:") }
}
