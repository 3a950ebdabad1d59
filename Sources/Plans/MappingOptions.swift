public import Model

extension StandingRules {
  /// The mapping of a destination: `usual` fields under their own names, and what its options say otherwise.
  ///
  /// `rule.title=ours` sets whose value stands, `field.custom:Club=club` names a field there (and adds it to the mapping),
  /// `type.custom:Club=option:golf,chess` says what a value of it has to be. An option that cannot be read keeps its field
  /// out of the mapping: nothing leaves under a rule that was not understood.
  public static func mapping(_ usual: [FieldKey], _ options: [String: String]) -> [Mapping] {
    var lines: [FieldKey: Mapping] = [:]
    for key in usual { lines[key] = Mapping(key, to: key.name) }
    var spoilt: Set<FieldKey> = []
    // By name, `field.` before `rule.` before `type.`, so that what is added can be ruled.
    for (name, value) in options.sorted(by: { $0.key < $1.key }) {
      let parts = name.split(separator: ".", maxSplits: 1)
      guard parts.count == 2, let key = FieldKey(name: parts[1]), mayLeave(key, usual) else { continue }
      switch parts[0] {
      case "field": lines[key] = Mapping(key, to: value)
      case "rule": if let rule = SyncRule(rawValue: value) { lines[key]?.rule = rule } else { spoilt.insert(key) }
      case "type": if let type = ValueType(option: value) { lines[key]?.type = type } else { spoilt.insert(key) }
      default: break
      }
    }
    return lines.values.filter { !spoilt.contains($0.field) && $0.rule != .none }.sorted { $0.field < $1.field }
  }
}

extension StandingRules {
  /// The name of the option that keeps tasks in step: `on`, or nothing of them is read or written.
  public static let tasks = "tasks"

  /// Fields that leave only if an option names them: tags, and what is kept sealed here.
  private static let chosen: Set<Fact.Field> = [.tag, .url, .address, .birthday, .note]

  private static func mayLeave(_ key: FieldKey, _ usual: [FieldKey]) -> Bool {
    usual.contains(key) || chosen.contains(key.field) || (key.field == .custom && !key.label.isEmpty)
  }

  /// What is wrong with an option of how a destination is kept; nil if it can be read.
  public static func fault(ofOption name: String, _ value: String, usual: [FieldKey]) -> Trouble? {
    if name == ActivityLevel.option {
      let levels = ActivityLevel.allCases.map(\.rawValue)
      return levels.contains(value)
        ? nil : Trouble("'\(value)' is no level", "give one of " + levels.joined(separator: ", "))
    }
    if name == tasks {
      return ["on", "off"].contains(value)
        ? nil : Trouble("'\(value)' is neither on nor off", "give tasks=on or tasks=off")
    }
    let parts = name.split(separator: ".", maxSplits: 1)
    guard parts.count == 2, let key = FieldKey(name: parts[1]), mayLeave(key, usual) else {
      return Trouble(
        "'\(name)' sets nothing that leaves",
        "give activities, tasks, or rule., field. or type. and a field: "
          + (usual.map(\.name) + chosen.map(\.rawValue).sorted()).joined(separator: ", ") + ", custom:LABEL")
    }
    switch parts[0] {
    case "field": return nil
    case "rule":
      let rules = SyncRule.allCases.map(\.rawValue)
      return rules.contains(value)
        ? nil : Trouble("'\(value)' is no rule", "give one of " + rules.joined(separator: ", "))
    case "type":
      return ValueType(option: value) == nil
        ? Trouble("'\(value)' is no type", "give text, email, phone, date, number, boolean or option:A,B") : nil
    default: return Trouble("'\(name)' sets nothing", "it begins with rule., field. or type.")
    }
  }
}

extension ValueType {
  /// Reads what an option says; nil for what names no type.
  public init?(option: String) {
    switch option {
    case "text": self = .text
    case "email": self = .email
    case "phone": self = .phone
    case "date": self = .date
    case "number": self = .number
    case "boolean": self = .boolean
    default:
      guard option.hasPrefix("option:") else { return nil }
      let allowed = option.dropFirst("option:".count).split(separator: ",").map(String.init)
      guard !allowed.isEmpty else { return nil }
      self = .option(allowed)
    }
  }
}
