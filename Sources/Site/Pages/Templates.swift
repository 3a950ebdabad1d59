/// What stands around every page, and the pages that need nothing; no font, picture or script from elsewhere.
enum Templates {
  /// The beginning of a page: head, skip link, navigation.
  static let head = """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{{frame.title}} · Kith</title>
    <link rel="stylesheet" href="/style.css">
    <link rel="icon" href="/icon.svg" type="image/svg+xml">
    <script src="/kith.js" defer></script>
    </head>
    <body{{^frame.me}} class="bare"{{/frame.me}}>
    <a class="skip" href="#main">Skip to the page</a>
    {{#frame.me}}
    <header class="side">
    <a class="brand" href="/">Kith</a>
    <nav aria-label="Main">
    <ul>
    {{#frame.nav}}
    <li><a href="{{href}}"{{#isHere}} aria-current="page"{{/isHere}}><svg class="icon" aria-hidden="true"><use href="/icons.svg#{{icon}}"></use></svg><span>{{words}}</span></a></li>
    {{/frame.nav}}
    </ul>
    </nav>
    <form class="me" method="post" action="/sign-out">
    <input type="hidden" name="form" value="{{frame.form}}">
    <span>{{frame.me}}</span>
    {{^frame.isDemo}}<button class="quiet">Sign out</button>{{/frame.isDemo}}
    </form>
    </header>
    {{/frame.me}}
    <main id="main" tabindex="-1">
    {{> notice}}

    """

  static let foot = """
    </main>
    <footer>
    {{#frame.isDemo}}<p>The demo: all people are invented. It is served to this machine alone, and nothing leaves it.
    {{#frame.own}}<a href="{{frame.own}}">Begin with your own mail</a>{{/frame.own}}</p>{{/frame.isDemo}}
    {{^frame.isDemo}}{{#frame.hasOperator}}<p>Run by {{frame.operatorName}}, {{frame.operatorAddress}},
    <a href="mailto:{{frame.operatorEmail}}">{{frame.operatorEmail}}</a>.</p>{{/frame.hasOperator}}{{/frame.isDemo}}
    <p><a href="/policy">Privacy policy</a> · <a href="/cookies">Cookies</a></p>
    </footer>
    </body>
    </html>

    """

  /// The way to the next page of a list.
  static let pager = """
    {{#body.next}}
    <p class="pager"><a class="button" rel="next" href="{{body.next}}">More</a></p>
    {{/body.next}}

    """

  /// A page outside of any frame, for answers that know nobody.
  private static func bare(_ title: String, _ body: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(title) · Kith</title>
    <link rel="stylesheet" href="/style.css">
    <link rel="icon" href="/icon.svg" type="image/svg+xml">
    </head>
    <body class="bare">
    <main id="main">
    \(body)
    <p><a href="/">To the first page</a></p>
    </main>
    </body>
    </html>

    """
  }

  static let nothing = bare("Not found", "<h1>Not found</h1>\n<p>There is nothing here.</p>")

  static let trouble = bare(
    "Trouble",
    "<h1>Trouble</h1>\n<p>The page could not be made; nothing was lost. Try again; if it stays so, "
      + "tell whoever runs this server.</p>")

  static let foreign = bare(
    "Not accepted",
    "<h1>Not accepted</h1>\n<p>This form was not sent from a page of this visit. Go back, reload the page and send it "
      + "again.</p>")

  static let tooMany = bare(
    "Too many tries", "<h1>Too many tries</h1>\n<p>Wait a quarter of an hour, then try again.</p>")
}

/// A page that says one thing: a trouble with its remedy, a refusal with its promise.
struct MessagePage: Sendable {
  var heading: String
  var words: String
  var remedy: String?

  static let template = """
    {{> head}}
    <h1>{{body.heading}}</h1>
    <p class="notice bad" role="alert">{{body.words}}{{#body.remedy}}<br><strong>What helps:</strong> {{body.remedy}}{{/body.remedy}}</p>
    <p><a href="/">To the first page</a></p>
    {{> foot}}
    """
}
