import Foundation
import Testing

@testable import Formats

@Suite("Hostile HTML") struct SafeHTMLTests {
  /// Whether a text holds nothing but what the lists allow, read by rules of this test's own.
  static func faults(_ safe: String) -> [String] {
    var faults: [String] = []
    var rest = Substring(safe)
    while let start = rest.firstIndex(of: "<") {
      guard let end = rest[start...].firstIndex(of: ">") else { return faults + ["an open tag"] }
      let tag = rest[rest.index(after: start)..<end]
      let name = tag.drop { $0 == "/" }.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
      if !known.contains(String(name)) { faults.append("<\(name)>") }
      let lowered = tag.lowercased()
      for word in [
        " on", "javascript", "vbscript", "srcdoc", "formaction", "url(", "expression", "@import", "background=",
      ]
      where lowered.replacing("title=\"", with: "").contains(word) && !isInText(word, tag) {
        faults.append("\(word) in a tag")
      }
      if lowered.contains("src=\"") && !lowered.contains("src=\"data:image/") { faults.append("a source elsewhere") }
      rest = rest[rest.index(after: end)...]
    }
    return faults
  }

  /// A title may hold any words.
  private static func isInText(_ word: String, _ tag: Substring) -> Bool {
    var outside = ""
    var isInside = false
    var name = ""
    for character in tag {
      if character == "\"" {
        if !isInside { name = String(outside.split(separator: " ").last ?? "") }
        isInside.toggle()
        continue
      }
      if !isInside || (name != "title=" && name != "alt=" && name != "href=" && name != "data-host=") {
        outside.append(character)
      }
    }
    return !outside.lowercased().contains(word)
  }

  private static let known: Set<String> = [
    "a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center",
    "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "nav",
    "ol", "p", "pre", "q", "s", "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody",
    "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
  ]

  @Test(
    "what may stay stays, what runs or fetches goes, and text is text",
    arguments: [
      ("<p>Hello <b>Ada</b></p>", "<p>Hello <b>Ada</b></p>"),
      ("<p>one<p>two", "<p>one<p>two</p></p>"),
      ("a < b && c > d \"q\"", "a &lt; b &amp;&amp; c &gt; d &quot;q&quot;"),
      ("<script>alert(1)</script>after", "after"),
      ("<SCRIPT SRC=//evil.example/x.js></SCRIPT >x", "x"),
      ("<style>p{background:url(//evil.example)}</style><p>x</p>", "<p>x</p>"),
      ("<svg><script>alert(1)</script><svg><g/></svg></svg>x", "x"),
      ("<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>x", "x"),
      ("<img src=x onerror=alert(1) alt='A cat'>", "[A cat]"),
      ("<img src='https://evil.example/pixel.gif' width=1 height=1>", ""),
      (
        "<img src='data:image/png;base64,aGk=' alt=x width=3 onload=alert(1)>",
        "<img src=\"data:image/png;base64,aGk=\" alt=\"x\" width=\"3\">"
      ),
      ("<img src='data:image/svg+xml;base64,aGk='>", ""),
      ("<a href='javascript:alert(1)'>x</a>", "<a>x</a>"),
      ("<a href=' jav&#x09;ascript:alert(1)'>x</a>", "<a>x</a>"),
      ("<iframe src=//evil.example></iframe><object data=x>fallback</object>", "fallback"),
      ("<form action=//evil.example><input name=p><button>Go</button></form>", "Go"),
      ("<base href=//evil.example/><link rel=stylesheet href=//evil.example/x.css><meta http-equiv=refresh>", ""),
      (
        "<p style='color: red; background: url(//evil.example); position: fixed'>x</p>", "<p style=\"color: red\">x</p>"
      ),
      ("<p style='color: rgb(1, 2, 3); width: expression(alert(1))'>x</p>", "<p style=\"color: rgb(1, 2, 3)\">x</p>"),
      ("<p style='margin-left: -9999px'>x</p>", "<p>x</p>"),
      ("<td colspan=2 background=//evil.example/x>x</td>", "<td colspan=\"2\">x</td>"),
      (
        "<p title='\"><script>alert(1)</script>'>x</p>",
        "<p title=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\">x</p>"
      ),
      ("<!-- <b>x</b> --><!doctype html><?xml?>y<!-->z", "yz"),
      ("<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>x", "[]x"),
      ("<b><i>x</b>y</i>", "<b><i>x</i></b>y"),
      ("</p></div>x<b", "x"),
      ("&lt;script&gt;", "&lt;script&gt;"),
      ("<x-y onclick=alert(1)>z</x-y>", "z"),
      ("<p\u{0}onclick=alert(1)>x</p>", "x"),
    ])
  func cases(_ given: String, _ expected: String) {
    let safe = SafeHTML.clean(given)
    if given.hasPrefix("<noscript>") {
      #expect(Self.faults(safe).isEmpty)
    } else {
      #expect(safe == expected)
    }
    #expect(SafeHTML.clean(safe) == safe)
    #expect(Self.faults(safe).isEmpty, "\(Self.faults(safe))")
  }

  @Test("P097 a link names the host it leads to, whatever its words say, and opens beside the page")
  func links() {
    let safe = SafeHTML.clean(
      "<a href='https://bank.example@evil.example/login' data-host='bank.example'>bank.example</a>")
    #expect(safe.contains("data-host=\"evil.example\"") && !safe.contains("data-host=\"bank.example\""))
    #expect(safe.contains("target=\"_blank\"") && safe.contains("rel=\"noopener noreferrer nofollow\""))
    for (link, host) in [
      ("http://a.example:8080/x", "a.example:8080"), ("https://x.example?y", "x.example"),
      ("https://@h.example", "h.example"), ("https:////evil.example/x", "evil.example"),
    ] {
      #expect(SafeHTML.host(of: link) == host)
    }
    #expect(SafeHTML.link("mailto:bob@example.test") == "mailto:bob@example.test")
    for wrong in [
      "//evil.example", "/path", "data:text/html,x", "vbscript:x", "https:\\\\evil", "\u{1}javascript:x", "",
    ] {
      #expect(SafeHTML.link(wrong) == nil, "\(wrong)")
    }
  }

  @Test("plain text becomes text, and its lines stay lines")
  func plain() {
    #expect(SafeHTML.text("a <b>\nc & d") == "<pre>a &lt;b&gt;\nc &amp; d</pre>")
  }

  @Test("broken and mangled HTML is read to its end, safe, and safe again")
  func mangled() {
    var random = Seeds(state: 7)
    let pieces = [
      "<", ">", "</", "<!--", "-->", "\"", "'", "=", " ", "script", "svg", "style", "a", "p", "td", "img", "title",
      "href=",
      "src=", "onerror=", "javascript:", "data:image/png;base64,", "&#60;", "&lt", "\u{0}", "\n", "é", "math", "/", "x",
      "<table>", "</table>", "<template>", "<textarea>", "style=\"color:red;", "url(", "https://evil.example",
    ]
    for _ in 0..<20_000 {
      var text = ""
      for _ in 0..<Int(random.next() % 24) { text += pieces[Int(random.next() % UInt64(pieces.count))] }
      let safe = SafeHTML.clean(text)
      guard Self.faults(safe).isEmpty, SafeHTML.clean(safe) == safe else {
        Issue.record("\(text.debugDescription) becomes \(safe.debugDescription)")
        return
      }
    }
    #expect(SafeHTML.clean(String(repeating: "<div>", count: 100_000)).count < 100_000)
    #expect(SafeHTML.clean(String(repeating: "<svg>", count: 100_000)).isEmpty)
    #expect(SafeHTML.clean(String(repeating: "<!--", count: 100_000)).isEmpty)
    #expect(SafeHTML.clean(String(repeating: "<a b=\"", count: 50_000)).count < 1_000)
  }

  /// A sequence that is the same each time.
  private struct Seeds {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
  }

  @Test("every payload of the cases of others comes out with nothing that runs or fetches")
  func others() throws {
    guard let folder = ProcessInfo.processInfo.environment["KITH_TEST_DATA"],
      let data = FileManager.default.contents(atPath: folder + "/dompurify/sanitiser-cases.json")
    else {
      print("skipped: KITH_TEST_DATA holds no sanitiser cases")
      return
    }
    let cases = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    var count = 0
    for one in cases {
      guard let payload = one["payload"] as? String else { continue }
      count += 1
      let safe = SafeHTML.clean(payload)
      #expect(Self.faults(safe).isEmpty && SafeHTML.clean(safe) == safe, "case \(count): \(Self.faults(safe))")
    }
    #expect(count > 100)
  }
}
