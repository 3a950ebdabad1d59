import Formats
import Model

/// The definition of a property, and whether a value fits it.
struct HubSpotProperty: Sendable {
  enum Kind: String, Sendable { case string, number, date, datetime, enumeration, bool }

  var name: String
  var label: String
  var kind: Kind
  var fieldType: String
  var group: String
  var options: [String] = []
  var isUnique = false
  var isReadOnly = false
  var isOwn = true

  /// The longest text that HubSpot keeps in one property, in characters.
  static let longest = 65_536

  /// Throws what HubSpot answers to a value that does not fit.
  func check(_ value: String) throws {
    if isReadOnly {
      throw HubSpotFault.value(name, "READ_ONLY_VALUE", "\(name) is a read only property; its value cannot be set")
    }
    if value.isEmpty { return }
    if value.count > HubSpotProperty.longest {
      throw HubSpotFault.value(
        name, "INVALID_LENGTH", "\(name) was longer than the limit of \(HubSpotProperty.longest) characters")
    }
    switch kind {
    case .string:
      if name == "email", !HubSpotProperty.isAddress(value) {
        throw HubSpotFault.value(name, "INVALID_EMAIL", "Email address \(value) is invalid")
      }
    case .enumeration:
      for part in value.split(separator: ";") where !options.contains(String(part)) {
        throw HubSpotFault.value(
          name, "INVALID_OPTION", "\(part) was not one of the allowed options: [\(options.joined(separator: ", "))]")
      }
    case .number:
      if Double(value) == nil { throw HubSpotFault.value(name, "INVALID_INTEGER", "\(value) was not a valid number.") }
    case .bool:
      if value != "true", value != "false" {
        throw HubSpotFault.value(name, "INVALID_BOOLEAN", "\(value) was not a valid boolean.")
      }
    case .date, .datetime:
      if HubSpotProperty.instant(value) == nil {
        throw HubSpotFault.value(name, "INVALID_DATE", "\(value) was not a valid long.")
      }
    }
  }

  /// Milliseconds, or ISO 8601.
  static func instant(_ text: String) -> Instant? {
    Int64(text).map { Instant(milliseconds: $0) } ?? Instant(iso: text)
  }

  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !text.contains(" ")
  }

  /// The form in which a value is kept: instants as ISO 8601, addresses in small letters.
  func kept(_ value: String) -> String {
    switch kind {
    case .datetime: HubSpotProperty.instant(value)?.description ?? value
    case .string where name == "email": value.lowercased()
    default: value
    }
  }

  var shown: JSON {
    [
      "name": .text(name), "label": .text(label), "type": .text(kind.rawValue), "fieldType": .text(fieldType),
      "description": "", "groupName": .text(group), "hasUniqueValue": .bool(isUnique), "hidden": false,
      "archived": false, "calculated": false, "externalOptions": false, "formField": false, "displayOrder": -1,
      "hubspotDefined": .bool(!isOwn),
      "options": .list(
        options.enumerated().map { place, value in
          [
            "label": .text(value), "value": .text(value), "hidden": false, "description": "",
            "displayOrder": .int(Int64(place)),
          ]
        }),
      "modificationMetadata": [
        "archivable": .bool(isOwn), "readOnlyDefinition": .bool(!isOwn), "readOnlyOptions": .bool(!isOwn),
        "readOnlyValue": .bool(isReadOnly),
      ],
    ]
  }

  /// What a new account has of a type, as far as anybody here asks for it.
  static func usual(_ type: HubSpotType) -> [HubSpotProperty] {
    var all = texts(type).map { own($0, type) }
    all.append(own("hubspot_owner_id", type))
    all.append(own(type.changed, type, .datetime, isReadOnly: true))
    all.append(own("createdate", type, .datetime, isReadOnly: true))
    all.append(own("hs_object_id", type, .number, isReadOnly: true))
    switch type {
    case .contacts:
      all.append(own("hs_additional_emails", type, isReadOnly: true))
      all.append(
        own("lifecyclestage", type, .enumeration, options: ["subscriber", "lead", "opportunity", "customer", "other"]))
      if let place = all.firstIndex(where: { $0.name == "email" }) { all[place].isUnique = true }
    case .companies:
      all.append(own("industry", type, .enumeration, options: ["REAL_ESTATE", "BANKING"]))
    case .emails:
      all.append(
        own(
          "hs_email_direction", type, .enumeration,
          options: ["EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"]))
      all.append(
        own("hs_email_status", type, .enumeration, options: ["BOUNCED", "FAILED", "SCHEDULED", "SENDING", "SENT"]))
    case .calls:
      all.append(own("hs_call_direction", type, .enumeration, options: ["INBOUND", "OUTBOUND"]))
      all.append(own("hs_call_duration", type, .number))
      all.append(own("hs_call_status", type, .enumeration, options: ["COMPLETED", "MISSED", "NO_ANSWER", "BUSY"]))
    case .meetings:
      all.append(own("hs_meeting_start_time", type, .datetime))
      all.append(own("hs_meeting_end_time", type, .datetime))
      all.append(
        own("hs_meeting_outcome", type, .enumeration, options: ["SCHEDULED", "COMPLETED", "NO_SHOW", "CANCELED"]))
    case .tasks:
      all.append(
        own(
          "hs_task_status", type, .enumeration,
          options: ["NOT_STARTED", "IN_PROGRESS", "WAITING", "DEFERRED", "COMPLETED"]))
      all.append(own("hs_task_priority", type, .enumeration, options: ["LOW", "MEDIUM", "HIGH"]))
      all.append(own("hs_task_type", type, .enumeration, options: ["EMAIL", "CALL", "TODO"]))
    case .notes: break
    }
    if type.isActivity { all.append(own("hs_timestamp", type, .datetime)) }
    return all
  }

  private static func own(
    _ name: String, _ type: HubSpotType, _ kind: Kind = .string, options: [String] = [], isReadOnly: Bool = false
  ) -> HubSpotProperty {
    let field = kind == .enumeration ? "select" : kind == .datetime ? "date" : kind == .number ? "number" : "text"
    return HubSpotProperty(
      name: name, label: name, kind: kind, fieldType: field, group: type.rawValue + "information", options: options,
      isReadOnly: isReadOnly, isOwn: false)
  }

  private static func texts(_ type: HubSpotType) -> [String] {
    switch type {
    case .contacts:
      [
        "email", "firstname", "lastname", "phone", "mobilephone", "company", "jobtitle", "website", "address", "city",
        "date_of_birth",
      ]
    case .companies: ["name", "domain", "phone", "website", "address", "city"]
    case .notes: ["hs_note_body"]
    case .emails: ["hs_email_subject", "hs_email_text", "hs_email_html", "hs_email_headers"]
    case .calls: ["hs_call_title", "hs_call_body", "hs_call_from_number", "hs_call_to_number"]
    case .meetings: ["hs_meeting_title", "hs_meeting_body", "hs_internal_meeting_notes"]
    case .tasks: ["hs_task_subject", "hs_task_body"]
    }
  }
}
