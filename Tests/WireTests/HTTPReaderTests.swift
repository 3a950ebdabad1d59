import NIOCore
import Testing

@testable import Wire

@Suite struct HTTPReaderTests {
  /// Reads one response from parts; nil if it is not whole.
  private func read(_ parts: [String], limits: HTTPLimits = HTTPLimits(), closed: Bool = false) throws -> HTTPResponse?
  {
    var reader = HTTPResponseReader(limits: limits)
    try reader.begin()
    for part in parts {
      reader.append(ByteBuffer(string: part))
      if let response = try reader.next() { return response }
    }
    return closed ? try reader.end() : nil
  }

  static let shapes: [(text: String, body: String, open: Bool)] = [
    ("HTTP/1.1 207 Multi-Status\r\nContent-Length: 5\r\nETag: \"a\"\r\n\r\nhello", "hello", true),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n", "hello", true),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n0005\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n", "hello", true),
    ("HTTP/1.1 200\r\ncontent-length:0\r\n\r\n", "", true),
    ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 204 None\r\n\r\n", "", true),
    ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "", true),
    ("HTTP/1.1 200 OK\r\nConnection: Keep-Alive, Close\r\nContent-Length: 2\r\n\r\nok", "ok", false),
    ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok", false),
  ]

  @Test("a response is the same whatever pieces it comes in: cut at every byte, and byte by byte", arguments: shapes)
  func everySplit(_ shape: (text: String, body: String, open: Bool)) throws {
    let bytes = Array(shape.text.utf8)
    let whole = try #require(try read([shape.text]))
    #expect(whole.body == Array(shape.body.utf8))
    for cut in 1..<bytes.count {
      let parts = [bytes[..<cut], bytes[cut...]].map { String(decoding: $0, as: UTF8.self) }
      #expect(try read(parts) == whole)
      #expect(try read([parts[0]]) == nil)
      #expect(throws: HTTPFault.cutShort) { try read([parts[0]], closed: true) }
    }
    #expect(try read(bytes.map { String(decoding: [$0], as: UTF8.self) }) == whole)
    var reader = HTTPResponseReader()
    try reader.begin()
    reader.append(ByteBuffer(string: shape.text))
    _ = try reader.next()
    #expect(reader.isOpen == shape.open)
  }

  @Test("without a length the body goes on to the close, and no further request follows")
  func untilClose() throws {
    var reader = HTTPResponseReader()
    try reader.begin()
    reader.append(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\nhel"))
    #expect(try reader.next() == nil)
    reader.append(ByteBuffer(string: "lo"))
    #expect(try reader.next() == nil)
    #expect(try reader.end().body == Array("hello".utf8))
    #expect(!reader.isOpen)
  }

  static let hostile: [(String, HTTPFault)] = [
    ("SSH-2.0-OpenSSH\r\n", .notHTTP), ("* OK IMAP ready\r\n", .notHTTP), ("HTTP/2.0 200 OK\r\n", .notHTTP),
    ("HTTP/1.1 99 X\r\n", .notHTTP), ("HTTP/1.1 2000 X\r\n", .notHTTP), ("HTTP/1.1 020 X\r\n", .notHTTP),
    ("HTTP/1.1  200 OK\r\n", .notHTTP), ("\r\nHTTP/1.1 200 OK\r\n", .notHTTP),
    ("HTTP/1.1 200 OK\nA: b\n\n", .bareLineEnd), ("HTTP/1.1 200 OK\r\nA: b\rC: d\r\n", .bareLineEnd),
    ("HTTP/1.1 200 OK\r\nA: b\0\r\n", .bareLineEnd),
    ("HTTP/1.1 200 OK\r\nA : b\r\n", .badField), ("HTTP/1.1 200 OK\r\n: b\r\n", .badField),
    ("HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n", .badField), ("HTTP/1.1 200 OK\r\nA\r\n", .badField),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", .twoLengths),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", .twoLengths),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", .twoLengths),
    ("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n", .badLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", .badLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n", .badLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 0x10\r\n\r\n", .badLength),
    ("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", .badLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", .badLength),
    ("HTTP/1.1 200 OK\r\nContent-Length: 4294967296\r\n\r\n", .bodyTooLong),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", .badTransfer),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", .badTransfer),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n", .badTransfer),
    ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n", .badTransfer),
    ("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\n", .packed),
    ("HTTP/1.1 101 Switching\r\n\r\n", .unasked),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", .badChunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\n", .badChunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n 1\r\n", .badChunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n", .badChunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", .badChunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", .badChunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n", .bodyTooLong),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", .badChunk),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nab", .bareLineEnd),
  ]

  @Test(
    "where the end of a message could be read in two ways, and where a length is none, nothing is read",
    arguments: hostile)
  func hostileFraming(_ row: (String, HTTPFault)) {
    #expect(throws: row.1) { try read([row.0]) }
    #expect(throws: row.1) { try read(row.0.utf8.map { String(decoding: [$0], as: UTF8.self) }) }
  }

  @Test("heads, trailers, chunks and interim answers without end are cut off")
  func endless() throws {
    let limits = HTTPLimits(head: 1_000, body: 1_000, fields: 20, interim: 3)
    func feed(_ start: String, _ more: String, _ fault: HTTPFault, after most: Int = 2_100) throws {
      var reader = HTTPResponseReader(limits: limits)
      try reader.begin()
      reader.append(ByteBuffer(string: start))
      var sent = 0
      #expect(throws: fault) {
        _ = try reader.next()
        while sent < 1 << 20 {
          reader.append(ByteBuffer(string: more))
          sent += more.utf8.count
          _ = try reader.next()
        }
      }
      #expect(sent <= most)
    }
    try feed("HTTP/1.1 200 OK\r\nA: ", "x", .headTooLong)
    try feed("HTTP/1.1 200 OK\r\n", "A: b\r\n", .headTooLong)
    try feed("HTTP/1.1 200 OK\r\n", "A: \(String(repeating: "x", count: 99))\r\n", .headTooLong)
    try feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "A: b\r\n", .headTooLong)
    try feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "x", .headTooLong)
    try feed(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "64\r\n\(String(repeating: "x", count: 100))\r\n",
      .bodyTooLong)
    try feed("HTTP/1.1 200 OK\r\n\r\n", "xxxxxxxxxx", .bodyTooLong)
    try feed("", "HTTP/1.1 100 Continue\r\n\r\n", .tooManyInterim)
  }

  @Test("a body is unpacked where that was asked for; a damaged one and a bomb are faults")
  func packed() throws {
    // `printf '{"a":1}' | gzip -n`
    let packed: [UInt8] = [
      0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac, 0x05, 0, 0xaf, 0xac, 0x1b, 0x56, 7,
      0,
      0, 0,
    ]
    func answer(_ body: [UInt8], limit: Int = 1 << 20) throws -> [UInt8]? {
      var reader = HTTPResponseReader(limits: HTTPLimits(body: limit))
      try reader.begin(packed: true)
      let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n"
      reader.append(ByteBuffer(bytes: Array(head.utf8) + body))
      return try reader.next()?.body
    }
    #expect(try answer(packed) == Array("{\"a\":1}".utf8))
    #expect(throws: HTTPFault.bodyTooLong) { try answer(packed, limit: packed.count + 6) }
    #expect(throws: HTTPFault.badPacking) { try answer(packed.dropLast()) }
    #expect(throws: HTTPFault.badPacking) { try answer(packed + [0]) }
    var damaged = packed
    damaged[packed.count - 8] ^= 1
    #expect(throws: HTTPFault.badPacking) { try answer(damaged) }
  }

  @Test("what is called packed and is plain is taken, as Tryton 8.2 sends it; what is packed unasked is not")
  func labelled() throws {
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n"
    #expect(try read([head, "{}\r\n0\r\n\r\n"])?.body == Array("{}".utf8))
    var reader = HTTPResponseReader()
    try reader.begin()
    reader.append(ByteBuffer(bytes: Array(head.utf8) + [0x1f, 0x8b] + Array("\r\n0\r\n\r\n".utf8)))
    #expect(throws: HTTPFault.packed) { try reader.next() }
  }

  @Test("bytes behind an answer are no answer to the next question")
  func unasked() throws {
    var reader = HTTPResponseReader()
    try reader.begin()
    reader.append(ByteBuffer(string: "HTTP/1.1 204 X\r\n\r\nHTTP/1.1 200 Planted\r\nContent-Length: 0\r\n\r\n"))
    #expect(try reader.next()?.status == 204)
    #expect(!reader.isOpen)
    #expect(throws: HTTPFault.unasked) { try reader.begin() }
  }

  @Test("base 64 is that of RFC 4648 §10")
  func base64() {
    let rows = [
      "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=", "foobar": "Zm9vYmFy",
    ]
    for (plain, encoded) in rows { #expect(Base64.encode(Array(plain.utf8)) == encoded) }
    #expect(Base64.encode([0xfb, 0xff, 0xfe]) == "+//+")
  }
}
