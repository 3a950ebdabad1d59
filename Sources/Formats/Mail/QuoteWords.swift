/// The words by which mail programs of many languages mark what they quote.
enum QuoteWords {
  /// What a line of a quoted mail's headers tells.
  enum Label: Int { case from, date, to, copy, subject, other }

  /// The label that a line begins with, folded, without its colon.
  static func label(_ folded: String) -> Label? { labels[folded] }

  private static let labels: [String: Label] = {
    var all: [String: Label] = [:]
    for (label, words) in byLabel {
      for word in words.split(separator: "|") where all[String(word)] == nil { all[String(word)] = label }
    }
    return all
  }()

  /// English, German, French, Spanish, Portuguese, Italian, Dutch, Danish, Norwegian, Swedish, Finnish, Polish, Czech,
  /// Slovak, Hungarian, Romanian, Croatian, Slovene, Russian, Ukrainian, Bulgarian, Turkish, Greek, Estonian, Latvian,
  /// Lithuanian, Catalan, Indonesian, Vietnamese, Hebrew, Arabic, Japanese, Chinese, Korean.
  private static let byLabel: [(Label, String)] = [
    (
      .from,
      "from|von|de|da|van|fra|från|lähettäjä|od|feladó|de la|expéditeur|remitente|mittente|afzender|afsender|avsändare"
        + "|absender|nadawca|odesílatel|expeditor|от|від|kimden|gönderen|από|saatja|nuo|no|dari|từ|người gửi|מאת|من"
        + "|差出人|送信者|发件人|寄件者|寄件人|보낸 사람|보낸사람|šalje|message du|sent by"
    ),
    (
      .date,
      "sent|date|date sent|sent on|gesendet|datum|gesendet am|datum/uhrzeit|envoyé|envoyé le|enviado|enviado el"
        + "|enviado em|enviada|enviada em|fecha|data|inviato|data invio|verzonden|verzonden op|sendt|dato|skickat"
        + "|lähetetty|päivämäärä|päiväys|wysłano|wysłane|odesláno|odoslané|dátum|elküldve|küldve|trimis|poslano|poslato"
        + "|отправлено|дата|дата отправки|надіслано|изпратено|gönderildi|gönderme tarihi|tarih|στάλθηκε|ημερομηνία"
        + "|saadetud|kuupäev|išsiųsta|nosūtīts|enviat|tanggal|terkirim|ngày|đã gửi|נשלח|תאריך|تم الإرسال|التاريخ"
        + "|送信日時|日時|日付|发送时间|发送日期|日期|時間|时间|寄件日期|보낸 날짜|날짜"
    ),
    (
      .to,
      "to|an|à|a|para|aan|til|till|vastaanottaja|do|komu|címzett|către|per|кому|до|kime|alıcı|προς|saaja|kam|kepada"
        + "|tới|đến|người nhận|אל|إلى|宛先|收件人|收件者|받는 사람|받는사람|za|prima|per a|empfänger|destinataire"
        + "|destinatario|destinatário|mottagare|modtager"
    ),
    (
      .copy,
      "cc|bcc|ccn|cci|copie|copie à|copia|cópia|kopie|kopi|kopia|kopio|dw|kópia|másolat|másolatot kap|копия|копія"
        + "|bilgi|κοιν.|抄送|副本|참조|עותק|نسخة|in kopie"
    ),
    (
      .subject,
      "subject|re|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|emne|ämne|aihe|temat|předmět|predmet|tárgy"
        + "|subiect|тема|относно|konu|θέμα|teema|tema|temats|assumpte|perihal|subjek|chủ đề|tiêu đề|נושא|الموضوع"
        + "|件名|題名|主题|主題|主旨|제목|zadeva|naslov"
    ),
    (
      .other,
      "reply-to|reply to|antwort an|répondre à|responder a|responder para|rispondi a|importance|priority|wichtigkeit"
        + "|priorität|attachments|anlagen|pièces jointes|sender|organization|message-id|newsgroups|sent via|x-mailer"
        + "|mime-version|content-type|return-path|received|to:cc|flag status|sensitivity|categories|delivered-to"
    ),
  ]

  /// `wrote`, where it ends the line that leads to a quote.
  static let wrote: [[UInt8]] = words(
    "wrote|writes|schrieb|hat geschrieben|geschrieben|a écrit|a ecrit|escribió|escribio|ha escrito|escreveu|ha scritto"
      + "|scrive|schreef|het volgende geschreven|skrev|skrev följande|skrev følgende|kirjoitti|napisał|napisała"
      + "|napisał(a)|napisał/a|napisal(a)|napsal|napsala|napsal(a)|napísal|napísala|napísal(a)|írta|ezt írta|a scris"
      + "|написал|написала|написал(а)|писал|писал(а)|пишет|пише|написав|написав(-ла)|написа|yazdı|şunu yazdı"
      + "|şunları yazdı|έγραψε|kirjutas|rakstīja|rašė|va escriure|menulis|đã viết|כתב|כתבה|כתב/ה|كتب|نوشت|書きました"
      + "|のメール|さんは書きました|写道|寫道|撰写|작성|님이 작성|je napisao|napisao je|napisala je|je napisao/la|je napisala|je napisal|skrifaði"
      + "|ने लिखा|เขียนว่า|escribiu")

  /// `wrote`, where it stands before the name (German, Dutch and the languages of the north).
  static let wroteInside = PhraseSet(
    words(
      " schrieb | schreef | skrev | kirjoitti | wrote | escribió | a écrit | ha scritto "))

  /// The first words of a line that leads to a quote.
  static let openers: Set<String> = Set(
    ("on|am|le|el|il|em|op|den|dne|dňa|dnia|w|at|le|la|pe|ma|ti|ke|to|la|su|pada|στις|vào|dana|a|no dia|в|во|на|at|quoting"
      + "|mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|lun|mar|mer|jeu|ven|sam|dim"
      + "|mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi"
      + "|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|пн|вт|ср|чт|пт|сб|вс|понедельник"
      + "|вторник|среда|четверг|пятница|суббота|воскресенье|в|jan|feb|apr|may|jun|jul|aug|sep|oct|nov|dec|tor|ons|man"
      + "|tir|fre|lør|søn|tors|mån|tis|lör|sön|trešdien|ceturtdien|在|בתאריך|في|2:n|message|w dniu|kl")
      .split(separator: "|").map(String.init))

  /// What stands between dashes above a quoted or forwarded mail.
  static let separators = PhraseSet(
    words(
      "original message|forwarded message|forwarded by|original appointment|original-nachricht|ursprüngliche nachricht"
        + "|originalnachricht|weitergeleitete nachricht|message d'origine|message d’origine|message original"
        + "|message transféré|message transmis|mensaje original|mensaje reenviado|messaggio originale|messaggio inoltrato"
        + "|oorspronkelijk bericht|oorspronkelijke bericht|doorgestuurd bericht|oprindelig meddelelse|oprindelig besked"
        + "|videresendt besked|videresendt meddelelse|videresendt melding|opprinnelig melding|ursprungligt meddelande"
        + "|originalmeddelande|vidarebefordrat meddelande|alkuperäinen viesti|välitetty viesti|wiadomość oryginalna"
        + "|oryginalna wiadomość|treść oryginalnej wiadomości|wiadomość przekazana|przekazana wiadomość|původní zpráva"
        + "|přeposlaná zpráva|pôvodná správa|preposlaná správa|eredeti üzenet|továbbított üzenet|mensagem original"
        + "|mensagem encaminhada|mensagem reencaminhada|исходное сообщение|пересылаемое сообщение|оригинальное сообщение"
        + "|пересланное сообщение|первоначальное сообщение|вихідне повідомлення|переслане повідомлення|orijinal ileti"
        + "|orijinal mesaj|iletilen ileti|iletilmiş mesaj|özgün ileti|αρχικό μήνυμα|προωθημένο μήνυμα|mesaj original"
        + "|mesajul original|mesaj redirecționat|izvorna poruka|originalna poruka|proslijeđena poruka|izvirno sporočilo"
        + "|posredovano sporočilo|missatge original|missatge reenviat|pesan asli|pesan terusan|thư gốc|tin nhắn gốc"
        + "|הודעה מקורית|הודעה שהועברה|الرسالة الأصلية|رسالة معاد توجيهها|元のメッセージ|転送メッセージ|转发邮件|轉寄郵件"
        + "|原始邮件|原始郵件|转发的邮件|원본 메시지|원본 메일|전달된 메시지|inline attachment follows|reply separator|reply message"
        + "|original mail"))

  /// Lines of their own above a forwarded mail.
  static let forwards: [[UInt8]] = words(
    "begin forwarded message|start of forwarded message|anfang der weitergeleiteten|début du message réexpédié"
      + "|début du message transféré|inicio del mensaje reenviado|inizio messaggio inoltrato|begin doorgestuurd bericht"
      + "|início da mensagem reencaminhada|início da mensagem encaminhada|vidarebefordrat brev|videresendt meddelelse"
      + "|videresendt melding|välitetty viesti alkaa|początek przekazywanej wiadomości|začátek přeposílané zprávy"
      + "|начало переадресованного сообщения|転送されたメッセージ|以下是转发的邮件|開始轉寄郵件")

  static func words(_ list: String) -> [[UInt8]] { list.split(separator: "|").map { Array($0.utf8) } }
}
