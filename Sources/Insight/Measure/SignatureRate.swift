import Formats

extension SignatureMeasure {
  /// How many mails a second of the processor splits and reads for fields, each alone; they are parsed before.
  ///
  /// `seconds` tells the time that passed on the processor.
  public static func rate(_ files: [[UInt8]], on set: String, bar: Double?, seconds: () -> Double) -> Figure? {
    guard !files.isEmpty else { return nil }
    let mails = files.map { MailParser().parse($0) }
    let start = seconds()
    var signed = 0
    for mail in mails where !MailReading(mail).fields().isEmpty { signed += 1 }
    let took = seconds() - start
    guard took > 0, signed > 0 else { return nil }
    return Figure("mails a second of one core", on: set, Double(mails.count) / took, count: mails.count, bar: bar).told(
      decimals: 0)
  }
}
