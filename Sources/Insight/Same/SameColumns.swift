/// Which columns of a table say what, by what they are called.
public struct SameColumns: Sendable, Equatable {
  /// Columns by field, each by its place; given names with their middle names, streets with their numbers.
  public var places: [(field: SameField, column: Int)]

  public init(places: [(field: SameField, column: Int)]) { self.places = places }

  public static func == (a: SameColumns, b: SameColumns) -> Bool {
    a.places.elementsEqual(b.places) { $0.field == $1.field && $0.column == $1.column }
  }

  /// Guesses from the headers; a column whose name says nothing is left out.
  public init(guessing headers: [String]) {
    places = []
    for (column, header) in headers.enumerated() {
      if let field = SameColumns.field(of: header) { places.append((field, column)) }
    }
  }

  /// The record that a row is.
  public func record(_ row: [String]) -> SameRecord {
    var values: [SameField: [String]] = [:]
    for (field, column) in places {
      let text = column < row.count ? row[column] : ""
      switch field {
      case .given, .family:
        // First and middle names stand in columns of their own at times.
        let before = values[field]?.first ?? ""
        values[field] = [before.isEmpty ? text : text.isEmpty ? before : before + " " + text]
      default: values[field, default: []].append(text)
      }
    }
    return SameRecord(values)
  }

  static func field(of header: String) -> SameField? {
    let words = SameColumns.words(header)
    guard !words.isEmpty else { return nil }
    let joined = words.joined(separator: " ")
    if let field = whole[joined] { return field }
    // `E-mail 2 - Value`, `Home Phone`, `Work City`: a place and a number around a known name.
    let lettered = words.filter { !$0.allSatisfy(\.isANumber) }
    if let field = whole[lettered.joined(separator: " ")] { return field }
    let rest = lettered.filter { !around.contains($0) }
    if rest.isEmpty {
      return words.contains("mobile") || words.contains("cell") || words.contains("fax") ? .phone : nil
    }
    return whole[rest.joined(separator: " ")]
  }

  /// `firstName`, `first_name` and `First Name` are the same words.
  private static func words(_ header: String) -> [String] {
    var spaced = ""
    var before: Character = " "
    for letter in header {
      if letter.isUppercase && before.isLowercase || letter.isNumber != before.isNumber { spaced.append(" ") }
      spaced.append(letter)
      before = letter
    }
    return PlainText.words(spaced.replacing("-Mail", with: "mail").replacing("-mail", with: "mail"))
  }

  private static let around: Set<String> = [
    "home", "work", "business", "mobile", "cell", "other", "primary", "main", "personal", "secondary", "private",
    "office",
    "value", "address", "line", "number", "no", "nr", "fax", "contact", "customer", "client", "the",
  ]

  private static let whole: [String: SameField] = {
    let table: [(SameField, String)] = [
      (
        .name,
        "name|full name|fullname|display name|contact name|contact|person|person name|site name|facility name|facility"
      ),
      (
        .given,
        "given name|given|givenname|first name|firstname|first|forename|forenames|first names|middle name|middle names|vorname|prenom|fname"
      ),
      (.family, "family name|family|familyname|last name|lastname|last|surname|sur name|nachname|nom|lname"),
      (.email, "email|mail|e mail|emails|email address|mail address|email addresses"),
      (
        .phone,
        "phone|phones|telephone|tel|phone number|telephone number|mobile number|cell phone|mobile phone|telefon|fax|handy"
      ),
      (
        .organisation,
        "organisation|organization|company|company name|organisation name|organization name|employer|firm|business name|account name|org|firma"
      ),
      (.title, "title|job title|jobtitle|position|role|occupation"),
      (
        .street,
        "street|street address|address|address line|street name|street number|house number|address street|addr|full address|postal address|mailing address|strasse|hausnummer"
      ),
      (.city, "city|town|suburb|locality|address city|ort|stadt|ville"),
      (.postcode, "postcode|post code|zip|zip code|zipcode|postal code|postalcode|plz|zip postal code"),
      (.country, "country|country name|land|pays"),
      (.birthday, "birthday|birth date|birthdate|date of birth|dob|bday|born|geburtstag|geburtsdatum"),
      (
        .text,
        "state|province|region|county|ssn|soc sec id|social security|social security number|national id|passport|passport number|tax id|vat|vat id|vat number|gender|sex"
      ),
    ]
    var whole: [String: SameField] = [:]
    for (field, names) in table { for name in names.split(separator: "|") { whole[String(name)] = field } }
    return whole
  }()
}
