public import ArgumentParser
public import Consent
public import Flows
public import Model
public import Site

// The nouns that stand on the command line, read the way they are printed.

extension ID: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension Instant: ExpressibleByArgument {
  public init?(argument: String) { self.init(iso: argument) }
}

extension ShareLevel: ExpressibleByArgument {
  public init?(argument: String) { self.init(word: argument) }
}

extension Listen: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

extension WebAddress: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  /// As it is written, for the help of a command.
  public var defaultValueDescription: String { location }
}

extension Source.Kind: ExpressibleByArgument {}
extension Depth: ExpressibleByArgument {}
extension Analysis: ExpressibleByArgument {}
extension Person.Kind: ExpressibleByArgument {}
extension Person.Standing: ExpressibleByArgument {}
extension Member.Role: ExpressibleByArgument {}
extension Fact.Field: ExpressibleByArgument {}
extension Interaction.Kind: ExpressibleByArgument {}
extension MailServer.Security: ExpressibleByArgument {}
