import Consent
import Foundation
import Model
import NIOCore
import Programs
import Synchronization
import Testing

@testable import Wire

@Suite(.serialized, .timeLimit(.minutes(5))) struct CompressionTests {
  private func mail(_ count: Int) -> ByteBuffer {
    var state: UInt64 = 42
    var all = ByteBuffer()
    for _ in 0..<count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      all.writeInteger(UInt8(truncatingIfNeeded: state >> 33) % 32 + 64)
    }
    return all
  }

  private func unpackAll(_ side: inout Compression) throws -> ByteBuffer {
    var all = ByteBuffer()
    while let part = try side.unpack() {
      #expect(part.readableBytes <= Compression.chunk)
      all.writeImmutableBuffer(part)
    }
    return all
  }

  @Test("what is packed unpacks to the same bytes, wherever the packed bytes are split")
  func splits() throws {
    for (size, step) in [(1, 1), (5000, 1), (5000, 7), (400_000, 1000), (400_000, 1 << 20), (1_000_000, 65_536)] {
      let whole = mail(size)
      var sender = try Compression(arrived: ByteBuffer(), limit: .max)
      var receiver = try Compression(arrived: ByteBuffer(), limit: .max)
      var packed = try sender.pack(whole)
      packed.writeImmutableBuffer(try sender.pack(ByteBuffer(string: "a2 NOOP\r\n")))
      var back = ByteBuffer()
      while let piece = packed.readSlice(length: min(step, packed.readableBytes)), piece.readableBytes > 0 {
        receiver.arrive(piece)
        back.writeImmutableBuffer(try unpackAll(&receiver))
      }
      var expected = whole
      expected.writeString("a2 NOOP\r\n")
      #expect(back == expected)
    }
  }

  @Test("each packed line can be unpacked at once, before the next one comes")
  func lines() throws {
    var sender = try Compression(arrived: ByteBuffer(), limit: .max)
    var receiver = try Compression(arrived: try sender.pack(ByteBuffer(string: "* first\r\n")), limit: .max)
    #expect(String(buffer: try unpackAll(&receiver)) == "* first\r\n")
    for number in 0..<100 {
      receiver.arrive(try sender.pack(ByteBuffer(string: "a\(number) OK\r\n")))
      #expect(String(buffer: try unpackAll(&receiver)) == "a\(number) OK\r\n")
    }
  }

  @Test("damaged bytes, and bytes behind the end, are a trouble")
  func damaged() throws {
    for bytes in [[0xff, 0xff, 0xff, 0xff], [0x03, 0x00, 0x41], [0x07, 0x01]] as [[UInt8]] {
      var receiver = try Compression(arrived: ByteBuffer(bytes: bytes), limit: .max)
      var failed = false
      do { _ = try unpackAll(&receiver) } catch is Trouble { failed = true }
      #expect(failed, "\(bytes)")
    }
  }

  @Test("a bomb is unpacked in small chunks, held back by its reader, and ended at the limit")
  func bomb() async throws {
    let server = try await LoopbackServer.start(.silent)
    var packed = ByteBuffer()
    do {
      var sender = try Compression(arrived: ByteBuffer(), limit: .max)
      let zeros = ByteBuffer(repeating: 0, count: 16 << 20)
      for _ in 0..<16 { packed.writeImmutableBuffer(try sender.pack(zeros)) }
    }
    #expect(packed.readableBytes < 1 << 20)
    let bomb = packed
    let largest = Shared(0)
    let before = try resident()
    await #expect(throws: WireRefusal.receivedTooMuch(limit: 200 << 20)) {
      try await namedDialler(server.port).dial(
        Endpoint(host: "mail.example.test", port: server.port), under: ada, security: .none,
        limits: Limits(received: 200 << 20)
      ) { connection in
        try connection.startDeflate()
        while server.visitors.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(1)) }
        try await server.visitors.withLock { $0.first }?.writeAndFlush(bomb)
        for try await part in connection.arrivals {
          largest.value.withLock { $0 = max($0, part.readableBytes) }
        }
      }
    }
    #expect(largest.value.withLock { $0 } <= Compression.chunk)
    #expect(try resident() - before < 24 << 20)
    try await server.stop()
  }

  /// The memory of this process in bytes.
  private func resident() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return (Int(pages[1]) ?? 0) * 4096
  }

  @Test("STARTTLS, then COMPRESS=DEFLATE, with a peer in Python (OpenSSL and its own zlib)")
  func otherPeer() async throws {
    let authority = try Authority("python")
    defer { authority.remove() }
    let credential = try authority.certificate("DNS:mail.example.test")
    let peer = try PythonPeer(credential)
    defer { peer.stop() }
    let whole = mail(700_000)
    let text = try await namedDialler(peer.port).dial(
      Endpoint(host: "mail.example.test", port: peer.port), under: ada, security: .startTLS(authority.roots)
    ) { connection in
      var reader = connection.arrivals.makeAsyncIterator()
      _ = try await reader.read(12)
      try await connection.send(ByteBuffer(string: "a STARTTLS\r\n"))
      _ = try await reader.read(9)
      try await connection.startTLS(unread: 0)
      try await connection.send(ByteBuffer(string: "b COMPRESS DEFLATE\r\n"))
      // The first packed line comes in the same record as the consent.
      var heard = try await reader.read(10)
      heard.moveReaderIndex(forwardBy: 9)
      try connection.startDeflate(unread: heard)
      #expect(throws: WireRefusal.noUpgrade) { try connection.startDeflate() }
      let hello = String(buffer: try await reader.read(9))
      let wanted = whole
      async let sent: Void = connection.send(wanted)
      let back = try await reader.read(wanted.readableBytes)
      try await sent
      #expect(back == wanted)
      return hello
    }
    #expect(text == "* hello\r\n")
  }
}

/// A peer that is not ours: STARTTLS, then deflate, then it says back every byte.
private final class PythonPeer {
  private let process: ChildProcess
  let port: Int

  private static let script = """
    import socket, ssl, sys, zlib
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[1], sys.argv[2])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    plain, _ = listener.accept()
    plain.sendall(b"* OK ready\\r\\n")
    assert plain.recv(100) == b"a STARTTLS\\r\\n"
    plain.sendall(b"a OK go\\r\\n")
    peer = tls.wrap_socket(plain, server_side=True)
    assert peer.recv(100) == b"b COMPRESS DEFLATE\\r\\n"
    pack, unpack = zlib.compressobj(9, zlib.DEFLATED, -15), zlib.decompressobj(-15)
    peer.sendall(b"b OK go\\r\\n" + pack.compress(b"* hello\\r\\n") + pack.flush(zlib.Z_SYNC_FLUSH))
    while data := peer.recv(65536):
        text = unpack.decompress(data)
        if text:
            peer.sendall(pack.compress(text) + pack.flush(zlib.Z_SYNC_FLUSH))
    """

  init(_ credential: Credential) throws {
    process = try ChildProcess(["python3", "-c", PythonPeer.script, credential.certificate, credential.key])
    port = Int(try process.firstLine()) ?? 0
  }

  func stop() { process.stop() }
}
