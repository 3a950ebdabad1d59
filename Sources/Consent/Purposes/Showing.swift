/// Content is shown to a named viewer who may see it.
public enum ShowToOwner: Purpose {
  public typealias Yield = PageText

  public static let declaration = Declaration(
    name: "show-to-owner", use: "to provide the service: you can view your information", promise: 87, basis: .contract,
    opens: [.subject, .body, .note, .attachmentName, .detail], recipients: [.viewer], ground: .viewing)
}

/// Text on its way to the page of one viewer.
public struct PageText: Sendable, Equatable {
  public let text: String

  public init(_ text: String) { self.text = text }
}
