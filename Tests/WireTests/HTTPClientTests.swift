import Consent
import Model
import NIOCore
import Synchronization
import Testing

@testable import Wire

@Suite(.timeLimit(.minutes(5))) struct HTTPClientTests {
  /// Ada's desk, a staged server and a client that is allowed to ask it.
  private struct Place {
    let desk: LoginDesk
    let stage: HTTPStage
    let grants: Grants
    let key: SealedLogin
    let dialler: Dialler
    private let limits: Limits

    init(
      _ login: Login = Login(user: "ada", secret: "pw:1"), limits: Limits = Limits(),
      _ script: @escaping HTTPStage.Script
    )
      async throws
    {
      desk = try await LoginDesk()
      stage = try await HTTPStage(script)
      grants = Grants([desk.stamp: nil])
      key = SealedLogin(login: try await desk.seal(login), slot: desk.slot)
      dialler = namedDialler(stage.port, grants: grants)
      self.limits = limits
    }

    func open<Result: Sendable>(_ body: @escaping @Sendable (HTTPSession) async throws -> Result) async throws -> Result
    {
      let server = MailServer(host: "mail.example.test", port: stage.port, security: .none)
      let permit = try await desk.gate.permit(Connect.self, for: desk.request)
      return try await HTTPClient(dialler, server, limits: limits).open(key, permit, body)
    }
  }

  @Test("P013 every method an HTTP request can have only reads")
  func methods() {
    #expect(Set(HTTPRequest.Method.allCases.map(\.rawValue)) == ["GET", "OPTIONS", "PROPFIND", "REPORT"])
    #expect(HTTPRequest.Depth.allCases.map(\.rawValue) == ["0", "1"])
  }

  @Test("many questions go over one connection, each with the login, none asking for a packed answer")
  func keepAlive() async throws {
    let place = try await Place { _, number, _ in HTTPStage.plain("answer \(number)", "207 Multi-Status") }
    let bodies = try await place.open { session in
      var bodies: [String] = []
      for number in 0..<20 {
        let request = try HTTPRequest(.propfind, "/book/\(number)", depth: .one, body: Array("<x/>".utf8))
        bodies.append(String(decoding: try await session.ask(request).body, as: UTF8.self))
      }
      return bodies
    }
    #expect(bodies == (1...20).map { "answer \($0)" })
    #expect(place.stage.visits.value.withLock { $0 } == 1)
    let first = try #require(place.stage.requests.first)
    #expect(
      first == """
        PROPFIND /book/0 HTTP/1.1\r\nHost: mail.example.test:\(place.stage.port)\r\nAuthorization: Basic YWRhOnB3OjE=\r\n\
        User-Agent: Kith\r\nAccept: */*\r\nAccept-Encoding: identity\r\nDepth: 1\r\n\
        Content-Type: application/xml; charset=utf-8\r\nContent-Length: 4\r\n\r\n<x/>
        """)
    try await place.stage.stop()
  }

  @Test("a token goes as a bearer's, and no sign in it makes a line of its own")
  func bearer() async throws {
    let login = Login(user: "ada", secret: "tok\r\nX-Evil: 1", kind: .token)
    let place = try await Place(login) { _, _, _ in HTTPStage.plain("") }
    _ = try await place.open { try await $0.ask(try HTTPRequest(.get, "/")) }
    let lines = place.stage.requests[0].split(separator: "\r\n")
    #expect(lines.contains("Authorization: Bearer tokX-Evil:1"))
    #expect(!lines.contains { $0.hasPrefix("X-Evil") })
    try await place.stage.stop()
  }

  @Test(
    "a server that closes after each answer, or while nobody asks, is dialled again; nothing is lost or asked thrice")
  func closing() async throws {
    for closes in ["Connection: close\r\n", ""] {
      let place = try await Place { _, number, request in
        // Without the word, the second question on a connection meets a closed door.
        if closes.isEmpty { return number == 1 ? HTTPStage.plain(String(request.prefix(7))) : [.close] }
        return HTTPStage.plain(String(request.prefix(7)), "200 OK", closes) + [.close]
      }
      let bodies = try await place.open { session in
        var bodies: [String] = []
        for number in 0..<5 {
          bodies.append(
            String(decoding: try await session.ask(try HTTPRequest(.get, "/a\(number)")).body, as: UTF8.self))
        }
        return bodies
      }
      #expect(bodies == (0..<5).map { "GET /a\($0)" })
      #expect(place.stage.visits.value.withLock { $0 } == 5)
      try await place.stage.stop()
    }
  }

  @Test("one that never answers a question is a trouble, and the next question has a new connection")
  func breaksOff() async throws {
    let place = try await Place { visit, _, _ in
      visit == 2 ? HTTPStage.plain("here") : [.bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal"), .close]
    }
    let body = try await place.open { session in
      let trouble = await #expect(throws: Trouble.self) { try await session.ask(try HTTPRequest(.get, "/")) }
      #expect(trouble?.what.contains(HTTPFault.cutShort.rawValue) == true)
      return try await session.ask(try HTTPRequest(.get, "/")).body
    }
    #expect(body == Array("here".utf8))
    try await place.stage.stop()
  }

  @Test("a silent server ends in a trouble that waits")
  func silent() async throws {
    let place = try await Place(limits: Limits(quiet: .milliseconds(300))) { _, _, _ in [.bytes("HTTP/1.1 2")] }
    let trouble = await #expect(throws: Trouble.self) {
      try await place.open { try await $0.ask(try HTTPRequest(.get, "/")) }
    }
    #expect(trouble?.remedy == .wait(until: Instant(seconds: 1_700_000_300)))
    try await place.stage.stop()
  }

  @Test("redirects are answers: nobody follows them, and no other host hears of the login")
  func redirects() async throws {
    let place = try await Place { _, _, _ in
      HTTPStage.plain("", "301 Moved", "Location: https://other.example.test/dav/\r\n")
    }
    let answer = try await place.open { try await $0.ask(try HTTPRequest(.propfind, "/.well-known/carddav")) }
    #expect(answer.redirect == "https://other.example.test/dav/")
    #expect(place.stage.requests.count == 1)
    try await place.stage.stop()
  }

  @Test("P016 a grant that is withdrawn ends the session: no further question leaves")
  func withdrawn() async throws {
    let place = try await Place { _, _, _ in HTTPStage.plain("x") }
    let grants = place.grants
    let stamp = place.desk.stamp
    await #expect(throws: Withdrawn()) {
      try await place.open { session in
        _ = try await session.ask(try HTTPRequest(.get, "/1"))
        grants.withdraw(stamp)
        _ = try? await session.ask(try HTTPRequest(.get, "/2"))
        _ = try await session.ask(try HTTPRequest(.get, "/3"))
      }
    }
    #expect(place.stage.requests.count == 1)
    try await place.stage.stop()
  }

  @Test("a cancelled session waits for no server, and nobody who asked is left without an answer")
  func cancelled() async throws {
    let place = try await Place { _, _, _ in [] }
    let ends = Shared(0)
    let task = Task {
      try await place.open { session in
        await withTaskGroup(of: Void.self) { group in
          for number in 0..<5 {
            group.addTask {
              await #expect(throws: (any Error).self) { try await session.ask(try HTTPRequest(.get, "/\(number)")) }
              ends.value.withLock { $0 += 1 }
            }
          }
        }
      }
    }
    while place.stage.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    _ = await task.result
    #expect(ends.value.withLock { $0 } == 5)
    try await place.stage.stop()
  }

  @Test("a target that could slip in a line or lead elsewhere is no target")
  func targets() {
    for target in [
      "", "book", "http://other.example.test/", "/a b", "/a\r\nX: y", "/a\0", "/ä", "/a#b", "*",
      "/\(String(repeating: "x", count: 9_000))",
    ] {
      #expect(throws: Trouble.self) { try HTTPRequest(.get, target) }
    }
  }
}
