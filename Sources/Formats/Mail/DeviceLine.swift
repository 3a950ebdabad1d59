/// The line that a phone's mail program adds: `Sent from my …`.
public enum DeviceLine {
  private static let beginnings = PhraseSet(
    QuoteWords.words(
      "sent from my |sent from a |sent from mail for|sent from outlook|sent from yahoo|sent from typeapp|sent from samsung"
        + "|sent from proton|sent from gmail|sent from bluemail|sent from |sent via |sent with |sent by |get outlook for "
        + "|envoyé de mon |envoyé depuis |envoyé à partir |obtenir outlook|télécharger outlook|von meinem |gesendet von "
        + "|gesendet mit |holen sie sich outlook|outlook für |enviado desde |enviado do meu |enviado de |enviado a partir"
        + "|obtener outlook|obter o outlook|inviato da|scarica outlook|ottieni outlook|verzonden vanaf |verstuurd vanaf "
        + "|verzonden met |outlook voor |sendt fra |hent outlook|skickat från |skickades från |skaffa outlook"
        + "|lähetetty |hanki outlook|wysłane z |pobierz program outlook|odesláno z |odoslané z |stáhnout outlook"
        + "|az én iphone|küldve |trimis de pe |poslano s |poslano iz |отправлено с |отправлено из |надіслано з "
        + "|отримано з |изпратено от |gönderildi|iphone'umdan|iphone’umdan|στάλθηκε από |saadetud |nosūtīts no "
        + "|išsiųsta iš |enviat des de |dikirim dari |được gửi từ |đã gửi từ |נשלח מ|أرسل من |مرسل من |iphoneから送信|私のiphone"
        + "|发自我的|从我的|寄自我的|從我的|나의 iphone|내 iphone|via mobile|mobil gesendet"))

  /// Words of devices and programs; without one of them `sent from` tells of something else.
  private static let devices = PhraseSet(
    QuoteWords.words(
      "phone|ipad|ipod|blackberry|android|mobile|handheld|galaxy|samsung|nokia|htc|sony|xperia|huawei|xiaomi|redmi|oneplus"
        + "|pixel|windows|outlook|mail|wireless|tablet|treo|palm|lumia|motorola|droid|verizon|t-mobile|at&t|wiko|lg|app"
        + "|watch|mac|thunderbird|sparrow|proton|spark|superhuman|airmail|device|4g|5g|телефон|устройств|handy|smartphone"
        + "|mobil|móvil|celular|téléphone|portable|torch|cellulare|telefon|puhelim|komórk|cell"))

  /// Whether a line is one: short, without the end of a sentence.
  static func isOne(_ view: TextView) -> Bool {
    guard (6...110).contains(view.range.count) else { return false }
    let first = view.bytes[view.range.lowerBound]
    guard Byte.isLetter(first) || first >= 128 else { return false }
    let folded = view.folded
    guard beginnings.begins(folded), devices.isIn(folded) else { return false }
    // `Sent from my desk, is much easier than my mobile phone.` is a sentence.
    if folded.holds(Array(", ".utf8)), folded.bytes.last == Byte.dot { return false }
    return view.range.count <= 70 || folded.holds(Array("http".utf8)) || folded.holds(Array("www.".utf8))
  }

  /// Whether a line of a text is one.
  public static func isOne(_ line: Int, of text: TextLines) -> Bool {
    isOne(TextView(text.bytes, text.lines[line].trimmed))
  }
}
