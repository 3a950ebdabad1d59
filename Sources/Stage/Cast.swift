import Foundation
public import Model

/// The invented people of tests and demo: a small estate agency and those it is in touch with.
public enum Cast {
  /// One of them, with the addresses they write from; the first is the usual one.
  public struct Role: Sendable, Hashable {
    public var name: String
    public var addresses: [String]

    public var address: String { addresses.first ?? "" }
    /// As a mail header names them.
    public var header: String { "\(name) <\(address)>" }
    /// The same person under the second address.
    public var elsewhere: Role { Role(name: name, addresses: addresses.reversed()) }

    init(name: String, addresses: [String]) {
      self.name = name
      self.addresses = addresses
    }

    init(_ name: String, _ addresses: String...) { self.init(name: name, addresses: addresses) }
  }

  /// The estate agent: the owner of the staged household.
  public static let ada = Role("Ada Adler", "ada@example.test")
  /// Her client, who writes from two addresses.
  public static let bob = Role("Bob Brown", "bob@example.test", "bob.brown@example.org")
  /// The team administrator.
  public static let cyd = Role("Cyd Castle", "cyd@example.test")
  /// Who asked to be forgotten.
  public static let dee = Role("Dee Dawson", "dee@example.test")
  public static let eli = Role("Eli Ember", "eli@notary.example")
  public static let fay = Role("Fay Fischer", "fay@lender.example")
  public static let gus = Role("Gus Garner", "gus@repairs.example")
  public static let hal = Role("Hal Hooper", "hal@example.net")
  public static let ivy = Role("Ivy Ito", "ivy@example.net")
  public static let jon = Role("Jon Jensen", "jon@photos.example")
  /// Not people: a portal's robot and a newsletter.
  public static let portal = Role("House Portal", "no-reply@portal.example")
  public static let paper = Role("Market Weekly", "news@paper.example")

  /// When the staged clock stands: one day after the last staged mail.
  public static let now = Instant(year: 2026, month: 11, day: 23, hour: 9)

  /// A mail of the staged household.
  public struct Letter: Sendable {
    public var id: Int
    public var from: Role
    public var to: [Role]
    public var cc: [Role]
    public var sentAt: Instant
    public var subject: String
    public var body: String
    public var extra: [String]
    public var answers: Int?

    /// The mail as it lies in a file, lines ending in LF.
    public var bytes: [UInt8] {
      var lines = ["From: " + from.header]
      if !to.isEmpty { lines.append("To: " + to.map(\.header).joined(separator: ",\n ")) }
      if !cc.isEmpty { lines.append("Cc: " + cc.map(\.header).joined(separator: ",\n ")) }
      lines += ["Date: " + Cast.mailDate(sentAt), "Subject: " + subject, "Message-ID: <staged-\(id)@example.test>"]
      if let answers { lines.append("In-Reply-To: <staged-\(answers)@example.test>") }
      lines += extra + ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "", body, ""]
      return Array(lines.joined(separator: "\n").utf8)
    }
  }

  /// `Mon, 23 Nov 2026 09:00:00 +0000` (RFC 5322 §3.3).
  public static func mailDate(_ instant: Instant) -> String {
    let at = instant.civil
    let days = Int(instant.milliseconds / Instant.day)
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(days % 7 + 7) % 7]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
    return "\(weekday), \(two(at.day)) \(months[at.month - 1]) \(at.year) "
      + "\(two(at.hour)):\(two(at.minute)):\(two(at.second)) +0000"
  }

  // MARK: - Writing the household to files

  /// Writes the letters as a Maildir: received mail in the inbox, Ada's own in `.Sent`; one of each is still new.
  public static func writeMaildir(_ folder: String, _ letters: [Letter] = Cast.letters) throws {
    for place in ["", "/.Sent"] { for part in ["cur", "new", "tmp"] { try make("\(folder)\(place)/\(part)") } }
    for (position, letter) in letters.enumerated() {
      let place = letter.from == ada ? "/.Sent" : ""
      let name = "\(letter.sentAt.milliseconds / 1000).M\(letter.id)P1.stage"
      let path = position < 2 ? "\(folder)\(place)/new/\(name)" : "\(folder)\(place)/cur/\(name):2,S"
      try write(letter.bytes, path)
    }
  }

  /// Writes the letters as a folder of raw mails, one folder for each month.
  public static func writeMails(_ folder: String, _ letters: [Letter] = Cast.letters) throws {
    for letter in letters {
      let month = String(letter.sentAt.date.prefix(7))
      try make("\(folder)/\(month)")
      try write(letter.bytes, "\(folder)/\(month)/\(letter.id).eml")
    }
  }

  /// Writes the letters as one mbox file (mboxrd).
  public static func writeMbox(_ path: String, _ letters: [Letter] = Cast.letters) throws {
    var out: [UInt8] = []
    for letter in letters {
      let at = mailDate(letter.sentAt)
      // "Mon, 23 Nov 2026 09:00:00 +0000" becomes the order of asctime.
      let words = at.split(separator: " ").map(String.init)
      out += Array(
        "From \(letter.from.address) \(words[0].dropLast()) \(words[2]) \(words[1]) \(words[4]) \(words[3])\n".utf8)
      for line in letter.bytes.split(separator: 10, omittingEmptySubsequences: false) {
        let quotes = line.prefix { $0 == 62 }.count
        if line.dropFirst(quotes).starts(with: Array("From ".utf8)) { out.append(62) }
        out += line
        out.append(10)
      }
    }
    try write(out, path)
  }

  /// Writes the address book as one file of cards.
  public static func writeCards(_ path: String) throws {
    try write(Array(cards.joined().replacing("\n", with: "\r\n").utf8), path)
  }

  /// Writes the agency's client list, as a program exports one.
  public static func writeCSV(_ path: String) throws { try write(Array(csv.utf8), path) }

  public static func write(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  static func make(_ folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }
}

extension Cast {
  /// Ada's address book; Bob's card knows both of his addresses.
  public static let cards: [String] = [
    card(bob, uid: "card-bob", phone: "+1 713-555-0101", title: "Engineer", note: "Wants a garden and no stairs."),
    card(dee, uid: "card-dee", phone: "+1 713-555-0104", title: "", note: "Prefers to be called in the evening."),
    card(eli, uid: "card-eli", phone: "+1 713-555-0105", title: "Notary", organisation: "Ember Notaries", note: ""),
    card(fay, uid: "card-fay", phone: "+1 713-555-0106", title: "Loan officer", organisation: "First Lender", note: ""),
    card(gus, uid: "card-gus", phone: "+1 713-555-0107", title: "Builder", organisation: "Garner Repairs", note: ""),
  ]

  private static func card(
    _ role: Role, uid: String, phone: String, title: String, organisation: String = "", note: String
  ) -> String {
    let names = role.name.split(separator: " ").map(String.init)
    var lines = ["BEGIN:VCARD", "VERSION:3.0", "UID:\(uid)", "FN:\(role.name)", "N:\(names[1]);\(names[0]);;;"]
    lines += role.addresses.map { "EMAIL;TYPE=INTERNET:\($0)" } + ["TEL;TYPE=CELL:\(phone)"]
    if !organisation.isEmpty { lines.append("ORG:\(organisation)") }
    if !title.isEmpty { lines.append("TITLE:\(title)") }
    if !note.isEmpty { lines.append("NOTE:\(note)") }
    return (lines + ["END:VCARD", ""]).joined(separator: "\n")
  }

  /// The client list; `=` in a cell is text, never a formula.
  public static let csv = """
    First Name,Last Name,Email,Phone,Company,Title,Notes
    Bob,Brown,bob.brown@example.org,+1 713-555-0101,,,Budget is fixed
    Hal,Hooper,hal@example.net,+1 713-555-0108,Hooper & Sons,Owner,"Two children, one dog"
    Ivy,Ito,ivy@example.net,,,,=1+1

    """
}
