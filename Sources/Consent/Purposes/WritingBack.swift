/// What the owner typed is written back into the card it corrects, by leave.
///
/// A grant of its own and a yes to exactly each change; no content is opened (P013).
public enum WriteBack: Purpose {
  public typealias Yield = Never

  public static let declaration = Declaration(
    name: "write-back", use: "you can edit and correct your information, where it came from too", promise: 13,
    basis: .consent, opens: [], recipients: [.source], ground: .sourceWrite)
}
