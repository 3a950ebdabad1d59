import Formats
public import Model
public import Readers
public import Wire

/// Finds how the mailbox of an address is reached: by the table of providers, else by what its domain publishes.
///
/// Name servers and the domain's own web server are asked about the domain, never about the address; no mail server is
/// dialled.
public struct Discover: Sendable {
  /// One way to a mailbox.
  public struct Found: Sendable, Equatable {
    public enum Origin: String, Sendable {
      /// A provider whose settings are known.
      case provider
      /// The provider that takes the domain's mail.
      case exchange
      /// What the domain says itself (RFC 6186).
      case service
      /// The same, in a document (autoconfig).
      case document
    }

    public var origin: Origin
    public var server: MailServer
    /// The name to log in by; mostly the address.
    public var user: String
    /// What the owner has to do first; nil if nothing is known.
    public var note: String?
  }

  private let lookup: RecordLookup
  private let documents: AutoconfigReader

  public init(lookup: RecordLookup = RecordLookup(), documents: AutoconfigReader) {
    self.lookup = lookup
    self.documents = documents
  }

  /// With the name servers and the network of the system; the owner's command is what allows to ask a domain.
  public init(rules: AddressRules, now: @escaping @Sendable () -> Instant) {
    self.init(
      documents: AutoconfigReader(.system(rules: rules, now: now, mayDial: { _, _ in }, maySend: { _ in })))
  }

  /// Ways to the mailbox of an address, the likeliest first; none if nothing is known.
  public func run(_ address: String) async throws -> [Found] {
    guard let at = address.lastIndex(of: "@") else { return [] }
    let domain = address[address.index(after: at)...].lowercased()
    if let provider = MailProvider.of(domain: domain) { return [Found(.provider, provider, address)] }
    var found: [Found] = []
    var isHeard = false
    for (service, security) in [("_imaps._tcp", MailServer.Security.implicit), ("_imap._tcp", .starttls)] {
      guard let answer = try await lookup.answer("\(service).\(domain)", .service) else { continue }
      isHeard = true
      for record in DNSRecords(answer).services.prefix(4) where !record.host.isEmpty {
        found.append(
          Found(
            origin: .service, server: server(record.host, record.port, security), user: address,
            note: MailProvider.note(host: record.host)))
      }
    }
    // A domain of one's own mostly lies at a provider; who takes its mail tells which.
    if let answer = try await lookup.answer(domain, .mailExchange) {
      isHeard = true
      let providers = DNSRecords(answer).exchanges.compactMap(MailProvider.of(exchange:))
      if let provider = providers.first, !found.contains(where: { $0.server.host == provider.host }) {
        found.append(Found(.exchange, provider, address))
      }
    }
    guard isHeard else { throw Trouble("no name server answers", "check the network") }
    guard found.isEmpty else { return found }
    return try await documents.mailboxes(of: domain, for: address).map {
      Found(origin: .document, server: $0.server, user: $0.user, note: MailProvider.note(host: $0.server.host))
    }
  }
}

extension Discover {
  /// A server of address books or calendars.
  public struct Books: Sendable, Equatable {
    public var kind: Source.Kind
    public var host: String
    public var port: Int
    /// Where reading begins: the server's well-known place tells the rest (RFC 6764 §5).
    public var url: String { "https://\(host)\(port == 443 ? "" : ":\(port)")/" }
  }

  /// The servers of address books and calendars that the domain of an address names (RFC 6764 §3), over TLS alone.
  public func books(of address: String) async throws -> [Books] {
    guard let at = address.lastIndex(of: "@") else { return [] }
    let domain = address[address.index(after: at)...].lowercased()
    var found: [Books] = []
    for (service, kind) in [("_carddavs._tcp", Source.Kind.carddav), ("_caldavs._tcp", .caldav)] {
      guard let answer = try await lookup.answer("\(service).\(domain)", .service) else { continue }
      for record in DNSRecords(answer).services.prefix(2) where !record.host.isEmpty {
        found.append(Books(kind: kind, host: record.host, port: record.port))
      }
    }
    return found
  }
}

/// A server with the kind of secret that it takes.
private func server(_ host: String, _ port: Int, _ security: MailServer.Security) -> MailServer {
  MailServer(
    host: host, port: port, security: security, secret: IMAPQuirks(host: host).takesPassword ? .password : .token)
}

extension Discover.Found {
  fileprivate init(_ origin: Origin, _ provider: MailProvider, _ address: String) {
    self.origin = origin
    user = address
    server = Flows.server(provider.host, provider.port, provider.security)
    note = provider.note
  }
}
