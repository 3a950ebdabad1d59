import NIOCore

/// Cuts responses out of arriving bytes (RFC 9112), with limits and without recursion.
///
/// NIO's own decoder works only as a handler in a channel; here bytes come from a connection that is read by pulling.
struct HTTPResponseReader: Sendable {
  private enum State: Sendable, Equatable {
    case idle, head, untilClose, chunkSize, chunkEnd, trailer
    case counted(left: Int)
    case chunk(left: Int)
  }

  let limits: HTTPLimits
  private var buffer = ByteBuffer()
  private var state = State.idle
  private var response = HTTPResponse(status: 0, fields: [], body: [])
  /// How far the buffer was searched for a line end already.
  private var searched = 0
  private var headBytes = 0
  private var interim = 0
  private var mayFollow = true
  private var isOld = false
  /// Whether a body packed by gzip was asked for.
  private var mayPack = false

  init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

  /// Whether another request may be sent on this connection.
  var isOpen: Bool { state == .idle && mayFollow && buffer.readableBytes == 0 }

  /// Whether nothing of the response that is waited for has come.
  var isUntouched: Bool { state == .head && headBytes == 0 && buffer.readableBytes == 0 && interim == 0 }

  /// A request was sent: its response is waited for; with `packed` it may come packed by gzip.
  mutating func begin(packed: Bool = false) throws(HTTPFault) {
    guard state == .idle, buffer.readableBytes == 0 else { throw .unasked }
    state = .head
    mayPack = packed
    (headBytes, interim, searched) = (0, 0, 0)
    response = HTTPResponse(status: 0, fields: [], body: [])
  }

  mutating func append(_ bytes: ByteBuffer) {
    if buffer.readableBytes == 0 {
      buffer = bytes
      searched = 0
    } else {
      buffer.writeImmutableBuffer(bytes)
    }
  }

  /// The response, once it is whole.
  mutating func next() throws(HTTPFault) -> HTTPResponse? {
    while true {
      switch state {
      case .idle: return nil
      case .head:
        guard let line = try line() else { return nil }
        if try takeHead(line) { return response }
      case .counted(let left):
        take(left)
        let rest = left - taken
        state = rest == 0 ? .idle : .counted(left: rest)
        return rest == 0 ? try whole() : nil
      case .untilClose:
        guard buffer.readableBytes <= limits.body - response.body.count else { throw .bodyTooLong }
        take(buffer.readableBytes)
        return nil
      case .chunkSize:
        guard let line = try line() else { return nil }
        try takeSize(line)
      case .chunk(let left):
        take(left)
        guard taken == left else {
          state = .chunk(left: left - taken)
          return nil
        }
        state = .chunkEnd
      case .chunkEnd:
        guard buffer.readableBytes >= 2 else { return nil }
        guard buffer.readInteger(as: UInt16.self) == 0x0d0a else { throw .badChunk }
        searched = 0
        headBytes = 0
        state = .chunkSize
      case .trailer:
        guard let line = try line() else { return nil }
        guard line.isEmpty else { continue }
        state = .idle
        return try whole()
      }
    }
  }

  /// The other side closed: the response, if it ends by that.
  mutating func end() throws(HTTPFault) -> HTTPResponse {
    guard state == .untilClose else { throw .cutShort }
    state = .idle
    return try whole()
  }

  /// The response, unpacked where packing was asked for.
  ///
  /// Tryton 8.2 says gzip of every long answer, of plain ones too: the bytes decide. Packed and unpacked bytes together
  /// are limited as the body is.
  private mutating func whole() throws(HTTPFault) -> HTTPResponse {
    if response.field("content-encoding") != nil, GzipBody.begins(response.body) {
      guard mayPack else { throw .packed }
      response.body = try GzipBody.unpacked(response.body, limit: limits.body - response.body.count)
    }
    return response
  }

  // MARK: lines

  /// The next line without its end; every line counts for the limit of the head.
  private mutating func line() throws(HTTPFault) -> [UInt8]? {
    let view = buffer.readableBytesView
    let from = view.index(view.startIndex, offsetBy: min(searched, view.count))
    guard let end = view[from...].firstIndex(of: 10) else {
      searched = view.count
      guard view.count <= limits.head - headBytes else { throw .headTooLong }
      return nil
    }
    let length = view.distance(from: view.startIndex, to: end)
    guard length + 1 <= limits.head - headBytes else { throw .headTooLong }
    headBytes += length + 1
    guard let line = buffer.readBytes(length: length), line.last == 13 else { throw .bareLineEnd }
    buffer.moveReaderIndex(forwardBy: 1)
    searched = 0
    guard !line.dropLast().contains(13), !line.contains(0) else { throw .bareLineEnd }
    return line.dropLast()
  }

  // MARK: the head

  /// Takes a line of the head; true if the response ends with it.
  private mutating func takeHead(_ line: [UInt8]) throws(HTTPFault) -> Bool {
    if response.status == 0 {
      try takeStatus(line)
      return false
    }
    if !line.isEmpty {
      guard response.fields.count < limits.fields else { throw .headTooLong }
      response.fields.append(try HTTPResponseReader.field(line))
      return false
    }
    if (100..<200).contains(response.status) {
      // 101 was never asked for; the others are followed by the answer that counts (RFC 9110 §15.2).
      guard response.status != 101 else { throw .unasked }
      interim += 1
      guard interim <= limits.interim else { throw .tooManyInterim }
      response = HTTPResponse(status: 0, fields: [], body: [])
      return false
    }
    try beginBody()
    return state == .idle
  }

  private mutating func takeStatus(_ line: [UInt8]) throws(HTTPFault) {
    guard line.count >= 12, line.starts(with: Array("HTTP/1.".utf8)), line[7] == 48 || line[7] == 49, line[8] == 32,
      line[9...11].allSatisfy({ (48...57).contains($0) }), line[9] != 48, line.count == 12 || line[12] == 32
    else { throw .notHTTP }
    response.status = line[9...11].reduce(0) { $0 * 10 + Int($1 - 48) }
    isOld = line[7] == 48
    mayFollow = !isOld
  }

  /// RFC 9112 §5: no space before the colon, no folding.
  private static func field(_ line: [UInt8]) throws(HTTPFault) -> HTTPResponse.Field {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0, line[..<colon].allSatisfy(isToken) else {
      throw .badField
    }
    let name = line[..<colon].map { (65...90).contains($0) ? $0 + 32 : $0 }
    var value = line[(colon + 1)...]
    while let first = value.first, first == 32 || first == 9 { value.removeFirst() }
    while let last = value.last, last == 32 || last == 9 { value.removeLast() }
    guard value.allSatisfy({ $0 == 9 || ($0 >= 32 && $0 != 127) }) else { throw .badField }
    return .init(name: String(decoding: name, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  // MARK: the body

  /// How long the body is (RFC 9112 §6.3).
  private mutating func beginBody() throws(HTTPFault) {
    let lengths = response.fields.filter { $0.name == "content-length" }
    let transfers = response.fields.filter { $0.name == "transfer-encoding" }
    let tokens = response.fields.filter { $0.name == "connection" }
      .flatMap { $0.value.lowercased().split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" }) }
    if tokens.contains("close") { mayFollow = false }
    guard lengths.count <= 1, lengths.isEmpty || transfers.isEmpty else { throw .twoLengths }
    headBytes = 0
    if response.status == 204 || response.status == 304 { return state = .idle }
    guard response.field("content-encoding").map({ ["identity", "gzip"].contains($0.lowercased()) }) ?? true else {
      throw .packed
    }
    if let transfer = transfers.first {
      guard transfers.count == 1, transfer.value.lowercased() == "chunked", !isOld else { throw .badTransfer }
      return state = .chunkSize
    }
    guard let length = lengths.first else {
      mayFollow = false
      return state = .untilClose
    }
    guard let count = HTTPResponseReader.number(length.value.utf8, base: 10) else { throw .badLength }
    guard count <= limits.body else { throw .bodyTooLong }
    state = count == 0 ? .idle : .counted(left: count)
  }

  private mutating func takeSize(_ line: [UInt8]) throws(HTTPFault) {
    // What stands behind a semicolon are extensions, which nobody must know (RFC 9112 §7.1.1).
    var digits = line.prefix { $0 != UInt8(ascii: ";") }
    while let last = digits.last, last == 32 || last == 9 { digits.removeLast() }
    guard let size = HTTPResponseReader.number(digits, base: 16) else { throw .badChunk }
    guard size <= limits.body - response.body.count else { throw .bodyTooLong }
    headBytes = 0
    state = size == 0 ? .trailer : .chunk(left: size)
  }

  /// Digits alone: no sign, no space, and few enough not to overflow.
  private static func number(_ digits: some Collection<UInt8>, base: Int) -> Int? {
    guard (1...15).contains(digits.count) else { return nil }
    var value = 0
    for byte in digits {
      let digit: Int
      switch byte {
      case 48...57: digit = Int(byte) - 48
      case 65...70 where base == 16: digit = Int(byte) - 55
      case 97...102 where base == 16: digit = Int(byte) - 87
      default: return nil
      }
      value = value * base + digit
    }
    return value
  }

  /// How much the last `take` took.
  private var taken = 0

  private mutating func take(_ most: Int) {
    taken = min(most, buffer.readableBytes)
    if taken > 0 {
      response.body.append(contentsOf: buffer.readableBytesView.prefix(taken))
      buffer.moveReaderIndex(forwardBy: taken)
    }
    if buffer.readableBytes == 0 { buffer.clear() }
    searched = 0
  }
}
