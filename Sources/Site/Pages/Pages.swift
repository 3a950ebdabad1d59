import Mustache

/// The templates of all pages, read once.
struct Pages {
  private let library: MustacheLibrary

  init() throws {
    var templates: [String: MustacheTemplate] = [:]
    for (name, text) in Pages.texts { templates[name] = try MustacheTemplate(string: text) }
    library = MustacheLibrary(templates: templates)
  }

  private static let texts: [String: String] = [
    "head": Templates.head, "notice": Notice.template, "foot": Templates.foot, "pager": Templates.pager,
    "option": Choice.template,
    "setup": SetupPage.template,
    "sign-in": SignInPage.template, "prove": ProvePage.template, "welcome": WelcomePage.template,
    "register": RegisterPage.template, "overview": OverviewPage.template,
    "today": TodayPage.template, "buckets": BucketsPage.template, "bucket": BucketPage.template,
    "game": GamePage.template, "people": PeoplePage.template,
    "person": PersonPageView.template, "person-acts": PersonPageView.acts, "person-notes": PersonPageView.writing,
    "person-journal": PersonPageView.changes, "chart": StrengthChart.template, "timeline-part": TimelinePart.template,
    "timeline": TimelinePart.rest, "mail": TimelinePart.mail, "merges": MergesPage.template,
    "account": AccountPage.template, "cookies": CookiesPage.template,
    "policy": PolicyPage.template, "message": MessagePage.template,
    "data": DataPage.template, "revoke": RevokePage.template, "ledger": LedgerPage.template, "crm": CRMPage.template,
    "dry-run": DryRunPage.template, "undo": UndoPage.template,
    "promises": PromisesPage.template, "promise": PromisePage.template, "held": HeldPage.template,
    "team": TeamPage.template, "invited": InvitedPage.template, "revoke-crm": RevokeCRMPage.template,
    "forgotten": ForgottenPage.template,
    "factor": FactorPage.template,
    "factor-codes": FactorCodesPage.template, "export": ExportPage.template,
    "erase-person": ErasePersonPage.template, "erased": ErasedPage.template,
    "end": EndPage.template, "ended": EndedPage.template, "files": FilesPage.template, "file": FilePage.template,
    "start": StartPage.template,
    "connect": ConnectPage.template, "designate": DesignatePage.template,
    "dry-run-trouble": DryRunTroublePage.template, "designate-kinds": DesignateKindsPage.template,
  ]

  func render(_ name: String, _ page: Any) -> String {
    library.render(PageTree.of(page) ?? page, withTemplate: name) ?? ""
  }
}
