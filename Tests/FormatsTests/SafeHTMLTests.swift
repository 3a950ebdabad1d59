import Foundation
import Testing

@testable import Formats

/// The cases of a sanitiser that runs in browsers; nil if they are not there.
private let sanitiserCases: String? = {
  let path = (ProcessInfo.processInfo.environment["KITH_TEST_DATA"] ?? "") + "/dompurify/sanitiser-cases.json"
  return FileManager.default.fileExists(atPath: path) ? path : nil
}()

/// HTML of mails is written anew from what may stand; in a real browser it is tried in `SafeHTMLBrowserTests`.
@Suite("HTML that can do nothing")
struct SafeHTMLTests {
  @Test(
    "what may stand is kept, and all else is left out",
    arguments: [
      ("<p>Dear <b>Bob</b></p>", "<p>Dear <b>Bob</b></p>"),
      ("<P ALIGN=center>a<BR>b", "<p align=\"center\">a<br>b</p>"),
      ("<script>alert(1)</script>after", "after"),
      ("<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)"),
      ("<svg><script>alert(1)</script><p>in</p></svg>out", "out"),
      ("<style>p{background:url(//x.example)}</style>a", "a"),
      ("<img src=https://x.example/a.gif alt=\"The house\">", "<span class=\"picture\">The house</span>"),
      ("<img src=x onerror=alert(1)>", ""),
      ("<img src=\"data:image/png;base64,AAAA\" alt=\"a\">", "<img src=\"data:image/png;base64,AAAA\" alt=\"a\">"),
      ("<img src=\"data:image/svg+xml;base64,AAAA\">", ""),
      ("<div onclick=alert(1) id=a class=b>x</div>", "<div>x</div>"),
      ("<div background=https://x.example style=\"background:url(https://x.example)\">x</div>", "<div>x</div>"),
      ("<p style=\"color: red; position: fixed; width: expression(alert(1))\">x", "<p style=\"color: red\">x</p>"),
      ("<p style=\"color:rgb(1,2,3);DISPLAY:none\">x", "<p style=\"color: rgb(1,2,3); display: none\">x</p>"),
      ("<p style=\"color:r\\65 d;width:1px/**/;font-family:'a'\">x", "<p>x</p>"),
      ("<form action=//x.example><input name=a><button>go</button></form>", "<div>go</div>"),
      ("<meta http-equiv=refresh content=\"0;url=//x.example\"><base href=//x.example>a", "a"),
      ("<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>a", "a"),
      ("a<!-- <b> --><!--><i>x</i>--><![CDATA[<u>]]>c", "a<i>x</i>--&gt;]]&gt;c"),
      ("<<b>>1 < 2 & 3 &amp; &#60; &nope", "&lt;<b>&gt;1 &lt; 2 &amp; 3 &amp; &#60; &amp;nope</b>"),
      ("<table><tr><td width=\"10\"><p>x", "<table><tr><td width=\"10\"><p>x</p></td></tr></table>"),
      ("</div></b>a<b><i>x</b>y</i>", "a<b><i>x</i></b>y"),
      ("<a", ""), ("<a href", ""), ("<b title=\"", "<b></b>"), ("<", "&lt;"), ("</", "&lt;/"), ("<!", ""),
      ("&", "&amp;"),
      ("<p title='\"><script>alert(1)</script>'>x</p>", "<p>x</p>"),
      ("<article><header>x</header></article>", "<div><div>x</div></div>"),
      ("a\u{0}\u{1}b\u{7F}", "ab"),
    ])
  func kept(given: String, expected: String) {
    #expect(SafeHTML.fragment(given) == expected)
    #expect(
      SafeHTML.fragment(expected).replacing(" class=\"picture\"", with: "")
        == expected.replacing(" class=\"picture\"", with: ""))
  }

  @Test(
    "P097 a link opens a page of its own that learns nothing of this one, and the host it leads to is shown",
    arguments: [
      ("https://bank.example/a?b=1&c", "https://bank.example/a?b=1&amp;c", "bank.example"),
      ("HTTP://Bank.Example:8080", "http://bank.example:8080", "bank.example"),
      ("https://bank.example@evil.example/", "https://evil.example/", "evil.example"),
      ("https://bank.example:pass@evil.example", "https://evil.example", "evil.example"),
      ("https:\\\\evil.example\\@bank.example", "https://evil.example/@bank.example", "evil.example"),
      ("https:///evil.example/bank.example", "https://evil.example/bank.example", "evil.example"),
      ("ht\ntps://bank.ex\tample", "https://bank.example", "bank.example"),
      ("  https://bank.example", "https://bank.example", "bank.example"),
      ("https://bücher.example/", "https://xn--bcher-kva.example/", "xn--bcher-kva.example"),
      ("https://аррӏе.example", "", ""),
      ("https://аррие.example", "https://xn--80aki5aa.example", "xn--80aki5aa.example"),
      ("https://bank。example", "", ""), ("https://bank.example%2eevil.example", "", ""),
      ("https://ｂank.example", "", ""), ("https://0x7f.1/", "", ""), ("https://2130706433", "", ""),
      ("https://127.0.0.1/", "https://127.0.0.1/", "127.0.0.1"), ("https://", "", ""), ("https://a..b", "", ""),
      ("javascript:alert(1)", "", ""), ("java\nscript:alert(1)", "", ""), ("data:text/html,x", "", ""),
      ("vbscript:x", "", ""), ("//evil.example", "", ""), ("/people", "", ""), ("file:///etc/passwd", "", ""),
      ("https://a.example/\"><script>", "https://a.example/&quot;&gt;&lt;script&gt;", "a.example"),
    ])
  func links(href: String, address: String, host: String) {
    let quoted = href.replacing("\"", with: "&quot;")
    let written = SafeHTML.fragment("<a href=\"\(quoted)\" onclick=\"x\">Your bank</a>")
    if address.isEmpty {
      #expect(written == "Your bank")
    } else {
      let opening = "<a href=\"\(address)\" target=\"_blank\" rel=\"noopener noreferrer\">"
      #expect(written == opening + "Your bank</a> <span class=\"to\">[\(host)]</span>")
    }
  }

  @Test("mail and telephone lead where they say; links never stand in one another")
  func others() {
    let mail = SafeHTML.fragment("<a href=mailto:bob@example.test?subject=a>x</a><a href='tel:+1 (555) 1'>y</a>")
    #expect(mail.contains("href=\"mailto:bob@example.test?subject=a\"") && mail.contains("href=\"tel:+1(555)1\""))
    let nested = SafeHTML.fragment("<a href=https://a.example>a<a href=https://b.example>b")
    #expect(nested.contains("</a> <span class=\"to\">[a.example]</span><a href"))
  }

  @Test("plain text is text, with its addresses as links")
  func plainText() {
    let plain = SafeHTML.plain("<b> see https://a.example/x, or http not\nhttps://javascript:1 & \"http://b.example\"")
    #expect(plain.hasPrefix("&lt;b&gt; see <a href=\"https://a.example/x\""))
    #expect(plain.contains("[a.example]</span>, or http not\n") && plain.contains("[b.example]</span>&quot;"))
    #expect(SafeHTML.document(html: " \n", text: "a < b").contains("<div class=\"plain\">a &lt; b</div>"))
  }

  @Test("what nests without end, or never closes, is written in time that grows with its length alone")
  func hostile() {
    for text in ["<div>", "<b", "<!--", "<a href=x", "&", "<style>", "<p style='a:(", "</p>", "<table><a>"] {
      let written = SafeHTML.fragment(String(repeating: text, count: 100_000))
      #expect(written.utf8.count < 12_000_000)
    }
  }

  /// Every tag that is written, by a reading of its own.
  private static var written: Regex<(Substring, Substring, Substring)> {
    /<(\/?[a-z0-9]+)((?: [a-z]+="[^"<>]*")*)>/
  }

  @Test(
    "of the sanitiser cases of a browser's own library nothing is written but plain elements with plain attributes",
    .enabled(if: sanitiserCases != nil, "skipped: dompurify is not present"))
  func dataFolder() throws {
    let path = try #require(sanitiserCases)
    let cases = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [[String: Any]])
    #expect(cases.count == 112)
    for (index, one) in cases.enumerated() {
      let text = SafeHTML.fragment(one["payload"] as? String ?? "")
      let rest = text.replacing(SafeHTMLTests.written, with: "")
      #expect(!rest.contains("<") && !rest.contains(">"), "case \(index)")
      for tag in text.matches(of: SafeHTMLTests.written) {
        let attributes = tag.2.lowercased()
        #expect(!attributes.contains(" on") && !attributes.contains("script:"), "case \(index)")
        #expect(!attributes.contains("url(") && !attributes.contains("src=\"h"), "case \(index)")
      }
      let again = SafeHTML.fragment(text)
      if !text.contains("<a ") && !text.contains("picture") { #expect(again == text, "case \(index)") }
    }
  }
}
