import Mustache

/// A value that answers templates itself, since a page has many of it.
protocol PageLeaf: MustacheParent {}

/// A page's values as dictionaries, lists, texts and truths, each looked at once.
///
/// The library of templates would reflect a value anew for every name that a template asks it for, and once more for each
/// value around it; a list of fifty people took longer to write than to find.
enum PageTree {
  /// Nil where there is nothing.
  static func of(_ value: Any) -> Any? {
    if let text = value as? String { return text }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.flatMap { of($0.value) }
    case .collection: return mirror.children.compactMap { of($0.value) }
    case .struct where value is any PageLeaf: return value
    case .struct where !mirror.children.isEmpty:
      var fields: [String: Any] = [:]
      fields.reserveCapacity(mirror.children.count)
      for child in mirror.children { if let label = child.label { fields[label] = of(child.value) } }
      return fields
    default: return value
    }
  }
}
