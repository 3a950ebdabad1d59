/// What one mail may cost: beyond a limit the rest is left out and named in `ParsedMail.trouble`.
public struct MailLimits: Sendable {
  /// How deep multiparts may nest.
  public var depth: Int
  /// How many parts are looked at.
  public var parts: Int
  /// Bytes of one header block.
  public var headerBytes: Int
  /// Addresses of one header field.
  public var addresses: Int
  /// Bytes of decoded text, all parts together.
  public var decodedBytes: Int

  public init(
    depth: Int = 64, parts: Int = 1_000, headerBytes: Int = 256 * 1024, addresses: Int = 10_000,
    decodedBytes: Int = 200 * 1024 * 1024
  ) {
    self.depth = depth
    self.parts = parts
    self.headerBytes = headerBytes
    self.addresses = addresses
    self.decodedBytes = decodedBytes
  }

  public static let standard = MailLimits()
}
