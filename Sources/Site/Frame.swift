import Model

/// The places of the navigation.
enum Place: String, CaseIterable, Sendable {
  case today, people, crm, data, account

  var words: String {
    switch self {
    case .today: "Today"
    case .people: "People"
    case .crm: "Your CRM"
    case .data: "Your data"
    case .account: "Account"
    }
  }

  var path: String { self == .today ? "/" : "/" + rawValue }
}

/// What stands around every page: title, navigation, who is signed in, who runs the house.
struct Frame: Sendable {
  struct Link: Sendable {
    var href: String
    var words: String
    var icon: String
    var isHere: Bool
  }

  var title: String
  var nav: [Link]
  var me: String?
  var form: String
  var isDemo: Bool
  /// In the demo: where a house of one's own begins.
  var own: String?
  var operatorName: String
  var operatorAddress: String
  var operatorEmail: String
  var hasOperator: Bool
  var notice: Notice?

  init(
    title: String, place: Place?, me: String?, form: String, isDemo: Bool, own: String? = nil,
    operator record: OperatorRecord?, notice: Notice? = nil
  ) {
    self.notice = notice
    self.title = title
    self.nav = Place.allCases.map { Link(href: $0.path, words: $0.words, icon: $0.rawValue, isHere: $0 == place) }
    self.me = me
    self.form = form
    self.isDemo = isDemo
    self.own = own
    self.operatorName = record?.name ?? ""
    self.operatorAddress = record?.address ?? ""
    self.operatorEmail = record?.email ?? ""
    self.hasOperator = record != nil
  }
}

/// A page and its frame, as the templates see them.
struct Framed<Body: Sendable>: Sendable {
  var frame: Frame
  var body: Body
}
