public import Model

/// The dialler refused: which rule, and what helps; nothing left the machine that the rule forbids.
public enum WireRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// The port is not on the list.
  case port(Int)
  /// The text is no host name and no plain address.
  case notAHost(HostFlaw)
  /// An address in a form no honest setting has (decimal, octal, hex, short); `meaning` is what a C library reads in it.
  case numberForm(meaning: IPAddress?)
  /// A name that by its form belongs to the inner network: `localhost`, `mail.internal`, a single label.
  case innerName(String)
  /// An address of a kind that is not dialled; one such answer refuses the whole name.
  case address(IPAddress, AddressKind)
  /// More bytes would leave than the limit allows; the surplus was not sent.
  case sentTooMuch(limit: Int)
  /// The other side sent more than the limit allows; the connection was closed.
  case receivedTooMuch(limit: Int)
  /// Without TLS only this very machine is dialled.
  case plaintext(CheckedAddress)
  /// A login was about to be sent on a connection that is not secured.
  case loginInTheClear
  /// The connection was not opened for this step, or has taken it before.
  case noUpgrade
  /// The grant was withdrawn; its connections were closed.
  case withdrawn

  public var remedy: Remedy {
    switch self {
    case .port(let port): .stop("the operator can allow port \(port)")
    case .notAHost, .numberForm: .stop("write the plain host name or address")
    case .innerName(let name): .stop("the operator can allow the host \(name)")
    case .address(let address, let kind):
      kind.isNeverDialled ? .stop("name another host") : .stop("the operator can allow \(address)")
    case .sentTooMuch, .receivedTooMuch: .stop("the limit can be raised in the settings")
    case .plaintext, .loginInTheClear: .stop("use TLS")
    case .noUpgrade: .stop("open the connection with STARTTLS")
    case .withdrawn: .stop("a new grant is needed")
    }
  }

  public var description: String {
    switch self {
    case .port(let port): "port \(port) is not dialled"
    case .notAHost(let flaw): "this is not a host name: \(flaw.rawValue)"
    case .numberForm(let meaning?): "this is a disguised form of the address \(meaning)"
    case .numberForm(nil): "this looks like an address and is none"
    case .innerName(let name): "\(name) is a name of the inner network"
    case .address(let address, let kind): "\(address) is a \(kind.rawValue) address"
    case .sentTooMuch(let limit): "more than \(limit) bytes would be sent"
    case .receivedTooMuch(let limit): "more than \(limit) bytes were received"
    case .plaintext(let address): "\(address) is not this machine, and there is no TLS"
    case .loginInTheClear: "the login would be sent in the clear"
    case .noUpgrade: "this connection cannot be raised to TLS or compression here"
    case .withdrawn: "the grant was withdrawn"
    }
  }
}

/// What is wrong with a text that should be a host.
public enum HostFlaw: String, Sendable, CaseIterable {
  case empty = "it is empty"
  case tooLong = "it is longer than 253 characters, or a part is longer than 63"
  case notASCII = "it has letters beyond ASCII (write an international name in its xn-- form)"
  case character = "it has a character that no host name has"
  case emptyLabel = "it has an empty part"
  case hyphen = "a part begins or ends with a hyphen"
  case zone = "it has an IPv6 zone"
  case address = "it is no valid IPv6 address"
}
