/// What a name server answers about a domain's services; hostile bytes give nothing, never a fault.
public struct DNSRecords: Sendable, Equatable {
  /// Where a service is to be had (RFC 2782).
  public struct Service: Sendable, Equatable {
    public var priority: Int
    public var weight: Int
    public var port: Int
    /// Empty: the service is decidedly not offered there.
    public var host: String

    public init(priority: Int, weight: Int, port: Int, host: String) {
      self.priority = priority
      self.weight = weight
      self.port = port
      self.host = host
    }
  }

  /// The best first.
  public private(set) var services: [Service] = []
  /// Hosts that take a domain's mail, the best first (RFC 5321 §5.1).
  public private(set) var exchanges: [String] = []

  /// Reads an answer (RFC 1035 §4.1); what is not well formed, or too much, is left out.
  public init(_ message: [UInt8]) {
    var reader = Reader(message)
    guard message.count > 12, message[2] & 0x80 != 0, message[3] & 15 == 0 else { return }
    reader.at = 4
    guard let questions = reader.number(), let answers = reader.number() else { return }
    reader.at = 12
    for _ in 0..<min(questions, 4) {
      guard reader.name() != nil, reader.skip(4) else { return }
    }
    var found: [(preference: Int, host: String)] = []
    for _ in 0..<min(answers, 64) {
      guard reader.name() != nil, let kind = reader.number(), reader.skip(6), let length = reader.number(),
        length <= message.count - reader.at
      else { break }
      let end = reader.at + length
      if kind == 33, let priority = reader.number(), let weight = reader.number(), let port = reader.number(),
        let host = reader.name(), reader.at == end, (1...65_535).contains(port)
      {
        services.append(Service(priority: priority, weight: weight, port: port, host: host))
      } else if kind == 15, let preference = reader.number(), let host = reader.name(), reader.at == end {
        found.append((preference, host))
      }
      reader.at = end
    }
    services.sort { ($0.priority, -$0.weight, $0.host) < ($1.priority, -$1.weight, $1.host) }
    exchanges = found.sorted { ($0.preference, $0.host) < ($1.preference, $1.host) }.map(\.host)
  }

  private struct Reader {
    let bytes: [UInt8]
    var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func number() -> Int? {
      guard at + 2 <= bytes.count else { return nil }
      defer { at += 2 }
      return Int(bytes[at]) << 8 | Int(bytes[at + 1])
    }

    mutating func skip(_ count: Int) -> Bool {
      guard at + count <= bytes.count else { return false }
      at += count
      return true
    }

    /// A name in small letters without its last dot; pointers lead backwards only, so they come to an end (§4.1.4).
    mutating func name() -> String? {
      var labels: [String] = []
      var (place, length) = (at, 0)
      var after: Int?
      while true {
        guard place < bytes.count else { return nil }
        let size = Int(bytes[place])
        if size == 0 { break }
        if size >= 0xc0 {
          guard place + 1 < bytes.count else { return nil }
          let target = (size & 0x3f) << 8 | Int(bytes[place + 1])
          if after == nil { after = place + 2 }
          guard target < place else { return nil }
          place = target
          continue
        }
        guard size < 64, place + size < bytes.count else { return nil }
        length += size + 1
        let label = bytes[(place + 1)...(place + size)]
        guard length < 255, label.allSatisfy(Reader.isLetter) else { return nil }
        labels.append(String(decoding: label, as: UTF8.self).lowercased())
        place += size + 1
      }
      at = after ?? place + 1
      return labels.joined(separator: ".")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
      switch byte {
      case 48...57, 65...90, 97...122, Byte.minus, 95: true
      default: false
      }
    }
  }
}
