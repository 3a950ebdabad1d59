import Formats
import Testing

@Suite("answers of name servers") struct DNSRecordsTests {
  private static let question: [UInt8] = [1, 97, 4, 116, 101, 115, 116, 0, 0, 33, 0, 1]

  private static func message(answers: Int, _ records: [UInt8], flags: UInt8 = 0x80) -> [UInt8] {
    [0, 7, 0x81, flags, 0, 1, 0, UInt8(answers), 0, 0, 0, 0] + question + records
  }

  /// One SRV record; its host is `m.a.test`, the end of it told by a pointer.
  private static func service(_ priority: UInt8, _ port: UInt8, host: [UInt8] = [1, 77, 0xc0, 12]) -> [UInt8] {
    [0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, UInt8(6 + host.count), 0, priority, 0, 0, 0, port] + host
  }

  @Test("services are read in their order, names in small letters, pointers followed")
  func read() {
    let found = DNSRecords(Self.message(answers: 2, Self.service(9, 20) + Self.service(1, 10)))
    #expect(
      found.services == [
        .init(priority: 1, weight: 0, port: 10, host: "m.a.test"),
        .init(priority: 9, weight: 0, port: 20, host: "m.a.test"),
      ])
    #expect(DNSRecords(Self.message(answers: 1, Self.service(0, 1, host: [0]))).services.map(\.host) == [""])
  }

  @Test("what is cut off, points forward or in circles, or holds strange letters, gives nothing and no fault")
  func hostile() {
    let whole = Self.message(answers: 2, Self.service(9, 20) + Self.service(1, 10))
    for count in 0..<whole.count { #expect(DNSRecords(Array(whole[..<count])).services.count < 2) }
    for host: [UInt8] in [
      [0xc0, 200], [0xc0, 42], [0xff, 0xff], [1, 32, 0], [1, 0xe4, 0], [64, 1], [3, 97, 0], [1, 10, 0],
    ] {
      #expect(DNSRecords(Self.message(answers: 1, Self.service(0, 1, host: host))).services.isEmpty, "\(host)")
    }
    #expect(DNSRecords(Self.message(answers: 1, Self.service(0, 0))).services.isEmpty)
    #expect(DNSRecords(Self.message(answers: 1, Self.service(0, 1), flags: 0x83)).services.isEmpty)
    #expect(DNSRecords(Self.message(answers: 255, Self.service(0, 1))).services.count == 1)
    var noise = whole
    for place in noise.indices {
      for byte: UInt8 in [0, 0x3f, 0xc0, 0xff] {
        let kept = noise[place]
        noise[place] = byte
        _ = DNSRecords(noise)
        noise[place] = kept
      }
    }
  }
}
