import Consent
public import Formats
public import Model
import NIOCore
public import Wire

/// Fetches the document in which a domain names its mail servers, from the two places where it may lie.
public struct AutoconfigReader: Sendable {
  /// One place of a document: the server and the path.
  public struct Place: Sendable {
    public var server: MailServer
    public var path: String

    public init(_ server: MailServer, _ path: String) {
      self.server = server
      self.path = path
    }
  }

  private let dialler: Dialler
  private let places: @Sendable (String) -> [Place]
  private let limits: Limits

  /// Looks at `places`: where the document of a domain may lie, the likelier first; all are of that domain's own.
  ///
  /// `patience`: how many seconds each may take to connect, and again to go on.
  public init(
    _ dialler: Dialler, patience: Int64 = 8, places: @escaping @Sendable (String) -> [Place] = AutoconfigReader.usual
  ) {
    self.dialler = dialler
    self.places = places
    limits = Limits(
      connect: .seconds(patience), quiet: .seconds(patience), progress: .seconds(patience),
      whole: .seconds(patience * 5 / 2))
  }

  /// Over TLS alone: in the clear, anybody on the way could name another server.
  public static func usual(_ domain: String) -> [Place] {
    [
      Place(MailServer(host: "autoconfig.\(domain)", port: 443), "/mail/config-v1.1.xml"),
      Place(MailServer(host: domain, port: 443), "/.well-known/autoconfig/mail/config-v1.1.xml"),
    ]
  }

  /// The mailboxes that the domain of an address names; none if it has no document that can be read.
  ///
  /// Only the domain is told, never the address. Most domains have no such host, so no fault of one place is worth
  /// telling; a redirect is not followed.
  public func mailboxes(of domain: String, for address: String) async throws -> [MailAutoconfig.Mailbox] {
    let sizes = HTTPLimits(body: MailAutoconfig.longest)
    for place in places(domain) {
      try Task.checkCancellation()
      let client = HTTPClient(dialler, place.server, limits: limits, sizes: sizes)
      guard let response = try? await client.fetch(place.path, under: Grant.Stamp(grant: ID(0), epoch: 0)),
        response.status == 200, let found = try? MailAutoconfig(response.body, for: address), !found.mailboxes.isEmpty
      else { continue }
      return found.mailboxes
    }
    return []
  }
}
