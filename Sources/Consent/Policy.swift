public import Model

/// One version of the policy: immutable text, known by its digest; registering accepts one by digest (P029).
public struct PolicyVersion: Sendable, Equatable {
  public let version: String
  public let text: String
  /// The digest of the purposes that this version tells of (P064).
  public let purposes: String
  /// From when it binds those who accepted an earlier one; until then their jobs go on (P024).
  public let bindsFrom: Instant

  /// SHA-256 of version, purposes and text.
  public var digest: String { hex(sha256(Array("\(version)\n\(purposes)\n\(text)".utf8))) }

  /// The version in force.
  public static let current = PolicyVersion(
    version: "2026-11-28b", text: policyText20261128b,
    purposes: "682699e00b33f8430df2e0efb2ded09e22455916e7277c94282de03c0e0adab7",
    bindsFrom: Instant(year: 2027, month: 5, day: 28))

  /// The versions that were in force before, newest first.
  private static let earlier = [
    PolicyVersion(
      version: "2026-11-28", text: policyText20261128,
      purposes: "012dd643e99bdaa7347c7798c7b8ce38b549144df339c53b58bc9f7023bc942d",
      bindsFrom: Instant(year: 2027, month: 5, day: 28)),
    PolicyVersion(
      version: "2026-11-27", text: policyText20261127,
      purposes: "300b7a266c527a31e0180abf0347137553b13f1631f61b314a3b4916257e6f33",
      bindsFrom: Instant(year: 2027, month: 5, day: 27)),
    PolicyVersion(
      version: "2026-11-23", text: policyText20261123,
      purposes: "72e1f19f390cec144a4ce1cae884a89fcceaa5b5af070a6ebd8b43b77eb30f8e",
      bindsFrom: Instant(year: 2026, month: 11, day: 23)),
  ]

  /// Every version that was ever in force, newest first.
  public static let all = [current] + earlier

  public static func named(digest: String) -> PolicyVersion? { all.first { $0.digest == digest } }
}
