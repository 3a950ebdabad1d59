import Consent
import Model
import NIOCore
import NIOSSL
import Synchronization
import Testing

@testable import Wire

@Suite(.serialized, .timeLimit(.minutes(5))) struct UpgradeTests {
  /// Greets, asks for TLS, reads until the consent, and upgrades with what was read too much.
  private func upgrade(
    _ connection: Connection, _ reader: inout Connection.Arrivals.AsyncIterator, waiting: Duration = .zero
  ) async throws {
    var heard = ""
    while !heard.hasSuffix("ready\r\n"), let part = try await reader.next() { heard += String(buffer: part) }
    #expect(!connection.isSecure)
    try await connection.send(ByteBuffer(string: "a STARTTLS\r\n"))
    heard = ""
    while !heard.contains("a OK go\r\n"), let part = try await reader.next() { heard += String(buffer: part) }
    try await Task.sleep(for: waiting)
    let unread = heard.utf8.count - "a OK go\r\n".utf8.count
    try await connection.startTLS(unread: unread)
  }

  @Test("STARTTLS raises the connection in place, and the certificate counts as it does from the first byte")
  func startTLS() async throws {
    let authority = try Authority("upgrade")
    defer { authority.remove() }
    let roots = try authority.roots
    let server = try await TLSServer.start(
      try authority.certificate("DNS:mail.example.test"), .upgrade(injected: ""))
    let back = try await namedDialler(server.port).dial(
      Endpoint(host: "mail.example.test", port: server.port), under: ada, security: .startTLS(roots),
      limits: Limits(connect: .seconds(120))
    ) { connection in
      var reader = connection.arrivals.makeAsyncIterator()
      try await upgrade(connection, &reader)
      #expect(connection.isSecure)
      await #expect(throws: WireRefusal.noUpgrade) { try await connection.startTLS(unread: 0) }
      try await connection.send(ByteBuffer(repeating: 5, count: 300_000))
      return try await reader.read(300_000)
    }
    #expect(back == ByteBuffer(repeating: 5, count: 300_000))
    let wrong = await #expect(throws: Trouble.self) {
      try await namedDialler(server.port).dial(
        Endpoint(host: "other.example.test", port: server.port), under: ada, security: .startTLS(roots),
        limits: Limits(connect: .seconds(120))
      ) { connection in
        var reader = connection.arrivals.makeAsyncIterator()
        try await upgrade(connection, &reader)
      }
    }
    #expect(wrong?.what == "the certificate of other.example.test is made out to another host")
    try await server.stop()
  }

  @Test(
    "plain bytes behind the consent to STARTTLS end the connection, read or not, and never count as said under TLS",
    arguments: [Duration.zero, .milliseconds(200)])
  func injection(waiting: Duration) async throws {
    let authority = try Authority("injection")
    defer { authority.remove() }
    let roots = try authority.roots
    for injected in ["* injected\r\n", "x", "\u{16}\u{3}\u{3}"] {
      let server = try await TLSServer.start(
        try authority.certificate("DNS:mail.example.test"), .upgrade(injected: injected))
      let error = await #expect(throws: Trouble.self) {
        try await namedDialler(server.port).dial(
          Endpoint(host: "mail.example.test", port: server.port), under: ada, security: .startTLS(roots),
          limits: Limits(connect: .seconds(120))
        ) { connection in
          var reader = connection.arrivals.makeAsyncIterator()
          try await upgrade(connection, &reader, waiting: waiting)
          Issue.record("upgraded over \(injected)")
        }
      }
      #expect(error?.what.hasPrefix("mail.example.test sent plain bytes after it agreed to TLS") == true)
      try await server.stop()
    }
  }

  @Test("plain bytes that wait in the arrivals, or come while hands are shaken, end the connection too")
  func injectionInBetween() async throws {
    // A server whose bytes come in pieces, so that the reader sees the consent alone.
    for pause in [50, 0] {
      let server = try await LoopbackServer.start(.silent)
      let error = await #expect(throws: Trouble.self) {
        try await namedDialler(server.port).dial(
          Endpoint(host: "mail.example.test", port: server.port), under: ada, security: .startTLS(.system)
        ) { connection in
          while server.visitors.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(1)) }
          let visitor = try #require(server.visitors.withLock { $0.first })
          try await visitor.writeAndFlush(ByteBuffer(string: "* OK go\r\n"))
          var reader = connection.arrivals.makeAsyncIterator()
          #expect(String(buffer: try await reader.read(9)) == "* OK go\r\n")
          if pause > 0 { try await visitor.writeAndFlush(ByteBuffer(string: "* injected\r\n")) }
          try await Task.sleep(for: .milliseconds(pause))
          async let upgraded: Void = connection.startTLS(unread: 0)
          if pause == 0 {
            while server.heard.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(1)) }
            try await visitor.writeAndFlush(ByteBuffer(string: "* injected\r\n"))
          }
          try await upgraded
        }
      }
      #expect(error?.what.hasPrefix("mail.example.test sent plain bytes after it agreed to TLS") == true)
      try await server.stop()
    }
  }

  @Test("a connection that was opened without, or with TLS from the first byte, cannot be raised")
  func noUpgrade() async throws {
    let server = try await LoopbackServer.start(.echo)
    await #expect(throws: WireRefusal.noUpgrade) {
      try await namedDialler(server.port).dial(
        Endpoint(host: "mail.example.test", port: server.port), under: ada, security: .none
      ) { try await $0.startTLS(unread: 0) }
    }
    try await server.stop()
  }
}
