/// What several mails of one author say of the author together.
///
/// A value that stands in many signatures is surer than one that stood in one; a value that others replaced later loses.
public struct SignatureVotes: Sendable {
  /// One thing that one mail said.
  public struct Vote: Sendable, Hashable {
    public var field: Field
    /// `mobile`, `linkedin`: which of several.
    public var label: String
    public var value: String
    public var confidence: Double

    public init(_ field: Field, label: String = "", _ value: String, confidence: Double) {
      self.field = field
      self.label = label
      self.value = value
      self.confidence = confidence
    }
  }

  /// The fields a signature gives to a person.
  public enum Field: String, Sendable, CaseIterable { case name, title, organisation, phone, email, url, address }

  /// How sure a value is that so many mails of `mails` with a signature say, each as sure as `confidence`.
  ///
  /// Mails are no independent witnesses (a signature is copied), so each further one counts half as much as the one before.
  public static func confidence(_ confidence: Double, saidBy count: Int, of mails: Int) -> Double {
    guard count > 0 else { return 0 }
    var doubt = 1 - max(0, min(1, confidence))
    var share = 1.0
    for _ in 1..<max(count, 1) {
      share /= 2
      doubt *= 1 - share * 0.8
      if share < 0.01 { break }
    }
    // One among many: most likely somebody else's line, or an old one.
    let rarity = mails > 4 ? min(1, Double(count) * 4 / Double(mails)) : 1
    return (1 - doubt) * max(0.3, rarity)
  }
}

extension MailReading {
  /// What is proposed of the author by the signature: names of two words and more, numbers that can be dialled.
  ///
  /// The author's own address is known already, and an address that holds none of the author's names may be somebody
  /// else's; extensions and numbers without a country stand for nothing alone.
  public func proposals(region: String? = nil) -> [SignatureVotes.Vote] {
    let fields = fields(region: region)
    var votes: [SignatureVotes.Vote] = []
    func add(_ field: SignatureVotes.Field, _ value: SignatureFields.Value, _ text: String? = nil, label: String = "") {
      let text = (text ?? value.text).split(whereSeparator: \.isNewline).joined(separator: ", ")
      guard value.confidence >= MailReading.least, (2...200).contains(text.utf8.count) else { return }
      let vote = SignatureVotes.Vote(field, label: label, text, confidence: value.confidence)
      if !votes.contains(where: { $0.field == field && $0.value == text }) { votes.append(vote) }
    }
    if let name = fields.name, name.text.contains(" ") { add(.name, name, PersonName.clean(name.text)) }
    if let title = fields.title { add(.title, title) }
    if let organisation = fields.organisation { add(.organisation, organisation) }
    for phone in fields.phones {
      guard let number = phone.e164 else { continue }
      add(.phone, phone.value, phone.ext.isEmpty ? number : "\(number);ext=\(phone.ext)", label: phone.kind.rawValue)
    }
    for email in fields.emails where foldedASCII(email.text) != author.address && isAuthors(email.text) {
      add(.email, email, foldedASCII(email.text))
    }
    for url in fields.urls { add(.url, url) }
    for profile in fields.profiles { add(.url, profile.value, label: profile.network) }
    if let address = fields.address { add(.address, address) }
    return votes
  }

  /// What is less sure is not proposed.
  private static let least = 0.6
}
