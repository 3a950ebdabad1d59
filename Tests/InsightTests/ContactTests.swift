import Insight
import Model
import Testing

@Suite("what is asked, promised and owed; when to write and how often")
struct ContactTests {
  private let now = Instant(year: 2026, month: 3, day: 2)

  @Test(
    "questions, requests and promises in seven languages",
    arguments: [
      ("Shall we meet on Tuesday?", Asks.question), ("Please let me know what you think.", .request),
      ("I'll send the plan tomorrow.", .promise), ("I will get back to you.", .promise),
      ("Könnten Sie mir den Plan schicken?", [.question, .request]), ("Ich melde mich morgen.", .promise),
      ("Pourriez-vous confirmer ?", [.question, .request]), ("Je vous envoie le plan demain.", .promise),
      ("¿Puedes venir el lunes?", [.question, .request]), ("Te llamo mañana.", .promise),
      ("Puoi venire?", [.question, .request]), ("Ti faccio sapere.", .promise),
      ("Kun je morgen bellen?", [.question, .request]), ("Ik stuur het plan.", .promise),
      ("Você pode ligar?", [.question, .request]), ("Vou enviar amanhã.", .promise),
    ] as [(String, Asks)])
  func asks(_ text: String, _ expected: Asks) {
    #expect(Asks(text: text) == expected)
  }

  @Test(
    "courtesies, addresses of pages and refusals ask and promise nothing",
    arguments: [
      "Hi Ada, all well here.", "How are you?", "See https://example.org/a?b=1 for the plan.", "I will not send it.",
      "I'll be out until Monday.", "Thanks for the plan!",
    ])
  func nothing(_ text: String) {
    #expect(Asks(text: text).isEmpty)
  }

  @Test("a question in what is quoted or signed is nobody's")
  func quoted() {
    let text = "Fine by me.\n\nAda\n\n> Shall we meet on Tuesday?\n"
    #expect(Asks(MailReading(text: text, name: "Ada Example", address: "ada@example.org")).isEmpty)
    let own = "Shall we meet on Tuesday?\n\n> Fine by me.\n"
    #expect(Asks(MailReading(text: own, name: "Ada Example", address: "ada@example.org")) == .question)
  }

  private func letter(
    _ ago: Double, _ isOutward: Bool, _ asks: Asks, recipients: Int = 1, thread: UInt64? = nil
  ) -> Letter {
    Letter(at: now.advanced(byDays: -ago), isOutward: isOutward, asks: asks, recipients: recipients, thread: thread)
  }

  @Test("a question to me is owed until I write in that exchange")
  func owed() {
    #expect(ReplyOwed.open([letter(3, false, .question)], at: now).map(\.kind) == [.answer])
    #expect(ReplyOwed.open([letter(3, false, .question), letter(1, true, [])], at: now).isEmpty)
    let other = [letter(3, false, .question, thread: 1), letter(1, true, [], thread: 2)]
    #expect(ReplyOwed.open(other, at: now).count == 1)
    #expect(ReplyOwed.open(other + [letter(0.5, true, [], thread: 1)], at: now).isEmpty)
    #expect(ReplyOwed.open([letter(3, false, [])], at: now).isEmpty)
  }

  @Test("what is asked of many, long ago or later than the instant is not owed")
  func notOwed() {
    #expect(ReplyOwed.open([letter(3, false, .question, recipients: 12)], at: now).isEmpty)
    #expect(ReplyOwed.open([letter(90, false, .question)], at: now).isEmpty)
    #expect(ReplyOwed.open([letter(-1, false, .question)], at: now).isEmpty)
  }

  @Test("a promise of mine is owed until I write again, and says so")
  func promised() throws {
    let open = ReplyOwed.open([letter(5, true, .promise)], at: now)
    #expect(open.map(\.kind) == [.promise])
    #expect(open.first?.why == "You promised something 5 days ago, and have not written since.")
    #expect(ReplyOwed.open([letter(5, true, .promise), letter(2, true, [])], at: now).isEmpty)
  }

  @Test("only what may still be owed for has to be opened: young, among few, not answered, and not a mere copy")
  func undecided() {
    func letter(
      _ id: Int64, _ ago: Double, _ isOutward: Bool = false, recipients: Int = 1, thread: UInt64 = 1
    ) -> Letter {
      Letter(
        at: now.advanced(byDays: -ago), isOutward: isOutward, asks: [], recipients: recipients, thread: thread,
        interaction: id > 0 ? ID(id) : nil)
    }
    let letters = [
      letter(1, 20), letter(2, 10, true), letter(3, 5), letter(4, 4, recipients: 9), letter(5, 90, thread: 2),
      letter(6, 3, thread: 3), letter(0, 2, true, thread: 3), letter(7, 1, true, thread: 4), letter(8, -1),
    ]
    #expect(ReplyOwed.undecided(letters, at: now).compactMap(\.interaction) == [2, 3, 7].map { ID($0) })
    var asking = letters
    asking[2].asks = .question
    asking[7].asks = .promise
    #expect(ReplyOwed.open(asking, at: now).map(\.interaction) == [ID(3), ID(7)])
  }

  private func touch(_ ago: Double, _ direction: Interaction.Direction) -> Touch {
    Touch(at: now.advanced(byDays: -ago), direction: direction)
  }

  @Test("who answers within hours is expected to, and one answer does not outvote everybody")
  func replyTimes() throws {
    func times(_ count: Int, asked: Double, answered: Double) -> ReplyTimes {
      var touches: [Touch] = []
      for number in 0..<count {
        touches.append(touch(Double(number) * 9 + asked, .outward))
        touches.append(touch(Double(number) * 9 + answered, .inward))
      }
      return ReplyTimes(touches, at: now)
    }
    let quick = times(10, asked: 1, answered: 0.9)
    let slow = times(20, asked: 8, answered: 3)
    let likely = try #require(quick.likely(among: slow))
    #expect(likely.hours < 6 && likely.chance > 0.9)
    let one = ReplyTimes([touch(1, .outward), touch(0.9, .inward)], at: now)
    #expect(try #require(one.likely(among: slow)).hours > 24)
    #expect(try #require(ReplyTimes().likely(among: slow)).hours > 48)
    #expect(ReplyTimes().likely(among: ReplyTimes()) == nil)
  }

  @Test("what was never answered lowers the chance, what is young does not")
  func unanswered() throws {
    let never = ReplyTimes(
      [touch(40, .outward), touch(60, .outward), touch(61, .inward), touch(62, .outward)], at: now)
    #expect(never.counts.last == 2)
    #expect(ReplyTimes([touch(3, .outward)], at: now).counts.reduce(0, +) == 0)
  }

  @Test("what a program sends in their name is no answer, and a mail between others ends no waiting")
  func answeringMachine() {
    var note = touch(5.9, .inward)
    note.author = .machine
    let times = ReplyTimes(
      [touch(6, .outward), note, touch(5.5, .between), touch(5, .inward)], at: now)
    // A day: between sixteen and twenty-four hours.
    #expect(times.counts.firstIndex(of: 1) == ReplyTimes.ends.firstIndex(of: 24))
    #expect(times.counts.reduce(0, +) == 1)
  }

  @Test("the best hour is theirs if they write enough, else everybody's, in the owner's own time")
  func hours() throws {
    var own = WritingHours()
    var all = WritingHours()
    for day in 0..<20 {
      own.add(Instant(year: 2026, month: 1, day: 5 + day % 5, hour: 7))
      all.add(Instant(year: 2026, month: 1, day: 8, hour: 15))
    }
    #expect(try #require(own.best(among: all)).hour == 7)
    #expect(try #require(WritingHours().best(among: all)).hour == 15)
    // 2026-01-08 is a Thursday.
    #expect(try #require(WritingHours().best(among: all)).day == 3)
    let east = WritingHours(
      [Touch(at: Instant(year: 2026, month: 1, day: 8, hour: 15), direction: .inward)], at: now
    ) { _ in 120 }
    #expect(east.hours[17] == 1)
    #expect(WritingHours().best(among: WritingHours()) == nil)
  }

  @Test("a bucket is proposed by the real rhythm, and one long silence changes nothing")
  func rhythm() throws {
    let days: [Double] = [300, 171, 140, 110, 80, 50, 20]
    let monthly = days.map { touch($0, $0 == 80 ? .inward : .outward) }
    let rhythm = try #require(Rhythm(monthly, at: now))
    #expect(rhythm.days == 30)
    let suggestion = try #require(rhythm.suggestion())
    #expect(suggestion.bucket.days == 30)
    #expect(suggestion.why.contains("every 30 days"))
    #expect(Rhythm(Array(monthly.prefix(3)), at: now) == nil)
    #expect(rhythm.suggestion(among: [.init("mine", 60), .init("yours", 7)])?.bucket.name == "mine")
  }
}
