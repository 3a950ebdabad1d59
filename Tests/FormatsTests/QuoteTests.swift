import Formats
import Testing

@Suite("what is quoted in a mail")
struct QuoteTests {
  /// What mail programs write above a quote, by language; `|` parts lines.
  static let attributions: [(String, String)] = [
    ("English", "On Mon, Nov 23, 2026 at 9:41 AM Bob Baker <bob@example.test> wrote:"),
    (
      "English, wrapped",
      "On Mon, Nov 23, 2026 at 9:41 AM Bob Baker|<bob.baker.of.the.long.address@example.test>|wrote:"
    ),
    ("German", "Am 23.11.2026 um 09:41 schrieb Bob Baker:"),
    ("German, Gmail", "Am Mo., 23. Nov. 2026 um 09:41 Uhr schrieb Bob Baker <bob@example.test>:"),
    ("French", "Le lun. 23 nov. 2026 à 09:41, Bob Baker <bob@example.test> a écrit :"),
    ("French, wrapped", "Le lun. 23 nov. 2026 à 09:41, Bob Baker <bob@example.test>|a écrit :"),
    ("Spanish", "El lun, 23 nov 2026 a las 9:41, Bob Baker (<bob@example.test>) escribió:"),
    ("Portuguese", "Em seg., 23 de nov. de 2026 às 09:41, Bob Baker <bob@example.test> escreveu:"),
    ("Italian", "Il giorno lun 23 nov 2026 alle ore 09:41 Bob Baker <bob@example.test> ha scritto:"),
    ("Dutch", "Op ma 23 nov 2026 om 09:41 schreef Bob Baker <bob@example.test>:"),
    ("Danish", "Den man. 23. nov. 2026 kl. 09.41 skrev Bob Baker <bob@example.test>:"),
    ("Norwegian", "man. 23. nov. 2026 kl. 09:41 skrev Bob Baker <bob@example.test>:"),
    ("Swedish", "Den mån 23 nov. 2026 kl 09:41 skrev Bob Baker <bob@example.test>:"),
    ("Finnish", "ma 23. marrask. 2026 klo 9.41 Bob Baker (bob@example.test) kirjoitti:"),
    ("Polish", "pon., 23 lis 2026 o 09:41 Bob Baker <bob@example.test> napisał(a):"),
    ("Polish, portal", "W dniu 2026-11-23 09:41:10 użytkownik Bob Baker <bob@example.test> napisał:"),
    ("Czech", "po 23. 11. 2026 v 9:41 odesílatel Bob Baker <bob@example.test> napsal:"),
    ("Slovak", "po 23. 11. 2026 o 9:41 Bob Baker <bob@example.test> napísal(a):"),
    ("Hungarian", "Bob Baker <bob@example.test> ezt írta (időpont: 2026. nov. 23., H, 9:41):"),
    ("Romanian", "În lun., 23 nov. 2026 la 09:41, Bob Baker <bob@example.test> a scris:"),
    ("Russian", "пн, 23 нояб. 2026 г. в 09:41, Bob Baker <bob@example.test>:"),
    ("Russian, portal", "23.11.2026, 09:41, \"Bob Baker\" <bob@example.test>:"),
    ("Ukrainian", "пн, 23 лист. 2026 р. о 09:41 Bob Baker <bob@example.test> пише:"),
    ("Turkish", "Bob Baker <bob@example.test>, 23 Kas 2026 Pzt, 09:41 tarihinde şunu yazdı:"),
    ("Greek", "Στις Δευ 23 Νοε 2026 στις 9:41 π.μ., ο χρήστης Bob Baker <bob@example.test> έγραψε:"),
    ("Croatian", "pon, 23. stu 2026. u 09:41 Bob Baker <bob@example.test> napisao je:"),
    ("Indonesian", "Pada Sen, 23 Nov 2026 09.41, Bob Baker <bob@example.test> menulis:"),
    ("Vietnamese", "Vào Th 2, 23 thg 11, 2026 lúc 09:41 Bob Baker <bob@example.test> đã viết:"),
    (
      "Hebrew",
      "\u{202B}בתאריך יום ב׳, 23 בנוב׳ 2026 ב-9:41 מאת \u{202A}Bob Baker\u{202C}\u{200F} <\u{202A}bob@example.test\u{202C}\u{200F}>:\u{202C}"
    ),
    ("Japanese", "2026年11月23日(月) 9:41 Bob Baker <bob@example.test>:"),
    ("Chinese", "Bob Baker <bob@example.test> 于2026年11月23日周一 09:41写道："),
    ("Korean", "2026년 11월 23일 (월) 오전 9:41, Bob Baker <bob@example.test>님이 작성:"),
    ("separator, English", "-----Original Message-----|From: Bob"),
    ("separator, German", "-------- Ursprüngliche Nachricht --------"),
    ("separator, French", "-------- Message d'origine --------"),
    ("separator, forward", "---------- Forwarded message ---------|From: Bob Baker <bob@example.test>"),
    ("Zoho", "---- On Mon, 23 Nov 2026 09:41:10 +0100 bob@example.test wrote ----"),
  ]

  @Test("in every language the line above a quote is found, and the quote below it", arguments: attributions)
  func languages(_ language: String, _ header: String) {
    for quote in ["> Shall we meet?\n> Bob", "Shall we meet?\nBob"] {
      let lines = header.replacing("|", with: "\n")
      let split = QuoteSplit("Dear Bob,\n\nYes, at ten.\n\nAda\n\n\(lines)\n\n\(quote)\n")
      #expect(split.joined(split.ownLines) == "Dear Bob,\n\nYes, at ten.\n\nAda", "\(language)")
      let quoted = split.joined(split.quotedLines)
      #expect(quoted.hasPrefix(String(lines.prefix(12))) && quoted.hasSuffix("Bob"), "\(language)")
    }
  }

  /// Blocks of headers as Outlook writes them, by language.
  static let blocks: [(String, String)] = [
    ("English", "From: Bob Baker <bob@example.test>|Sent: Monday, November 23, 2026 9:41 AM|To: Ada|Subject: A house"),
    ("English, starred", "*From:* Bob Baker [mailto:bob@example.test]|*Sent:* Monday|*To:* Ada|*Subject:* A house"),
    ("German", "Von: Bob Baker|Gesendet: Montag, 23. November 2026 09:41|An: Ada|Betreff: Ein Haus"),
    ("French", "De : Bob Baker|Envoyé : lundi 23 novembre 2026 09:41|À : Ada|Objet : Une maison"),
    ("Spanish", "De: Bob Baker|Enviado el: lunes, 23 de noviembre de 2026 9:41|Para: Ada|Asunto: Una casa"),
    ("Portuguese", "De: Bob Baker|Enviada em: segunda-feira, 23 de novembro de 2026 09:41|Para: Ada|Assunto: Uma casa"),
    ("Italian", "Da: Bob Baker|Inviato: lunedì 23 novembre 2026 09:41|A: Ada|Oggetto: Una casa"),
    ("Dutch", "Van: Bob Baker|Verzonden: maandag 23 november 2026 9:41|Aan: Ada|Onderwerp: Een huis"),
    ("Danish", "Fra: Bob Baker|Sendt: 23. november 2026 09:41|Til: Ada|Emne: Et hus"),
    ("Swedish", "Från: Bob Baker|Skickat: den 23 november 2026 09:41|Till: Ada|Ämne: Ett hus"),
    ("Finnish", "Lähettäjä: Bob Baker|Lähetetty: maanantai 23. marraskuuta 2026 9.41|Vastaanottaja: Ada|Aihe: Talo"),
    ("Polish", "Od: Bob Baker|Wysłano: poniedziałek, 23 listopada 2026 09:41|Do: Ada|Temat: Dom"),
    ("Czech", "Od: Bob Baker|Odesláno: pondělí 23. listopadu 2026 9:41|Komu: Ada|Předmět: Dům"),
    ("Hungarian", "Feladó: Bob Baker|Elküldve: 2026. november 23. 9:41|Címzett: Ada|Tárgy: Ház"),
    ("Russian", "От: Bob Baker|Отправлено: 23 ноября 2026 г. 9:41|Кому: Ada|Тема: Дом"),
    ("Turkish", "Kimden: Bob Baker|Gönderildi: 23 Kasım 2026 Pazartesi 09:41|Kime: Ada|Konu: Ev"),
    ("Greek", "Από: Bob Baker|Στάλθηκε: Δευτέρα, 23 Νοεμβρίου 2026 9:41 πμ|Προς: Ada|Θέμα: Σπίτι"),
    ("Japanese", "差出人: Bob Baker|送信日時: 2026年11月23日 9:41|宛先: Ada|件名: 家"),
    ("Chinese", "发件人：Bob Baker|发送时间：2026年11月23日 9:41|收件人：Ada|主题：房子"),
    ("Korean", "보낸 사람: Bob Baker|보낸 날짜: 2026년 11월 23일 9:41|받는 사람: Ada|제목: 집"),
  ]

  @Test("in every language a block of headers leads to a quote, with the rule above it", arguments: blocks)
  func headers(_ language: String, _ header: String) {
    for rule in ["", "________________________________\n"] {
      let split = QuoteSplit("Yes, at ten.\n\n\(rule)\(header.replacing("|", with: "\n"))\n\nShall we meet?\n\nBob")
      #expect(split.joined(split.ownLines) == "Yes, at ten.", "\(language)")
    }
  }

  @Test("answers between the lines are the author's own, and so is what stands below")
  func between() {
    let split = QuoteSplit(
      "On 23 Nov 2026, at 09:41, Bob <bob@example.test> wrote:\n> Is ten fine?\n\nYes.\n\n> And the garden?\nLarge.\n\nAda"
    )
    #expect(split.joined(split.ownLines) == "Yes.\n\nLarge.\n\nAda")
  }

  @Test(
    "sentences that look like the line above a quote are none",
    arguments: [
      "On the other hand, I wrote to the owner.", "The agent wrote: the house is sold.",
      "From: the garden you see the sea.",
      "On Thursday:\n\nwe meet at ten.", "Call me at 10:30 or write to bob@example.test:\n\nI am there.",
      "Date: 23 November\nTime: 10:30\nPlace: Harbour Street", "In 2019 we sold three houses:\n\nOne in the city.",
      "It is on the market since 12.10.2026.\n-- first point\n-- second point",
    ])
  func lookalikes(_ text: String) {
    let split = QuoteSplit(text)
    #expect(split.quotedLines.isEmpty)
  }

  /// What clients put around quotes.
  static let pages: [(String, String)] = [
    (
      "Gmail",
      "<div dir=ltr>Yes</div><div class=\"gmail_quote\"><div class=gmail_attr>On Mon Bob wrote:<br></div><blockquote class=gmail_quote>Ten?</blockquote></div>"
    ),
    (
      "Apple Mail",
      "<div>Yes</div><blockquote type=\"cite\"><div>On 23 Nov 2026, at 09:41, Bob wrote:</div>Ten?</blockquote>"
    ),
    (
      "Thunderbird",
      "Yes<div class=\"moz-cite-prefix\">Am 23.11.26 um 09:41 schrieb Bob:<br></div><blockquote type=\"cite\" cite=\"mid:1\">Ten?</blockquote>"
    ),
    (
      "Outlook on the web",
      "<p>Yes</p><div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\"><b>From:</b> Bob</div><div>Ten?</div>"
    ),
    (
      "Outlook",
      "<p>Yes</p><div style='border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> Bob<br><b>Sent:</b> Monday<br><b>To:</b> Ada<br><b>Subject:</b> Ten</p></div><p>Ten?</p>"
    ),
    (
      "new Outlook",
      "<div>Yes</div><div id=\"mail-editor-reference-message-container\"><div>Bob</div><div>Ten?</div></div>"
    ),
    (
      "Yahoo",
      "<div>Yes</div><div id=\"yahoo_quoted_123\" class=\"yahoo_quoted\"><div>On Monday Bob wrote:</div><div>Ten?</div></div>"
    ),
    ("Proton", "<div>Yes</div><div class=\"protonmail_quote\">On Monday Bob wrote:<blockquote>Ten?</blockquote></div>"),
    ("Hotmail", "<div>Yes<hr id=\"stopSpelling\">From: bob@example.test<br>Ten?</div>"),
    ("Zoho", "<div>Yes</div><div class=\"zmail_extra\">---- On Monday Bob wrote ----<br>Ten?</div>"),
  ]

  @Test("what a client puts around a quote in HTML is seen", arguments: pages)
  func clients(_ client: String, _ html: String) {
    let split = QuoteSplit(html: "<html><head><style>p {}</style></head><body>" + html + "</body></html>")
    #expect(split.joined(split.ownLines) == "Yes", "\(client)")
    #expect(split.joined(split.quotedLines).hasSuffix("Ten?"), "\(client)")
  }

  @Test("below a quote in HTML the author goes on")
  func bottomPosting() {
    let split = QuoteSplit(
      html:
        "<blockquote type=cite>Ten?</blockquote><p>Yes &amp; gladly&nbsp;so</p><div class=\"moz-signature\">Ada</div>")
    #expect(split.joined(split.ownLines) == "Yes & gladly so\nAda")
    #expect(split.marked.count == 1)
  }

  @Test("no input traps, and every line has a part")
  func hostile() {
    let pieces = [
      "", "\n", ">", ">>>", "On ", "wrote:", "<", "<div", "<!--", "&#x110000;", "&#", "\u{0}", "\r", "-----", "From:",
      "：", "@", "\u{202B}", "é",
    ]
    var seed: UInt64 = 7
    for _ in 0..<2_000 {
      var text = ""
      for _ in 0..<12 {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(seed >> 33) % pieces.count]
      }
      let split = QuoteSplit(text)
      #expect(split.parts.count == split.text.lines.count)
      _ = QuoteSplit(html: text)
    }
    #expect(QuoteSplit(String(repeating: "On 1 Jan 2026 wrote\n", count: 50_000)).text.lines.count <= TextLines.most)
  }

  @Test("the innermost line of sixty thousand nested quotes is quoted, and nothing else")
  func deepest() {
    let nest = "<div><blockquote>"
    let deep = String(repeating: nest, count: 60_000)
    #expect(deep.utf8.count < TextLines.longest - 64)
    let split = QuoteSplit(html: "<p>Yes</p>" + deep + "Ten?" + String(repeating: "</blockquote></div>", count: 100))
    #expect(split.joined(split.ownLines) == "Yes")
    #expect(split.joined(split.quotedLines) == "Ten?")
  }

  @Test("what stands beyond the longest text is not looked at, whatever is nested before it")
  func beyond() {
    let deep = String(repeating: "<div><blockquote>", count: 100_000)
    #expect(deep.utf8.count > TextLines.longest)
    let split = QuoteSplit(html: "<p>Yes</p><blockquote>Ten?" + deep + "Beyond")
    #expect(split.joined(split.ownLines) == "Yes")
    #expect(split.joined(split.quotedLines) == "Ten?")
    #expect(QuoteSplit(html: deep + "Beyond").quotedLines.isEmpty)
  }
}
