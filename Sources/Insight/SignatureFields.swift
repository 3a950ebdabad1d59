import Formats

/// What the signature of a mail says of its author, each value with its place in the text.
public struct SignatureFields: Sendable, Equatable {
  /// A value as it is written.
  public struct Value: Sendable, Equatable {
    public var text: String
    /// In UTF-8 bytes of the text that was read.
    public var range: Range<Int>
    /// From 0 to 1.
    public var confidence: Double
  }

  /// A telephone number.
  public struct Telephone: Sendable, Equatable {
    /// What it is for, as the words beside it say.
    public enum Kind: String, Sendable, CaseIterable { case work, mobile, home, fax, pager, other }

    public var value: Value
    public var kind: Kind
    /// The number in E.164; nil for an extension alone and for what is no valid number.
    public var e164: String?
    /// Empty if none is written.
    public var ext: String
  }

  /// A page of the author on a social network.
  public struct Profile: Sendable, Equatable {
    /// `linkedin`, `twitter` and so on.
    public var network: String
    public var value: Value
  }

  public var name: Value?
  public var title: Value?
  public var organisation: Value?
  public var phones: [Telephone] = []
  public var emails: [Value] = []
  public var urls: [Value] = []
  public var profiles: [Profile] = []
  public var address: Value?

  public init() {}

  public var isEmpty: Bool { self == SignatureFields() }
}

extension MailReading {
  /// The fields of the signature; `region` (two letters) is where numbers without a country code belong.
  ///
  /// Without it the region follows from the author's address. Only lines of the signature are read, so nothing quoted
  /// counts.
  public func fields(region: String? = nil) -> SignatureFields {
    let lines = signatureLines
    guard !lines.isEmpty else { return SignatureFields() }
    let region = region ?? MailRegion.of(author.address)
    var fields = SignatureFields()
    var taken: [Range<Int>] = []
    for line in lines where roles[line] == .signature && !DeviceLine.isOne(line, of: split.text) {
      ContactReader(text: split.text, author: author, region: region, confidence: confidence).read(
        line, &fields, &taken)
    }
    // Three addresses and more are a list of people, no card, but for those that hold the author's name.
    if fields.emails.count >= 3 {
      fields.emails.removeAll { !isAuthors($0.text) }
    }
    let segments = lines.flatMap { SignatureSegment.cut($0, of: self, taken) }
    fields.address = PostalLines.find(in: segments, split.text, confidence)
    SignatureNames(
      segments: segments, author: author, text: split.text, confidence: confidence, hasContact: !taken.isEmpty
    ).read(&fields)
    return fields
  }

  /// Whether an address is the author's as the mail names it, or holds a name of the author.
  func isAuthors(_ address: String) -> Bool {
    let folded = foldedASCII(address)
    guard folded != author.address, let local = folded.split(separator: "@").first else { return true }
    return local.split { !$0.isALetter }.contains { piece in
      piece.utf8.count >= 3
        && author.names.contains { $0.utf8.count >= 3 && (piece == $0 || piece.hasSuffix($0) || piece.hasPrefix($0)) }
    }
  }
}

/// The region that a mail address speaks of.
enum MailRegion {
  private static let special = ["uk": "GB", "eu": "DE", "su": "RU", "ac": "GB"]

  /// `DE` of `ada@example.de`; hosts of no country count as American, where they come from.
  static func of(_ address: String) -> String {
    guard let dot = address.lastIndex(of: ".") else { return "US" }
    let last = address[address.index(after: dot)...]
    guard last.utf8.count == 2, last.utf8.allSatisfy({ $0 &- 97 < 26 }) else { return "US" }
    return special[String(last)] ?? last.uppercased()
  }
}
