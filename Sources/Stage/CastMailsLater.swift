/// The second half of the year.
extension Cast {
  static let letters3: [Row] = [
    Row(
      180, 21, dee, [ada], "I changed my mind",
      """
      Ada, I stay where I am. Please delete what you have about the flat and about me.

      Dee
      """),
    Row(
      179, 9, ada, [cyd], re: 30, "Re: Holiday list",
      """
      Done. I am away in the second half of August.

      Ada
      """),
    Row(
      150, 10, ivy, [ada], "Loft on Canal Street",
      """
      Hello,

      I saw the loft on Canal Street. Is the ceiling really four metres high? I have large paintings.

      Ivy Ito
      """),
    Row(
      150, 11, ada, [ivy], re: 33, "Re: Loft on Canal Street",
      """
      Dear Ivy,

      it is four metres and ten, I measured it. Would you like to see it in the morning light?

      Ada
      """),
    Row(
      149, 9, ivy, [ada], re: 34, "Re: Loft on Canal Street",
      """
      Saturday at nine, with my tape measure.

      Ivy
      """),
    Row(
      146, 18, ivy, [ada], "The loft",
      """
      It is smaller than I thought, and I want it. What happens next?

      Ivy
      """),
    Row(
      146, 19, ada, [ivy], re: 36, "Re: The loft",
      """
      Next you sleep over it. If you still want it on Monday I call the seller.

      Ada
      """),
    Row(
      144, 9, ivy, [ada], re: 37, "Re: The loft",
      """
      It is Monday, and I want it.

      Ivy
      """),
    Row(
      140, 9, ada, [fay], cc: [ivy], "Loan for a painter",
      """
      Fay, would you talk to Ivy Ito about a loan? She has good years and bad years, and keeps her papers in order.

      Ada
      """),
    Row(
      138, 14, fay, [ada], re: 39, "Re: Loan for a painter",
      """
      We met. It will work with a little more of her own money.

      Fay
      """),
    Row(
      120, 9, ada, [eli], "Contract for the loft",
      """
      Dear Eli,

      the loft on Canal Street goes to Ivy Ito. Would you draft it?

      Ada
      """),
    Row(
      118, 12, eli, [ada], re: 41, "Re: Contract for the loft",
      """
      You have it by Thursday.

      Eli
      """),
    Row(
      110, 18, ivy, [ada], "Keys",
      """
      The largest painting went in through the window. Thank you.

      Ivy
      """),
    Row(
      90, 9, portal, [ada], "New enquiry for 30 Mill Lane",
      """
      Somebody asked for 30 Mill Lane. Open the portal to answer.
      """, extra: robot),
    Row(
      80, 9, portal, [ada], "New enquiry for 30 Mill Lane",
      """
      Somebody asked for 30 Mill Lane. Open the portal to answer.
      """, extra: robot),
  ]

  static let letters4: [Row] = [
    Row(
      70, 9, portal, [ada], "Your listing ends soon",
      """
      Your listing of 30 Mill Lane ends in seven days.
      """, extra: robot),
    Row(
      65, 7, paper, [ada], "The market this week",
      """
      Prices rose a little in the north and fell a little in the south.

      Unsubscribe at any time.
      """, extra: weekly),
    Row(
      60, 9, hal, [ada], "My mother",
      """
      Ada, my mother wants to move closer to us. Two rooms, ground floor, near the market. Do you know of something?

      Hal
      """),
    Row(
      60, 10, ada, [hal], re: 48, "Re: My mother",
      """
      I do: a small one behind the market, with a bench before the door. It is not listed yet.

      Ada
      """),
    Row(
      59, 20, hal, [ada], re: 49, "Re: My mother",
      """
      She loved the bench. The rest is fine too.

      Hal
      """),
    Row(
      58, 7, paper, [ada], "The market this week",
      """
      Interest rates stand still, and so do the buyers.

      Unsubscribe at any time.
      """, extra: weekly),
    Row(
      51, 7, paper, [ada], "The market this week",
      """
      More gardens, fewer garages.

      Unsubscribe at any time.
      """, extra: weekly),
    Row(
      45, 9, ada, [gus], "A bench",
      """
      Gus, can the bench behind the market be mended before the first of December?

      Ada
      """),
    Row(
      44, 17, gus, [ada], re: 53, "Re: A bench",
      """
      It can. I paint it green unless somebody objects.

      Gus
      """),
    Row(
      30, 8, bob.elsewhere, [ada], "A friend of ours",
      """
      Ada, a friend from my office looks for a flat. May I give her your number?

      Bob
      """),
    Row(
      30, 9, ada, [bob.elsewhere], re: 55, "Re: A friend of ours",
      """
      Please do, and tell her that I am slow before nine.

      Ada
      """),
    Row(
      20, 16, cyd, [ada, gus, jon], "Summer party",
      """
      Dear all,

      it rained on the summer party, so we hold it again, inside. Please tell me whether you come.

      Cyd
      """),
    Row(
      20, 17, jon, [ada, cyd, gus], re: 57, "Re: Summer party",
      """
      I come and bring the camera.

      Jon
      """),
    Row(
      12, 9, ada, [ivy], "Your first winter",
      """
      Dear Ivy,

      is the loft warm enough? Gus could look at the windows.

      Ada
      """),
    Row(
      1, 18, bob, [ada], "One year soon",
      """
      Ada, in January it is a year since we first wrote. The apple tree on Mill Lane had apples. You should come by.

      Bob
      """),
  ]
}
