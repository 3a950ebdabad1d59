/// What is below a mail and nobody's own words: disclaimers, advertisements of a mail service, footers of lists.
public enum FooterWords {
  private static let disclaimer = PhraseSet(
    QuoteWords.words(
      "confidential|recorded by|monitoring|archival|e-mail sent to or from|e-mail system|privileged|intended recipient|intended only|intended solely|intended for the|unauthorized|unauthorised"
        + "|strictly prohibited|is prohibited|received this|in error|delete the original|destroy|disclosure|disseminat"
        + "|the addressee|this e-mail|this email|this message|this communication|this transmission|virus|notify the sender"
        + "|notify us|reply e-mail|proprietary|attorney-client|attorney client|attorney/client|relied on by|binding and enforceable"
        + "|vertraulich|empfänger|irrtümlich|unbefugt|confidentiel|destinataire|erreur|confidencial|destinatario"
        + "|destinatário|riservat|vertrouwelijk|geadresseerde|fortrolig|konfidentiell|poufn|конфиденциальн|получател"))

  private static let footer = PhraseSet(
    QuoteWords.words(
      "to unsubscribe|unsubscribe:|unsubscribe from|to be removed|mailing list|do you yahoo|get your free|get email alerts|free, personal"
        + "|your favorite stores|msn explorer|msn messenger|join the world|hotmail is|send free video|promo.yahoo|im.yahoo"
        + "|explorer.msn|chat with friends|you are receiving|you received this|this list is|manage your subscription|view in browser"
        + "|privacy policy|all rights reserved|copyright |virus-free|virenfrei|avast|scanned by|list-unsubscribe|reply to this email directly"
        + "|yahoo! groups|yahoo! messenger|powered by|to post to|join us on|netscape mail|think before you print|consider the environment"
        + "|trademark|before printing|see attached file"))

  /// What a line has of them: words of disclaimers, at most 3, and whether it is a footer.
  public static func look(_ line: Int, of text: TextLines) -> (disclaiming: Int, isFooter: Bool) {
    let view = TextView(text.bytes, text.lines[line].trimmed)
    let folded = view.folded
    let disclaiming = view.range.count >= 20 ? disclaimer.count(in: folded, most: 3) : 0
    return (disclaiming, isFooter(view, folded))
  }

  static func isFooter(_ view: TextView) -> Bool { isFooter(view, view.folded) }

  private static func isFooter(_ view: TextView, _ folded: FoldedText) -> Bool {
    if isTag(view) || folded.text == "[image]" { return true }
    return view.range.count >= 8 && (footer.isIn(folded) || isAttachment(view))
  }

  /// A tag of HTML alone on its line, where somebody sent HTML as plain text.
  private static func isTag(_ view: TextView) -> Bool {
    guard view.range.count >= 3, let last = view.range.last else { return false }
    let (first, second) = (view.bytes[view.range.lowerBound], view.bytes[view.range.lowerBound + 1])
    return first == Byte.less && view.bytes[last] == Byte.greater
      && (Byte.isLetter(second) || second == UInt8(ascii: "/"))
      && !view.hasAddress && !view.folded.holds(Array("http".utf8))
  }

  /// ` - letter.doc`, `<<letter.doc>>`, `(See attached file: letter.doc)`: exports of mail programs name attachments so.
  static func isAttachment(_ view: TextView) -> Bool {
    let range = view.range
    guard range.count >= 6, range.count <= 300 else { return false }
    let bytes = view.bytes
    let (first, second) = (bytes[range.lowerBound], bytes[range.lowerBound + 1])
    if first == Byte.less, second == Byte.less || bytes[range.upperBound - 1] == Byte.greater {
      return bytes[range.upperBound - 1] == Byte.greater
        && (second == Byte.less || view.folded.holds(Array("embedded".utf8)))
    }
    guard first == Byte.minus, second == Byte.space else { return false }
    // A name with an ending of two to four letters.
    guard let dot = range.last(where: { bytes[$0] == Byte.dot }), (2...4).contains(range.upperBound - dot - 1) else {
      return false
    }
    return (dot + 1..<range.upperBound).allSatisfy { Byte.isLetter(bytes[$0]) || Byte.isDigit(bytes[$0]) }
  }
}
