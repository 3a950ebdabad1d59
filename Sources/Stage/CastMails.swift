import Model

extension Cast {
  /// A year of Ada's mail: sixty letters about two houses, a loft and a bench, in order of time.
  public static let letters: [Letter] = (letters1 + letters2 + letters3 + letters4).enumerated().map { position, row in
    Letter(
      id: position + 1, from: row.from, to: row.to, cc: row.cc,
      sentAt: Instant(milliseconds: lastDay.milliseconds - row.daysAgo * Instant.day + row.hour * 3_600_000),
      subject: row.subject, body: row.body, extra: row.extra, answers: row.answers)
  }

  private static let lastDay = Instant(year: 2026, month: 11, day: 22)

  /// A letter as it is written down here.
  struct Row {
    var daysAgo: Int64
    var hour: Int64
    var from: Role
    var to: [Role]
    var cc: [Role] = []
    var subject: String
    var body: String
    var answers: Int?
    var extra: [String] = []

    init(
      _ daysAgo: Int64, _ hour: Int64, _ from: Role, _ to: [Role], cc: [Role] = [], re answers: Int? = nil,
      _ subject: String, _ body: String, extra: [String] = []
    ) {
      self.daysAgo = daysAgo
      self.hour = hour
      self.from = from
      self.to = to
      self.cc = cc
      self.subject = subject
      self.body = body
      self.answers = answers
      self.extra = extra
    }
  }

  static let robot = ["Auto-Submitted: auto-generated"]
  static let weekly = [
    "List-Unsubscribe: <https://paper.example/leave>", "List-Id: <weekly.paper.example>", "Precedence: bulk",
  ]

  private static let letters1: [Row] = [
    Row(
      320, 9, bob, [ada], "A house for three",
      """
      Dear Ada,

      we are looking for a house with three bedrooms and a garden, near a school. Is there anything on Mill Lane?

      Bob Brown
      +1 713-555-0101
      """),
    Row(
      320, 14, ada, [bob], re: 1, "Re: A house for three",
      """
      Dear Bob,

      there are two on Mill Lane. Number 12 has the better garden, number 30 the newer roof. When may I show you both?

      Ada Adler
      Adler Estates, +1 713-555-0100
      """),
    Row(
      319, 8, bob.elsewhere, [ada], re: 2, "Re: A house for three",
      """
      Thursday after work suits us. Please write to this address as well, I read it at the office.

      Bob
      """),
    Row(
      319, 9, ada, [bob.elsewhere], re: 3, "Re: A house for three",
      """
      Thursday at six then, in front of number 12. Bring good shoes, the garden is wet.

      Ada
      """),
    Row(
      316, 20, bob, [ada], "Number 12",
      """
      We liked number 12 very much. What does the seller ask, and is there a little room in the price?

      Bob
      """),
    Row(
      315, 10, ada, [hal], "Offer for 12 Mill Lane",
      """
      Dear Hal,

      I have a serious couple for your house on Mill Lane. They ask whether the price is firm. Shall we talk this week?

      Ada
      """),
    Row(
      315, 16, hal, [ada], re: 6, "Re: Offer for 12 Mill Lane",
      """
      Ada, I would go down a little for somebody who does not need months. Call me on +1 713-555-0108.

      Hal Hooper
      """),
    Row(
      314, 9, ada, [bob], "Number 12",
      """
      Good news: the seller moves a little if we are quick. I would offer this week and ask for the boiler papers.

      Ada
      """),
    Row(
      310, 11, bob, [ada], "Our offer",
      """
      Here is our offer for number 12, as we discussed. We can show the letter of the bank on Monday.

      Bob
      """),
    Row(
      309, 9, ada, [fay], cc: [bob], "Letter for Bob Brown",
      """
      Dear Fay,

      Bob Brown needs a letter about his loan by Monday. Could you look at it today?

      Ada
      """),
    Row(
      308, 15, fay, [ada], cc: [bob], re: 10, "Re: Letter for Bob Brown",
      """
      The letter is on its way. The rate holds for thirty days.

      Fay Fischer
      Loan officer, First Lender
      +1 713-555-0106
      """),
    Row(
      308, 16, ada, [fay], re: 11, "Re: Letter for Bob Brown",
      """
      Thank you, that was quick.

      Ada
      """),
    Row(
      300, 9, ada, [eli], cc: [cyd], "Contract for 12 Mill Lane",
      """
      Dear Eli,

      please prepare the contract for 12 Mill Lane. Seller Hooper, buyer Brown. Both want to sign before the month ends.

      Ada
      """),
    Row(
      298, 12, eli, [ada], cc: [cyd], re: 13, "Re: Contract for 12 Mill Lane",
      """
      The draft is ready. I miss the paper about the drain that runs below the neighbour.

      Eli Ember
      Notary
      """),
    Row(
      297, 8, ada, [hal], "A paper about the drain",
      """
      Hal, the notary asks for the paper about the drain. Is it among what you inherited with the house?

      Ada
      """),
  ]

  private static let letters2: [Row] = [
    Row(
      296, 19, hal, [ada], re: 15, "Re: A paper about the drain",
      """
      Found it in the cellar. I bring it tomorrow.

      Hal
      """),
    Row(
      290, 10, eli, [ada], "Signing on Friday",
      """
      Friday at ten, both parties, in my office. Please remind them to bring their passports.

      Eli Ember
      """),
    Row(
      290, 11, ada, [bob, hal], "Signing on Friday",
      """
      Dear both,

      we sign on Friday at ten at the notary. Please bring your passports.

      Ada
      """),
    Row(
      286, 18, bob, [ada], "Thank you",
      """
      We have the keys and cannot quite believe it. Thank you for your patience with our questions.

      Bob
      """),
    Row(
      250, 9, gus, [ada], "Roof of number 30",
      """
      I looked at the roof of 30 Mill Lane. Six tiles, one gutter, a day of work. From next week I have time.

      Gus Garner
      Garner Repairs
      +1 713-555-0107
      """),
    Row(
      250, 13, ada, [gus], re: 20, "Re: Roof of number 30",
      """
      Please go ahead, Gus. The key is with the neighbour at 28.

      Ada
      """),
    Row(
      243, 17, gus, [ada], "Roof is done",
      """
      Done. The bill comes by post.

      Gus
      """),
    Row(
      230, 9, jon, [ada], "Pictures of the loft",
      """
      Ada, the pictures of the loft on Canal Street are ready. The evening light was kind.

      Jon Jensen
      """),
    Row(
      230, 10, ada, [jon], re: 23, "Re: Pictures of the loft",
      """
      They are beautiful. Could you take one more of the kitchen without the bicycle?

      Ada
      """),
    Row(
      228, 8, jon, [ada], re: 23, "Re: Pictures of the loft",
      """
      The bicycle is gone.

      Jon
      """),
    Row(
      200, 9, dee, [ada], "Selling my flat",
      """
      Dear Ada,

      I think of selling my flat on Rose Square before the winter. What would you do first?

      Dee Dawson
      +1 713-555-0104
      """),
    Row(
      200, 12, ada, [dee], re: 26, "Re: Selling my flat",
      """
      Dear Dee,

      first the bathroom, then pictures, then patience. May I come by on Tuesday?

      Ada
      """),
    Row(
      199, 20, dee, [ada], re: 27, "Re: Selling my flat",
      """
      Tuesday evening is good. Please do not mention it to the neighbours yet.

      Dee
      """),
    Row(
      190, 9, ada, [dee], "Your flat on Rose Square",
      """
      Dee, here is what comparable flats went for this spring. I would begin a little higher and wait.

      Ada
      """),
    Row(
      180, 9, cyd, [ada], "Holiday list",
      """
      Ada, please put your weeks into the list until Friday.

      Cyd Castle
      Team administrator
      """),
  ]
}
