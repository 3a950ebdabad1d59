/// The owner takes the account out as one sealed file; nothing is opened on the way.
public enum ExportAccount: Purpose {
  public typealias Yield = Never

  public static let declaration = Declaration(
    name: "export-account", use: "to respond to your requests: your data in your hands", promise: 122,
    basis: .legalObligation, opens: [], recipients: [.owner], ground: .ownersInstruction)
}

/// A person or the account is erased: keys are destroyed, content deleted, a tombstone left.
public enum EraseData: Purpose {
  public typealias Yield = Never

  public static let declaration = Declaration(
    name: "erase-data", use: "to respond to your requests: to delete your information", promise: 120,
    basis: .legalObligation, opens: [], recipients: [.nobody], ground: .ownersInstruction)
}
