import Formats

/// The classes of words and phrases by which mail to many and the mail of programs give themselves away.
enum KindWords {
  /// Phrases of one class, of which a text may hold several.
  enum Class: Int, CaseIterable { case unsubscribe, noReply, account, sales, legal, viewing, disclaimer }

  private static let lists: [(Class, String)] = [
    (
      .unsubscribe,
      "unsubscribe|opt out|opt-out|optout|to be removed|be removed from|remove me|removed from our|no longer wish"
        + "|not wish to receive|rather not receive|prefer not to receive|remove yourself|future mailings|future e-mails"
        + "|future emails|this mailing list|our mailing list|email preferences|manage your|cancel your subscription"
        + "|stop receiving|with \"remove\"|word \"remove\"|word remove|\"remove\" in the|remove in the subject|subject of remove"
        + "|type remove|remove from|removal|abmelden|abbestellen|désabonner|désinscrire|cancelar suscripción|afmelden"
    ),
    (
      .noReply,
      "do not reply|do not respond|not reply to this|automated|automatically generated|auto-generated"
        + "|automatic notification|unattended mailbox|not monitored|not a monitored|system generated|generated automatically"
        + "|sent automatically|automatic response|automatisch erstellt|nicht auf diese"
    ),
    (
      .account,
      "your order|order number|order #|confirmation number|your account|your password|user name|username|user id|login"
        + "|log in to|your subscription|your registration|has been shipped|tracking number|customer service|customer care"
        + "|invoice|receipt of|thank you for shopping|thank you for your order|thank you for registering"
        + "|thank you for contacting|for your records|is now available|are now available|available for viewing"
        + "|awaiting your|waiting for your approval|ready for approval|pending your|has been approved|has been submitted"
        + "|has been updated|has been scheduled|has been received|has been generated|the following report"
        + "|the report named|to view this|to access the|at the following link|follow the link|link below"
    ),
    (
      .sales,
      "click here|click below|click on the link|limited time|special offer|free shipping|act now|order now|buy now"
        + "|sign up now|sign up today|call now|call today|toll free|toll-free|1-800|1-888|1-877|money back|guarantee"
        + "|risk free|risk-free|no obligation|save up to|% off|lowest price|discount|subscribe|register now|register online"
        + "|register today|congratulations|winner|prize|bonus|credit card|visit our|visit us at|our web site|our website"
        + "|free trial|at no cost|earn money|income|investment opportunity|mortgage|viagra|weight|adult|xxx|lowest rates"
        + "|million dollars|for more information|don't miss|brand new|exclusive|opportunity"
    ),
    (
      .legal,
      "copyright|all rights reserved|privacy policy|privacy statement|terms of use|terms and conditions|terms of service"
        + "|trademark|(c) 199|(c) 200|(c) 201|(c) 202|powered by"
    ),
    (
      .viewing,
      "having trouble viewing|view this email|view this message|view in your browser|view this newsletter"
        + "|trouble reading|html version|aol users|if you can't see|can't see|if you cannot"
    ),
    (.disclaimer, "intended recipient|confidential|privileged|intended for the"),
  ]

  /// All phrases at once, and the class of each.
  static let phrases = PhraseSet(lists.flatMap { list($0.1) })
  static let classes: [Class] = lists.flatMap { item in list(item.1).map { _ in item.0 } }

  private static func list(_ text: String) -> [[UInt8]] { text.split(separator: "|").map { Array($0.utf8) } }

  private static func set(_ text: String) -> Set<String> { Set(text.split(separator: " ").map(String.init)) }

  /// Words of talk among people who know each other.
  static let casual = set("lol ok okay yeah yep hey guys btw fyi asap pls gonna gotta haha")
  static let attached = set("attached attachment enclosed")
  static let thanks = set("thanks regards cheers")
  static let firstPerson = set("i i'm i'll i've i'd my me myself")
  static let secondPerson = set("you your")

  /// What a single word may show.
  struct Marks: OptionSet {
    let rawValue: UInt8
    static let casual = Marks(rawValue: 1)
    static let attached = Marks(rawValue: 2)
    static let thanks = Marks(rawValue: 4)
    static let first = Marks(rawValue: 8)
    static let second = Marks(rawValue: 16)
  }

  /// Whether a word may be in `marks`, by its length and its first letter; true for whatever is not ASCII.
  static func mayBeMarked(_ word: ArraySlice<UInt8>) -> Bool {
    guard let first = word.first, word.count < markShapes.count else { return true }
    guard first < 128 else { return true }
    return markShapes[word.count] >> UInt32((first | 32) & 31) & 1 == 1 || !word.allSatisfy { $0 < 128 }
  }

  /// By length in bytes: a bit for each first letter.
  private static let markShapes: [UInt32] = {
    var shapes = [UInt32](repeating: 0, count: 11)
    for word in marks.keys {
      guard let first = word.utf8.first, word.utf8.count < shapes.count else { continue }
      shapes[word.utf8.count] |= 1 << UInt32(first & 31)
    }
    return shapes
  }()

  /// All of these words in one table: a word is looked up once.
  static let marks: [String: Marks] = {
    var marks: [String: Marks] = ["thank": .thanks]
    let sets: [(Set<String>, Marks)] = [
      (casual, .casual), (attached, .attached), (thanks, .thanks), (firstPerson, .first), (secondPerson, .second),
    ]
    for (words, mark) in sets { for word in words { marks[word, default: []].insert(mark) } }
    return marks
  }()

  static let greetings = set("dear hello hi hey good")
  /// `Dear customer`: addressed to somebody without a name.
  static let nobody = set(
    "customer member user subscriber consumer friend sir madam valued investor reader shopper homeowner client colleague"
      + " traveler guest trader participant opportunity business webmaster internet email list")

  private static let salesSubject = set("free save offer offers sale win deal deals")
  private static let noticeSubject = set(
    "order confirm confirmation confirmed receipt notification notice notify reminder alert account status report expense"
      + " expenses registration subscription password outage")
  private static let issueSubject = set(
    "newsletter newsletters daily weekly news update issue headlines digest edition bulletin")
  private static let days = set(
    "january february march april may june july august september october november december monday tuesday wednesday"
      + " thursday friday")

  /// What a word in a subject shows; a day or a month shows a date only beside a number.
  static let subjectMarks: [String: KindFeatures] = {
    var marks: [String: KindFeatures] = [:]
    let sets: [(Set<String>, KindFeature)] = [
      (salesSubject, .subjectSales), (noticeSubject, .subjectNotice), (issueSubject, .subjectIssue),
      (days, .subjectDate),
    ]
    for (words, feature) in sets { for word in words { marks[word, default: KindFeatures()].insert(feature) } }
    return marks
  }()

  /// Labels of a host that only sends mail.
  static let hosts = set(
    "mail email em e enews news newsletter newsletters reply replies info offers offer promo bounce lists list mailer"
      + " update updates alerts alert inbox service customer feedback click response welcome notify notification"
      + " notifications marketing")

  /// Words in the address of an office or of a program.
  static let offices = set(
    "team center centre management communication communications committee notices customernotices questions security"
      + " exchange system systems executive chairman office program relations events conference solution solutions desk"
      + " helpdesk school foundation council report reports request requests confirm confirmation approval billing bill"
      + " ebill order orders admin service services customer corp news network energy trading tariff rates survey benefits"
      + " payroll training travel community")

  /// Words in the display name of a firm, an office or a program.
  static let firms = set(
    "inc llc ltd corp co com net team service services customer newsletter center centre online support news alert alerts"
      + " group club store shop offer offers deal deals daily weekly express network administrator department office system"
      + " systems notification notifications information info marketing sales subscription subscriptions magazine report"
      + " energy training program association society bank travel investor reward rewards saving savings loan loans quote"
      + " quotes mail web free best special specials communication communications central chairman executive committee"
      + " management performance evaluation exchange connection notice notices customernotices questions solutions computer"
      + " computers people industry announcement announcements relations public human resources general helpdesk desk"
      + " school university foundation council institute conference event events usa reservations security confirm"
      + " confirmation")
}
