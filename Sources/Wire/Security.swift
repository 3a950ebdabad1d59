public import Model
import NIOCore
import NIOSSL
import Synchronization

/// How the bytes of a connection are protected; there is no way to open one without saying it.
public enum Security: Sendable, Hashable {
  /// TLS from the first byte (RFC 8314 §3).
  case implicitTLS(TrustRoots)
  /// Plain at first; the body asks for `startTLS` before it says anything that matters (RFC 3501 §6.2.1).
  case startTLS(TrustRoots)
  /// None: refused unless every address of the host is a loopback address.
  case none

  public init(_ server: MailServer) {
    let roots = server.authority.map { TrustRoots.pem($0) } ?? .system
    self =
      switch server.security {
      case .implicit: .implicitTLS(roots)
      case .starttls: .startTLS(roots)
      case .none: .none
      }
  }

  var roots: TrustRoots? {
    switch self {
    case .implicitTLS(let roots), .startTLS(let roots): roots
    case .none: nil
    }
  }
}

/// Whose word is taken for who a server is.
public enum TrustRoots: Sendable, Hashable {
  /// The authorities that the system trusts.
  case system
  /// Certificates in PEM that are trusted instead of the system's.
  case pem(String)
}

/// The TLS settings of each set of roots, made once: reading the system's roots takes tens of milliseconds.
final class TLSContexts: Sendable {
  private let made = Mutex<[TrustRoots: NIOSSLContext]>([:])
  /// A process with more authorities than this forgets them and reads them again.
  private static let limit = 64

  func context(_ roots: TrustRoots) throws -> NIOSSLContext {
    if let known = made.withLock({ $0[roots] }) { return known }
    let context = try TLSContexts.make(roots)
    made.withLock {
      if $0.count >= TLSContexts.limit { $0.removeAll() }
      $0[roots] = context
    }
    return context
  }

  private static func make(_ roots: TrustRoots) throws -> NIOSSLContext {
    var settings = TLSConfiguration.makeClientConfiguration()
    // RFC 8314 §4.1, RFC 8996: nothing below TLS 1.2.
    settings.minimumTLSVersion = .tlsv12
    settings.certificateVerification = .fullVerification
    settings.shutdownTimeout = .seconds(1)
    if case .pem(let text) = roots {
      guard let found = try? NIOSSLCertificate.fromPEMBytes(Array(text.utf8)), !found.isEmpty else {
        throw Trouble("the authority's certificates cannot be read", "name a file in PEM by --ca")
      }
      settings.trustRoots = .certificates(found)
    }
    do {
      return try NIOSSLContext(configuration: settings)
    } catch {
      throw Trouble("the authorities that are trusted could not be loaded", "install ca-certificates, or use --ca FILE")
    }
  }
}
