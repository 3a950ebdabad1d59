/// One way to write a host that leads into the inner network, or looks as if it did.
struct HostCase {
  let text: String
  /// What a careless client would connect to, for names: the answers of a hostile or inner name server.
  var answers: [String] = []
}

enum HostCases {
  /// Every form of seven inner addresses.
  static let written: [HostCase] = innerV4.flatMap { address in forms(address).map { HostCase(text: $0) } }

  static let innerV4: [[UInt32]] = [
    [127, 0, 0, 1], [10, 0, 0, 1], [172, 16, 5, 4], [192, 168, 1, 1], [169, 254, 169, 254], [100, 64, 0, 1],
    [0, 0, 0, 0],
  ]

  private static func hex(_ n: UInt32) -> String { String(n, radix: 16) }
  private static func octal(_ n: UInt32) -> String { "0" + String(n, radix: 8) }

  static func forms(_ b: [UInt32]) -> [String] {
    let number = b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3]
    let plain = b.map { String($0) }.joined(separator: ".")
    let high = hex(b[0] << 8 | b[1])
    let low = hex(b[2] << 8 | b[3])
    let wide = String(String.UnicodeScalarView(plain.unicodeScalars.map { Unicode.Scalar($0.value + 0xfee0) ?? $0 }))
    return [
      plain, plain + ".", plain + "..", "." + plain,
      // Numbers as inet_aton reads them.
      String(number), "0x" + hex(number), "0X" + hex(number).uppercased(), "0" + String(number, radix: 8),
      b.map { "0x" + hex($0) }.joined(separator: "."), b.map(octal).joined(separator: "."),
      "0x\(hex(b[0])).\(b[1]).\(octal(b[2])).\(b[3])", b.map { "00" + octal($0) }.joined(separator: "."),
      "\(b[0]).\(b[1] << 16 | b[2] << 8 | b[3])", "\(b[0]).\(b[1]).\(b[2] << 8 | b[3])",
      "0x\(hex(b[0])).0x\(hex(b[1] << 16 | b[2] << 8 | b[3]))", "\(octal(b[0])).\(b[1]).\(b[2] << 8 | b[3])",
      // Other letters for the same characters.
      wide, plain.replacing(".", with: "。"), plain.replacing(".", with: "．"), plain.replacing(".", with: "｡"),
      plain.replacing("1", with: "①"), plain.replacing("0", with: "𝟎"),
      plain.replacing(".", with: "%2e"), "%3" + plain.prefix(1) + plain.dropFirst(), plain + "%00", plain + "\u{200b}",
      // Inside IPv6.
      "::ffff:\(plain)", "[::ffff:\(plain)]", "::ffff:\(high):\(low)", "0:0:0:0:0:ffff:\(plain)",
      "[::FFFF:\(high):\(low)]",
      "::\(plain)", "::ffff:0:\(plain)", "64:ff9b::\(plain)", "[64:ff9b::\(high):\(low)]", "64:ff9b:1::\(plain)",
      "2002:\(high):\(low)::1",
      "2001:0:4136:e378:8000:63bf:\(hex(~(b[0] << 8 | b[1]) & 0xffff)):\(hex(~(b[2] << 8 | b[3]) & 0xffff))",
      "2606:4700::5efe:\(plain)", "2606:4700::200:5efe:\(plain)",
      // Around it.
      "user@\(plain)", "mail.example.org@\(plain)", "\(plain)#mail.example.org", "\(plain)/", "\(plain)?", "//\(plain)",
      "\(plain):993", "\(plain)\\@mail.example.org", " \(plain)", "\(plain) ", "\(plain)\t", "\(plain)\n", "\(plain)\0",
      "\(plain)\r\nmail.example.org",
    ]
  }

  static let v6: [HostCase] = [
    "::", "[::]", "::1", "[::1]", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "::1%lo", "[::1%25lo]",
    "fe80::1", "fe80::1%eth0", "[fe80::1%1]", "febf::1", "fec0::1", "fc00::1", "fd00::1", "fd12:3456:789a::1",
    "ff02::1",
    "ff05::2", "fd00:ec2::254", "fd20:ce::254", "fe80::a9fe:a9fe", "2001:db8::1", "3fff::1", "100::1", "2001:2::1",
    "2001:10::1", "2001:20::1", "5f00::1", "4000::1", "::2", "1::", "[::1]:993", "[::1", "::1]", "[[::1]]", ":::1",
    "1::2::3", "::ffff:127.0.0.01", "::ffff:127.1", "::ffff:0x7f.0.0.1", "[v1.x]", "[127.0.0.1]", "::g", "12345::",
    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8:9", "::127.0.0.1:1",
  ].map { HostCase(text: $0) }

  static let v4: [HostCase] = [
    "127.1.2.3", "127.255.255.255", "10.255.255.255", "172.31.255.255", "192.168.255.255", "169.254.0.1",
    "169.254.170.2", "100.127.255.255", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.0.1", "192.0.2.1",
    "198.51.100.7", "203.0.113.9", "198.18.0.1", "198.19.255.255", "192.88.99.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "0.1.2.3", "256.1.1.1", "1.2.3", "1.2.3.4.5", "0x", "0", "1", "4294967296",
    "99999999999999999999", "08.8.8.8", "0x8.8.8.8", "8.8.2056", "127.0.0.1.0x7f",
  ].map { HostCase(text: $0) }

  static let names: [HostCase] =
    [
      "localhost", "LOCALHOST", "localhost.", "localhost..", "a.localhost", "localhost.localdomain", "ip6-localhost",
      "metadata", "metadata.google.internal", "metadata.google.internal.", "instance-data", "printer.local",
      "router.lan", "db.corp", "nas.home.arpa", "home.arpa", "x.onion", "vault.service.private", "postgres",
      "kubernetes.default.svc", "api.svc.cluster", "host.docker", "a.intranet",
    ].map { HostCase(text: $0, answers: ["127.0.0.1"]) }
    + [
      // Honest-looking names whose name server answers with inner addresses.
      ("127.0.0.1.nip.example.org", ["127.0.0.1"]), ("loop.example.org", ["127.0.0.1"]),
      ("zero.example.org", ["0.0.0.0"]),
      ("ten.example.org", ["10.1.2.3"]), ("home.example.org", ["192.168.0.1"]), ("b.example.org", ["172.20.0.1"]),
      ("meta.example.org", ["169.254.169.254"]), ("azure.example.org", ["168.63.129.16"]),
      ("nat.example.org", ["100.64.9.9"]), ("six.example.org", ["::1"]), ("mapped.example.org", ["::ffff:127.0.0.1"]),
      ("ula.example.org", ["fd00::5"]), ("link.example.org", ["fe80::5"]), ("nat64.example.org", ["64:ff9b::7f00:1"]),
      ("sixtofour.example.org", ["2002:7f00:1::"]), ("multi.example.org", ["224.0.0.251"]),
      ("both.example.org", ["93.184.216.34", "10.0.0.1"]),
      ("last.example.org", ["2606:4700::1", "93.184.216.34", "::1"]),
      ("first.example.org", ["127.0.0.1", "93.184.216.34"]), ("UPPER.example.ORG.", ["127.0.0.1"]),
      ("xn--lcalhost-x4a.example.org", ["127.0.0.1"]), ("_imaps._tcp.example.org", ["127.0.0.1"]),
    ].map { HostCase(text: $0.0, answers: $0.1) }

  static let malformed: [HostCase] = [
    "", ".", "..", "a..example.org", ".example.org", "-a.example.org", "a-.example.org", "münchen.example",
    "ｌｏｃａｌｈｏｓｔ", "ⓛocalhost", "localhost\u{ad}", "example.org:993", "example.org@127.0.0.1", "http://127.0.0.1",
    "imap.example.org/../127.0.0.1", "a b.example.org", "example.org\u{2024}", "exam%70le.org", "a*b.example.org",
    "example.org;127.0.0.1", "example.org,127.0.0.1", "$(id).example.org", "'example.org'", "\u{202e}gro.elpmaxe",
    String(repeating: "a", count: 64) + ".example.org", String(repeating: "a.", count: 130) + "org",
    String(repeating: "1", count: 5000), String(repeating: ":", count: 2000),
  ].map { HostCase(text: $0) }

  static let forbidden = written + v6 + v4 + names + malformed

  /// Honest hosts with the address that must be dialled.
  static let open: [(text: String, answers: [String], dialled: String)] = [
    ("93.184.216.34", [], "93.184.216.34"), ("2606:4700::1111", [], "2606:4700::1111"),
    ("[2606:4700::1111]", [], "2606:4700::1111"), ("::ffff:93.184.216.34", [], "93.184.216.34"),
    ("64:ff9b::93.184.216.34", [], "64:ff9b::5db8:d822"), ("imap.example.org", ["93.184.216.34"], "93.184.216.34"),
    ("IMAP.Example.ORG.", ["93.184.216.34"], "93.184.216.34"), ("1.2.3.example.org", ["9.9.9.9"], "9.9.9.9"),
    ("xn--mnchen-3ya.example.org", ["2606:4700::1"], "2606:4700::1"), ("172.15.255.255", [], "172.15.255.255"),
    ("172.32.0.0", [], "172.32.0.0"), ("100.63.255.255", [], "100.63.255.255"), ("100.128.0.0", [], "100.128.0.0"),
    ("126.255.255.255", [], "126.255.255.255"), ("128.0.0.1", [], "128.0.0.1"), ("11.0.0.1", [], "11.0.0.1"),
    ("223.255.255.255", [], "223.255.255.255"), ("169.253.255.255", [], "169.253.255.255"),
    ("169.255.0.0", [], "169.255.0.0"), ("mail_1.example.org", ["9.9.9.9"], "9.9.9.9"),
  ]
}
