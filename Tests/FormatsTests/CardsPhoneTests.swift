import Model
import Testing

@testable import Formats

@Suite("phone numbers")
struct CardsPhoneTests {
  @Test(
    "only valid numbers count",
    arguments: [
      ("713-853-0100", "US", "+17138530100"), ("(713) 853-0100 x 123", "US", "+17138530100"), ("x-37059", "US", nil),
      ("713 853-xxxx", "US", nil), ("212 299-2316", "US", "+12122992316"), ("+44 20 7946 0958", nil, "+442079460958"),
      ("020 7946 0958", "GB", "+442079460958"), ("020 7946 0958", nil, nil), ("", "US", nil), ("++", "US", nil),
      ("713-853-0100", "", nil), ("1-800-FLOWERS", "US", "+18003569377"), ("\u{0}7138530100", "US", nil),
      ("٠٢٠ ٧٩٤٦ ٠٩٥٨", "GB", "+442079460958"),
    ] as [(String, String?, String?)])
  func valid(_ text: String, _ region: String?, _ e164: String?) {
    #expect(Phone.e164(text, region: region) == e164)
  }

  @Test("an extension is split off")
  func extensions() {
    #expect(Phone.number("713-853-0100 ext. 42", region: "US") == .init(e164: "+17138530100", ext: "42"))
    #expect(Phone.number("713-853-0100", region: "us")?.ext == "")
  }

  @Test("numbers are shown as their country writes them; anything else stays")
  func display() {
    #expect(Phone.display("+17138530100") == "+1 713-853-0100")
    #expect(Phone.display("front desk") == "front desk")
    #expect(Phone.region("+442079460958") == "GB")
    #expect(Phone.region("+99") == nil)
  }

  @Test("numbers in a text are found where they stand")
  func finds() {
    let text = "Zoë: call 713-853-0100 or +44 20 7946 0958, order 10293847561, x-37059"
    let hits = Phone.found(in: text, region: "US")
    #expect(hits.map(\.number.e164).starts(with: ["+17138530100", "+442079460958"]))
    let bytes = Array(text.utf8)
    #expect(hits.first.map { String(decoding: bytes[$0.range], as: UTF8.self) } == "713-853-0100")
    #expect(Phone.found(in: "no digits", region: "US").isEmpty)
  }

  @Test("many threads read numbers at once")
  func threads() async {
    let wrong = await withTaskGroup(of: Int.self) { group in
      for task in 0..<8 {
        group.addTask {
          (0..<100).count { Phone.e164("713-853-0\(100 + ($0 + task) % 800)", region: "US")?.count != 12 }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }

  @Test("long and odd texts trap nowhere")
  func hostile() {
    #expect(Phone.e164(String(repeating: "1", count: 100_000), region: "US") == nil)
    _ = Phone.found(in: String(repeating: "1-", count: 20_000), region: "US")
    for scalar in (0...255).compactMap({ Unicode.Scalar($0) }) {
      _ = Phone.e164("713\(Character(scalar))8530100", region: "\u{FFFD}")
    }
  }
}
