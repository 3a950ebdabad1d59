import Model
import Testing

@testable import Consent

/// Codes of a second factor.
@Suite("Codes of a second factor")
struct SecondFactorTests {
  /// The secret of the RFC's own examples.
  private let factor = SecondFactor(secret: Array("12345678901234567890".utf8))

  @Test(
    "codes are those of RFC 6238, appendix B, to six digits",
    arguments: [
      (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
      (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
  func examples(_ seconds: Int64, _ code: String) {
    #expect(factor.code(step: seconds / 30) == code)
    #expect(factor.step(of: code, at: Instant(milliseconds: seconds * 1000), after: 0) == seconds / 30)
  }

  @Test("a code of the step before and after is taken, of two steps away not, and none twice")
  func window() {
    let now = Instant(milliseconds: 1_234_567_890_000)
    let step = now.milliseconds / 30_000
    for (away, isTaken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] as [(Int64, Bool)] {
      let code = factor.code(step: step + away)
      #expect((factor.step(of: code, at: now, after: 0) == step + away) == isTaken, "\(away)")
    }
    #expect(factor.step(of: factor.code(step: step), at: now, after: step) == nil)
    #expect(factor.step(of: factor.code(step: step - 1), at: now, after: step) == nil)
    for wrong in ["", "00592", "0059240", "abcdef", "１２３４５６"] {
      #expect(factor.step(of: wrong, at: now, after: 0) == nil, "\(wrong)")
    }
    #expect(factor.step(of: "005 924", at: now, after: 0) == step)
  }

  @Test("the secret is typed in base32, and neither it nor a recovery code has a description")
  func typed() {
    #expect(factor.typed == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ")
    #expect("\(factor)" == "second factor" && !String(reflecting: factor).contains("49"))
    let code = RecoveryCode()
    #expect("\(code)" == "recovery code")
    #expect(RecoveryCode(code.text.uppercased().replacing("-", with: " "))?.digest == code.digest)
    #expect(RecoveryCode("abcde") == nil && RecoveryCode().digest != code.digest)
  }
}
