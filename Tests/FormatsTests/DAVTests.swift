import Formats
import Model
import Testing

@Suite struct DAVTests {
  private func read(_ xml: String, limits: DAVLimits = .standard) throws -> Multistatus {
    try Multistatus(Array(xml.utf8), limits: limits)
  }

  @Test("what Radicale and Xandikos say of a book is read alike, whatever prefix and order they write")
  func books() throws {
    let radicale = """
      <?xml version='1.0' encoding='utf-8'?>
      <multistatus xmlns="DAV:" xmlns:CR="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/">\
      <response><href>/ada/people/</href><propstat><prop><current-user-principal><href>/ada/</href>\
      </current-user-principal><resourcetype><CR:addressbook /><collection /></resourcetype>\
      <displayname>People &amp; co</displayname><CS:getctag>"9"</CS:getctag><sync-token>http://x/1</sync-token>\
      <supported-report-set><supported-report><report><sync-collection /></report></supported-report>\
      </supported-report-set></prop><status>HTTP/1.1 200 OK</status></propstat><propstat><prop>\
      <CR:addressbook-home-set /><getetag>"no"</getetag></prop><status>HTTP/1.1 404 Not Found</status></propstat>\
      </response></multistatus>
      """
    let xandikos = """
      <ns0:multistatus xmlns:ns0="DAV:" xmlns:ns1="urn:ietf:params:xml:ns:carddav" \
      xmlns:ns2="http://calendarserver.org/ns/"><ns0:response><ns0:href>/ada/people/</ns0:href><ns0:propstat>\
      <ns0:status>HTTP/1.1 200 OK</ns0:status><ns0:prop><ns0:current-user-principal><ns0:href> /ada/
      </ns0:href></ns0:current-user-principal><ns0:resourcetype><ns0:collection/><ns1:addressbook/></ns0:resourcetype>\
      <ns0:displayname><![CDATA[People & co]]></ns0:displayname><ns2:getctag>"9"</ns2:getctag>\
      <ns0:sync-token>http://x/1</ns0:sync-token><ns0:supported-report-set><ns0:supported-report><ns0:report>\
      <ns0:sync-collection/></ns0:report></ns0:supported-report></ns0:supported-report-set></ns0:prop></ns0:propstat>\
      </ns0:response></ns0:multistatus>
      """
    let found = try read(radicale)
    #expect(found == (try read(xandikos)))
    let item = try #require(found.items.first)
    #expect(item.href == "/ada/people/")
    #expect(item.properties.kinds == [.collection, .addressBook])
    #expect(item.properties.name == "People & co")
    #expect(item.properties.principal == "/ada/")
    #expect(item.properties.ctag == "\"9\"")
    #expect(item.properties.syncToken == "http://x/1")
    #expect(item.properties.reports == ["sync-collection"])
    #expect(item.properties.etag == nil)
  }

  @Test("changes name what is there, what is gone, and where they were cut short")
  func changes() throws {
    let found = try read(
      """
      <d:multistatus xmlns:d="DAV:"><d:response><d:href>/b/1.vcf</d:href><d:propstat><d:prop><d:getetag>"a"</d:getetag>\
      </d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response><d:response><d:href>/b/2.vcf</d:href>\
      <d:status>HTTP/1.1 404 Not Found</d:status></d:response><d:response><d:href>/b/</d:href>\
      <d:status>HTTP/1.1 507 Full</d:status><d:error><d:number-of-matches-within-limits/></d:error></d:response>\
      <d:sync-token>024ca5</d:sync-token></d:multistatus>
      """)
    #expect(found.items.map(\.status) == [nil, 404, 507])
    #expect(found.items.map(\.properties.etag) == ["\"a\"", nil, nil])
    #expect(found.items[2].conditions == ["number-of-matches-within-limits"])
    #expect(found.syncToken == "024ca5")
  }

  @Test("a card comes out as it went in, but for its line ends; names of other spaces are not ours")
  func cards() throws {
    let found = try read(
      """
      <d:multistatus xmlns:d="DAV:" xmlns:a="urn:ietf:params:xml:ns:carddav" xmlns:x="http://example.test/ns">\
      <d:response><d:href>/b/1.vcf</d:href><d:propstat><d:prop><x:getetag>no</x:getetag><a:address-data>BEGIN:VCARD&#13;
      FN:Bob &lt;B&gt; &#x1F600;&#13;
      END:VCARD
      </a:address-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>
      """)
    #expect(found.items[0].properties.content == Array("BEGIN:VCARD\r\nFN:Bob <B> \u{1F600}\r\nEND:VCARD\n".utf8))
    #expect(found.items[0].properties.etag == nil)
  }

  @Test("a refusal names its conditions; what is no such answer names none")
  func refusals() {
    func conditions(_ text: String) -> Set<String> { Multistatus.conditions(ofError: Array(text.utf8)) }
    #expect(conditions(#"<e:error xmlns:e="DAV:"><e:valid-sync-token/></e:error>"#) == ["valid-sync-token"])
    #expect(conditions("Not Found").isEmpty)
    #expect(conditions("<html><error><valid-sync-token/></error></html>").isEmpty)
  }

  static let hostile: [(String, DAVFault)] = [
    ("", .malformed), ("hello", .malformed), ("<multistatus", .malformed), ("<?xml", .malformed), ("<!-- ", .malformed),
    (#"<multistatus xmlns="DAV:"><response></multistatus>"#, .malformed),
    (#"<multistatus xmlns="DAV:"><response><href>&bob;</href></response></multistatus>"#, .malformed),
    (#"<multistatus xmlns="DAV:"/><!DOCTYPE x>"#, .documentType),
    (#"<multistatus xmlns="DAV:"/><x/>"#, .malformed), (#"<multistatus xmlns="DAV:"/>x"#, .malformed),
    (#"<a:multistatus xmlns:b="DAV:"/>"#, .malformed), (#"<a:b:multistatus xmlns:a="DAV:"/>"#, .malformed),
    (#"<multistatus xmlns="DAV:"x="1"/>"#, .malformed), (#"<multistatus xmlns="<"/>"#, .malformed),
    (#"<multistatus xmlns="DAV:">&#0;</multistatus>"#, .malformed),
    (#"<multistatus xmlns="DAV:">&#xD800;</multistatus>"#, .malformed),
    (#"<multistatus xmlns="DAV:">&#99999999999;</multistatus>"#, .malformed),
    (#"<multistatus xmlns="DAV:">&</multistatus>"#, .malformed),
    (#"<multistatus xmlns="DAV:"><![CDATA[x</multistatus>"#, .malformed),
    (#"<multistatus xmlns="DAV:">&#-5;</multistatus>"#, .malformed),
    ("<1/>", .malformed), ("< a/>", .malformed), ("<a></b>", .malformed), ("</a>", .malformed), ("<a/ >", .malformed),
    ("<html><body>Sign in</body></html>", .notMultistatus), ("<multistatus/>", .notMultistatus),
    (#"<multistatus xmlns="dav:"/>"#, .notMultistatus),
    (#"<!DOCTYPE x [<!ENTITY a "b">]><multistatus xmlns="DAV:"/>"#, .documentType),
    (#"<?xml version="1.0"?><!-- a --> <!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>"#, .documentType),
    (#"<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x"><x/>"#, .documentType),
    (#"<?xml version="1.0" encoding="utf-16"?><multistatus xmlns="DAV:"/>"#, .encoding),
    (#"<?xml version="1.0" encoding='UTF-7'?><multistatus xmlns="DAV:"/>"#, .encoding),
    ("\u{0}<\u{0}!", .encoding),
  ]

  @Test("XML that is torn, names a document type or hides in another encoding is a named fault", arguments: hostile)
  func hostileXML(_ row: (String, DAVFault)) {
    #expect(throws: row.1) { try read(row.0) }
  }

  @Test("a billion laughs, 400,000 elements in one another and endless values cost little and end in a fault")
  func bombs() {
    var laughs = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY l0 \"ha\">"
    for level in 1..<30 { laughs += "<!ENTITY l\(level) \"&l\(level - 1);&l\(level - 1);\">" }
    #expect(throws: DAVFault.documentType) { try read(laughs + "]><l>&l29;</l>") }
    #expect(throws: DAVFault.tooDeep) { try read(String(repeating: "<a>", count: 400_000)) }
    let value = String(repeating: "x", count: 100_000)
    #expect(throws: DAVFault.valueTooLong) {
      try read("<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>/\(value)</d:href></d:response></d:multistatus>")
    }
    var limits = DAVLimits.standard
    limits.bytes = 1_000
    #expect(throws: DAVFault.tooLong) { try read(value, limits: limits) }
    limits = .standard
    limits.items = 3
    #expect(throws: DAVFault.tooManyItems) {
      try read(
        "<d:multistatus xmlns:d=\"DAV:\">" + String(repeating: "<d:response/>", count: 4) + "</d:multistatus>",
        limits: limits)
    }
  }

  @Test("no cut and no flipped byte of an answer does more than end in a fault")
  func everyCut() {
    let whole = Array(
      #"<?xml version="1.0"?><m:multistatus xmlns:m="DAV:"><m:response><m:href>/a</m:href><m:propstat><m:prop><m:getetag>"1"</m:getetag></m:prop><m:status>HTTP/1.1 200 OK</m:status></m:propstat></m:response></m:multistatus>"#
        .utf8)
    for cut in whole.indices { #expect(throws: DAVFault.self) { try Multistatus(Array(whole[..<cut])) } }
    for place in whole.indices {
      for byte: UInt8 in [0, 38, 60, 62, 128, 255] {
        var changed = whole
        changed[place] = byte
        do { _ = try Multistatus(changed) } catch { #expect(DAVFault.allCases.contains(error)) }
      }
    }
  }

  // MARK: addresses

  private let origin = DAVHref.Origin(host: "Dav.example.test", port: 443, isSecure: true)

  static let foreign = [
    "https://other.example.test/b/", "http://dav.example.test/b/", "https://dav.example.test:8443/b/",
    "//dav.example.test/b/", "https://ada@dav.example.test/b/", "https://dav.example.test.evil.test/b/",
    "ftp://dav.example.test/b/",
    "b/1.vcf", "", "/b/../c", "/b/%2e%2E/c", "/b/./c", "/b/%zz", "/b/%2", "/b?x=1", "/b#x", "/b\u{0}", "/b\r\nX: y",
    "file:///etc/passwd", "javascript:alert(1)", "https://",
  ]

  @Test("an href that leads to another host, port or scheme, or climbs, is no address", arguments: foreign)
  func foreignHrefs(_ text: String) { #expect(DAVHref(text, on: origin) == nil) }

  @Test("hrefs are compared by what they mean and asked for as they were written")
  func hrefs() throws {
    func href(_ text: String) throws -> DAVHref { try #require(DAVHref(text, on: origin)) }
    let plain = try href("/ada@example.test/b/1 2.vcf")
    #expect(plain.path == "/ada@example.test/b/1%202.vcf")
    #expect(try href("/ada%40example.test/b/1%202.vcf") == plain)
    #expect(try href(" HTTPS://DAV.example.test:443/ada%40example.test/b/1%202.vcf\n") == plain)
    #expect(try href("/a%2Fb") != href("/a/b"))
    #expect(try href("/A") != href("/a"))
    #expect(try href("/ä").path == "/%C3%A4")
    #expect(try href("https://dav.example.test").path == "/")
    let book = try href("/ada@example.test/b/")
    #expect(plain.isInside(book) && !book.isInside(book))
    #expect(try !href("/ada@example.test/bb/1.vcf").isInside(book))
    #expect(try href("/ada@example.test/b").isSame(as: book) && book.isSame(as: href("/ada%40example.test/b")))
    #expect(DAVHref("http://[::1]:5232/b/", on: .init(host: "::1", port: 5232, isSecure: false))?.path == "/b/")
  }

  // MARK: questions

  @Test("questions are well-formed, and what a server said goes back escaped")
  func questions() throws {
    let token = "a\"<b>&'\n&c"
    let href = try #require(DAVHref(path: "/b/&'1.vcf"))
    let bodies = [
      DAVQuestion.properties(DAVQuestion.Property.allCases), DAVQuestion.changes(since: token),
      DAVQuestion.changes(since: nil), DAVQuestion.cards([href]), DAVQuestion.events([href]),
      DAVQuestion.events(from: Instant(seconds: 1_700_000_000), to: nil),
    ]
    for body in bodies { #expect(throws: DAVFault.notMultistatus) { try Multistatus(body) } }
    #expect(
      String(decoding: bodies[1], as: UTF8.self).contains(
        "<d:sync-token>a&quot;&lt;b&gt;&amp;'&#10;&amp;c</d:sync-token>"))
    #expect(String(decoding: bodies[3], as: UTF8.self).contains("<d:href>/b/&amp;'1.vcf</d:href>"))
    #expect(String(decoding: bodies[5], as: UTF8.self).contains(#"start="20231114T221320Z"/>"#))
  }
}
