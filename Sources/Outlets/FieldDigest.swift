import Consent
import Model

extension FieldValues {
  /// Equal only as long as nobody changes a value of a record: over its fields in their order and each one's values.
  var digest: String {
    var hash = Digesting()
    for (field, values) in sorted(by: { $0.key < $1.key }) {
      hash.add(framed: Array(field.name.utf8))
      for value in values { hash.add(framed: Array(value.utf8)) }
    }
    return hex(hash.finish())
  }
}
