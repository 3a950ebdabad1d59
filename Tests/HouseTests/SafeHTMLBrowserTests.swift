import Formats
import Foundation
import Testing

/// Mails as a browser shows them, with no wall but the sanitiser.
@Suite("HTML of mails in Chromium", .enabled(if: Chromium.isThere, "no Chromium; `make test` installs it"))
struct SafeHTMLBrowserTests {
  /// Ways to run or to ask that mails have been seen to try.
  private static let tricks = [
    "<img src=http://x.test/a.gif>", "<img srcset='http://x.test/a.gif 2x'>", "<body background=http://x.test/a.gif>",
    "<table background=http://x.test/a.gif><tr><td>a", "<p style='background:url(http://x.test/a.gif)'>a",
    "<p style='list-style-image:url(http://x.test/a.gif);display:list-item'>a",
    "<p style='background:image-set(\"http://x.test/a.gif\" 1x)'>a", "<link rel=stylesheet href=http://x.test/a.css>",
    "<link rel=prefetch href=http://x.test/a><link rel=dns-prefetch href=//x.test>",
    "<style>@import 'http://x.test/a.css';</style>", "<style>p{background:url(http://x.test/a)}</style><p>a",
    "<meta http-equiv=refresh content='0;url=http://x.test/'>", "<base href=http://x.test/><img src=a.gif>",
    "<iframe src=http://x.test/></iframe>", "<iframe srcdoc='<script>top.alert(1)</script>'></iframe>",
    "<object data=http://x.test/a></object>", "<embed src=http://x.test/a>", "<video src=http://x.test/a autoplay>",
    "<video poster=http://x.test/a.gif>", "<audio src=http://x.test/a autoplay>",
    "<input type=image src=http://x.test/a>",
    "<svg><image href=http://x.test/a.gif /></svg>", "<svg><use href='http://x.test/a#b'/></svg>",
    "<svg><filter id=f><feImage href=http://x.test/a /></filter><rect filter=url(#f) width=9 height=9 /></svg>",
    "<svg onload=alert(1)>", "<img src=x onerror=alert(1)>", "<script>alert(1)</script>",
    "<script src=http://x.test/a.js></script>", "<details open ontoggle=alert(1)>", "<body onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>", "<math><mtext><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<a href=javascript:alert(1)>a</a>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<table><td><svg><desc><td></desc><img src=x onerror=alert(1)>", "<!--><img src=x onerror=alert(1)>-->",
    "<title><a id='</title><img src=x onerror=alert(1)>'>", "<textarea></textarea><img src=x onerror=alert(1)>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>", "<select><template><img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>", "<img\u{0B}src=x\u{0C}onerror=alert(1)>", "<<img src=x onerror=alert(1)//",
    "<a href=https://bank.test@evil.test>a</a><a href='https:\\\\evil.test'>b</a><a href=https://bücher.test>c</a>",
    "<a href='https://bank.test\u{3002}evil.test'>d</a><a href=https://0x7f.1>e</a><a href=https:evil.test>f</a>",
    "<a ping=http://x.test/ href=https://a.test>a</a>", "<p style=\"font-family:'}*{background:url(http://x.test)'\">a",
  ]

  private struct Case: Encodable {
    var name: String
    var raw: String
    var safe: String

    init(_ name: String, _ html: String) {
      self.name = name
      raw = "<!doctype html><meta charset=utf-8>" + html
      safe = "<!doctype html><meta charset=utf-8>" + SafeHTML.clean(html)
    }
  }

  @Test("P094 mails made safe run nothing and ask for nothing in a real browser, with no other wall around them")
  func nothingRuns() throws {
    var cases = SafeHTMLBrowserTests.tricks.enumerated().map { Case("trick \($0.offset)", $0.element) }
    let data = (ProcessInfo.processInfo.environment["KITH_TEST_DATA"] ?? "") + "/dompurify/sanitiser-cases.json"
    if let bytes = FileManager.default.contents(atPath: data) {
      let given = try JSONSerialization.jsonObject(with: bytes) as? [[String: Any]] ?? []
      #expect(given.count == 112)
      cases += given.enumerated().map { Case("case \($0.offset)", $0.element["payload"] as? String ?? "") }
    }
    let file = FileManager.default.temporaryDirectory.appending(path: "kith-cases-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try JSONEncoder().encode(cases).write(to: file)
    let looked = try Chromium.run("sanitise.py", [file.path()])
    #expect(looked.faults.isEmpty)
    #expect(looked.held == cases.count + 1)
  }
}
