/// A method that works something out of what was read; each is declared, shown, and can be switched off (P022).
public enum Analysis: String, Sendable, CaseIterable {
  case searchWords = "search-words"
  case signatures
  case strength
  case uniteCards = "unite-cards"
  case mergeSuggestions = "merge-suggestions"
  case whomNext = "whom-next"
  case repliesOwed = "replies-owed"
  case replyTimes = "reply-times"
  case writingHours = "writing-hours"
  case rhythm
  case introductions

  /// What the customer has of it: the three functions the policy names.
  public enum Function: String, Sendable { case strengthen, track, leverage }

  /// What a method takes and gives, in the owner's words.
  public struct Declaration: Sendable, Equatable {
    public var function: Function
    public var inputs: String
    public var outputs: String
    /// The purpose under which it works; it gets nothing that this purpose may not open.
    public var purpose: String
    /// What is missing while it is off.
    public var without: String
  }

  public var declaration: Declaration {
    switch self {
    case .searchWords:
      Declaration(
        function: .leverage, inputs: "the words of mails", outputs: "blind tokens by which a mail is found",
        purpose: "build-index", without: "no mail is found by its words")
    case .signatures:
      Declaration(
        function: .strengthen, inputs: "the signatures of mails",
        outputs: "titles, firms, numbers and addresses of people",
        purpose: "find-people", without: "people say nothing of themselves but their name and address")
    case .strength:
      Declaration(
        function: .track, inputs: "who wrote to whom, and when", outputs: "one number for each person",
        purpose: "find-people", without: "people have no strength, and stand in no order of it")
    case .uniteCards:
      Declaration(
        function: .strengthen, inputs: "addresses and numbers on cards", outputs: "people that are one",
        purpose: "find-people", without: "cards and mail addresses stay apart until you merge them")
    case .mergeSuggestions:
      Declaration(
        function: .strengthen, inputs: "names and addresses of people", outputs: "pairs that may be one",
        purpose: "find-people", without: "nobody is proposed to be united with somebody")
    case .whomNext:
      Declaration(
        function: .leverage, inputs: "who wrote to whom, when, and which mails are on one subject",
        outputs: "a list of people to be in touch with, made anew each time and kept nowhere",
        purpose: "find-people", without: "nobody is proposed to be in touch with next")
    case .repliesOwed: .repliesOwed
    case .replyTimes: .replyTimes
    case .writingHours: .writingHours
    case .rhythm: .rhythm
    case .introductions: .introductions
    }
  }
}

/// The methods that say how to be in touch: what they tell is made anew each time and kept nowhere.
extension Analysis.Declaration {
  static let repliesOwed = Analysis.Declaration(
    function: .track, inputs: "what the authors' own words in mails of the last 60 days ask or promise",
    outputs: "mails you owe an answer, or what you promised",
    purpose: "find-people", without: "no answer that you owe is named, on no list of the day either")

  static let replyTimes = Analysis.Declaration(
    function: .track, inputs: "when you wrote to whom, and when they answered",
    outputs: "within how many hours somebody is likely to answer",
    purpose: "find-people", without: "nothing is told of when somebody answers")

  static let writingHours = Analysis.Declaration(
    function: .leverage, inputs: "at which hours and on which days people write to you",
    outputs: "the hour and the day to write to somebody",
    purpose: "find-people", without: "no hour to write at is told")

  static let rhythm = Analysis.Declaration(
    function: .strengthen, inputs: "on which days you were in touch with whom",
    outputs: "how often, and the bucket that fits",
    purpose: "find-people", without: "no bucket and no interval is proposed")

  static let introductions = Analysis.Declaration(
    function: .leverage, inputs: "who stands together in the mails you have",
    outputs: "who knows whom, who is missing among recipients, ways to somebody",
    purpose: "find-people", without: "nobody is proposed to be introduced, or to be written to as well")
}
