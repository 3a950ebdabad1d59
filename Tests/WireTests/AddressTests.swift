import Testing

@testable import Wire

@Suite struct AddressTests {
  @Test("the kind of an address is that of the IANA registries, at both edges of each block")
  func kinds() {
    let table: [(AddressKind, [String])] = [
      (.open, ["1.1.1.1", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "2000::1"]),
      (.open, ["198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1", "2a00::1", "64:ff9b::8.8.8.8"]),
      (.loopback, ["127.0.0.0", "127.255.255.255", "::1", "64:ff9b::127.0.0.1", "::ffff:127.0.0.1"]),
      (.privateUse, ["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"]),
      (.linkLocal, ["169.254.0.0", "169.254.255.255", "fe80::1", "febf:ffff::1", "fec0::1"]),
      (.carrierNAT, ["100.64.0.0", "100.127.255.255"]), (.uniqueLocal, ["fc00::", "fdff:ffff::1"]),
      (.metadata, ["169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254", "64:ff9b::a9fe:a9fe"]),
      (.unspecified, ["0.0.0.0", "0.255.255.255", "::"]), (.broadcast, ["255.255.255.255"]),
      (.multicast, ["224.0.0.0", "239.255.255.255", "ff00::", "ffff::1"]),
      (.documentation, ["192.0.2.0", "198.51.100.255", "203.0.113.1", "2001:db8:ffff::", "3fff:fff::1"]),
      (.benchmark, ["198.18.0.0", "198.19.255.255", "2001:2::1"]),
      (.tunnel, ["2002::1", "2001::1", "::1.2.3.4", "64:ff9b:1::1", "192.88.99.1", "::ffff:0:1.2.3.4"]),
      (.tunnel, ["2606:4700::5efe:8.8.8.8", "2606:4700::200:5efe:8.8.8.8"]),
      (
        .reserved,
        ["240.0.0.0", "255.255.255.254", "192.0.0.8", "4000::1", "1fff::1", "100::1", "2001:1ff::1", "e000::1"]
      ),
    ]
    for (kind, texts) in table {
      for text in texts { #expect(IPAddress(text)?.kind == kind, "\(text)") }
    }
  }

  @Test("the blocks and metadata addresses written as text are all read")
  func tablesAreWhole() {
    #expect(IPAddress.metadata.count == 16)
    #expect(IPAddress.special4.count == 20)
    #expect(IPAddress.special6.count == 18)
  }

  @Test("addresses are written as the C library writes them, and read back to themselves")
  func textRoundTrip() {
    var random = SplitMix(state: 42)
    for round in 0..<5000 {
      let v4 = IPAddress(v4: UInt32(truncatingIfNeeded: random.next()))
      if v4.description != SystemReading.text(v4) || IPAddress(v4.description) != v4 { Issue.record("\(v4)") }
      // Half the groups zero, so that runs of all lengths occur.
      var bits: UInt128 = 0
      let zeros = random.next()
      for group in 0..<8 {
        let value = zeros >> UInt64(group) & 1 == 0 ? 0 : UInt128(random.next() & (round % 2 == 0 ? 0xffff : 0xf))
        bits = bits << 16 | value
      }
      let v6 = IPAddress(v6: bits)
      if IPAddress(v6.description) != v6 { Issue.record("\(v6)") }
      // glibc writes ::a.b.c.d for v4-compatible addresses; RFC 5952 leaves that open.
      if bits >> 32 != 0, v6.description != SystemReading.text(v6) { Issue.record("\(v6)") }
    }
  }

  @Test("what is read as a plain address is read the same by the C library, whatever the text")
  func readingAgrees() {
    var random = SplitMix(state: 7)
    let pieces = [
      "0", "1", "7f", "ff", "ffff", "255", "256", ".", ".", ":", ":", "::", "00", "127.0.0.1", "g", "%", "12345",
    ]
    var read = 0
    for _ in 0..<50_000 {
      let count = Int(random.next() % 12)
      let text = (0..<count).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
      guard let ours = IPAddress(text) else { continue }
      read += 1
      if SystemReading.numeric(text) != [ours] { Issue.record("\(text)") }
    }
    #expect(read > 100)
  }

  @Test("every number the C library takes for an address is refused, with the same meaning")
  func disguisedNumbers() {
    var random = SplitMix(state: 3)
    let pieces = [
      "0", "1", "7", "9", "127", "256", "0x7f", "0X7F", "0177", "65535", "16777215", "4294967295", "0x", "08",
    ]
    var disguised = 0
    for _ in 0..<20_000 {
      let count = 1 + Int(random.next() % 5)
      let text = (0..<count).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined(separator: ".")
      let meaning = SystemReading.numeric(text).first
      switch reading(text) {
      case .success(let host): #expect(host == meaning.map { .address($0) }, "\(text)")
      case .failure(.numberForm(let ours)):
        // "0x" alone is 0 to browsers and nothing to the C library.
        if !text.lowercased().split(separator: ".").contains("0x") { if ours != meaning { Issue.record("\(text)") } }
        disguised += 1
      case .failure(let refusal): Issue.record("\(text): \(refusal)")
      }
    }
    #expect(disguised > 4000)
  }

  private func reading(_ text: String) -> Result<Host, WireRefusal> {
    do { return .success(try Host(text)) } catch { return .failure(error) }
  }

  @Test("no text traps the reader of hosts, and what passes is a name or address in its one form")
  func hostFuzz() {
    var random = SplitMix(state: 11)
    for _ in 0..<50_000 {
      let bytes = (0..<Int(random.next() % 40)).map { _ -> UInt8 in
        let pick = random.next()
        return pick % 4 == 0
          ? UInt8(truncatingIfNeeded: pick >> 8) : Array("0123456789abcdefx.:[]%-@".utf8)[Int(pick >> 8 % 24) % 24]
      }
      let text = String(decoding: bytes, as: UTF8.self)
      guard let host = try? Host(text) else { continue }
      if (try? Host(host.description)) != host { Issue.record("\(text)") }
    }
  }

  @Test("a block holds its addresses and no others; a malformed block is nil")
  func blocks() {
    #expect(AddressBlock("10.0.0.0/8")?.contains(IPAddress(v4: 0x0aff_ffff)) == true)
    #expect(AddressBlock("10.0.0.0/8")?.contains(IPAddress(v4: 0x0b00_0000)) == false)
    #expect(AddressBlock("10.9.9.9/8") == AddressBlock("10.0.0.0/8"))
    #expect(AddressBlock("0.0.0.0/0")?.contains(IPAddress(v6: 1)) == false)
    #expect(AddressBlock("::/0")?.contains(IPAddress(v6: UInt128.max)) == true)
    #expect(AddressBlock("fd00::/8")?.description == "fd00::/8")
    #expect(AddressBlock("127.0.0.1")?.isSingle == true)
    for text in ["", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10/8", "10.0.0.0/8/8"] {
      #expect(AddressBlock(text) == nil, "\(text)")
    }
  }
}

/// Numbers that look random and are the same in every run.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
