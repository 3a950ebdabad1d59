/// A "no" that says why: which promise forbids it, and what would make it a "yes".
public struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Reason: String, Sendable, CaseIterable {
    case noGrant = "no-grant"
    case withdrawn
    case policyNotAccepted = "policy-not-accepted"
    case noWarranty = "no-warranty"
    case notAcknowledged = "not-acknowledged"
    case notApproved = "not-approved"
    case notYours = "not-yours"
    case restricted
    case erased
    case keyNotHeld = "key-not-held"
    case closed
    case undeclaredPurpose = "undeclared-purpose"
    case damaged
    case addressForbidden = "address-forbidden"
    case notUndoable = "not-undoable"
  }

  public var reason: Reason
  public var promise: Int
  public var text: String

  public init(_ reason: Reason, promise: Int, _ text: String) {
    self.reason = reason
    self.promise = promise
    self.text = text
  }

  public var description: String { "refused: \(text) (\(promiseNumber(promise)))" }
}

/// `P016`, the way promises are named everywhere.
public func promiseNumber(_ number: Int) -> String {
  let digits = String(number)
  return "P" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
}
