public import Model

/// A provider of mail whose settings are well known: facts that it publishes itself.
public struct MailProvider: Sendable, Equatable {
  public var name: String
  public var host: String
  public var port: Int
  public var security: MailServer.Security
  /// What has to be done there before Kith can log in, in plain words; nil if nothing.
  public var note: String?

  /// The provider of an address's domain.
  public static func of(domain: String) -> MailProvider? {
    let domain = domain.lowercased()
    return table.first { $0.domains.contains(domain) }?.provider
  }

  /// The provider that takes the mail of a domain of somebody's own, by the host that takes it.
  public static func of(exchange: String) -> MailProvider? {
    let host = exchange.lowercased()
    return table.first { $0.exchanges.contains { host == $0 || host.hasSuffix("." + $0) } }?.provider
  }

  /// What has to be done at the provider of a host before Kith can log in.
  public static func note(host: String) -> String? {
    IMAPQuirks(host: host).passwordHint ?? table.first { $0.provider.host == host.lowercased() }?.provider.note
  }

  private init(
    _ name: String, _ host: String, _ port: Int = 993, _ note: String? = nil,
    _ security: MailServer.Security = .implicit
  ) {
    self.name = name
    self.host = host
    self.port = port
    self.security = security
    self.note = IMAPQuirks(host: host).passwordHint ?? note
  }

  private typealias Row = (provider: MailProvider, domains: [String], exchanges: [String])

  private static let bridge = "mails lie encrypted there: its Bridge must run on this machine, and shows host and login"

  private static let table: [Row] = [
    (MailProvider("Gmail", "imap.gmail.com"), ["gmail.com", "googlemail.com"], ["google.com", "googlemail.com"]),
    (
      MailProvider("Microsoft", "outlook.office365.com"),
      ["outlook.com", "hotmail.com", "live.com", "msn.com", "outlook.de", "hotmail.de", "live.de", "hotmail.co.uk"],
      ["mail.protection.outlook.com", "olc.protection.outlook.com", "mx.microsoft"]
    ),
    (MailProvider("iCloud", "imap.mail.me.com"), ["icloud.com", "me.com", "mac.com"], ["mail.icloud.com"]),
    (
      MailProvider("Yahoo", "imap.mail.yahoo.com"),
      ["yahoo.com", "ymail.com", "rocketmail.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es"],
      ["yahoodns.net"]
    ),
    (MailProvider("AOL", "imap.aol.com"), ["aol.com", "aim.com", "aol.de"], []),
    (
      MailProvider(
        "Fastmail", "imap.fastmail.com", 993, "Fastmail takes an app password only: Settings, Privacy & Security"),
      ["fastmail.com", "fastmail.fm"], ["messagingengine.com"]
    ),
    (
      MailProvider("GMX", "imap.gmx.net", 993, "IMAP must be switched on in GMX's settings: POP3/IMAP"),
      ["gmx.net", "gmx.de", "gmx.at", "gmx.ch"], []
    ),
    (
      MailProvider("GMX", "imap.gmx.com", 993, "IMAP must be switched on in GMX's settings: POP3/IMAP"),
      ["gmx.com", "gmx.us", "gmx.co.uk"], []
    ),
    (
      MailProvider("web.de", "imap.web.de", 993, "IMAP must be switched on in web.de's settings: POP3/IMAP"),
      ["web.de"], []
    ),
    (MailProvider("Posteo", "posteo.de"), ["posteo.de", "posteo.net", "posteo.at", "posteo.ch"], ["posteo.de"]),
    (MailProvider("mailbox.org", "imap.mailbox.org"), ["mailbox.org"], ["mailbox.org"]),
    (
      MailProvider(
        "Zoho", "imap.zoho.com", 993, "IMAP must be switched on in Zoho's settings; with two factors an app password"),
      ["zoho.com", "zohomail.com"], ["zoho.com"]
    ),
    (
      MailProvider(
        "Zoho", "imap.zoho.eu", 993, "IMAP must be switched on in Zoho's settings; with two factors an app password"),
      ["zohomail.eu"], ["zoho.eu"]
    ),
    (
      MailProvider("T-Online", "secureimap.t-online.de", 993, "T-Online takes the password for mail programs"),
      ["t-online.de", "magenta.de"], []
    ),
    (MailProvider("freenet", "mx.freenet.de"), ["freenet.de"], []),
    (MailProvider("IONOS", "imap.ionos.de"), [], ["ionos.de", "kundenserver.de"]),
    (MailProvider("Gandi", "mail.gandi.net"), [], ["mail.gandi.net"]),
    (MailProvider("OVH", "ssl0.ovh.net"), [], ["mail.ovh.net"]),
    (
      MailProvider("Proton", "127.0.0.1", 1143, bridge, .starttls),
      ["proton.me", "protonmail.com", "pm.me"], ["protonmail.ch"]
    ),
  ]
}
