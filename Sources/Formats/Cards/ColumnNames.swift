/// What the columns of address-book files are called.
enum ColumnNames {
  /// The part of a contact that a column fills.
  enum Role: Hashable, Sendable {
    case uid, name, given, middle, family, organisation, title, birthday
    case emails, phones, urls, notes, tags, buckets, lastContacted, assignedTo, kind
    case street, street2, city, region, postcode, country, address
    case custom, ignored
  }

  /// Says of a header what it holds, and the label it gives (`work`, `2`); nil if it is not known.
  static func role(of header: String) -> (role: Role, label: String)? {
    let words = words(header)
    guard let last = words.last else { return (.ignored, "") }
    // `E-mail 1 - Label` says how its neighbour `E-mail 1 - Value` is called.
    if header.contains(" - "), last == "label" || last == "type" { return (.ignored, "") }
    if let role = known[words.joined(separator: " ")] { return (role, "") }
    // `E-mail 1 - Value`, `Home Street`, `Phone 2`, `Business Phone`: a number and a place around a known name.
    let place = words.first { places.contains($0) }.map { $0 == "mobile" ? "cell" : $0 == "business" ? "work" : $0 }
    let rest = words.filter { !places.contains($0) && Int($0) == nil && $0 != "value" }
    let number = words.compactMap { Int($0) }.first.map(String.init)
    if rest.isEmpty, let place, ["cell", "fax", "pager"].contains(place) { return (.phones, place) }
    guard let role = known[rest.joined(separator: " ")], repeatable.contains(role) else { return social(words) }
    return (role, place ?? (isPostal(role) ? number ?? "" : ""))
  }

  /// Lower-case words of letters and digits; `E-mail` is one word.
  static func words(_ header: String) -> [String] {
    let plain = CSVWriter.restored(header).lowercased().replacing("e-mail", with: "email").replacing(
      "e mail", with: "email")
    var words: [String] = []
    var word = ""
    for scalar in plain.unicodeScalars {
      if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        if let last = word.unicodeScalars.last, last.properties.isAlphabetic != scalar.properties.isAlphabetic {
          words.append(word)
          word = ""
        }
        word.unicodeScalars.append(scalar)
      } else if !word.isEmpty && scalar != "'" && scalar != "\u{2019}" {
        words.append(word)
        word = ""
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  static func isPostal(_ role: Role) -> Bool {
    [.street, .street2, .city, .region, .postcode, .country, .address].contains(role)
  }

  private static func social(_ words: [String]) -> (role: Role, label: String)? {
    let networks = ["linkedin", "twitter", "facebook", "instagram", "xing", "github", "mastodon"]
    guard let network = words.first(where: networks.contains) else { return nil }
    let others = Set(words).subtracting([network, "url", "profile", "link", "page", "handle", "account"])
    return others.isEmpty ? (.urls, network) : nil
  }

  private static let repeatable: Set<Role> = [
    .emails, .phones, .urls, .street, .street2, .city, .region, .postcode, .country, .address, .organisation, .title,
  ]

  private static let places: Set<String> = [
    "home", "work", "business", "mobile", "cell", "other", "primary", "main", "fax", "pager", "personal", "secondary",
  ]

  private static let known: [String: Role] = {
    let table: [(Role, String)] = [
      (.uid, "contact id|contactid|id|uid|external id|record id|person id|unique id"),
      (.name, "name|full name|fullname|display name|contact name|contact|client name|person"),
      (.given, "first name|firstname|first|given name|given|givenname|forename|first names"),
      (.middle, "middle name|middle names|additional name|middle"),
      (.family, "last name|lastname|last|family name|familyname|surname|family|sur name"),
      (
        .organisation,
        "company|company name|organisation|organization|organization name|organisation name|"
          + "employer|account name|business name|firm|brokerage|org"
      ),
      (.title, "title|job title|jobtitle|position|role|occupation|organization title"),
      (.birthday, "birthday|birth date|birthdate|date of birth|dob|bday"),
      (.emails, "email|email address|emails|email addresses|emailaddress|mail"),
      (
        .phones,
        "phone|phone number|phones|phone numbers|phonenumber|telephone|"
          + "telephone number|tel|mobile number|cell number|cell phone|number"
      ),
      (.urls, "website|web site|websites|url|urls|web page|webpage|homepage|web|profile url|site"),
      (.notes, "notes|note|comments|comment|description|about"),
      (.tags, "tags|tag|labels|label|categories|category|group membership|groups|keywords"),
      (.buckets, "buckets|bucket|bucket name|bucket names"),
      (
        .lastContacted,
        "last contacted|last contact|last contacted date|last contact date|last touched|last contacted at"
      ),
      (.assignedTo, "assigned to|assignedto|owner|contact owner|assigned user|assignee"),
      (.kind, "kind"),
      (
        .street,
        "street|street address|address line|street line|address street|"
          + "address 1|address line 1|street 1|street address 1"
      ),
      (
        .street2,
        "address line 2|address 2|street 2|street address 2|"
          + "suite|apartment|unit|address extended address|extended address"
      ),
      (.city, "city|town|locality|suburb|address city"),
      (.region, "state|province|region|county|state province|state or province|address region|address state"),
      (
        .postcode,
        "zip|zip code|zipcode|postcode|post code|"
          + "postal code|postalcode|address postal code|address zip|address zip code"
      ),
      (.country, "country|country name|country region|address country"),
      (.address, "address|full address|mailing address|postal address|address formatted|addresses"),
    ]
    var known: [String: Role] = [:]
    for (role, names) in table { for name in names.split(separator: "|") { known[String(name)] = role } }
    return known
  }()
}
