import Model
import Outlets
import Plans

extension StandingRules {
  /// The rules within what a system can hold: fields it has no place for are left out, and its limits are set.
  func limited(by capabilities: CRMCapabilities) -> StandingRules {
    var rules = self
    rules.mapping = mapping.filter { capabilities.fields.contains($0.field.field) }.map { line in
      var line = line
      let limit = capabilities.limits[line.field.field]
      line.longest = [line.longest, limit?.longest].compactMap { $0 }.min()
      line.most = [line.most, limit?.values].compactMap { $0 }.min()
      return line
    }
    return rules
  }

  /// What the owner is told of fields that a system has no place for; parts of a name leave with the whole.
  func told(of capabilities: CRMCapabilities) -> [String] {
    let parts: Set<Fact.Field> = capabilities.fields.contains(.name) ? [.given, .family] : []
    let lost = mapping.map(\.field).filter { !capabilities.fields.union(parts).contains($0.field) }
    guard !lost.isEmpty else { return [] }
    return ["this system has no place for \(lost.map(\.plain).joined(separator: ", ")): nothing of it leaves"]
  }
}
